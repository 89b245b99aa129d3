//! A program that does not offer a scenario: one line, no failure, and no second attempt.

use std::fs;

use crate::invocation::{compare, programs};
use crate::window::scripts;

#[test]
fn what_is_not_offered_is_left_out() {
    needs_bpf!();
    let real = format!("exec '{}/taskweight-future' \"$@\"", programs().display());
    let picky = format!("echo $1 >> \"$0.log\"; [ $1 = switch ] && exit 2; {real}");
    let folder = scripts([("future", &real), ("picky", &picky)]);
    let path = folder.path().to_str().unwrap();
    let log = format!("{path}/taskweight-picky.log");
    fs::write(&log, "").unwrap();
    let mine = format!("mine='{path}/taskweight-picky'");
    let options = ["--programs", path, "--models", "future", "--model", &mine, "--scenarios", "switch,yield"];
    let more = ["--tasks", "2", "--operations", "1009", "--repetitions", "2", "--pin", "none", "--as-root"];
    let outcome = compare(&[&options[..], &more].concat());
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len(), report.runs.len()), (0, 0, 6), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("mine does not offer switch\n").count(), 1, "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(&log).unwrap().matches("switch").count(), 1);
}

#[test]
fn nothing_offered_is_nothing_measured() {
    needs_bpf!();
    let folder = scripts([("future", "exit 2")]);
    let options = ["--programs", folder.path().to_str().unwrap(), "--models", "future", "--scenarios", "yield"];
    let outcome = compare(&options);
    assert_eq!((outcome.code, outcome.report().failures.len()), (1, 0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("Nothing was measured."), "{}", outcome.stdout);
}
