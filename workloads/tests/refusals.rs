//! What a program does when it is not spoken to as agreed.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use std::process::Command;

use common::{PROGRAMS, Program, name};

/// A run that would take hours.
const ENDLESS: &str = "switch --tasks 2 --operations 18446744073709551615";

/// Runs a program that has to refuse its arguments; gives its stderr.
fn refused(path: &str, arguments: &str) -> String {
    let output = Command::new(path).args(arguments.split_whitespace()).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{} {arguments}", name(path));
    assert!(output.stdout.is_empty(), "{} {arguments}", name(path));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn end_of_input_before_go() {
    for (path, scenarios) in PROGRAMS {
        for scenario in *scenarios {
            let mut program = Program::start(path, &format!("{scenario} --tasks 2 --operations 7"));
            program.line();
            program.hang_up();
            let (status, stdout, stderr) = program.end();
            assert_eq!(status.code(), Some(1), "{} {scenario}", name(path));
            assert_eq!((stdout.as_str(), stderr.as_str()), ("", ""), "{} {scenario}", name(path));
        }
    }
}

#[test]
fn end_of_input_while_working() {
    for (path, _) in PROGRAMS {
        let mut program = Program::start(path, ENDLESS);
        program.line();
        program.say("go");
        program.hang_up();
        assert_eq!(program.end().0.code(), Some(1), "{}", name(path));
    }
}

#[test]
fn end_of_input_before_exit() {
    for (path, _) in PROGRAMS {
        let mut program = Program::start(path, "yield --tasks 2 --operations 7");
        program.line();
        program.say("go");
        assert!(program.line().contains("done"), "{}", name(path));
        program.hang_up();
        assert_eq!(program.end().0.code(), Some(1), "{}", name(path));
    }
}

#[test]
fn nonsense_instead_of_go() {
    for (path, _) in PROGRAMS {
        let mut program = Program::start(path, "switch --tasks 2 --operations 7");
        program.line();
        program.say("gone");
        let (status, stdout, stderr) = program.end();
        assert_eq!(status.code(), Some(1), "{}", name(path));
        assert_eq!(stdout, "", "{}", name(path));
        assert_eq!(stderr, "error: protocol: expected the line \"go\" on stdin, read \"gone\"\n", "{}", name(path));
    }
}

#[test]
fn bytes_that_are_not_text() {
    let (path, _) = PROGRAMS[0];
    let mut program = Program::start(path, "switch --tasks 2 --operations 7");
    program.line();
    program.say_bytes(b"\xff\n");
    let (status, _, stderr) = program.end();
    assert_eq!(status.code(), Some(1));
    assert!(stderr.starts_with("error: read stdin"), "{stderr}");
}

#[test]
fn arguments_that_make_no_sense() {
    for (path, _) in PROGRAMS {
        assert!(refused(path, "swtich --tasks 2 --operations 7").contains("[possible values: switch"));
        assert!(refused(path, "switch --tasks 1 --operations 7").contains("needs at least 2 tasks"));
        assert!(refused(path, "yield --tasks 0 --operations 7").contains("--tasks"));
        assert!(refused(path, "yield --tasks 2 --operations 0").contains("--operations"));
        assert!(refused(path, "yield --tasks 2").contains("--operations"));
    }
}

#[test]
fn scenarios_that_are_not_offered() {
    for (path, scenarios) in PROGRAMS {
        if !scenarios.contains(&"switch-io") {
            let model = name(path).trim_start_matches("taskweight-");
            let expected = format!("error: {model} does not offer scenario switch-io, only: switch, yield, control\n");
            assert_eq!(refused(path, "switch-io --tasks 2 --operations 7"), expected);
        }
    }
}

/// Runs a program, which has to fail, with the limit of a resource of the shell's `ulimit`; gives its stderr.
fn limited(path: &str, limit: &str, arguments: &str) -> String {
    let script = format!("ulimit {limit} && exec {path} {arguments} --operations 7");
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    let mut program = Program::spawn(command);
    assert_eq!(program.line(), "", "{script}");
    let (status, _, stderr) = program.end();
    assert_eq!(status.code(), Some(1), "{script}");
    stderr
}

#[test]
fn limits_are_named() {
    let address_space = "-v 1000000";
    let threads = limited(env!("CARGO_BIN_EXE_taskweight-os-thread"), address_space, "switch --tasks 10000");
    assert!(threads.contains("kernel.threads-max") && threads.contains("RLIMIT_NPROC"), "{threads}");
    let coroutines = limited(env!("CARGO_BIN_EXE_taskweight-corosensei"), address_space, "switch --tasks 10000");
    let pipes = limited(env!("CARGO_BIN_EXE_taskweight-tokio"), "-n 100", "switch-io --tasks 1000000000");
    assert!(pipes.contains("need 1000000032 file descriptors, the hard limit RLIMIT_NOFILE is 100"), "{pipes}");
    assert!(coroutines.contains("of 10000, the limit may be vm.max_map_count"), "{coroutines}");
}
