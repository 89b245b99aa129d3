//! Which threads of the kernel a program has, and since when.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use common::{PROGRAMS, Program, name, needed};

const PRIME: u64 = 10_007;

#[test]
fn threads_exist_from_ready_to_exit() {
    let (path, _) = PROGRAMS[0];
    for scenario in ["switch", "switch-io", "yield", "control", "cpu", "idle"] {
        let mut program = Program::start(path, &format!("{scenario} --tasks 100 --operations {PRIME}"));
        program.line();
        let at_ready = program.threads();
        assert!(at_ready >= 100, "{at_ready} threads when ready");
        program.say("go");
        program.line();
        assert_eq!(program.threads(), at_ready, "{scenario}");
        program.say("exit");
        assert!(program.end().0.success());
    }
}

/// A runtime that starts threads of its own does so before it is measured.
#[test]
fn runtimes_are_complete_when_ready() {
    for (path, scenarios) in &PROGRAMS[1..] {
        for scenario in scenarios.iter().filter(|scenario| **scenario != "echo") {
            let mut program =
                Program::start(path, &format!("{scenario} --tasks 10 --operations 101 {}", needed(scenario)));
            program.expect_ready(10);
            let at_ready = program.threads();
            program.say("go");
            program.done();
            assert_eq!(program.threads(), at_ready, "{} {scenario}", name(path));
            program.say("exit");
            program.expect_clean_end();
        }
    }
}

#[test]
fn workers_can_be_chosen() {
    let path = env!("CARGO_BIN_EXE_taskweight-tokio-mt");
    let mut program = Program::start(path, &format!("switch --tasks 2 --operations {PRIME} --workers 3"));
    program.line();
    assert_eq!(program.threads(), 3 + 2, "workers, the main thread and the protocol thread");
    program.say("go");
    program.line();
    program.say("exit");
    assert!(program.end().0.success());
}
