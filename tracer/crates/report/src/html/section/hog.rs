//! Who waits while one task computes.

use maud::html;

use crate::html::cells::Cells;
use crate::html::chart::percentiles::curves;
use crate::html::context::{Context, Point};
use crate::html::number::{DISTRIBUTION_HEAD, Distribution};
use crate::html::section::Section;
use crate::html::section::distributions;
use crate::html::table::{Cell, Figure, Table};
use taskweight_core::format::rate;
use taskweight_core::report::Run;

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("hog", "Who waits while one task computes");
    let points = context.points(&context.runs(&["hog"]));
    if points.is_empty() {
        return Section::absent(id, title, "taskweight compare --scenarios hog");
    }
    let lateness: Vec<(&Point<'_>, Distribution)> = points.iter().map(|point| (point, late(point))).collect();
    let series: Vec<_> = lateness.iter().map(|(point, one)| (context.series(point.model), &one.histogram)).collect();
    let models: Vec<_> = points.iter().map(|point| point.model).collect();
    let head = ["model", "tasks"].into_iter().chain(DISTRIBUTION_HEAD).chain(["preempted"]);
    let mut table = Table::new("lateness of ticks", head);
    table.rows = lateness.iter().map(|(point, late)| row(point, late)).collect();
    let figure = Figure {
        title: "Lateness of ticks.".to_owned(),
        note: "One task computes for 200 ms without yielding, and the others should tick every millisecond. With preemptive \
               scheduling they keep ticking; with cooperative scheduling and no other thread to run them, they wait until it \
               yields."
            .to_owned(),
        key: Some(context.key(&models)),
        picture: curves("Lateness of ticks, by model", "lateness", &series),
        table,
    };
    Section { id, title, content: html! { (figure) } }
}

fn late(point: &Point<'_>) -> Distribution {
    point.repetitions.merged("own.lateness_ns", |run| run.own.as_ref()?.lateness_ns.as_ref())
}

fn row(point: &Point<'_>, late: &Distribution) -> Vec<Cell> {
    let mut cells = distributions::row(point.model, late);
    cells.insert(1, Cells::tasks(point.tasks, &point.repetitions));
    let preempted = |run: &Run| Some(run.kernel.switches.preempted as f64);
    let preempted = point.repetitions.estimate("kernel.switches.preempted", preempted, rate);
    cells.push(Cell::median(preempted, "no run"));
    cells
}
