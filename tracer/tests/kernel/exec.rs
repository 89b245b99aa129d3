//! Programs that become other programs.

use crate::invocation::{run, run_subject, subject};
use crate::lossless::{assert_no_other_loss, assert_switches_witnessed, sum_of_threads};
use crate::syscall::check_getppid;

#[test]
fn a_chain_of_programs_is_one_thread() {
    needs_bpf!();
    // env, unlike some shells, makes no such call of its own.
    let run = run(&[], &["env", "env", &subject(), "getppid", "101"]).run();
    check_getppid(&run, 101);
    assert_eq!((run.threads.len(), run.kernel.threads_created, run.kernel.switches.exit), (1, 0, 1));
    assert_eq!(run.threads[0].name, "subject");
    assert_switches_witnessed(&run);
}

/// The first thread ends, and the one that executes takes over its id, while no tracepoint is there to tell. Raw
/// tracepoints, which read the kernel's structures in another way, must see it too.
#[test]
fn a_thread_that_executes_takes_the_place_of_the_first() {
    needs_bpf!();
    for options in [&[][..], &["--probe-form", "raw"]].repeat(5) {
        let run = run_subject(options, &["thread-exec", "101"]).run();
        // The first thread, the second one, and the program that the second one became.
        check_getppid(&run, 3 * 101);
        assert_eq!((run.threads.len(), run.kernel.threads_created, run.kernel.switches.exit), (2, 1, 2));
        assert_eq!(sum_of_threads(&run), run.kernel.switches);
        let process = run.threads[0].pid;
        assert!(run.threads.iter().all(|thread| thread.pid == process), "{:?}", run.threads);
        // The program that goes on has the id of the first thread, which had it too as long as it lived.
        let heir = run.threads.iter().find(|thread| thread.name == "subject" && thread.tid == process);
        assert!(heir.is_some_and(|thread| thread.syscalls > 101), "{:?}", run.threads);
        assert_no_other_loss(&run);
        assert_switches_witnessed(&run);
    }
}
