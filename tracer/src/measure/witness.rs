//! Independent counters of what the programs count, and the comparison of the two.
//!
//! For a thread that lives, the kernel's own counters are in /proc/PID/task/TID/status; for one that has ended, the
//! programs copied them from its `task_struct` when it entered `do_exit`; for the whole tree of processes that were
//! waited for, they come back with `wait4`. Each pair is compared since the first instruction, at a moment when our
//! count stood still, so that no tolerance is needed but the one stated in [`LEADER_NOTE`].

use std::collections::{BTreeMap, BTreeSet};

use procfs::process::Process;
use tracer_ebpf::{KernelCounters, ThreadCounts, ThreadState};

use taskweight_core::report::Witness;
use taskweight_probe::session::Session;
use taskweight_run::child::Rusage;

const LEADER_NOTE: &str = "the last switch of a process's first thread is counted by the kernel if it comes before the \
                           parent's wait(): up to one per process";
const DOUBT_NOTE: &str = "a real-time kernel may switch while it adds a thread's counters to those of its process: switches of \
                          exiting threads may be missing from the kernel's count, besides the last one of each process's first thread";
const FAULT_NOTE: &str = "the kernel also counts pages that it faults in on behalf of a program, which raise no \
                          exception: those of execve are the tolerance, those of MAP_POPULATE and similar are not";

/// One thread: our counts and the kernel's, at the same moment.
#[derive(Clone, Copy, Debug)]
struct Pair {
    ours: ThreadCounts,
    theirs: KernelCounters,
}

/// Compares threads one by one: ended ones as they were at exit, living ones now.
///
/// Returns the witnesses `voluntary_by_thread` and `involuntary_by_thread`. A living thread that keeps running while
/// it is compared is left out: its two counts cannot be had at one moment. Where the programs do not see the kernel's
/// counters, threads that have ended are left out, and the command's first, of which only they tell what it had done
/// before its first instruction.
pub fn compare_threads(session: &Session, threads: &[ThreadState]) -> BTreeMap<String, Witness> {
    let pairs: Vec<Pair> =
        threads.iter().enumerate().filter_map(|(index, thread)| pair(session, index, thread)).collect();
    let source = "/proc/PID/task/TID/status, and task_struct at exit";
    let voluntary = by_thread(&pairs, source, |pair| (pair.ours.voluntary_count, pair.theirs.voluntary_count));
    let involuntary = by_thread(&pairs, source, |pair| (involuntary(&pair.ours), pair.theirs.involuntary_count));
    BTreeMap::from([
        (String::from("voluntary_by_thread"), voluntary),
        (String::from("involuntary_by_thread"), involuntary),
    ])
}

fn pair(session: &Session, index: usize, thread: &ThreadState) -> Option<Pair> {
    if !session.sees_kernel_counters && (thread.ended_ns != 0 || index == 0) {
        return None;
    }
    if thread.ended_ns != 0 {
        return Some(Pair { ours: thread.counts_at_exit, theirs: since_start(thread, thread.kernel_at_exit) });
    }
    // A few attempts: between two equal readings of ours, theirs was read while nothing happened.
    for _ in 0..8 {
        let before = session.threads.row(index + 1).counts;
        let theirs = living(thread)?;
        if session.threads.row(index + 1).counts == before {
            return Some(Pair { ours: before, theirs: since_start(thread, theirs) });
        }
    }
    None
}

fn living(thread: &ThreadState) -> Option<KernelCounters> {
    let process = Process::new(i32::try_from(thread.tgid).ok()?).ok()?;
    let status = process.task_from_tid(i32::try_from(thread.pid).ok()?).ok()?.status().ok()?;
    Some(KernelCounters {
        voluntary_count: status.voluntary_ctxt_switches?,
        involuntary_count: status.nonvoluntary_ctxt_switches?,
        ..KernelCounters::default()
    })
}

fn since_start(thread: &ThreadState, now: KernelCounters) -> KernelCounters {
    now.combine(thread.kernel_at_start, u64::saturating_sub)
}

fn by_thread(pairs: &[Pair], source: &str, counts: fn(&Pair) -> (u64, u64)) -> Witness {
    let counts: Vec<_> = pairs.iter().map(counts).collect();
    Witness {
        ours: counts.iter().map(|(ours, _)| ours).sum(),
        theirs: counts.iter().map(|(_, theirs)| theirs).sum(),
        source: source.to_owned(),
        threads_compared: Some(counts.len() as u64),
        threads_disagreeing: Some(counts.iter().filter(|(ours, theirs)| ours != theirs).count() as u64),
        ..Witness::default()
    }
}

/// What the kernel counts as involuntary.
fn involuntary(counts: &ThreadCounts) -> u64 {
    counts.preempted_count + counts.yielded_count
}

/// Compares the whole tree with what `wait4` said of it. `threads` is the table after the end, of a session that sees the
/// kernel's counters; `is_real_time` says whether the kernel is one that can be preempted while it lets a thread go.
///
/// Returns the witnesses `voluntary`, `involuntary`, `minor_faults` and `major_faults`. Processes that still live, such as
/// daemons, are in neither; those that have ended and were waited for by nobody of the tree are in ours only.
pub fn compare_tree(threads: &[ThreadState], rusage: &Rusage, is_real_time: bool) -> BTreeMap<String, Witness> {
    let ended = of_ended_processes(threads);
    let sum = |of: fn(&ThreadState) -> ThreadCounts| ended.iter().map(|thread| of(thread)).sum::<ThreadCounts>();
    let doubtful = if is_real_time { sum(in_doubt) } else { ThreadCounts::default() };
    let ours = sum(accounted) - doubtful;
    let start = threads.first().map(|thread| thread.kernel_at_start).unwrap_or_default();
    let exec_faults = ended.iter().map(|thread| thread.exec_fault_count).sum();
    let leaders = ended.iter().filter(|thread| thread.is_leader != 0).count() as u64;
    let doubt = is_real_time.then_some(DOUBT_NOTE);
    let witness = |name: &str, ours, theirs: u64, start, bound, note: Option<&str>| {
        let witness = Witness {
            ours,
            theirs: theirs.saturating_sub(start),
            source: String::from("wait4 rusage, less what the child had before its first instruction"),
            bound,
            note: note.map(str::to_owned),
            ..Witness::default()
        };
        (name.to_owned(), witness)
    };
    BTreeMap::from([
        witness(
            "voluntary",
            ours.voluntary_count,
            rusage.voluntary,
            start.voluntary_count,
            leaders + doubtful.voluntary_count,
            doubt.or(Some(LEADER_NOTE)),
        ),
        witness(
            "involuntary",
            involuntary(&ours),
            rusage.involuntary,
            start.involuntary_count,
            involuntary(&doubtful),
            doubt,
        ),
        witness(
            "minor_faults",
            ours.minor_fault_count,
            rusage.minor_faults,
            start.minor_fault_count,
            exec_faults,
            Some(FAULT_NOTE),
        ),
        witness("major_faults", ours.major_fault_count, rusage.major_faults, start.major_fault_count, 0, None),
    ])
}

/// The threads of processes of which none lives, ended ones of the others left out: nobody can have waited for those.
fn of_ended_processes(threads: &[ThreadState]) -> Vec<&ThreadState> {
    let living: BTreeSet<u32> =
        threads.iter().filter(|thread| thread.ended_ns == 0).map(|thread| thread.tgid).collect();
    threads.iter().filter(|thread| !living.contains(&thread.tgid)).collect()
}

/// What of a thread's counts the kernel has added to its process: not what it did after it was let go.
fn accounted(thread: &ThreadState) -> ThreadCounts {
    ThreadCounts {
        voluntary_count: thread.counts.voluntary_count - thread.released.voluntary_count,
        preempted_count: thread.counts.preempted_count - thread.released.preempted_count,
        ..thread.counts
    }
}

/// Switches of a thread that had begun to exit and had not been let go of yet, as far as could be seen.
fn in_doubt(thread: &ThreadState) -> ThreadCounts {
    if thread.ended_ns == 0 {
        return ThreadCounts::default();
    }
    let (accounted, at_exit) = (accounted(thread), thread.counts_at_exit);
    ThreadCounts {
        voluntary_count: accounted.voluntary_count - at_exit.voluntary_count,
        preempted_count: accounted.preempted_count - at_exit.preempted_count,
        ..ThreadCounts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(voluntary: u64, is_leader: u32) -> ThreadState {
        let counts =
            ThreadCounts { voluntary_count: voluntary, preempted_count: 2, yielded_count: 1, ..Default::default() };
        ThreadState { is_leader, counts, ended_ns: 1, counts_at_exit: counts, ..Default::default() }
    }

    #[test]
    fn a_process_that_lives_on_was_waited_for_by_nobody() {
        let daemon = |ended_ns| ThreadState { tgid: 7, ended_ns, ..thread(5, 1) };
        let rusage = Rusage { voluntary: 10, involuntary: 3, ..Rusage::default() };
        let agree = |threads: &[ThreadState]| compare_tree(threads, &rusage, false).values().all(Witness::agrees);
        assert!(agree(&[thread(10, 1), daemon(0)]));
        assert!(agree(&[thread(10, 1), daemon(0), daemon(1)]), "one of its threads has ended");
        assert!(!agree(&[thread(10, 1), daemon(1)]));
    }

    #[test]
    fn what_the_child_did_before_it_was_released_is_subtracted() {
        let mut root = thread(10, 1);
        root.kernel_at_start = KernelCounters { voluntary_count: 4, involuntary_count: 1, ..Default::default() };
        let rusage = Rusage { voluntary: 19, involuntary: 7, ..Rusage::default() };
        let witness = compare_tree(&[root, thread(5, 0)], &rusage, false);
        assert_eq!((witness["voluntary"].ours, witness["voluntary"].theirs), (15, 15));
        assert_eq!((witness["involuntary"].ours, witness["involuntary"].theirs), (6, 6));
        assert!(witness.values().all(Witness::agrees));
    }

    #[test]
    fn a_switch_too_many_disagrees_unless_a_leaders_last() {
        let rusage = |voluntary| Rusage { voluntary, involuntary: 3, ..Rusage::default() };
        assert!(compare_tree(&[thread(10, 1)], &rusage(11), false)["voluntary"].agrees());
        assert!(!compare_tree(&[thread(10, 1)], &rusage(12), false)["voluntary"].agrees());
        assert!(!compare_tree(&[thread(10, 1)], &rusage(9), false)["voluntary"].agrees());
    }

    #[test]
    fn real_time_kernels_may_account_switches_of_exiting_threads() {
        let ended = ThreadState {
            counts_at_exit: ThreadCounts { voluntary_count: 9, preempted_count: 0, ..Default::default() },
            ..thread(10, 0)
        };
        // One voluntary and two preempted switches came after the exit had begun; one yield before.
        let agrees = |voluntary, involuntary, is_real_time| {
            let rusage = Rusage { voluntary, involuntary, ..Rusage::default() };
            let witness = compare_tree(&[ended], &rusage, is_real_time);
            witness["voluntary"].agrees() && witness["involuntary"].agrees()
        };
        assert!(agrees(10, 3, false) && !agrees(9, 3, false) && !agrees(10, 1, false));
        assert!(agrees(10, 3, true) && agrees(9, 1, true) && agrees(9, 2, true));
        assert!(!agrees(8, 1, true) && !agrees(9, 0, true) && !agrees(11, 3, true) && !agrees(10, 4, true));
    }

    #[test]
    fn pages_that_an_execve_faulted_in_are_the_bound_of_faults() {
        let faults = |exec_fault_count, minor_faults| {
            let thread = ThreadState { exec_fault_count, ..thread(0, 1) };
            let rusage = Rusage { minor_faults, involuntary: 3, ..Rusage::default() };
            compare_tree(&[thread], &rusage, false)["minor_faults"].agrees()
        };
        assert!(faults(2, 2) && faults(2, 0) && !faults(2, 3) && !faults(0, 1));
    }

    #[test]
    fn threads_that_cancel_out_still_disagree() {
        let pair = |ours, theirs| Pair {
            ours: ThreadCounts { voluntary_count: ours, ..Default::default() },
            theirs: KernelCounters { voluntary_count: theirs, ..Default::default() },
        };
        let witness = by_thread(&[pair(3, 4), pair(4, 3)], "test", |pair| {
            (pair.ours.voluntary_count, pair.theirs.voluntary_count)
        });
        assert_eq!((witness.ours, witness.theirs, witness.threads_disagreeing), (7, 7, Some(2)));
        assert!(!witness.agrees());
    }
}
