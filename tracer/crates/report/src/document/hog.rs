//! Who waits while one task computes.

use taskweight_core::format::count_bounded;
use taskweight_core::report::Run;

use super::cells::UNCOUNTED;
use super::context::{Context, groups, work};
use super::number::{Distribution, Form, Repetitions};
use super::table::{Cell, Column, Table};
use super::{Block, Section, Term};
use crate::chart::{Chart, Curve};

const COLUMNS: [Column; 9] = [
    Column::shown("model"),
    Column::shown("ticks"),
    Column::detail("earliest"),
    Column::shown("late p50"),
    Column::detail("late p90"),
    Column::shown("late p99"),
    Column::detail("late p99.9"),
    Column::shown("latest"),
    Column::shown("preempted"),
];

const LEGEND: &[Term] = &[
    ("late", "ticks that are due each millisecond while another task computes for 200 ms, untraced"),
    ("preempted", "involuntary context switches"),
];

/// A whole number, over the repetitions.
const WHOLE: Form = (|count| count_bounded(count.round() as u64), |_, low, high| format!("{low:.0}-{high:.0}"));

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("hog", "Who waits while one task computes", "Preemption").legend(LEGEND);
    let runs = context.runs(|scenario| scenario == "hog");
    if runs.is_empty() {
        return section.absent("taskweight compare --scenarios hog");
    }
    let mut table = Table::new("hog: lateness of ticks while one task computes", &COLUMNS);
    let mut curves = Vec::new();
    for group in groups(&runs) {
        table.rows.extend(group.first().map(|run| vec![Cell::Group(work(run))]));
        for repetitions in context.by_model(&group) {
            let (late, name) = (late(&repetitions), repetitions.model());
            table.rows.push(row(&repetitions, &late));
            curves.push(Curve { series: context.series(name), name: name.to_owned(), histogram: late.histogram });
        }
    }
    let note = "One task computes for 200 ms without yielding, and the others should tick every millisecond. With preemptive \
                scheduling they keep ticking; with cooperative scheduling and no other thread to run them, they wait until it \
                yields. If the ticks alone exceed what the CPUs can do, they are late in any case.";
    section.blocks(vec![Block::figure("Lateness of ticks.", note, Chart::Curves(curves), table)])
}

fn late(repetitions: &Repetitions<'_>) -> Distribution {
    repetitions.merged("own.lateness_ns", |run| run.own.as_ref()?.lateness_ns.as_ref())
}

fn row(repetitions: &Repetitions<'_>, late: &Distribution) -> Vec<Cell> {
    let ticks = repetitions.estimate("operations", |run| Some(run.operations? as f64), WHOLE);
    let preempted = |run: &Run| Some(run.kernel.switches.preempted as f64);
    let preempted = repetitions.estimate("kernel.switches.preempted", preempted, WHOLE);
    let mut row = vec![Cell::name(repetitions.model()), Cell::median(ticks, UNCOUNTED)];
    row.extend(late.times(["min", "p50", "p90", "p99", "p999", "max"], "the program does not report it"));
    row.push(Cell::median(preempted, UNCOUNTED));
    row
}
