//! Threads against coroutines across conditions: when coroutines stop winning, and why.

use maud::html;

use crate::html::chart::Quantity;
use crate::html::chart::dots::{Dot, dots};
use crate::html::context::Context;
use crate::html::number::Number;
use crate::html::section::Section;
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::regimes::number;
use taskweight_core::format::{bytes, count, rate, time};
use taskweight_core::report::{Regime, Side};

const HEAD: [&str; 15] = [
    "model",
    "workload",
    "ratio",
    "95 % CI low",
    "95 % CI high",
    "thread: time",
    "context switches",
    "syscalls",
    "migrations",
    "wakeups from idle",
    "coroutine: time",
    "context switches",
    "syscalls",
    "migrations",
    "wakeups from idle",
];

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("regimes", "When coroutines stop winning");
    let regimes = &context.report.regimes;
    let Some(first) = regimes.first() else {
        return Section::absent(id, title, "taskweight regimes --quick");
    };
    let mut rows: Vec<String> = Vec::new();
    for name in regimes.iter().map(work) {
        if !rows.contains(&name) {
            rows.push(name);
        }
    }
    let marks: Vec<_> = regimes.iter().filter_map(|regime| dot(context, &rows, regime)).collect();
    let mut models: Vec<&str> = regimes.iter().map(|regime| regime.coroutine_model.as_str()).collect();
    models.dedup();
    let mut table = Table::new("ratios, and the cost of a task switch on both sides", HEAD);
    table.rows = regimes.iter().enumerate().map(|(index, regime)| row(index, regime)).collect();
    let figure = Figure {
        title: format!("Time per task switch: {} / coroutines.", shown(&first.thread_model)),
        note:
            "Median of the ratios within each repetition, with its 95 % confidence interval (CI), on a logarithmic scale; at 1 \
               both are equally fast."
                .to_owned(),
        key: Some(context.key(&models)),
        picture: dots(
            "Ratio of threads to coroutines, by workload",
            rows,
            &marks,
            "threads / coroutines",
            Quantity::Ratio,
            Some((1.0, "equally fast")),
        ),
        table,
    };
    let causes: Vec<_> = regimes.iter().filter_map(|regime| Some((regime, regime.cause.as_ref()?))).collect();
    let content = html! {
        (figure)
        @if !causes.is_empty() {
            h3 { "Coroutines less than twice as fast" }
            ul.notes {
                @for (regime, cause) in causes {
                    li { strong { (shown(&regime.coroutine_model)) ", " (work(regime)) } ": " (shown(cause)) }
                }
            }
        }
    };
    Section { id, title, content }
}

/// Such as `pinned switch, 2 tasks, 256K touched`.
fn work(regime: &Regime) -> String {
    let place = if regime.pinned.is_some() { "pinned" } else { "unpinned" };
    let touched = (regime.touch_bytes > 0).then(|| format!(", {} touched", bytes(regime.touch_bytes as f64)));
    format!("{place} {}, {} tasks{}", shown(&regime.scenario), count(regime.tasks), touched.unwrap_or_default())
}

fn dot(context: &Context<'_>, rows: &[String], regime: &Regime) -> Option<Dot> {
    let ratio = regime.ratio?;
    Some(Dot {
        row: rows.iter().position(|name| *name == work(regime))?,
        series: context.series(&regime.coroutine_model),
        value: ratio.median,
        interval: ratio.low.zip(ratio.high),
    })
}

fn row(index: usize, regime: &Regime) -> Vec<Cell> {
    let reason = regime.reason.as_deref().unwrap_or("not measured");
    let ratio = |field: &str, value: Option<f64>| {
        let path = format!("regimes[{index}].ratio.{field}");
        Cell::number_or(value.map(|value| Number::field(value, number(value), path)), reason)
    };
    let mut cells = vec![Cell::name(&regime.coroutine_model), Cell::Text(work(regime))];
    cells.extend([
        ratio("median", regime.ratio.map(|ratio| ratio.median)),
        ratio("low", regime.ratio.and_then(|ratio| ratio.low)),
        ratio("high", regime.ratio.and_then(|ratio| ratio.high)),
    ]);
    for (name, side) in [("thread", regime.thread), ("coroutine", regime.coroutine)] {
        cells.extend(side_cells(&format!("regimes[{index}].{name}"), side, reason));
    }
    cells
}

fn side_cells(path: &str, side: Option<Side>, reason: &str) -> [Cell; 5] {
    let number = |field: &str, value: Option<f64>, text: fn(f64) -> String| {
        Cell::number_or(value.map(|value| Number::field(value, text(value), format!("{path}.{field}"))), reason)
    };
    [
        number("elapsed_ns", side.map(|side| side.elapsed_ns), time),
        number("kernel_switches", side.map(|side| side.kernel_switches), rate),
        number("syscalls", side.and_then(|side| side.syscalls), rate),
        number("migrations", side.and_then(|side| side.migrations), rate),
        number("idle_exits", side.and_then(|side| side.idle_exits), rate),
    ]
}
