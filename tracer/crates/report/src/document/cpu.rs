//! Computation: how it spreads over CPUs, and whether all models computed the same.

use std::collections::{BTreeMap, BTreeSet};

use taskweight_core::format::{count, plural};
use taskweight_core::report::Run;

use super::cells::Cells;
use super::context::{Context, groups, work};
use super::echo::over_tasks;
use super::number::{Number, Repetitions};
use super::table::{Cell, Column, Table};
use super::{Block, Note, Section, Term, Tone};
use crate::chart::Quantity;

const COLUMNS: [Column; 9] = [
    Column::shown("model"),
    Column::shown("time per chunk"),
    Column::shown("95 % CI"),
    Column::shown("speedup"),
    Column::shown("context switches"),
    Column::shown("preempted"),
    Column::shown("migrations"),
    Column::detail("interrupts"),
    Column::detail("traced/\nuntraced"),
];

const LEGEND: &[Term] = &[
    super::legend::CI,
    ("speedup", "the same model's time with 1 task over this one"),
    super::legend::COUNTS,
    ("preempted", "involuntary context switches"),
    ("migrations", "moves to another CPU"),
    super::legend::TRACED,
];

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("cpu", "Computation on several CPUs", "Computation").legend(LEGEND);
    let runs = context.runs(|scenario| scenario == "cpu");
    if runs.is_empty() {
        return section.absent("taskweight compare --scenarios cpu");
    }
    let points = context.points(&runs);
    let chart = over_tasks(context, &points, ["tasks", "time per chunk"], Quantity::Time, |point| {
        Some(Cells::elapsed(&point.repetitions)?.with_ends())
    });
    let note = "The same chunks of work divided among more and more tasks, unpinned: elapsed time over chunks. A model that uses \
                only one CPU gains nothing from more tasks.";
    let figure = Block::figure("Time per chunk over tasks.", note, chart, table(context, &runs));
    let checksums = checksums(&runs);
    let is_fine = checksums.tone == Tone::Plain;
    let checksums = Block::Notes(vec![checksums]);
    section.blocks(vec![figure, if is_fine { Block::Detail(vec![checksums]) } else { checksums }])
}

fn table(context: &Context<'_>, runs: &[&Run]) -> Table {
    let mut table = Table::new("cpu: one chunk of computation", &COLUMNS);
    for group in groups(runs) {
        table.rows.extend(group.first().map(|run| vec![Cell::Group(work(run))]));
        table.rows.extend(context.by_model(&group).iter().map(|repetitions| row(context, runs, repetitions)));
    }
    table.with_last_group()
}

fn row(context: &Context<'_>, all: &[&Run], repetitions: &Repetitions<'_>) -> Vec<Cell> {
    let cells = Cells::new(context, repetitions);
    let mut row = vec![Cell::name(repetitions.model())];
    row.extend(cells.time());
    row.push(Cell::number_or(speedup(context, all, repetitions), "not measured with 1 task"));
    row.extend([cells.switches(), cells.preempted(), cells.migrations(), cells.interrupts(), cells.traced_to_twin()]);
    row
}

/// The time of one task over that of these: of the same model at the same place.
fn speedup(context: &Context<'_>, all: &[&Run], repetitions: &Repetitions<'_>) -> Option<Number> {
    let this = repetitions.runs.first()?;
    let is_alone = |run: &&Run| {
        run.case.model == this.case.model && run.case.pinned == this.case.pinned && run.case.tasks == Some(1)
    };
    let alone = context.repetitions(all.iter().copied().filter(is_alone).collect());
    let [alone, these] = [Cells::elapsed(&alone)?, Cells::elapsed(repetitions)?];
    let ratio = alone.summary.median / these.summary.median;
    let origin = format!("({}) / ({})", alone.median.origin, these.median.origin);
    ratio.is_finite().then(|| Number::field(ratio, format!("{ratio:.2}"), origin))
}

/// Models by checksum, by number of chunks: only those with the same chunks must agree.
fn by_checksum<'a>(runs: &[&'a Run]) -> BTreeMap<u64, BTreeMap<u64, BTreeSet<&'a str>>> {
    let mut all: BTreeMap<u64, BTreeMap<u64, BTreeSet<&str>>> = BTreeMap::new();
    for run in runs {
        let checksum = run.own.as_ref().and_then(|own| own.checksum);
        if let (Some(chunks), Some(checksum)) = (run.operations, checksum) {
            all.entry(chunks).or_default().entry(checksum).or_default().insert(&run.case.model);
        }
    }
    all
}

/// Where models that computed the same chunks have different sums: such as `4,000 chunks: 17 (go), 18 (tokio)`.
pub(crate) fn differing_checksums(runs: &[&Run]) -> Vec<String> {
    let differing = by_checksum(runs).into_iter().filter(|(_, sums)| sums.len() > 1);
    let who =
        |(sum, models): (u64, BTreeSet<&str>)| format!("{sum} ({})", models.into_iter().collect::<Vec<_>>().join(", "));
    differing
        .map(|(chunks, sums)| {
            let sums: Vec<_> = sums.into_iter().map(who).collect();
            format!("{} chunks: {}", count(chunks), sums.join(", "))
        })
        .collect()
}

fn checksums(runs: &[&Run]) -> Note {
    let differing = differing_checksums(runs);
    let all = by_checksum(runs);
    let models: BTreeSet<_> = all.values().flat_map(BTreeMap::values).flatten().collect();
    match (differing.is_empty(), models.len() as u64) {
        (false, _) => Note::toned(Tone::Bad, format!("Checksums differ: {}", differing.join("; "))),
        (true, 0) => Note::plain("Checksums: none reported"),
        (true, number) => Note::plain(format!("Checksums agree: {}", plural(number, "model"))),
    }
}
