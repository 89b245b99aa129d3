//! Interrupts and softirqs while the command ran.

use maud::{Markup, html};

use crate::html::number::Number;
use crate::html::table::{Cell, Table, shown};
use crate::table::interrupts_reason;
use taskweight_core::report::{InterruptCount, Report, Run};

const HEAD: [&str; 3] = ["kind", "count", "time"];

pub(super) fn interrupts(report: &Report, run: &Run, path: &str) -> Markup {
    let kinds = &run.kernel.interrupts.by_kind;
    if kinds.is_empty() && run.kernel.softirqs.is_none() {
        return html! { p.absent { "Interrupts were not counted: " (shown(&interrupts_reason(report))) } };
    }
    let mut table = Table::new("interrupts by kind", HEAD);
    let of_kinds = kinds.iter().map(|(kind, one)| row(kind, &format!("{path}.kernel.interrupts.by_kind.{kind}"), *one));
    table.rows = of_kinds.collect();
    table.rows.push(row("softirqs", &format!("{path}.kernel.softirqs"), run.kernel.softirqs));
    html! {
        p {
            "Interrupts and softirqs that arrived while a thread of the command was running. They are not among its system calls \
             and page faults, but their time is part of its CPU time."
        }
        (table)
    }
}

fn row(kind: &str, path: &str, counted: Option<InterruptCount>) -> Vec<Cell> {
    const UNSEEN: &str = "the probes of this kind are missing";
    let count = counted.map(|one| Number::count(one.count, format!("{path}.count")));
    let time = counted.map(|one| Number::duration(one.total_ns, format!("{path}.total_ns")));
    vec![Cell::name(kind), Cell::number_or(count, UNSEEN), Cell::number_or(time, UNSEEN)]
}
