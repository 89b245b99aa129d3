//! Pids that the kernel gives away again within a run.

use std::fs;

use crate::invocation::run_subject;
use crate::lossless::{assert_no_other_loss, assert_witnessed};

const PATH: &str = "/proc/sys/kernel/pid_max";
/// The kernel does not begin again below 300, so this leaves a hundred.
const FEW: &str = "400";

/// Few pids, until it is dropped.
struct FewPids(String);

impl FewPids {
    fn set() -> Self {
        let before = fs::read_to_string(PATH).unwrap();
        fs::write(PATH, FEW).unwrap();
        Self(before)
    }
}

impl Drop for FewPids {
    fn drop(&mut self) {
        fs::write(PATH, &self.0).unwrap();
    }
}

#[test]
fn a_pid_that_is_given_away_again_is_another_process() {
    needs_a_machine_for_itself!();
    let _few = FewPids::set();
    for form in [&[][..], &["--probe-form", "raw"]] {
        let outcome = run_subject(form, &["churn", "1003", "7"]);
        let run = outcome.run();
        let distinct: usize = outcome.stdout.trim().parse().unwrap();
        assert!(distinct <= 100, "{distinct} pids for 1003 processes");
        assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 1003 * 7);
        assert_eq!((run.kernel.threads_created, run.kernel.switches.exit), (1003, 1004));
        assert_eq!(run.threads.len() as u64 + run.threads_omitted, 1004, "a row for each, not for each pid");
        assert_no_other_loss(&run);
        assert_witnessed(&run);
    }
}
