//! io_uring: work that leaves the thread that asked for it.

use taskweight_report::warning::{Warning, warnings};

use crate::invocation::run_subject;
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed};

#[test]
fn workers_of_io_uring_are_followed_and_the_report_says_what_they_do() {
    needs_bpf!();
    if let Err(error) = io_uring::IoUring::new(2) {
        skip!("io_uring cannot be used here (kernel.io_uring_disabled, CONFIG_IO_URING): {error}");
    }
    let outcome = run_subject(&[], &["io-uring", "101"]);
    let run = outcome.run();
    let workers: Vec<_> = run.threads.iter().filter(|thread| thread.name.starts_with("iou-wrk")).collect();
    assert!(!workers.is_empty(), "{:?}", run.threads);
    assert_eq!(run.kernel.threads_created, workers.len() as u64);
    assert!(workers.iter().all(|worker| worker.syscalls == 0 && worker.pid != worker.tid && worker.switches.exit == 1));
    assert_eq!(run.kernel.syscalls.by_name["io_uring_setup"].count, 1);
    // Rusage has the switches of the workers: without following them it would not agree.
    assert_no_other_loss(&run);
    assert_switches_witnessed(&run);
    assert!(warnings(&outcome.report()).contains(&Warning::IoUring), "{:?}", warnings(&outcome.report()));
    let without = run_subject(&[], &["getppid", "1"]).report();
    assert!(!warnings(&without).contains(&Warning::IoUring));
}
