//! Maximum number of tasks of each model, and what stopped it.

use maud::html;

use crate::html::context::Context;
use crate::html::number::Number;
use crate::html::section::Section;
use crate::html::table::{Cell, Table};
use crate::table::ledger::{not_stopped, scene};

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("reach", "Maximum tasks reached");
    let report = context.report;
    if report.ledger.is_empty() {
        return Section::absent(id, title, "taskweight compare --scenarios idle");
    }
    let mut table = Table::new("maximum tasks reached at once", ["model", "workload", "tasks", "stopped by"]);
    for (index, row) in report.ledger.iter().enumerate() {
        if row.depth_bytes.is_some() && row.stopped_by.is_none() {
            continue;
        }
        let stopped_by = row.stopped_by.clone().unwrap_or_else(|| not_stopped(row, &report.failures));
        let tasks = Number::count(row.tasks_reached, format!("ledger[{index}].tasks_reached"));
        table.rows.push(vec![
            Cell::name(&row.model),
            Cell::text(&scene(row)),
            Cell::Number(tasks),
            Cell::text(&stopped_by),
        ]);
    }
    Section { id, title, content: html! { (table) } }
}
