//! Kernel entries of an operation: system calls, page faults, interrupts.

use taskweight_core::format::rate;
use taskweight_core::report::Run;

use super::Block;
use super::cells::Cells;
use super::context::{Context, work};
use super::number::Repetitions;
use super::table::{Cell, Column, Table};
use crate::chart::{Bar, Bars, Chart, Part, Quantity};

const PARTS: [Part; 3] = [
    Part { name: "syscalls", letter: 's', color: 3 },
    Part { name: "page faults from user mode", letter: 'f', color: 4 },
    Part { name: "interrupts", letter: 'i', color: 1 },
];
const COLUMNS: [Column; 4] = [
    Column::shown("model"),
    Column::shown("syscalls"),
    Column::shown("page faults from user mode"),
    Column::shown("interrupts"),
];
const NOTE: &str = "Per operation, medians of the traced runs. System calls and page faults are caused by the program itself; interrupts \
                    come from outside and are not counted among its kernel entries.";

/// The models of one piece of work; `None` where none of them entered the kernel.
pub(super) fn figure(context: &Context<'_>, group: &[&Run]) -> Option<Block> {
    let of_models = context.by_model(group);
    let bars = Bars {
        parts: &PARTS,
        bars: of_models.iter().map(|repetitions| bar(context, repetitions)).collect(),
        axis: "per operation",
        quantity: Quantity::Count,
        magnifies: false,
        in_text: false,
    };
    let first = group.first().filter(|_| bars.longest() > 0.0)?;
    let title = format!("Kernel entries in {}, {}", first.case.scenario.as_deref()?, work(first));
    let mut table = Table::new(format!("{title}: per operation"), &COLUMNS);
    table.rows = of_models.iter().map(|repetitions| row(context, repetitions)).collect();
    Some(Block::figure(format!("{title}."), NOTE, Chart::Bars(bars), table))
}

fn bar(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Bar {
    let cells = Cells::new(context, repetitions);
    let estimates = [cells.calls_estimate(), cells.user_faults_estimate(), cells.interrupts_estimate()];
    let known = estimates.into_iter().enumerate().filter_map(|(part, estimate)| Some((part, estimate?.summary.median)));
    let values: Vec<_> = known.collect();
    let sum = rate(values.iter().map(|(_, value)| value).sum());
    Bar { name: repetitions.model().to_owned(), values, sum }
}

fn row(context: &Context<'_>, repetitions: &Repetitions<'_>) -> Vec<Cell> {
    let cells = Cells::new(context, repetitions);
    vec![Cell::name(repetitions.model()), cells.calls(), cells.user_faults(), cells.interrupts()]
}
