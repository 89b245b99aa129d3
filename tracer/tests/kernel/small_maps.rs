//! Maps that are too small: what does not fit is a loss, and what is counted stays right.

use taskweight::measure::Window;
use taskweight_probe::RunningKernel;
use taskweight_probe::session::{Session, SessionOptions};
use taskweight_probe::snapshot::Snapshot;
use taskweight_run::child::{Child, Spec, Stdio};
use taskweight_run::privilege::Identity;

use crate::invocation::subject;
use crate::machine::wait_for;

/// A window over a whole run of the subject, with maps as small as they are made.
fn window(kernel: &RunningKernel, words: &[&str], shrink: impl FnOnce(&mut SessionOptions)) -> (Window, u32) {
    let spec = Spec {
        program: subject().into(),
        args: words.iter().map(Into::into).collect(),
        user: Identity::unchanged(),
        cpu: None,
        stdio: Stdio::Inherit,
    };
    let mut child = Child::spawn_suspended(&spec).unwrap();
    let mut options = SessionOptions::new(child.pid());
    shrink(&mut options);
    let mut session = Session::open(kernel, options).unwrap();
    session.open_window().unwrap();
    child.release().unwrap();
    let pid = child.pid();
    assert_eq!(child.reap().unwrap().exit_code(), 0);
    // Of threads beyond the index no exit is ever seen.
    wait_for("the exit of every thread", || {
        let snapshot = Snapshot::take(&session).unwrap();
        kernel.pid_max == 2 || snapshot.threads.iter().all(|one| one.counts.exit_count == 1)
    });
    (Window::close(&mut session, Snapshot::default(), 16).unwrap(), pid)
}

#[test]
fn calls_without_histogram_are_counted_as_loss() {
    needs_bpf!();
    let kernel = RunningKernel::read().unwrap();
    let (window, _) = window(&kernel, &["getppid", "10007"], |options| options.syscall_histogram_capacity = 1);
    let figures = &window.figures;
    assert_eq!(figures.syscall_histograms.len(), 1, "one place: {:?}", figures.syscall_histograms.keys());
    assert_eq!(figures.syscalls.by_name["getppid"].count, 10_007);
    assert!(figures.syscalls.by_name["getppid"].total_ns > 0);
    let by_threads: u64 = window.after.threads.iter().map(|thread| thread.counts.syscall_count).sum();
    assert_eq!(figures.syscalls.count, by_threads);
    let timed: u64 = figures.syscall_histograms.values().map(|histogram| histogram.count).sum();
    // exit_group does not return.
    assert_eq!(figures.loss["syscall_histograms_full"], figures.syscalls.count - timed - 1);
    assert!(figures.loss["syscall_histograms_full"] >= 10_007, "{:?}", figures.loss);
}

#[test]
fn threads_beyond_the_pid_index_are_a_loss_and_not_zero() {
    needs_bpf!();
    let real = RunningKernel::read().unwrap();
    // Every pid that the machine hands out next is beyond it.
    let kernel = RunningKernel { pid_max: 2, ..real };
    let (window, _) = window(&kernel, &["threads", "3", "101"], |_| ());
    let lost = window.figures.loss["pid_out_of_range"];
    assert!(lost > 0, "{:?}", window.figures.loss);
    assert!(!window.figures.syscalls.by_name.contains_key("getppid"), "{:?}", window.figures.syscalls);
}
