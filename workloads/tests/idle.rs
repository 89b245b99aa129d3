//! Tasks that are created and parked, and nothing else.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use common::{PROGRAMS, Program, name};

/// Whatever the number of operations says.
#[test]
fn ten_thousand_parked_tasks() {
    for (path, _) in PROGRAMS {
        let mut program = Program::start(path, "idle --tasks 10000 --operations 7");
        program.expect_ready(10_000);
        program.say("go");
        let done = program.done();
        assert_eq!((&done["operations"], &done["logical_switches"]), (&10_000.into(), &0.into()), "{}", name(path));
        assert!(done["elapsed_ns"].as_u64().unwrap() >= 1);
        program.say("exit");
        program.expect_clean_end();
    }
}

/// Of tokio and the floor for futures.
#[test]
fn a_million_futures() {
    for model in ["tokio", "future"] {
        let (path, _) = PROGRAMS.iter().find(|(path, _)| name(path) == format!("taskweight-{model}")).unwrap();
        let mut program = Program::start(path, "idle --tasks 1000000 --operations 1");
        program.expect_ready(1_000_000);
        program.say("go");
        assert_eq!(program.done()["operations"], 1_000_000);
        program.say("exit");
        program.expect_clean_end();
    }
}
