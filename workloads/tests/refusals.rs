//! What a program does when it is not spoken to as agreed.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use std::process::Command;

use common::{LOAD, PROGRAMS, Program, SCENARIOS, name, needed};

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
        for scenario in scenarios.iter().filter(|scenario| **scenario != "echo") {
            let mut program =
                Program::start(path, &format!("{scenario} --tasks 2 --operations 7 {}", needed(scenario)));
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
        assert!(
            refused(path, "yield --tasks 2 --operations 7 --touch 64").contains("--touch <BYTES> applies to switch")
        );
    }
}

#[test]
fn a_refusal_is_one_line() {
    for (path, _) in PROGRAMS.iter().chain(&[(LOAD, SCENARIOS)]) {
        for arguments in
            ["", "yield", "swtich --tasks 2 --operations 7", "yield --tasks x --operations 7", "--nonsense"]
        {
            let stderr = refused(path, arguments);
            assert!(
                stderr.starts_with("error: ") && stderr.lines().count() == 1,
                "{} {arguments}: {stderr}",
                name(path)
            );
        }
    }
    assert!(refused(PROGRAMS[0].0, "echo --tasks 2 --operations 7").contains("--socket <PATH>"));
    assert!(refused(PROGRAMS[0].0, "deep --tasks 2 --operations 7").contains("--depth <BYTES>"));
    assert!(refused(PROGRAMS[0].0, "deep --tasks 2 --operations 7 --depth 0").contains("--depth <BYTES>"));
}

#[test]
fn scenarios_that_are_not_offered() {
    for (path, offered) in PROGRAMS {
        for scenario in SCENARIOS.iter().filter(|scenario| !offered.contains(scenario)) {
            let (model, offered) = (name(path).trim_start_matches("taskweight-"), offered.join(", "));
            let expected = format!("error: {model} does not offer scenario {scenario}, only: {offered}\n");
            assert_eq!(refused(path, &format!("{scenario} --tasks 2 --operations 7 --socket none")), expected);
        }
    }
}

/// A program with the limit of a resource of the shell's `ulimit`.
fn limited(path: &str, limit: &str, arguments: &str) -> Program {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit} && exec {path} {arguments} --operations 7")]);
    Program::spawn(command)
}

/// The stderr of a program that has to fail.
fn failure(mut program: Program) -> String {
    assert_eq!(program.line(), "");
    let (status, _, stderr) = program.end();
    assert_eq!(status.code(), Some(1), "{stderr}");
    stderr
}

const OS_THREAD: &str = env!("CARGO_BIN_EXE_taskweight-os-thread");
const COROSENSEI: &str = env!("CARGO_BIN_EXE_taskweight-corosensei");
/// In KiB: room for less than a thousand tasks; glibc reserves 64 MiB for a thread's heap.
const ADDRESS_SPACE: &str = "-v 1000000";

#[test]
fn limits_are_named() {
    for (path, task) in [(OS_THREAD, "thread"), (COROSENSEI, "coroutine")] {
        let stderr = failure(limited(path, ADDRESS_SPACE, "switch --tasks 10000"));
        assert!(stderr.contains(&format!("cannot create {task} ")), "{stderr}");
        assert!(stderr.contains(" of 10000, limit: RLIMIT_AS 1024000000"), "{stderr}");
    }
    let tokio = env!("CARGO_BIN_EXE_taskweight-tokio");
    let stderr = failure(limited(tokio, "-n 100", "switch-io --tasks 1000000000"));
    assert!(stderr.contains("need 1000000032 file descriptors, the hard limit RLIMIT_NOFILE is 100"), "{stderr}");
}

/// A thread's stack is what it is; a coroutine's can be chosen.
#[test]
fn depths_that_do_not_fit() {
    let tokio_mt = env!("CARGO_BIN_EXE_taskweight-tokio-mt");
    for (path, most) in [(OS_THREAD, 1 << 20), (tokio_mt, 1 << 18)] {
        let stderr = failure(limited(path, "-c 0", &format!("deep --tasks 2 --depth {} --hold", most + 1)));
        assert!(
            stderr.ends_with(&format!("does not fit the 2097152 bytes of a stack: use {most} or less\n")),
            "{stderr}"
        );
    }
    for (path, most) in [(OS_THREAD, 1 << 20), (tokio_mt, 1 << 18), (COROSENSEI, 1 << 24)] {
        limited(path, "-c 0", &format!("deep --tasks 2 --depth {most} --hold")).expect_ready(2);
    }
}

#[test]
fn the_tasks_that_fit_are_kept() {
    let programs = [OS_THREAD, COROSENSEI].into_iter();
    for (path, scenario) in programs.flat_map(|path| [(path, "idle"), (path, "deep --depth 8192 --hold")]) {
        let mut program = limited(path, ADDRESS_SPACE, &format!("{scenario} --tasks 10000"));
        let ready: serde_json::Value = serde_json::from_str(&program.line()).unwrap();
        let parked = ready["tasks"].as_u64().unwrap();
        assert!((10..1000).contains(&parked), "{ready}");
        assert_eq!(ready["stopped_by"], "RLIMIT_AS 1024000000");
        program.say("go");
        assert_eq!(program.done()["operations"], parked);
        program.say("exit");
        program.expect_clean_end();
    }
}
