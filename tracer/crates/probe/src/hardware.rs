//! Hardware counters: cycles, instructions and misses of a process with all its future threads and children.

use std::fs;
use std::io;

use perf_event::events::{Cache, CacheOp, CacheResult, Event, WhichCache};
use perf_event::{Builder, CountAndTime, Counter};

use taskweight_core::report::Hardware;

/// Misses that the last-level cache and the data TLB have on loads.
const LAST_LEVEL_MISSES: Cache = Cache { which: WhichCache::LL, operation: CacheOp::READ, result: CacheResult::MISS };
const DATA_TLB_MISSES: Cache = Cache { which: WhichCache::DTLB, operation: CacheOp::READ, result: CacheResult::MISS };

/// Why there is none at all on most virtual machines.
const NO_PMU: &str = "no hardware counters: this machine has no PMU, or the hypervisor does not expose it";
/// The setting that decides who may count.
const PARANOID: &str = "/proc/sys/kernel/perf_event_paranoid";

/// Open counters, in the order of [`Hardware`]'s fields.
#[derive(Debug)]
pub struct Counters(CounterSet);

impl Counters {
    /// Opens all counters on a process, in user and kernel mode. They count nothing before [`Counters::enable`].
    ///
    /// The process must have one thread: of those that exist already, only its first is followed.
    ///
    /// # Errors
    /// Says in words why there is not a single counter. When only some are refused, the others count, and
    /// [`Hardware::reason`] says which are not there.
    pub fn open(pid: u32) -> Result<Self, String> {
        let set = CounterSet::open(
            pid,
            &[
                ("cycles", Event::Hardware(perf_event::events::Hardware::CPU_CYCLES)),
                ("instructions", Event::Hardware(perf_event::events::Hardware::INSTRUCTIONS)),
                ("last-level cache misses", Event::Cache(LAST_LEVEL_MISSES)),
                ("data TLB load misses", Event::Cache(DATA_TLB_MISSES)),
            ],
        )?;
        Ok(Self(set))
    }

    /// Begins to count.
    ///
    /// # Errors
    /// What the kernel says against it.
    pub fn enable(&mut self) -> io::Result<()> {
        self.0.each(Counter::enable)
    }

    /// Ceases to count; what was counted stays.
    ///
    /// # Errors
    /// What the kernel says against it.
    pub fn disable(&mut self) -> io::Result<()> {
        self.0.each(Counter::disable)
    }

    /// What was counted so far.
    pub fn read(&mut self) -> Hardware {
        let (counts, reason) = self.0.read();
        let mut counts = counts.into_iter();
        let mut next = || counts.next().flatten();
        Hardware { cycles: next(), instructions: next(), cache_misses: next(), dtlb_misses: next(), reason }
    }
}

/// Counters of any kind of event, each one there or refused.
#[derive(Debug)]
struct CounterSet(Vec<(&'static str, Result<Counter, String>)>);

impl CounterSet {
    /// Opens one counter for each event; an error when all of them are refused.
    fn open(pid: u32, events: &[(&'static str, Event)]) -> Result<Self, String> {
        let pid = i32::try_from(pid).map_err(|_| format!("{pid} is not a process id"))?;
        let open = |(name, event): &(&'static str, Event)| {
            let counter = builder(pid, event.clone()).build();
            (*name, counter.map_err(|error| refusal(&error)))
        };
        let counters: Vec<_> = events.iter().map(open).collect();
        match counters.iter().all(|(_, counter)| counter.is_err()) {
            true => Err(counters.into_iter().find_map(|(_, counter)| counter.err()).unwrap_or_default()),
            false => Ok(Self(counters)),
        }
    }

    fn each(&mut self, action: fn(&mut Counter) -> io::Result<()>) -> io::Result<()> {
        self.0.iter_mut().filter_map(|(_, counter)| counter.as_mut().ok()).try_for_each(action)
    }

    /// Counts in the order of the events, and why some are absent.
    fn read(&mut self) -> (Vec<Option<u64>>, Option<String>) {
        let mut reasons = Vec::new();
        let mut read = |(name, counter): &mut (&'static str, Result<Counter, String>)| {
            let count = counter.as_mut().map_err(|reason| reason.clone()).and_then(|counter| {
                counter.read_count_and_time().map_err(|error| error.to_string()).and_then(|count| scaled(&count))
            });
            count.map_err(|reason| reasons.push(format!("{name}: {reason}"))).ok()
        };
        let counts = self.0.iter_mut().map(&mut read).collect();
        (counts, (!reasons.is_empty()).then(|| reasons.join("; ")))
    }
}

/// A counter for a process and all that it begets, which waits to be enabled.
fn builder<'a>(pid: i32, event: Event) -> Builder<'a> {
    let mut builder = Builder::new().kind(event).observe_pid(pid).any_cpu();
    // Kernel mode counts: half of what a task weighs is spent there.
    builder.inherit(true).enabled(false).include_kernel().include_hv();
    builder
}

/// The count for the whole time, where the counter had to share its register with others.
fn scaled(count: &CountAndTime) -> Result<u64, String> {
    let CountAndTime { count, time_enabled, time_running } = *count;
    match time_running {
        0 if time_enabled > 0 => Err("the CPU had no free counter for it".to_owned()),
        running if running < time_enabled => {
            let whole = u128::from(count) * u128::from(time_enabled) / u128::from(running);
            Ok(u64::try_from(whole).unwrap_or(u64::MAX))
        }
        _ => Ok(count),
    }
}

/// What the refusal means, and what helps.
fn refusal(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::EOPNOTSUPP | libc::ENODEV) => NO_PMU.to_owned(),
        Some(libc::EACCES | libc::EPERM) => {
            let paranoid = fs::read_to_string(PARANOID).unwrap_or_else(|_| "unknown".to_owned());
            format!(
                "hardware counters: {error}: {PARANOID} is {}: run as root, with CAP_PERFMON, or \
                 `sysctl kernel.perf_event_paranoid=1`",
                paranoid.trim()
            )
        }
        Some(libc::ESRCH) => "hardware counters: the process has exited".to_owned(),
        _ => format!("hardware counters: perf_event_open: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use perf_event::events::Software;

    use super::*;

    /// A shell that waits for a line, then runs two children that fault and compute.
    fn waiting_shell() -> Child {
        let script = "read go; for i in 1 2; do ls -R /proc/self >/dev/null 2>&1; done; read go";
        Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap()
    }

    fn software(pid: u32) -> CounterSet {
        let events = [
            ("task clock", Event::Software(Software::TASK_CLOCK)),
            ("page faults", Event::Software(Software::PAGE_FAULTS)),
        ];
        CounterSet::open(pid, &events).unwrap()
    }

    fn run(mut child: Child) {
        use std::io::Write;
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
        // The second `read` meets the end of the input.
        assert!(child.wait().is_ok());
    }

    #[test]
    fn counts_children_too_and_only_when_enabled() {
        let (child, idle) = (waiting_shell(), waiting_shell());
        let (mut enabled, mut disabled) = (software(child.id()), software(idle.id()));
        enabled.each(Counter::enable).unwrap();
        run(child);
        run(idle);
        let (counts, reason) = enabled.read();
        assert_eq!(reason, None);
        assert!(counts[0].unwrap() > 100_000, "{counts:?}");
        // The shell alone has far fewer: each `ls` maps its own libraries.
        assert!(counts[1].unwrap() > 150, "{counts:?}");
        assert_eq!(disabled.read().0, [Some(0), Some(0)]);
    }

    #[test]
    fn counters_of_the_machine_or_the_reason() {
        let child = waiting_shell();
        match Counters::open(child.id()) {
            Ok(mut counters) => {
                counters.enable().unwrap();
                run(child);
                counters.disable().unwrap();
                let hardware = counters.read();
                assert!(hardware.cycles.is_some() || hardware.reason.is_some(), "{hardware:?}");
            }
            Err(reason) => {
                println!("{reason}");
                assert!(reason.contains("hardware counters"), "{reason}");
                run(child);
            }
        }
    }

    #[test]
    fn refusals_say_what_helps() {
        let reason = |errno| refusal(&io::Error::from_raw_os_error(errno));
        assert_eq!(reason(libc::ENOENT), NO_PMU);
        assert_eq!(reason(libc::EOPNOTSUPP), NO_PMU);
        assert!(reason(libc::EACCES).contains("perf_event_paranoid is ") && reason(libc::EACCES).contains("sysctl"));
        assert!(Counters::open(u32::MAX).unwrap_err().contains("not a process id"));
    }

    #[test]
    fn shared_registers_are_scaled_up() {
        let count = |count, time_enabled, time_running| scaled(&CountAndTime { count, time_enabled, time_running });
        assert_eq!(count(100, 10, 10), Ok(100));
        assert_eq!(count(100, 30, 10), Ok(300));
        assert_eq!(count(0, 0, 0), Ok(0));
        assert_eq!(count(u64::MAX, 2, 1), Ok(u64::MAX));
        assert!(count(0, 10, 0).unwrap_err().contains("no free counter"));
    }
}
