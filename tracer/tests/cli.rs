//! The command line, as an ordinary user meets it: nothing here needs root, and as root it is laid down first.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use taskweight_core::catalog::MODELS;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr as _;

/// Nobody, wherever there is one; no entry in the user database is needed.
const NOBODY: u32 = 65_534;

/// A folder that everybody may enter, as that of temporary files need not be.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A copy of the program in a folder that everybody may enter, as the one it was built in need not be.
fn program() -> &'static Path {
    static COPY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let copy = || {
        let folder = open_folder();
        let path = folder.path().join("taskweight");
        fs::copy(env!("CARGO_BIN_EXE_taskweight"), &path).unwrap();
        (folder, path)
    };
    &COPY.get_or_init(copy).1
}

/// taskweight without any privilege.
fn taskweight(words: &[&str]) -> Command {
    unprivileged(program(), words)
}

fn unprivileged(program: &Path, words: &[&str]) -> Command {
    let mut command = process::Command::new(program);
    command.args(words).current_dir("/");
    for variable in ["TASKWEIGHT_PROGRAMS", "COLUMNS", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    if nix::unistd::geteuid().is_root() {
        // This drops the supplementary groups and all capabilities, too.
        command.uid(NOBODY).gid(NOBODY);
    }
    Command::from_std(command)
}

/// A folder in which every model has a program, which is never started.
fn models() -> TempDir {
    let folder = open_folder();
    for model in &MODELS {
        fs::write(folder.path().join(format!("taskweight-{}", model.name)), "").unwrap();
    }
    folder
}

fn compare(folder: &TempDir, words: &[&str]) -> Command {
    taskweight(&[&["compare", "--programs", folder.path().to_str().unwrap()], words].concat())
}

/// Exactly one line, that of an error.
fn one_line(words: &str) -> impl Predicate<str> {
    let words = words.to_owned();
    starts_with("taskweight: ")
        .and(contains(words))
        .and(predicate::function(|text: &str| text.lines().count() == 1 && text.ends_with('\n')))
}

fn narrow() -> impl Predicate<str> {
    predicate::function(|text: &str| text.lines().all(|line| line.width() <= 80))
}

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/report/tests/fixtures").join(name)).unwrap()
}

/// `taskweight report` of a file with this text.
fn report(text: &str) -> assert_cmd::assert::Assert {
    let file = tempfile::NamedTempFile::new_in("/tmp").unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(file.path(), text).unwrap();
    taskweight(&["report", file.path().to_str().unwrap()]).assert()
}

#[test]
fn help_has_examples_and_fits_a_terminal() {
    for verb in [&[][..], &["compare"], &["run"], &["check-model"]] {
        let help = taskweight(&[verb, &["--help"]].concat()).assert().success();
        help.stdout(contains("EXAMPLES:").and(contains("sudo taskweight"))).stderr(is_empty());
    }
    taskweight(&["--version"]).assert().success().stdout(concat!("taskweight ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn manual_pages_and_completions_are_those_of_taskweight() {
    let folder = open_folder();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    taskweight(&["man", folder.path().to_str().unwrap()]).assert().success();
    for name in ["taskweight.1", "taskweight-run.1"] {
        let page = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(page.contains("taskweight") && !page.contains("tracer"), "{page}");
    }
    taskweight(&["completions", "bash"])
        .assert()
        .success()
        .stdout(contains("_taskweight()").and(contains("tracer").not()));
}

#[test]
fn hidden_options_are_not_in_the_help() {
    taskweight(&["compare", "--help"]).assert().stdout(contains("--probe-form").or(contains("--programs")).not());
}

#[test]
fn a_command_line_that_makes_no_sense_is_a_usage_error() {
    for words in [
        &[][..],
        &["measure"],
        &["run"],
        &["run", "--"],
        &["run", "--pin", "one", "--", "true"],
        &["run", "--pin", "-1", "--", "true"],
        &["run", "--operations", "0", "--", "true"],
        &["run", "--operations", "7", "--per", "syscall:read", "--", "true"],
        &["run", "--per", "syscall:acept", "--", "true"],
        &["run", "--timeout", "0", "--", "true"],
        &["run", "--max-threads", "0", "--", "true"],
        &["compare", "--tasks", "0"],
        &["compare", "--repetitions", "0"],
        &["compare", "--pin", "all"],
        &["compare", "--quiet", "--verbose"],
        &["report"],
        &["check-model"],
        &["check-model", "--timeout", "0", "--", "true"],
    ] {
        taskweight(words).assert().code(2).stdout(is_empty()).stderr(contains("Usage: ").or(contains("--help")));
    }
}

#[test]
fn words_of_a_command_line_cannot_act_on_the_terminal() {
    for words in [&["compare", "--\x1b[2J"][..], &["mea\x1b[2Jsure"], &["compare", "--pin", "\x1b[2J"]] {
        // clap colours what it says where it is told to: only what it repeats is of interest.
        let mut command = taskweight(words);
        let shown = command.env("CLICOLOR_FORCE", "1").assert().code(2);
        shown.stderr(contains("\x1b[2J").not().and(contains(r"\x1b[2J")));
    }
}

#[test]
fn reasons_are_escaped() {
    let folder = open_folder();
    let hostile = folder.path().join("\x1b[2J");
    fs::create_dir(&hostile).unwrap();
    fs::set_permissions(&hostile, fs::Permissions::from_mode(0o755)).unwrap();
    // Models are looked for beside the program.
    let copy = hostile.join("taskweight");
    fs::copy(program(), &copy).unwrap();
    let reason = hostile.join("taskweight-go.reason");
    fs::write(&reason, "no \x1b[31mgo\n").unwrap();
    fs::set_permissions(&reason, fs::Permissions::from_mode(0o644)).unwrap();
    for (verb, shown) in [("models", &[r"no \x1b[31mgo", r"\x1b[2J"][..]), ("doctor", &[])] {
        let output = unprivileged(&copy, &[verb, "--verbose"]).assert().get_output().stdout.clone();
        let output = String::from_utf8(output).unwrap();
        assert!(!output.contains('\x1b'), "{output:?}");
        shown.iter().for_each(|part| assert!(output.contains(part), "{part} is not in {output}"));
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_known_ones() {
    let folder = models();
    for (option, name, some) in [("--models", "fibre", "os-thread, pthread, "), ("--scenarios", "swich", "switch, ")] {
        let message = format!("`{name}`, known: {some}");
        compare(&folder, &[option, name]).assert().code(1).stdout(is_empty()).stderr(one_line(&message));
    }
}

#[test]
fn unknown_cpu_names_the_known() {
    let message = one_line("cannot pin to CPU 100000: the CPUs to choose from are ");
    compare(&models(), &["--pin", "100000"]).assert().code(1).stderr(message);
}

#[test]
fn without_root_the_capability_and_the_command_are_named() {
    let message = "loading eBPF programs needs CAP_BPF and CAP_PERFMON: try `sudo taskweight ...`";
    taskweight(&["run", "--", "echo", "executed"]).assert().code(125).stdout(is_empty()).stderr(one_line(message));
    compare(&models(), &[]).assert().code(1).stdout(is_empty()).stderr(one_line(message));
}

#[test]
fn without_root_the_doctor_tells_what_is_missing() {
    let reason = contains("cannot measure here").and(contains("CAP_BPF")).and(contains("sudo"));
    taskweight(&["doctor"]).assert().code(1).stdout(reason.and(contains("missing")).and(narrow())).stderr(is_empty());
}

#[test]
fn models_are_listed_for_everybody() {
    let scenarios = ["switch", "switch-io", "yield", "control"];
    let listed = MODELS.iter().map(|model| model.name).chain(scenarios);
    let output = taskweight(&["models"]).assert().success().stdout(narrow());
    let output = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    listed.for_each(|name| assert!(output.contains(name), "{name}:\n{output}"));
    assert!(output.contains("cargo xtask build"), "none is installed here, and the way to it is named:\n{output}");
}

#[test]
fn without_models_there_is_nothing_to_compare() {
    taskweight(&["compare"]).assert().code(1).stderr(one_line("no model is installed: os-thread: "));
}

#[test]
fn a_report_is_rendered_for_everybody_and_always_the_same() {
    for name in ["compare.json", "command.json"] {
        let first = report(&fixture(name)).success().stderr(is_empty()).stdout(narrow().and(is_empty().not()));
        let second = taskweight(&["report", "-"]).write_stdin(fixture(name)).assert().success();
        assert_eq!(first.get_output().stdout, second.get_output().stdout);
    }
}

#[test]
fn a_file_that_is_no_report_is_one_line() {
    let whole = fixture("command.json");
    let cut = &whole[..whole.len() / 2];
    let other = whole.replacen("\"schema_version\": 1", "\"schema_version\": 99", 1);
    assert_ne!(whole, other);
    for (text, words) in [
        ("", "empty file"),
        ("switches: 7\n", "not JSON: line 1"),
        ("{}", "not a taskweight report"),
        ("{\"schema_version\": 1}", "field `.`: missing field"),
        (cut, "truncated: the file ends within the report"),
        (&other, "schema version 99, but this taskweight reads 1: use the version that wrote it"),
    ] {
        report(text).code(1).stdout(is_empty()).stderr(one_line(words));
    }
    taskweight(&["report", "/nonexistent/r.json"])
        .assert()
        .code(1)
        .stderr(one_line("/nonexistent/r.json: no such file"));
    taskweight(&["report", "/"]).assert().code(1).stderr(one_line("directory"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let script = format!("'{}' report - | head -n 1", program().display());
    let mut shell = process::Command::new("sh");
    shell.args(["-c", &script]);
    let output = Command::from_std(shell).write_stdin(fixture("compare.json")).assert().success();
    output.stdout(predicate::function(|text: &str| text.lines().count() == 1)).stderr(is_empty());
}
