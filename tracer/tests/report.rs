//! Reports from file to terminal.

use std::path::Path;

use taskweight::report::json;
use taskweight::report::model::{Histogram, PerOperation, ProbeState, Report};
use taskweight::report::table::{Options, Warning, render, warnings};
use unicode_width::UnicodeWidthStr;

fn fixture(name: &str) -> Report {
    json::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn text(report: &Report) -> String {
    let text = render(report, &Options::default());
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert_eq!(line, line.trim_end());
        assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
    }
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
    text
}

/// The line that begins so, its words one space apart.
fn line(text: &str, start: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(start));
    let line = line.unwrap_or_else(|| panic!("no line begins with {start:?} in\n{text}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn prints() {
    for name in ["compare.json", "command.json"] {
        println!("{}", text(&fixture(name)));
    }
}
