//! The comparison of two reports.

use crate::diff::{Diff, Pair, Row, Seen};

use super::Options;
use super::text::{Page, Style};
use taskweight_core::format::{ABSENT, plural, rate};

/// Columns of each figure.
const FIGURE_COLUMNS: usize = 10;
/// Columns of the names.
const LABEL_COLUMNS: usize = 24;
/// Columns of the ratio and of its interval.
const RATIO_COLUMNS: [usize; 2] = [7, 14];

const LEGEND: &str = "A, B: medians of the repetitions. B / A: ratio of the medians, with its 95 % bootstrap confidence interval (CI); for bytes \
     per task, the range that the CIs of both slopes allow. within noise: the CI contains 1. not repeated: A and B differ, but \
     one repetition each cannot rule out chance. 0: none, or below 0.00005. Rows that are 0 in both reports are omitted.";

/// The comparison as text, which ends with a line break; `names` are those of the files.
#[must_use]
pub fn render(diff: &Diff, names: [&str; 2], options: &Options) -> String {
    let mut page = Page::new(options.width.max(super::NARROWEST), options.color);
    for (letter, name) in ["A", "B"].iter().zip(names) {
        page.paragraph(&format!("{letter}: {name}"));
    }
    page.blank();
    for pair in &diff.groups {
        group(pair, &mut page);
    }
    page.paragraph(LEGEND);
    page.blank();
    for (letter, alone) in [("A", &diff.only_in_a), ("B", &diff.only_in_b)] {
        for title in alone {
            page.item(&format!("only in {letter}: {title}"), Style::Plain);
        }
    }
    surroundings(diff, &mut page);
    page.finish()
}

fn group(pair: &Pair, page: &mut Page) {
    page.heading(&pair.title);
    let [a, b] = pair.repetitions.map(|count| plural(count as u64, "repetition"));
    if pair.repetitions != [1, 1] {
        page.paragraph(&format!("A: {a}, B: {b}"));
    }
    let head = format!("{:LABEL_COLUMNS$}{:>FIGURE_COLUMNS$}{:>FIGURE_COLUMNS$}", "", "A", "B");
    let [ratio, interval] = RATIO_COLUMNS;
    page.line(&format!("{head}{:>ratio$}{:>interval$}", "B / A", "95 % CI"), Style::Heading);
    for row in &pair.rows {
        line(row, page);
    }
    page.blank();
}

fn line(row: &Row, page: &mut Page) {
    let figures = [row.a, row.b].map(|figure| figure.map_or(ABSENT.to_owned(), |figure| row.unit.mean(figure)));
    let [a, b] = figures;
    let (median, ends) = match row.ratio {
        Some(ratio) => {
            let ends = ratio.low.zip(ratio.high).map(|(low, high)| format!("{}-{}", rate(low), rate(high)));
            (rate(ratio.median), ends)
        }
        None => (ABSENT.to_owned(), None),
    };
    let [ratio, interval] = RATIO_COLUMNS;
    let label: String = row.label.chars().take(LABEL_COLUMNS).collect();
    let figures = format!("{label:LABEL_COLUMNS$}{a:>FIGURE_COLUMNS$}{b:>FIGURE_COLUMNS$}");
    let (seen, style) = in_words(row.seen);
    let line =
        format!("{figures}{median:>ratio$}{:>interval$}  {}", ends.unwrap_or_default(), page.painted(seen, style));
    page.line(line.trim_end(), Style::Plain);
}

/// In the columns that are left of 80.
fn in_words(seen: Seen) -> (&'static str, Style) {
    match seen {
        Seen::Equal => ("equal", Style::Plain),
        Seen::NoDifference => ("within noise", Style::Plain),
        Seen::Less => ("decreased", Style::Advantage),
        Seen::More => ("increased", Style::Caution),
        Seen::NotRepeated => ("not repeated", Style::Plain),
        Seen::NotMeasured => ("not measured", Style::Plain),
    }
}

fn surroundings(diff: &Diff, page: &mut Page) {
    for difference in &diff.environment {
        let (what, a, b) = (&difference.what, &difference.a, &difference.b);
        page.styled(&format!("Warning: {what} differs: {a} in A, {b} in B"), 2, Style::Caution);
    }
    for pair in &diff.groups {
        let Some(cpus) = pair.differently_bound else { continue };
        let [a, b] = cpus.map(|cpu| cpu.map_or("unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}")));
        page.styled(&format!("Warning: {}: {a} in A, {b} in B", pair.title), 2, Style::Caution);
    }
}
