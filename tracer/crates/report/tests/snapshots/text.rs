//! What is printed on a terminal.

use taskweight_report::claims::Language;
use taskweight_report::document::Options;
use taskweight_report::paint::text::render;

use crate::{assert_is, reports};

#[test]
fn tables_at_both_widths() {
    for (name, report) in reports::all() {
        for (width, verbose, suffix) in [(80, false, ""), (80, true, "-v"), (120, false, ""), (120, true, "-v")] {
            let text = render(&report, &Options { width, verbose, ..Options::default() });
            assert_is(&format!("{name}-text-{width}{suffix}"), &text);
        }
    }
}

#[test]
fn tables_in_colour_and_cut_short() {
    for name in ["command", "compare", "hostile"] {
        let options = Options { color: true, top: 2, ..Options::default() };
        assert_is(&format!("{name}-text-colour-top-2"), &render(&reports::fixture(name), &options));
    }
}

#[test]
fn verdicts_in_korean() {
    for (name, report) in reports::all() {
        let options = Options { language: Language::Korean, ..Options::default() };
        let (text, english) = (render(&report, &options), render(&report, &Options::default()));
        let differing: Vec<_> = text.lines().skip_while(|line| english.lines().any(|other| other == *line)).collect();
        assert_is(&format!("{name}-text-korean"), &differing.join("\n"));
    }
}
