//! Threads against coroutines across conditions: when coroutines stop winning, and why.

use taskweight_core::format::{bytes, count, rate, time};
use taskweight_core::report::{Ratio, Regime, Side};

use super::context::{Context, distinct, gather};
use super::number::Number;
use super::table::{Cell, Column, Table};
use super::{Block, Note, Section, Term, Tone};
use crate::chart::{Chart, Dot, Dots, Quantity};
use crate::regimes::cells::SMALL_RATIO;

/// After the ratio: the figures of both sides.
const SIDES: [Column; 13] = [
    Column::shown("workload"),
    Column::shown("ratio"),
    Column::shown("95 % CI"),
    Column::shown("thread: time"),
    Column::shown("context switches"),
    Column::shown("syscalls"),
    Column::shown("migrations"),
    Column::shown("wakeups from idle"),
    Column::shown("coroutine: time"),
    Column::shown("context switches"),
    Column::shown("syscalls"),
    Column::shown("migrations"),
    Column::shown("wakeups from idle"),
];

const LEGEND: &[Term] = &[
    (
        "Ratios",
        "time per task switch of the threads over that of the coroutines, untraced; median of the ratios within each \
         repetition. +: coroutines at least twice as fast. !: coroutines slower",
    ),
    (
        "touched",
        "each task reads and writes one word in every 64 bytes of this much memory while it holds the token (K = 1024)",
    ),
    ("wakeups from idle", "context switches to a thread of the run on an idle CPU"),
];

/// A cell of the grid and where it stands in the report.
type Indexed<'a> = (usize, &'a Regime);

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("regimes", "When coroutines stop winning", "Regimes").legend(LEGEND);
    let all: Vec<Indexed<'_>> = context.report.regimes.iter().enumerate().collect();
    if all.is_empty() {
        return section.absent("taskweight regimes --quick");
    }
    let by_model = gather(&all, |(_, regime)| &regime.coroutine_model);
    let mut blocks: Vec<Block> = by_model.iter().map(|regimes| Block::Table(heat(regimes))).collect();
    blocks.extend(causes(context.report.regimes.as_slice()));
    let tables = by_model.iter().map(|regimes| Block::Table(sides(regimes)));
    blocks.push(Block::Detail([picture(context)].into_iter().chain(tables).collect()));
    section.blocks(blocks)
}

fn place(regime: &Regime) -> String {
    format!("{} {}", if regime.pinned.is_some() { "pinned" } else { "unpinned" }, regime.scenario)
}

/// Such as `pinned switch, 2 tasks, 256K touched`.
fn work(regime: &Regime) -> String {
    let touched = (regime.touch_bytes > 0).then(|| format!(", {} touched", bytes(regime.touch_bytes as f64)));
    format!("{}, {} tasks{}", place(regime), count(regime.tasks), touched.unwrap_or_default())
}

/// The ratios of one model: a row a place and scenario, a column a number of tasks and bytes touched.
fn heat(regimes: &[&Indexed<'_>]) -> Table {
    let of_column = |regime: &Regime| (regime.tasks, regime.touch_bytes);
    let columns = distinct(regimes.iter().map(|(_, regime)| of_column(regime)));
    let heads = columns.iter().map(|(tasks, touched)| {
        let touched = if touched.is_multiple_of(1024) && *touched > 0 {
            format!("{}K", touched / 1024)
        } else {
            touched.to_string()
        };
        Column { head: format!("{tasks}\n{touched}").into(), is_detail: false }
    });
    let heads: Vec<Column> = [Column::shown("tasks\ntouched")].into_iter().chain(heads).collect();
    let title = regimes.first().map(|(_, one)| format!("Ratios: {} / {}", one.thread_model, one.coroutine_model));
    let mut table = Table::new(title.unwrap_or_default(), &heads);
    for row in distinct(regimes.iter().map(|(_, regime)| place(regime))) {
        let find = |column: &(u64, u64)| {
            let is_it = |(_, regime): &&&Indexed<'_>| place(regime) == row && of_column(regime) == *column;
            regimes.iter().find(is_it).map_or(Cell::absent("not measured"), |indexed| ratio(**indexed))
        };
        table.rows.push([Cell::name(&row)].into_iter().chain(columns.iter().map(find)).collect());
    }
    table
}

/// A ratio, and whether it is an advantage.
fn ratio((index, regime): Indexed<'_>) -> Cell {
    let Some(Ratio { median, .. }) = regime.ratio else {
        return Cell::absent(regime.reason.as_deref().unwrap_or("not measured"));
    };
    let tone = match median {
        median if median >= SMALL_RATIO => Tone::Good,
        median if median < 1.0 => Tone::Bad,
        _ => Tone::Plain,
    };
    Cell::Number(Number::field(median, number(median), format!("regimes[{index}].ratio.median")), tone)
}

/// `0.85`, `1.40`, `12.3`, `271`: five columns at most where it means anything.
fn number(ratio: f64) -> String {
    let decimals = match ratio {
        ratio if ratio < 1.995 => 2,
        ratio if ratio < 99.95 => 1,
        _ => 0,
    };
    format!("{ratio:.decimals$}")
}

/// Each small ratio and why it is small.
fn causes(regimes: &[Regime]) -> Vec<Block> {
    let cause = |regime: &Regime| {
        let (ratio, cause) = (regime.ratio?, regime.cause.as_ref()?);
        let ends = ratio.low.zip(ratio.high).map(|(low, high)| format!(" ({}-{})", number(low), number(high)));
        let ratio = number(ratio.median) + &ends.unwrap_or_default();
        Some(Note::plain(format!("{}, {}: {ratio}: {cause}", regime.coroutine_model, work(regime))))
    };
    let causes: Vec<Note> = regimes.iter().filter_map(cause).collect();
    if causes.is_empty() {
        return vec![];
    }
    vec![Block::Heading("Coroutines less than twice as fast".to_owned()), Block::Notes(causes)]
}

fn picture(context: &Context<'_>) -> Block {
    let regimes = &context.report.regimes;
    let rows = distinct(regimes.iter().map(work));
    let dot = |regime: &Regime| {
        let ratio = regime.ratio?;
        Some(Dot {
            row: rows.iter().position(|name| *name == work(regime))?,
            series: context.series(&regime.coroutine_model),
            value: ratio.median,
            interval: ratio.low.zip(ratio.high),
        })
    };
    let models = distinct(regimes.iter().map(|regime| regime.coroutine_model.as_str()));
    let threads = regimes.first().map_or("threads", |regime| regime.thread_model.as_str());
    let title = format!("Time per task switch: {threads} / coroutines.");
    let chart = Dots {
        series: models.iter().map(|model| (context.series(model), (*model).to_owned())).collect(),
        dots: regimes.iter().filter_map(dot).collect(),
        rows: rows.clone(),
        axis: "threads / coroutines",
        quantity: Quantity::Ratio,
        reference: Some((1.0, "equally fast")),
    };
    let note = "Median of the ratios within each repetition, with its 95 % confidence interval, on a logarithmic scale; at 1 both are \
                equally fast.";
    Block::figure(title, note, Chart::Dots(chart), Table::default())
}

fn sides(regimes: &[&Indexed<'_>]) -> Table {
    let model = regimes.first().map_or("", |(_, regime)| regime.coroutine_model.as_str());
    let mut table = Table::new(format!("{model}: ratios, and the cost of a task switch on both sides"), &SIDES);
    table.rows = regimes.iter().map(|(index, regime)| row(*index, regime)).collect();
    table
}

fn row(index: usize, regime: &Regime) -> Vec<Cell> {
    let reason = regime.reason.as_deref().unwrap_or("not measured");
    let end = |field: &str, value: Option<f64>| {
        value.map(|value| Number::field(value, number(value), format!("regimes[{index}].ratio.{field}")))
    };
    let median = end("median", regime.ratio.map(|ratio| ratio.median));
    let ends = end("low", regime.ratio.and_then(|one| one.low)).zip(end("high", regime.ratio.and_then(|one| one.high)));
    let range = ends.map_or_else(
        || Cell::absent("needs at least two repetitions"),
        |(low, high)| Cell::Range(format!("{}-{}", low.shown, high.shown), Box::new([low, high])),
    );
    let mut cells = vec![Cell::name(work(regime)), Cell::number_or(median, reason), range];
    for (name, side) in [("thread", regime.thread), ("coroutine", regime.coroutine)] {
        cells.extend(side_cells(&format!("regimes[{index}].{name}"), side, reason));
    }
    cells
}

fn side_cells(path: &str, side: Option<Side>, reason: &str) -> [Cell; 5] {
    let number = |field: &str, value: Option<f64>, show: fn(f64) -> String| {
        Cell::number_or(value.map(|value| Number::field(value, show(value), format!("{path}.{field}"))), reason)
    };
    [
        number("elapsed_ns", side.map(|side| side.elapsed_ns), time),
        number("kernel_switches", side.map(|side| side.kernel_switches), rate),
        number("syscalls", side.and_then(|side| side.syscalls), rate),
        number("migrations", side.and_then(|side| side.migrations), rate),
        number("idle_exits", side.and_then(|side| side.idle_exits), rate),
    ]
}
