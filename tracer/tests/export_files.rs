//! `taskweight report --format`: where exports go.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

#[path = "../crates/report/tests/common/mod.rs"]
mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use assert_cmd::Command;
use common::{fixture, path};
use predicates::prelude::*;
use predicates::str::{contains, is_empty, starts_with};
use taskweight_report::export::{Format, Source, files};

fn export(name: &str, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_taskweight"));
    command.arg("report").arg(path(name)).args(words).env_remove("CLICOLOR_FORCE");
    command
}

/// What the library makes of the same fixture.
fn expected(name: &str, format: Format) -> Vec<(String, Vec<u8>)> {
    let (report, stem) = (fixture(name), name.trim_end_matches(".json"));
    let files = files(&Source { report: &report, stem, top: 10 }, format).unwrap();
    files.into_iter().map(|file| (file.name, file.bytes)).collect()
}

fn folder(path: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect()
}

fn sorted(mut files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    files.sort();
    files
}

#[test]
fn one_file_has_three_destinations() {
    let place = tempfile::tempdir().unwrap();
    for (word, format, name) in [
        ("csv", Format::Csv, "compare.csv"),
        ("markdown", Format::Markdown, "compare.md"),
        ("openmetrics", Format::Openmetrics, "compare.om"),
        ("hlog", Format::Hlog, "compare.hlog"),
    ] {
        let [(made, bytes)] = <[_; 1]>::try_from(expected("compare.json", format)).unwrap();
        assert_eq!(made, name);
        export("compare.json", &["--format", word]).assert().success().stdout(bytes.clone()).stderr("");
        let file = place.path().join(format!("elsewhere.{word}"));
        let quiet = |output: &Path| {
            let output = output.to_str().unwrap();
            export("compare.json", &["--format", word, "--output", output]).assert().success().stdout("").stderr("");
        };
        quiet(&file);
        quiet(place.path());
        assert_eq!(fs::read(&file).unwrap(), bytes);
        assert_eq!(fs::read(place.path().join(name)).unwrap(), bytes);
    }
    assert_eq!(folder(place.path()).len(), 8, "nothing else is left there");
}

#[test]
fn several_files_go_into_a_folder_which_is_made() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("percentiles");
    let words = ["--format", "hgrm", "--output", output.to_str().unwrap()];
    for _ in 0..2 {
        export("compare.json", &words).assert().success().stdout("").stderr("");
        assert_eq!(sorted(folder(&output)), sorted(expected("compare.json", Format::Hgrm)));
    }
    let message = contains("this format writes several files: choose a directory with --output DIR");
    export("compare.json", &["--format", "hgrm"]).assert().code(1).stdout(is_empty()).stderr(message);
    let file = place.path().join("file");
    fs::write(&file, "kept").unwrap();
    let message = contains("file: cannot create it: File exists");
    export("compare.json", &["--format", "hgrm", "--output", file.to_str().unwrap()]).assert().code(1).stderr(message);
    assert_eq!(fs::read_to_string(file).unwrap(), "kept");
}

#[test]
fn refusal_writes_no_file() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("stacks");
    let one_line = starts_with("taskweight: ").and(contains("no stacks in this report: "));
    let one_line = one_line.and(predicate::function(|text: &str| text.lines().count() == 1));
    let words = ["--format", "folded", "--output", output.to_str().unwrap()];
    export("compare.json", &words).assert().code(1).stdout(is_empty()).stderr(one_line);
    assert!(!output.exists());
    export("compare.json", &["--format", "pdf"]).assert().code(2).stderr(contains("hgrm, hlog, csv, markdown"));
    export("compare.json", &["--output", "x"]).assert().code(2).stderr(contains("--format"));
}

#[test]
fn exports_belong_to_who_called_sudo() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("SKIPPED: only root can give files away");
        return;
    }
    let place = tempfile::tempdir().unwrap();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let output = place.path().join("percentiles");
    let mut command = export("command.json", &["--format", "hgrm", "--output", output.to_str().unwrap()]);
    command.env("SUDO_UID", "1234").env("SUDO_GID", "5678").env("SUDO_USER", "somebody").assert().success();
    let owner = |path: &Path| fs::metadata(path).map(|metadata| (metadata.uid(), metadata.gid())).unwrap();
    assert_eq!(owner(&output), (1234, 5678));
    for (name, _) in folder(&output) {
        assert_eq!(owner(&output.join(name)), (1234, 5678));
    }
}

#[test]
fn a_report_that_was_kept_becomes_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let (report, page) = (path("page.json"), folder.path().join("page.html"));
    let taskweight = || Command::new(env!("CARGO_BIN_EXE_taskweight"));
    let written = taskweight().args(["report", "--lang", "ko", "--html"]).arg(&page).arg(&report).assert().success();
    assert_eq!(written.get_output().stdout, b"", "the page takes the place of the tables");
    let printed = taskweight().args(["report", "--lang", "ko", "--html", "-"]).arg(&report).assert().success();
    let html = fs::read(&page).unwrap();
    assert!(printed.get_output().stdout == html && html.starts_with(b"<!DOCTYPE html><html lang=\"ko\">"));
    taskweight().args(["report", "--html", "/nonexistent/page.html"]).arg(&report).assert().failure();
}
