//! Progress, for whoever waits at a terminal.

use std::process::Command;

use crate::invocation::programs;
use crate::machine::cpu;

/// What is shown on a terminal that `script` provides.
fn on_a_terminal(words: &[&str]) -> String {
    let program = programs().join("taskweight");
    let line = shell_words::join([program.to_str().unwrap()].iter().chain(words));
    let output = Command::new("script").args(["-qec", &line, "/dev/null"]).env("TERM", "xterm").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// An anatomy that is done at once.
fn anatomy<'a>(cpu: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let words = ["anatomy", "--models", "os-thread", "--operations", "101", "--repetitions", "2", "--pin", cpu];
    [&words[..], more].concat()
}

#[test]
fn an_anatomy_says_what_is_running_and_how_long_it_will() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let shown = on_a_terminal(&anatomy(&cpu, &[]));
    for part in ["0/2 ", "left", "os-thread, switch breakdown", "One switch ("] {
        assert!(shown.contains(part), "{part:?} is not in {shown:?}");
    }
}

#[test]
fn there_is_no_progress_where_nobody_waits_for_it() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let quiet = on_a_terminal(&anatomy(&cpu, &["--quiet"]));
    assert!(!quiet.contains("0/2 ") && quiet.contains("One switch ("), "{quiet:?}");
    let redirected = Command::new(programs().join("taskweight")).args(anatomy(&cpu, &[])).output().unwrap();
    assert!(redirected.status.success() && redirected.stderr.is_empty(), "{redirected:?}");
}
