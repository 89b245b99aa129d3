//! Why coroutines gain less than twice: one sentence, from the counts of both sides and nothing else.

use taskweight_core::report::Side;

/// So many of an event per task switch are part of most task switches.
const MOST: f64 = 0.5;
/// So many migrations per switch are felt: each finds cold caches.
const FELT_MIGRATIONS: f64 = 0.1;
/// What is said when no count explains it.
pub const UNEXPLAINED: &str = "not explained by these counts";

/// Both sides of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Evidence {
    /// Whether tasks wait for pipes instead of for each other.
    pub waits_for_pipes: bool,
    /// Bytes touched before each task switch.
    pub touch_bytes: u64,
    /// The threads.
    pub thread: Side,
    /// The coroutines.
    pub coroutine: Side,
    /// Nanoseconds of a task switch of the threads in the cell that differs only in that nothing is touched; `None` where
    /// it was not measured.
    pub thread_untouched_ns: Option<f64>,
    /// The same of the coroutines.
    pub coroutine_untouched_ns: Option<f64>,
}

/// The first of the causes that the counts show, the one that costs most before the others.
pub fn cause(evidence: &Evidence) -> String {
    let causes = [memory, idle, kernel_switches, syscalls, migrations, threads_stay_out];
    causes.iter().find_map(|cause| cause(evidence)).unwrap_or_else(|| UNEXPLAINED.to_owned())
}

/// Touching takes as long in a thread as in a coroutine: where it is most of a task switch, little is left to gain.
fn memory(evidence: &Evidence) -> Option<String> {
    let share = |side: &Side, untouched: Option<f64>| untouched.map(|ns| (1.0 - ns / side.elapsed_ns).max(0.0));
    let of_coroutine = share(&evidence.coroutine, evidence.coroutine_untouched_ns);
    let of_coroutine = of_coroutine.filter(|share| evidence.touch_bytes > 0 && *share >= MOST)?;
    let touching = format!("touching {} takes {}", kibibytes(evidence.touch_bytes), percent(of_coroutine));
    Some(match share(&evidence.thread, evidence.thread_untouched_ns) {
        Some(of_thread) if of_thread >= MOST => format!(
            "both are bound by memory: {touching} of a coroutine switch, {} of a thread switch",
            percent(of_thread)
        ),
        Some(of_thread) => format!(
            "the coroutines are bound by memory: {touching} of a coroutine switch, {} of a thread switch",
            percent(of_thread)
        ),
        None => format!("the coroutines are bound by memory: {touching} of a coroutine switch"),
    })
}

/// Leaving idle is slower than any switch.
fn idle(evidence: &Evidence) -> Option<String> {
    let exits = evidence.coroutine.idle_exits.filter(|exits| *exits >= MOST)?;
    let others = evidence.thread.idle_exits?;
    let whose = if others >= MOST {
        "CPUs go idle between switches on both sides"
    } else {
        "the coroutines' CPUs go idle between switches"
    };
    let counts = format!("{} wakeups from idle per switch against {}", count(exits), count(others));
    Some(format!("{whose}: {counts}"))
}

fn kernel_switches(evidence: &Evidence) -> Option<String> {
    let (switches, others) = (evidence.coroutine.kernel_switches, evidence.thread.kernel_switches);
    let too = if others >= MOST { " too" } else { "" };
    let counts = format!("{} context switches per switch against {}", count(switches), count(others));
    (switches >= MOST).then(|| format!("the kernel switches the coroutines' threads{too}: {counts}"))
}

fn syscalls(evidence: &Evidence) -> Option<String> {
    let calls = evidence.coroutine.syscalls.filter(|calls| *calls >= MOST)?;
    let others = evidence.thread.syscalls?;
    let who = if others >= MOST { "both enter the kernel" } else { "the coroutines enter the kernel" };
    let purpose = if evidence.waits_for_pipes { "for readiness" } else { "to wake each other" };
    Some(format!("{who}: {} syscalls per switch {purpose} against {}", count(calls), count(others)))
}

fn migrations(evidence: &Evidence) -> Option<String> {
    let moves = evidence.coroutine.migrations.filter(|moves| *moves >= FELT_MIGRATIONS)?;
    let others = evidence.thread.migrations?;
    let counts = format!("{} migrations per switch against {}", count(moves), count(others));
    Some(format!("the coroutines' threads migrate between CPUs: {counts}"))
}

/// Threads that find the token there before they have gone to sleep.
fn threads_stay_out(evidence: &Evidence) -> Option<String> {
    let (switches, calls) = (evidence.thread.kernel_switches, evidence.thread.syscalls?);
    let counts = format!("{} context switches and {} syscalls per switch", count(switches), count(calls));
    (switches < MOST && calls < MOST).then(|| format!("the threads rarely enter the kernel: {counts}"))
}

/// `3.0`, `0.04`: enough to tell one from another in a sentence.
fn count(count: f64) -> String {
    if count >= 0.095 || count == 0.0 { format!("{count:.1}") } else { format!("{count:.2}") }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn kibibytes(bytes: u64) -> String {
    if bytes.is_multiple_of(1024) { format!("{} KiB", bytes / 1024) } else { format!("{bytes} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads that switch, coroutines that do not, and a ratio that nothing explains.
    fn evidence() -> Evidence {
        let thread = Side {
            elapsed_ns: 2000.0,
            kernel_switches: 1.0,
            syscalls: Some(2.0),
            migrations: Some(0.0),
            idle_exits: Some(0.0),
        };
        let coroutine = Side { elapsed_ns: 1500.0, kernel_switches: 0.001, syscalls: Some(0.01), ..thread };
        Evidence {
            waits_for_pipes: true,
            touch_bytes: 0,
            thread,
            coroutine,
            thread_untouched_ns: Some(2000.0),
            coroutine_untouched_ns: Some(1500.0),
        }
    }

    fn with_coroutine(change: impl Fn(&mut Side)) -> Evidence {
        let mut evidence = evidence();
        change(&mut evidence.coroutine);
        evidence
    }

    fn touching(thread_ns: Option<f64>, coroutine_ns: Option<f64>) -> Evidence {
        let untouched = Evidence { thread_untouched_ns: thread_ns, coroutine_untouched_ns: coroutine_ns, ..evidence() };
        Evidence { touch_bytes: 256 << 10, ..untouched }
    }

    #[test]
    fn what_no_count_shows_is_not_explained() {
        assert_eq!(cause(&evidence()), UNEXPLAINED);
        assert_eq!(UNEXPLAINED, "not explained by these counts");
    }

    #[test]
    fn touching_that_takes_most_of_a_hand_over_is_the_cause() {
        let both =
            "both are bound by memory: touching 256 KiB takes 90 % of a coroutine switch, 75 % of a thread switch";
        assert_eq!(cause(&touching(Some(500.0), Some(150.0))), both);
        let one = "the coroutines are bound by memory: touching 256 KiB takes 90 % of a coroutine switch, 40 % of a thread switch";
        assert_eq!(cause(&touching(Some(1200.0), Some(150.0))), one);
        let slower = "the coroutines are bound by memory: touching 256 KiB takes 90 % of a coroutine switch, 0 % of a thread switch";
        assert_eq!(cause(&touching(Some(9000.0), Some(150.0))), slower);
        let alone = "the coroutines are bound by memory: touching 256 KiB takes 90 % of a coroutine switch";
        assert_eq!(cause(&touching(None, Some(150.0))), alone);
    }

    #[test]
    fn touching_that_takes_little_or_cannot_be_told_is_not() {
        assert_eq!(cause(&touching(Some(500.0), Some(1000.0))), UNEXPLAINED);
        assert_eq!(cause(&touching(Some(500.0), None)), UNEXPLAINED);
        let nothing_touched = Evidence { touch_bytes: 0, ..touching(Some(500.0), Some(150.0)) };
        assert_eq!(cause(&nothing_touched), UNEXPLAINED);
    }

    #[test]
    fn idle_cpus() {
        let mut both = with_coroutine(|side| (side.idle_exits, side.kernel_switches) = (Some(0.8), 0.9));
        let alone = "the coroutines' CPUs go idle between switches: 0.8 wakeups from idle per switch against 0.0";
        assert_eq!(cause(&both), alone);
        both.thread.idle_exits = Some(0.96);
        let sentence = "CPUs go idle between switches on both sides: 0.8 wakeups from idle per switch against 1.0";
        assert_eq!(cause(&both), sentence);
        both.thread.idle_exits = None;
        assert!(cause(&both).starts_with("the kernel switches the coroutines' threads too"));
    }

    #[test]
    fn switches_of_the_coroutines_own_threads() {
        let mut evidence = with_coroutine(|side| (side.kernel_switches, side.syscalls) = (0.9, Some(2.0)));
        let too = "the kernel switches the coroutines' threads too: 0.9 context switches per switch against 1.0";
        assert_eq!(cause(&evidence), too);
        evidence.thread.kernel_switches = 0.04;
        let alone = "the kernel switches the coroutines' threads: 0.9 context switches per switch against 0.04";
        assert_eq!(cause(&evidence), alone);
    }

    #[test]
    fn system_calls_for_what_they_are_for() {
        let mut evidence = with_coroutine(|side| side.syscalls = Some(3.0));
        let both = "both enter the kernel: 3.0 syscalls per switch for readiness against 2.0";
        assert_eq!(cause(&evidence), both);
        evidence.waits_for_pipes = false;
        let to_wake = "both enter the kernel: 3.0 syscalls per switch to wake each other against 2.0";
        assert_eq!(cause(&evidence), to_wake);
        evidence.thread.syscalls = Some(0.2);
        let alone = "the coroutines enter the kernel: 3.0 syscalls per switch to wake each other against 0.2";
        assert_eq!(cause(&evidence), alone);
        evidence.thread.syscalls = None;
        assert_eq!(cause(&evidence), UNEXPLAINED);
    }

    #[test]
    fn coroutines_that_move_with_their_threads() {
        let mut evidence = with_coroutine(|side| side.migrations = Some(0.2));
        let sentence = "the coroutines' threads migrate between CPUs: 0.2 migrations per switch against 0.0";
        assert_eq!(cause(&evidence), sentence);
        evidence.thread.migrations = None;
        assert_eq!(cause(&evidence), UNEXPLAINED);
    }

    #[test]
    fn threads_that_do_not_enter_the_kernel_either() {
        let mut evidence = evidence();
        (evidence.thread.kernel_switches, evidence.thread.syscalls) = (0.04, Some(0.2));
        let sentence = "the threads rarely enter the kernel: 0.04 context switches and 0.2 syscalls per switch";
        assert_eq!(cause(&evidence), sentence);
        evidence.thread.syscalls = None;
        assert_eq!(cause(&evidence), UNEXPLAINED);
    }

    #[test]
    fn what_costs_most_is_named_first() {
        let all = |touched: Evidence| {
            let side = Side { idle_exits: Some(1.0), kernel_switches: 1.0, syscalls: Some(3.0), ..touched.coroutine };
            Evidence { coroutine: side, ..touched }
        };
        assert!(cause(&all(touching(None, Some(150.0)))).contains("bound by memory"));
        assert!(cause(&all(evidence())).contains("go idle"));
    }

    #[test]
    fn sizes_that_are_no_whole_kibibytes() {
        assert_eq!([kibibytes(16 << 10), kibibytes(100)], ["16 KiB", "100 bytes"]);
    }
}
