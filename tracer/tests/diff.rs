//! `taskweight diff`, as it is called: files, exit status, what is printed where.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

use std::fs;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_match, starts_with};
use serde_json::Value;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr as _;

const COMPARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/report/tests/fixtures/compare.json");
const COMMAND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/report/tests/fixtures/command.json");

fn diff(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskweight"));
    command.arg("diff").args(words);
    command
}

/// The fixture with something changed, in a file.
fn changed(fixture: &str, change: impl Fn(&mut Value)) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.json");
    let mut report: Value = serde_json::from_str(&fs::read_to_string(fixture).unwrap()).unwrap();
    change(&mut report);
    fs::write(&path, report.to_string()).unwrap();
    (folder, path.to_str().unwrap().to_owned())
}

/// Each run with twice the switches.
fn twice_the_switches(report: &mut Value) {
    for run in report["runs"].as_array_mut().unwrap() {
        for count in run["kernel"]["switches"].as_object_mut().unwrap().values_mut() {
            *count = (count.as_u64().unwrap() * 2).into();
        }
        if let Some(figures) = run["per_operation"].as_object_mut() {
            figures["kernel_switches"] = (figures["kernel_switches"].as_f64().unwrap() * 2.0).into();
        }
    }
}

#[test]
fn a_report_differs_in_nothing_from_itself() {
    let output = diff(&[COMPARE, COMPARE]).assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    assert!(!text.contains(" decreased\n") && !text.contains(" increased\n") && !text.contains("Warning"), "{text}");
    assert!(text.lines().all(|line| line.width() <= 80), "{text}");
}

#[test]
fn a_condition_that_is_met_is_status_1_and_named() {
    let (_folder, path) = changed(COMPARE, twice_the_switches);
    diff(&[COMPARE, &path, "--fail-on", "per_operation.kernel_switches>1.05x"])
        .assert()
        .code(1)
        .stderr(contains("--fail-on per_operation.kernel_switches>1.05x is met: 2.0000x"));
    diff(&[&path, COMPARE, "--fail-on", "per_operation.kernel_switches>1.05x"]).assert().code(0);
}

#[test]
fn without_operations_totals_are_compared() {
    let (_folder, path) = changed(COMMAND, |report| {
        twice_the_switches(report);
        report["runs"][0]["operations"] = Value::Null;
    });
    diff(&[COMMAND, &path, "--fail-on", "kernel.switches.voluntary>=2x"])
        .assert()
        .code(1)
        .stdout(contains("voluntary").and(contains("2.00")).and(contains("not repeated")));
}

#[test]
fn interrupts_are_compared_by_operation_and_in_all() {
    let (_folder, path) = changed(COMMAND, |report| {
        let run = &mut report["runs"][0];
        run["kernel"]["interrupts"]["count"] = 2800.into();
        run["per_operation"]["interrupts"] = (run["per_operation"]["interrupts"].as_f64().unwrap() * 2.0).into();
    });
    diff(&[COMMAND, &path, "--fail-on", "per_operation.interrupts>1.5x"])
        .assert()
        .code(1)
        .stdout(is_match(r"\ninterrupts +0\.140 +0\.280 +2\.00 ").unwrap());
    diff(&[COMMAND, &path, "--fail-on", "kernel.interrupts.by_kind.timer.count>1.5x"]).assert().success();
}

#[test]
fn another_machine_is_a_warning() {
    let (_folder, path) = changed(COMMAND, |report| report["environment"]["kernel"] = "7.0.0 elsewhere".into());
    diff(&[COMMAND, &path])
        .assert()
        .success()
        .stdout(contains("Warning: kernel differs: ").and(contains("7.0.0 elsewhere")));
}

#[test]
fn what_cannot_be_compared_is_status_2() {
    let error = |words: &[&str], text: &str| {
        diff(words).assert().code(2).stdout("").stderr(starts_with("taskweight: ").and(contains(text.to_owned())));
    };
    error(&[COMPARE, COMMAND], "the reports have no group in common: A has ");
    error(&[COMPARE, "/nonexistent.json"], "/nonexistent.json: no such file");
    error(&["-", "-"], "write one of them to a file");
    error(&[COMMAND, COMMAND, "--fail-on", "nowhere>1"], "`nowhere` was not measured on both sides");
    error(&[COMPARE, COMPARE, "--models", "go"], "--models takes two names");
    diff(&[COMMAND, COMMAND, "--fail-on", "nonsense"]).assert().code(2).stderr(contains("expected PATH>LIMIT"));
}

#[test]
fn two_models_of_one_report_stand_beside_each_other() {
    let report: Value = serde_json::from_str(&fs::read_to_string(COMPARE).unwrap()).unwrap();
    let mut models: Vec<_> =
        report["runs"].as_array().unwrap().iter().map(|run| run["model"].as_str().unwrap()).collect();
    models.dedup();
    let pair = format!("{},{}", models[0], models[1]);
    diff(&[COMPARE, COMPARE, "--models", &pair]).assert().success().stdout(contains(format!("{}, switch", models[0])));
}

#[test]
fn json_has_the_same_and_takes_the_place_of_the_tables() {
    let (_folder, path) = changed(COMMAND, twice_the_switches);
    let words = [COMMAND, &path, "--json", "-", "--fail-on", "kernel.switches.voluntary>1.5x"];
    let output = diff(&words).assert().code(1).get_output().stdout.clone();
    let outcome: Value = serde_json::from_slice(&output).unwrap();
    let rows = outcome["groups"][0]["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["path"] == "per_operation.kernel_switches").unwrap();
    assert_eq!((&row["ratio"]["median"], &row["seen"]), (&2.0.into(), &"not_repeated".into()));
    assert_eq!(outcome["conditions_met"].as_array().unwrap().len(), 1);
}

#[test]
fn hostile_names_of_models_are_escaped() {
    let (_folder, path) = changed(COMPARE, |report| {
        for run in report["runs"].as_array_mut().unwrap() {
            run["model"] = "\u{1b}[2J<b>".into();
        }
    });
    let output = diff(&[&path, &path]).assert().success().get_output().stdout.clone();
    assert!(!output.contains(&0x1b) && String::from_utf8(output).unwrap().contains(r"\x1b[2J<b>"));
}
