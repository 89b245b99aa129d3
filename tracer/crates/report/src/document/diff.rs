//! What is said about two reports.

use std::borrow::Cow;

use taskweight_core::format::{plural, rate};

use super::number::Number;
use super::table::{Cell, Column, Table};
use super::{Block, Caution, Document, Note, Section, Term, Tone};
use crate::diff::{Diff, Pair, Row, Seen};

const COLUMNS: [Column; 6] = [
    Column { head: Cow::Borrowed(""), is_detail: false },
    Column::shown("A"),
    Column::shown("B"),
    Column::shown("B / A"),
    Column::shown("95 % CI"),
    Column::shown(""),
];

const LEGEND: &[Term] = &[
    (
        "B / A",
        "ratio of the medians of the repetitions, with its 95 % bootstrap confidence interval (CI); for bytes per task, the range \
      that the CIs of both slopes allow; rows that are 0 in both are omitted",
    ),
    ("within noise", "the CI contains 1"),
    ("not repeated", "A and B differ, but one repetition each cannot rule out chance"),
];

/// The comparison; `names` are those of the files.
#[must_use]
pub fn of_diff(diff: &Diff, names: [&str; 2]) -> Document {
    let blocks = diff.groups.iter().flat_map(group).collect();
    let alone = [("A", &diff.only_in_a), ("B", &diff.only_in_b)]
        .into_iter()
        .flat_map(|(letter, titles)| titles.iter().map(move |title| Note::plain(format!("only in {letter}: {title}"))));
    let alone: Vec<Note> = alone.collect();
    let sections = vec![
        Section::new("figures", "Figures of both reports", "Figures").legend(LEGEND).blocks(blocks),
        Section::new("alone", "In one report only", "One only").blocks(vec![Block::Notes(alone)]),
    ];
    let answer = [("A", names[0]), ("B", names[1])].map(|(letter, name)| Note::plain(format!("{letter}: {name}")));
    Document {
        answer: [answer.to_vec(), vec![tally(diff)]].concat(),
        cautions: cautions(diff),
        sections,
        ..Document::default()
    }
}

/// How many figures became more or less.
fn tally(diff: &Diff) -> Note {
    let count = |seen: Seen| diff.groups.iter().flat_map(|pair| &pair.rows).filter(|row| row.seen == seen).count();
    let all = [
        (Seen::More, "increased"),
        (Seen::Less, "decreased"),
        (Seen::NoDifference, "within noise"),
        (Seen::Equal, "equal"),
        (Seen::NotRepeated, "not repeated"),
        (Seen::NotMeasured, "not measured"),
    ];
    let some = all.map(|(seen, name)| (count(seen), name)).into_iter().filter(|(count, _)| *count > 0);
    let some: Vec<String> = some.map(|(count, name)| format!("{count} {name}")).collect();
    Note::plain(format!("Figures: {}.", some.join(", ")))
}

fn group(pair: &Pair) -> Vec<Block> {
    let [a, b] = pair.repetitions.map(|count| plural(count as u64, "repetition"));
    let repetitions = if pair.repetitions == [1, 1] { String::new() } else { format!(" (A: {a}, B: {b})") };
    let mut table = Table::new(format!("{}{repetitions}", pair.title), &COLUMNS);
    table.rows = pair.rows.iter().map(row).collect();
    vec![Block::Table(table)]
}

fn row(row: &Row) -> Vec<Cell> {
    let figure = |side: &str, value: Option<f64>| {
        value.map_or(Cell::Empty, |value| {
            Number::field(value, row.unit.mean(value), format!("{side}: {}", row.path)).into()
        })
    };
    let ratio = |value: f64| Number::field(value, rate(value), format!("B / A: {}", row.path));
    let ends = row.ratio.and_then(|one| one.low.zip(one.high));
    let range = |(low, high): (f64, f64)| {
        Cell::Range(format!("{}-{}", rate(low), rate(high)), Box::new([ratio(low), ratio(high)]))
    };
    let (seen, tone) = in_words(row.seen);
    vec![
        Cell::name(&row.label),
        figure("A", row.a),
        figure("B", row.b),
        row.ratio.map_or(Cell::Empty, |one| ratio(one.median).into()),
        ends.map_or(Cell::Empty, range),
        Cell::Text(seen.to_owned(), tone),
    ]
}

fn in_words(seen: Seen) -> (&'static str, Tone) {
    match seen {
        Seen::Equal => ("equal", Tone::Plain),
        Seen::NoDifference => ("within noise", Tone::Plain),
        Seen::Less => ("decreased", Tone::Good),
        Seen::More => ("increased", Tone::Caution),
        Seen::NotRepeated => ("not repeated", Tone::Plain),
        Seen::NotMeasured => ("not measured", Tone::Plain),
    }
}

fn cautions(diff: &Diff) -> Vec<Caution> {
    let settings = diff.environment.iter().map(|one| format!("{} differs: {} in A, {} in B", one.what, one.a, one.b));
    let placed = diff.groups.iter().filter_map(|pair| {
        let cpus = pair.differently_bound?;
        let [a, b] = cpus.map(|cpu| cpu.map_or("unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}")));
        Some(format!("{}: {a} in A, {b} in B", pair.title))
    });
    settings.chain(placed).map(|text| Caution { short: text.clone(), text }).collect()
}
