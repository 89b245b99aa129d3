//! Verdicts as they are printed.

use taskweight_core::report::Report;
use taskweight_report::claims::Language;
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
        "Summary - holds: 1, 2, 3, 4, 5, 6, 7, 9, 10, 11; holds, with a qualification: 8",
    ] {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    assert!(shown.ends_with("kernel entries."), "the answer comes last: {shown}");
    assert!(verbose.contains("99th percentile of latency (echo, 10 tasks, CPU 1)"));
}

#[test]
fn a_verdict_is_a_few_lines_and_its_figures_come_on_demand() {
    for language in Language::ALL {
        let options = Options { language, ..Options::default() };
        let shown = text(&report(textbook()), options);
        assert!(!shown.contains("0.990") && !shown.contains(language.choose("runs 0", "실행 0")), "{shown}");
        assert!(unfolded(&shown).contains(language.choose("-v and the HTML page", "-v를 쓰면 판정의 근거")), "{shown}");
        let claims: Vec<_> =
            shown.split("\n\n").filter(|text| text.starts_with(|first: char| first.is_ascii_digit())).collect();
        assert_eq!(claims.len(), 11, "{shown}");
        for claim in claims {
            assert!((4..=9).contains(&claim.lines().count()), "{claim}");
        }
    }
}

#[test]
fn korean_letters_are_two_columns_wide() {
    let shown = text(&report(textbook()), Options { language: Language::Korean, verbose: true, ..Options::default() });
    let shown = unfolded(&shown);
    assert!(shown.contains("8. 코루틴은 독립적인 스택을 갖지 않는다. 조건부로 맞다"), "{shown}");
    assert!(shown.contains("요약 - 맞다: 1, 2, 3, 4, 5, 6, 7, 9, 10, 11; 조건부로 맞다: 8"), "{shown}");
}

#[test]
fn what_was_not_asked_for_is_one_line() {
    let few = report([ring("os-thread", "switch", 2_000.0, 1.0, 1.2), ring("tokio", "switch", 5.0, 0.0, 0.0)].concat());
    let shown = unfolded(&text(&few, Options::default()));
    let line = "Not measured: claims 2, 5, 6, 7, 8, 9, 10, 11. `sudo taskweight compare` measures all; -v shows what is missing.";
    assert!(shown.contains(line), "{shown}");
    let verbose = unfolded(&text(&few, Options { verbose: true, ..Options::default() }));
    assert!(verbose.contains(
        "NOT MEASURED `hog` has no run of threads. To measure it: `sudo taskweight compare --scenarios hog`"
    ));
}

#[test]
fn a_command_is_not_judged() {
    let mut report = report(textbook());
    report.anatomy.clear();
    report.runs.iter_mut().for_each(|run| run.scenario = None);
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
