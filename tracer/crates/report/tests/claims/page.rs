//! Verdicts as they are printed.

use taskweight_core::report::Report;
use taskweight_report::claims::{Language, summary, verdicts};
use taskweight_report::conclude;
use taskweight_report::document::Options;
use taskweight_report::paint::text::render;
use unicode_width::UnicodeWidthStr as _;

use crate::world::{MIB, idle, report, ring, textbook, with};

/// The part of the page with the verdicts, of which no line is too long.
fn text(report: &Report, options: Options) -> String {
    let text = render(report, &options);
    let heading = options.language_heading();
    let at = text.find(heading).unwrap_or_else(|| panic!("no {heading:?} in\n{text}"));
    println!("{}", &text[at..]);
    for line in text[at..].lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
    }
    text[at..].to_owned()
}

trait Heading {
    fn language_heading(&self) -> &'static str;
}

impl Heading for Options {
    fn language_heading(&self) -> &'static str {
        match self.language {
            _ if self.verbose => "1. ",
            Language::English => "Verdicts on the textbook's claims",
            Language::Korean => "교과서의 주장에 대한 판정",
        }
    }
}

fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_claim_has_its_outcome_its_figures_their_interval_and_runs() {
    let verbose = text(&report(textbook()), Options { verbose: true, ..Options::default() });
    let shown = unfolded(&verbose);
    for part in [
        "1. Context switches between threads go through the kernel; switches between coroutines do not. HOLDS The kernel switches threads",
        "context switches per task switch (switch, 2 tasks, CPU 1) os-thread 1.00 0.990 to 1.01 runs 0, 1, 2, 3, 4",
        "8. Coroutines have no stack of their own. HOLDS, WITH A QUALIFICATION",
    ] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    assert!(verbose.contains("99th percentile of latency (echo, 10 tasks, CPU 1)"));
}

#[test]
fn the_answer_comes_first_and_a_verdict_is_a_line() {
    for language in Language::ALL {
        let (report, options) = (report(textbook()), Options { language, ..Options::default() });
        let whole = unfolded(&render(&report, &options));
        assert!(whole.starts_with(&summary(&report, language).join(" ")), "{whole}");
        let shown = text(&report, options);
        assert!(!shown.contains("0.990") && !shown.contains(language.choose("runs 0", "실행 0")), "{shown}");
        let block = shown.split("\n\n").next().unwrap();
        let claims = block.lines().filter(|line| line.trim_start().starts_with(|first: char| first.is_ascii_digit()));
        assert_eq!(claims.count(), 11, "{block}");
        assert_eq!(block.lines().count(), 13, "a heading, the verdicts, where the rest is: {block}");
    }
}

#[test]
fn korean_letters_are_two_columns_wide() {
    let shown = text(&report(textbook()), Options { language: Language::Korean, verbose: true, ..Options::default() });
    assert!(unfolded(&shown).contains("8. 코루틴은 독립적인 스택을 갖지 않는다. 조건부로 맞다"), "{shown}");
}

#[test]
fn what_was_not_asked_for_is_one_line() {
    let few = report([ring("os-thread", "switch", 2_000.0, 1.0, 1.2), ring("tokio", "switch", 5.0, 0.0, 0.0)].concat());
    let shown = unfolded(&text(&few, Options::default()));
    let line = "not measured: 2, 5, 6, 7, 8, 9, 10, 11 (`sudo taskweight compare` measures all)";
    assert!(shown.contains(line), "{shown}");
    let verbose = unfolded(&text(&few, Options { verbose: true, ..Options::default() }));
    assert!(verbose.contains(
        "NOT MEASURED `hog` has no run of threads. To measure it: `sudo taskweight compare --scenarios hog`"
    ));
}

#[test]
fn a_comparison_fits_the_screens_that_a_reader_scrolls() {
    let shown = render(&report(textbook()), &Options::default());
    assert!(shown.lines().count() <= 120, "{} lines:\n{shown}", shown.lines().count());
}

#[test]
fn the_answer_and_the_verdicts_are_in_the_report() {
    let mut report = report(textbook());
    conclude(&mut report);
    assert_eq!(report.answer, summary(&report, Language::English));
    assert_eq!(report.verdicts, verdicts(&report, Language::English));
    let written = serde_json::to_value(&report).unwrap();
    assert_eq!(written["verdicts"][7]["outcome"], "qualified");
    assert_eq!(written["verdicts"][0]["figures"][0]["value"], 1.0);
}

#[test]
fn a_command_is_not_judged() {
    let mut report = report(textbook());
    report.anatomy.clear();
    report.runs.iter_mut().for_each(|run| run.case.scenario = None);
    assert!(!render(&report, &Options::default()).contains("textbook"));
}

#[test]
fn what_programs_say_cannot_act_on_the_terminal() {
    let hostile = format!("\x1b[2J\u{202e}{}", "long".repeat(40));
    let runs = with(textbook(), "os-thread", Some("idle"), idle("os-thread", MIB, MIB, 8_000, Some(&hostile)));
    for language in Language::ALL {
        let shown = text(&report(runs.clone()), Options { language, verbose: true, ..Options::default() });
        assert!(shown.contains(r"\x1b[2J"), "{shown}");
    }
}
