//! Conversations with shell scripts, good and bad.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use super::super::child::{Child, Spec, Stdio, Waited};
use super::super::privilege::Identity;
use super::super::signals::Signals;
use super::*;

const READY: &str = r#"echo '{"event":"ready","tasks":2}'"#;
const DONE: &str = r#"echo '{"event":"done","operations":9,"logical_switches":4,"elapsed_ns":7}'"#;

fn signals() -> &'static Signals {
    static SIGNALS: OnceLock<Signals> = OnceLock::new();
    SIGNALS.get_or_init(|| Signals::install().unwrap())
}

fn sh(script: &str) -> Child {
    let args = vec!["-c".into(), script.into()];
    let user = Identity::unchanged();
    let spec = Spec { program: "/bin/sh".into(), args, user, cpu: None, stdio: Stdio::Protocol };
    let mut child = Child::spawn_suspended(&spec).unwrap();
    child.release().unwrap();
    child
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(300))
}

/// The whole conversation, up to the exit status.
fn converse(script: &str) -> Result<(Done, u8), ProtocolError> {
    let mut child = sh(script);
    let mut conversation = Conversation::new(&mut child, signals())?;
    assert_eq!(conversation.wait_ready(2, soon())?, Ready { tasks: 2, ..Ready::default() });
    conversation.go()?;
    let done = conversation.wait_done(soon())?;
    conversation.exit()?;
    match child.wait_until(soon(), signals()).unwrap() {
        Waited::Exited(exit) => Ok((done, exit.exit_code())),
        other => panic!("{other:?}"),
    }
}

fn problem(script: &str) -> (Problem, String) {
    let error = converse(script).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("sh "), "{message}");
    (error.problem, message)
}

#[test]
fn a_good_program_gets_through() {
    let script = format!("{READY}; read go; [ $go = go ] || exit 1; {DONE}; read exit; [ $exit = exit ] && exit 6");
    let done = Done { operations: 9, logical_switches: 4, elapsed_ns: 7, ..Done::default() };
    assert_eq!(converse(&script).unwrap(), (done, 6));
}

#[test]
fn output_after_the_exit_is_no_broken_pipe() {
    let script = format!("{READY}; read go; {DONE}; read exit; cat > /dev/null; echo bye && exit 6");
    assert_eq!(converse(&script).unwrap().1, 6);
}

#[test]
fn a_death_before_ready_has_its_status() {
    let (problem, message) = problem("exit 3");
    assert!(matches!(problem, Problem::Exited { before: Step::Ready, .. }), "{problem:?}");
    assert!(message.starts_with("sh exited with status 3 before it was ready"), "{message}");
}

#[test]
fn status_2_before_ready_is_not_offered() {
    assert!(converse("exit 2").unwrap_err().means_not_offered());
    for other in ["exit 3", "kill -INT $$", &format!("{READY}; read go; exit 2")] {
        assert!(!converse(other).unwrap_err().means_not_offered(), "{other}");
    }
}

#[test]
fn a_death_before_done_has_its_signal() {
    let (problem, message) = problem(&format!("{READY}; read go; kill -SEGV $$"));
    assert!(matches!(problem, Problem::Exited { before: Step::Done, .. }), "{problem:?}");
    assert!(message.starts_with("sh was killed by SIGSEGV before it finished"), "{message}");
}

#[test]
fn a_death_is_seen_although_a_descendant_holds_stdout() {
    let (_, message) = problem("sleep 1000 & exit 4");
    assert!(message.starts_with("sh exited with status 4 before it was ready"), "{message}");
}

#[test]
fn closed_stdout_is_no_exit() {
    let (problem, message) = problem("exec sleep 1000 >&-");
    assert!(matches!(problem, Problem::Closed { before: Step::Ready }), "{problem:?}");
    assert!(message.starts_with("sh closed its stdout before it was ready"), "{message}");
}

#[test]
fn a_death_while_parked_is_seen_when_it_is_told_to_go() {
    let mut child = sh(&format!("{READY}; exit 5"));
    let mut conversation = Conversation::new(&mut child, signals()).unwrap();
    conversation.wait_ready(2, soon()).unwrap();
    conversation.child().wait_exit(soon(), signals()).unwrap();
    let message = conversation.go().unwrap_err().to_string();
    assert!(message.starts_with("sh exited with status 5 before it received `go`"), "{message}");
}

#[test]
fn a_word_to_a_dead_program_is_an_error_and_no_signal() {
    let mut child = sh(&format!("{READY}; read go; {DONE}; exit 5"));
    let mut conversation = Conversation::new(&mut child, signals()).unwrap();
    conversation.wait_ready(2, soon()).unwrap();
    conversation.go().unwrap();
    conversation.wait_done(soon()).unwrap();
    conversation.child().wait_exit(soon(), signals()).unwrap();
    let error = conversation.exit().unwrap_err();
    assert!(matches!(error.problem, Problem::Unheard { word: "exit", .. }), "{error:?}");
    assert!(error.to_string().starts_with("sh could not be sent `exit`: Broken pipe"), "{error}");
    assert!(error.to_string().ends_with("; it exited with status 5"), "{error}");
}

#[test]
fn a_silent_program_times_out() {
    let mut child = sh("read go");
    let mut conversation = Conversation::new(&mut child, signals()).unwrap();
    let error = conversation.wait_ready(2, Some(Instant::now() + Duration::from_millis(100))).unwrap_err();
    assert_eq!(error.to_string(), "sh did not print `ready` within 0.1 s: raise --timeout");
}

#[test]
fn output_that_drips_in_does_not_put_the_end_off() {
    let mut child = sh("while printf x; do sleep 0.02; done");
    let mut conversation = Conversation::new(&mut child, signals()).unwrap();
    let started = Instant::now();
    let error = conversation.wait_ready(2, Some(started + Duration::from_millis(200))).unwrap_err();
    assert!(matches!(error.problem, Problem::TimedOut { awaited: Step::Ready, .. }), "{error:?}");
}

#[test]
fn half_a_line_is_none() {
    let mut child = sh(r#"printf '{"event":"ready","tasks":2}'; read go"#);
    let mut conversation = Conversation::new(&mut child, signals()).unwrap();
    let error = conversation.wait_ready(2, Some(Instant::now() + Duration::from_millis(100))).unwrap_err();
    assert!(matches!(error.problem, Problem::TimedOut { awaited: Step::Ready, .. }), "{error:?}");
}

#[test]
fn a_line_may_come_in_pieces() {
    let halves = r#"printf '{"event":"rea'; sleep 0.05; printf 'dy","tasks":2}\n'"#;
    assert_eq!(converse(&format!("{halves}; read go; {DONE}; read exit")).unwrap().1, 0);
}

#[test]
fn a_flood_is_an_error() {
    let (problem, message) = problem("exec cat /dev/zero");
    assert!(matches!(problem, Problem::TooLong { .. }), "{problem:?}");
    assert!(message.contains("more than 1048576 bytes") && message.contains(r"`\0\0"), "{message}");
    assert!(message.len() < 300, "{message}");
}

#[test]
fn lines_that_are_no_events_are_shown() {
    let (noise, message) = problem("echo 'listening on port 80'; read go");
    assert!(matches!(noise, Problem::NotJson { .. }), "{noise:?}");
    assert!(message.contains("`listening on port 80`") && message.contains("stderr"), "{message}");
    let (binary, message) = problem(r"printf '\377\033[2J\n'; read go");
    assert!(matches!(binary, Problem::NotUtf8 { .. }), "{binary:?}");
    assert!(message.contains(r"\u{1b}[2J"), "{message}");
}

#[test]
fn events_come_in_order() {
    let (early_done, message) = problem(&format!("{DONE}; read go"));
    assert!(matches!(early_done, Problem::WrongEvent { due: Step::Ready, .. }), "{early_done:?}");
    assert!(message.contains("where `ready` was expected"), "{message}");
    let (second_ready, _) = problem(&format!("{READY}; read go; {READY}; read exit"));
    assert!(matches!(second_ready, Problem::WrongEvent { due: Step::Done, .. }), "{second_ready:?}");
}

#[test]
fn work_before_go_is_an_error() {
    let (problem, message) = problem(&format!("printf '%s\\n%s\\n' \"$({READY})\" \"$({DONE})\"; read go"));
    assert!(matches!(problem, Problem::Early { .. }), "{problem:?}");
    assert!(message.contains(r#"`{"event":"done""#), "{message}");
}

#[test]
fn wrong_numbers_are_errors() {
    let (tasks, message) = problem(r#"echo '{"event":"ready","tasks":1}'; read go"#);
    assert!(matches!(tasks, Problem::WrongTasks { found: 1, expected: 2 }), "{tasks:?}");
    assert!(message.starts_with("sh is ready with 1 tasks instead of 2"), "{message}");
    let (negative, message) = problem(&format!("{READY}; read go; {}; read exit", DONE.replace('9', "-9")));
    assert!(matches!(negative, Problem::BadNumber { field: "operations", .. }), "{negative:?}");
    assert!(message.contains("\"operations\" is not a whole number from 0 to"), "{message}");
}

#[test]
fn only_a_protocol_child_can_be_talked_to() {
    let args = vec!["-c".into(), ":".into()];
    let user = Identity::unchanged();
    let spec = Spec { program: "sh".into(), args, user, cpu: None, stdio: Stdio::Inherit };
    let mut child = Child::spawn_suspended(&spec).unwrap();
    let error = Conversation::new(&mut child, signals()).unwrap_err();
    assert!(matches!(error.problem, Problem::Pipes(_)), "{error:?}");
}
