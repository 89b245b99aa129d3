//! The switch breakdown: a bar and a table for each model.

mod segments;

use taskweight_core::format::{count, time};
use taskweight_core::report::{Anatomy, AnatomySegment, Report};

use super::context::Context;
use super::number::Number;
use super::table::{Cell, Column, Table};
use super::{Block, Note, Section, Term, Tone};
use crate::chart::{Bar, Bars, Chart, Part, Quantity};

/// Segments by name in the report, in the order in which a switch goes through them. Those of one step of the textbook
/// have one hue.
const NAMES: [&str; 13] = [
    "leave_kernel",
    "user",
    "enter_kernel",
    "other_syscalls",
    "waker_syscall",
    "wake_up",
    "waker_rest",
    "run_queue_wait",
    "idle_exit",
    "scheduling",
    "state_switch",
    "wakee_syscall",
    "blocked",
];
const PARTS: [Part; 13] = [
    part("leave the kernel", 'L', 0),
    part("user mode", 'u', 1),
    part("enter the kernel", 'E', 2),
    part("other syscalls", 'o', 3),
    part("waker's syscall", 'w', 4),
    part("wakeup", 'W', 5),
    part("waker yields the CPU", 'g', 6),
    part("run queue", 'q', 7),
    part("wakeup from idle", 'i', 8),
    part("schedule", 'S', 9),
    part("save and restore state", 'R', 10),
    part("return from the syscall", 'r', 11),
    part("blocked", 'b', 12),
];

const fn part(name: &'static str, letter: char, color: u8) -> Part {
    Part { name, letter, color }
}

const CLOSURE: [Column; 9] = [
    Column::shown("model"),
    Column::shown("sum"),
    Column::shown("untraced"),
    Column::shown("unexplained"),
    Column::shown("traced"),
    Column::detail("path"),
    Column::shown("operations"),
    Column::detail("recorded whole"),
    Column::detail("in part"),
];

const LEGEND: &[Term] = &[
    ("sum", "of the segments"),
    ("untraced", "time per operation without probes"),
    ("unexplained", "the untraced time less the sum"),
    (
        "mean per switch",
        "corrected, over all operations, median of the repetitions; entering and leaving the kernel take half a null \
      system call each (measured without probes), moved out of user mode",
    ),
    ("corrected", "as recorded, less the time of the probes"),
    ("raw", "as recorded, probes included"),
    ("samples", "switches that were recorded from start to end"),
];

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("anatomy", "Switch breakdown", "Breakdown").legend(LEGEND);
    let all = &context.report.anatomy;
    let Some(first) = all.first() else {
        return section.absent("taskweight anatomy");
    };
    let segments = all.iter().enumerate().map(|(index, anatomy)| segments::of_model(index, anatomy));
    let (bars, closure) = overview(all);
    let mut rest: Vec<Block> = vec![closure];
    rest.extend(segments);
    rest.push(Block::Notes(vec![correction(first), losses(context.report)]));
    // Beside a comparison the bars are enough.
    let blocks = match context.report.runs.is_empty() {
        true => [vec![bars], rest].concat(),
        false => vec![bars, Block::Detail(rest)],
    };
    section
        .lead(format!(
            "One token in {} with {} tasks, followed from event to event: segments have neither gaps nor overlaps. The time of \
             the probes is measured and subtracted. A coroutine switch within its program is one segment of user mode.",
            first.scenario,
            count(first.tasks)
        ))
        .blocks(blocks)
}

/// The bars, and what they add up to.
fn overview(all: &[Anatomy]) -> (Block, Block) {
    let bars = Bars {
        parts: &PARTS,
        bars: all.iter().map(bar).collect(),
        axis: "time per switch",
        quantity: Quantity::Time,
        magnifies: false,
        in_text: true,
    };
    let mut table = Table::new("One switch: segments and untraced time", &CLOSURE);
    table.rows = all.iter().enumerate().map(|(index, anatomy)| closure(index, anatomy)).collect();
    let note = "Mean over all operations, corrected for the probes, median of the repetitions.";
    (Block::figure("One switch, segment by segment.", note, Chart::Bars(bars), Table::default()), Block::Table(table))
}

fn bar(anatomy: &Anatomy) -> Bar {
    let place = |segment: &AnatomySegment| NAMES.iter().position(|name| *name == segment.name);
    let values = anatomy.segments.iter().filter_map(|segment| Some((place(segment)?, segment.per_hand_over_ns)));
    Bar { name: anatomy.model.clone(), values: values.collect(), sum: time(anatomy.sum_ns) }
}

/// What the segments add up to, and what they do not.
fn closure(index: usize, anatomy: &Anatomy) -> Vec<Cell> {
    let ns = |field: &str, ns: f64| Number::field(ns, signed(ns), format!("anatomy[{index}].{field}")).into();
    let number = |field: &str, count: u64| Number::count(count, format!("anatomy[{index}].{field}")).into();
    vec![
        Cell::name(&anatomy.model),
        ns("sum_ns", anatomy.sum_ns),
        ns("twin_ns", anatomy.twin_ns),
        ns("unexplained_ns", anatomy.unexplained_ns),
        ns("traced_ns", anatomy.traced_ns),
        ns("path_ns", anatomy.path_ns),
        number("operations", anatomy.operations),
        number("hand_overs", anatomy.hand_overs),
        number("partial_hand_overs", anatomy.partial_hand_overs),
    ]
}

fn signed(ns: f64) -> String {
    if ns < 0.0 { format!("-{}", time(-ns)) } else { time(ns) }
}

fn correction(anatomy: &Anatomy) -> Note {
    let calibration = &anatomy.calibration;
    Note::plain(format!(
        "Correction: the run time that the probes recorded, plus {} per system call event and {} per scheduler event, measured \
         with empty programs on a ring that takes {} per switch. Null system call: {}.",
        time(calibration.syscall_hook_ns),
        time(calibration.sched_hook_ns),
        time(calibration.ring_ns),
        time(calibration.null_syscall_ns)
    ))
}

/// Those of the runs are in another section.
fn losses(report: &Report) -> Note {
    let all =
        report.anatomy.iter().flat_map(|one| one.loss.iter().map(move |(cause, lost)| (&one.model, cause, *lost)));
    let lost = all.filter(|(.., lost)| *lost > 0);
    let lost: Vec<_> = lost.map(|(model, cause, number)| format!("{model} {cause} {}", count(number))).collect();
    match lost.is_empty() {
        true => Note::plain("Lost events, switch breakdown: none"),
        false => Note::toned(Tone::Caution, format!("Lost events, switch breakdown: {}", lost.join(", "))),
    }
}
