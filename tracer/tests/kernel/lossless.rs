//! What every run must satisfy, and runs in which nothing at all was lost.

use taskweight_core::report::{Run, Switches};

use crate::machine::{Busy, cpu};

/// The losses that are the machine's doing and not ours: durations are missing, and no count.
const UNSEEN: [&str; 2] = ["switch_in_unseen", "wakeup_unseen"];

/// Repeats a run that is bound to [`cpu`] until it comes without any loss, a few times at most.
///
/// Kernels of some virtual machines do not report every switch out of the idle task, nor every one out of threads of
/// the host's agent that are hidden from /proc, nor every wake-up that an idle CPU makes; the kernel's own tracer shows
/// the same gaps. The switch to our thread, or its wake-up, is then unseen: it is counted as a loss, durations are
/// missing, and no count is wrong. So the CPU is kept from going idle, and since hidden threads may still come in
/// between, a run with such a loss is repeated, but only with these: the check and all other losses must hold in every
/// run.
pub fn until_lossless(check: impl Fn() -> Run) -> Run {
    let _busy = Busy::on(cpu());
    for _ in 0..5 {
        let run = check();
        assert_no_other_loss(&run);
        if UNSEEN.iter().all(|cause| run.loss[*cause] == 0) {
            return run;
        }
    }
    panic!("{UNSEEN:?}: some in each of five runs, on a CPU that is never idle");
}

/// Nothing is lost but, at most, switches in and wake-ups that the kernel did not report.
pub fn assert_no_other_loss(run: &Run) {
    let lost: Vec<_> =
        run.loss.iter().filter(|(cause, count)| **count > 0 && !UNSEEN.contains(&cause.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(run.loss.len(), 9, "a cause of loss that is not there is not zero");
}

/// Every count is that of its witness, for each thread and for the tree of processes.
pub fn assert_witnessed(run: &Run) {
    assert!(!run.witness.is_empty());
    for (name, witness) in &run.witness {
        assert!(witness.agrees(), "{name}: {witness:?}");
    }
}

/// The switches are the kernel's own, thread by thread, and all but the last of a process's first thread in sum.
pub fn assert_switches_witnessed(run: &Run) {
    for name in ["voluntary_by_thread", "involuntary_by_thread", "voluntary", "involuntary"] {
        assert!(run.witness[name].agrees(), "{name}: {:?}", run.witness[name]);
    }
}

/// Sum of the switches of all listed threads, of which none is left out.
pub fn sum_of_threads(run: &Run) -> Switches {
    assert_eq!(run.threads_omitted, 0);
    run.threads.iter().map(|thread| thread.switches).fold(Switches::default(), |sum, each| Switches {
        voluntary: sum.voluntary + each.voluntary,
        preempted: sum.preempted + each.preempted,
        yielded: sum.yielded + each.yielded,
        exit: sum.exit + each.exit,
    })
}
