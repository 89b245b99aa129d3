//! Kernel entries of an operation: system calls, page faults, interrupts.

use crate::html::cells::Cells;
use crate::html::chart::Quantity;
use crate::html::chart::bars::{Bar, Part, bars, key};
use crate::html::context::{Context, work};
use crate::html::number::Repetitions;
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::compare::models;
use taskweight_core::format::rate;
use taskweight_core::report::Run;

const PARTS: [Part; 3] = [
    Part { name: "syscalls", letter: 's', color: 3 },
    Part { name: "page faults from user mode", letter: 'f', color: 4 },
    Part { name: "interrupts", letter: 'i', color: 1 },
];
const HEAD: [&str; 4] = ["model", "syscalls", "page faults from user mode", "interrupts"];

/// The models of one piece of work; `None` where none of them entered the kernel.
pub(super) fn figure(context: &Context<'_>, group: &[&Run]) -> Option<Figure> {
    let of_models: Vec<_> = models(group).into_iter().map(|runs| context.repetitions(runs)).collect();
    let drawn: Vec<_> = of_models.iter().filter_map(|repetitions| bar(context, repetitions)).collect();
    let first = group.first()?;
    let title = format!("Kernel entries in {}, {}", shown(first.case.scenario.as_deref()?), work(first));
    let picture = bars(&format!("{title}: per operation, by model"), &PARTS, &drawn, "per operation", Quantity::Count)?;
    let mut table = Table::new(format!("{title}: per operation"), HEAD);
    table.rows = of_models.iter().filter_map(|repetitions| row(context, repetitions)).collect();
    Some(Figure {
        title: format!("{title}."),
        note:
            "Per operation, medians of the traced runs. System calls and page faults are caused by the program itself; \
               interrupts come from outside and are not counted among its kernel entries. 0: none, or below 0.00005."
                .to_owned(),
        key: Some(key(&PARTS, &drawn)),
        picture: Some(picture),
        table,
    })
}

fn bar(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Option<Bar> {
    let cells = Cells::new(context, repetitions);
    let estimates = [cells.calls_estimate(), cells.user_faults_estimate(), cells.interrupts_estimate()];
    let known = estimates.into_iter().enumerate().filter_map(|(part, estimate)| Some((part, estimate?.summary.median)));
    let values: Vec<_> = known.collect();
    let sum = rate(values.iter().map(|(_, value)| value).sum());
    Some(Bar { name: shown(&repetitions.runs.first()?.case.model), values, sum })
}

fn row(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Option<Vec<Cell>> {
    let cells = Cells::new(context, repetitions);
    Some(vec![
        Cell::name(&repetitions.runs.first()?.case.model),
        cells.calls(),
        cells.user_faults(),
        cells.interrupts(),
    ])
}
