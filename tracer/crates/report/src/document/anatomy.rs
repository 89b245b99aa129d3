//! The switch breakdown: a bar and a table for each model.

use taskweight_core::format::{self, count, time};
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

const SEGMENTS: [Column; 10] = [
    Column::shown("segment"),
    Column::shown("step"),
    Column::shown("mean per switch"),
    Column::shown("share"),
    Column::shown("corrected p50"),
    Column::shown("corrected p99"),
    Column::detail("raw mean"),
    Column::detail("raw p50"),
    Column::detail("raw p99"),
    Column::shown("samples"),
];

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

/// Share of a switch from which on the waits for other programs are worth a word.
const DISTURBED: f64 = 0.05;
/// Why a segment has no distribution.
const SPLIT: &str = "derived by calibration, or not visible to the kernel";

pub(super) fn section(context: &Context<'_>) -> Section {
    let section = Section::new("anatomy", "Switch breakdown", "Breakdown").legend(LEGEND);
    let all = &context.report.anatomy;
    let Some(first) = all.first() else {
        return section.absent("taskweight anatomy");
    };
    let segments = all.iter().enumerate().map(|(index, anatomy)| of_model(index, anatomy));
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

fn heading(anatomy: &Anatomy) -> String {
    let place = anatomy.pinned.map_or("unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}"));
    format!("{} in {}: {} tasks, {place}", anatomy.model, anatomy.scenario, count(anatomy.tasks))
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

/// What a reader calls a step of the report.
fn step_in_words(step: &str) -> &str {
    match step {
        "waker gives way" => "waker yields",
        "other calls" => "other syscalls",
        step => step,
    }
}

/// What is less than a thousandth of a switch is at the edges of the run.
fn is_shown(anatomy: &Anatomy, segment: &AnatomySegment) -> bool {
    segment.per_hand_over_ns * 1000.0 >= anatomy.sum_ns
}

/// Whether most switches were seen by the kernel.
fn passes_through_the_kernel(anatomy: &Anatomy) -> bool {
    anatomy.hand_overs.saturating_mul(2) > anatomy.operations
}

fn of_model(index: usize, anatomy: &Anatomy) -> Block {
    let title = heading(anatomy);
    let mut table = Table::new(title.clone(), &SEGMENTS);
    let segments = anatomy.segments.iter().enumerate().filter(|(_, segment)| is_shown(anatomy, segment));
    table.rows = segments.map(|(place, segment)| row(index, place, segment, anatomy)).collect();
    Block::folded(title, vec![Block::Table(table), Block::Notes(notes(anatomy))])
}

fn row(index: usize, place: usize, segment: &AnatomySegment, anatomy: &Anatomy) -> Vec<Cell> {
    let whole = format!("anatomy[{index}]");
    let path = |field: &str| format!("{whole}.segments[{place}].{field}");
    let is_seen = passes_through_the_kernel(anatomy);
    let ns = |field: &str, ns: Option<f64>| {
        Cell::number_or(ns.filter(|_| is_seen).map(|ns| Number::time(ns, path(field))), SPLIT)
    };
    let share = segment.per_hand_over_ns / anatomy.sum_ns;
    let origin = format!("{} / {whole}.sum_ns", path("per_hand_over_ns"));
    let share = share.is_finite().then(|| Number::field(share, format::share(share), origin));
    let samples = segment.count.filter(|_| is_seen).map(|count| Number::count(count, path("count")));
    vec![
        Cell::name(&segment.name),
        Cell::text(step_in_words(&segment.step)),
        Number::time(segment.per_hand_over_ns, path("per_hand_over_ns")).into(),
        Cell::number_or(share, "the segments sum to zero"),
        ns("corrected_ns.p50", segment.corrected_ns.p50),
        ns("corrected_ns.p99", segment.corrected_ns.p99),
        ns("raw_per_hand_over_ns", segment.raw_per_hand_over_ns),
        ns("raw_ns.p50", segment.raw_ns.p50),
        ns("raw_ns.p99", segment.raw_ns.p99),
        Cell::number_or(samples, SPLIT),
    ]
}

/// Who disturbed it, and what this kernel does not separate.
fn notes(anatomy: &Anatomy) -> Vec<Note> {
    let mut notes = Vec::new();
    if !passes_through_the_kernel(anatomy) {
        notes.push(Note::plain("The kernel does not see task switches within the program."));
    }
    let interrupts = anatomy.interrupts.iter().filter_map(|(kind, one)| Some((kind, one.count, one.mean_ns?)));
    let interrupts = interrupts.map(|(kind, number, mean)| format!("{kind}: {} of mean {}", count(number), time(mean)));
    let interrupts: Vec<_> = interrupts.collect();
    if !interrupts.is_empty() {
        notes.push(Note::plain(format!("Interrupts, included in the segments they hit: {}", interrupts.join(", "))));
    }
    notes
        .extend(anatomy.interrupts_unseen.iter().map(|unseen| Note::plain(format!("Interrupts not traced: {unseen}"))));
    let others_ns = waits_ns(anatomy);
    if anatomy.pinned.is_some() && others_ns > DISTURBED * anatomy.sum_ns {
        let text = format!(
            "Other programs had the CPU for {} of it, and for a different time in the untraced run: to judge the unexplained \
             part, repeat on a quiet machine or prefix the command with `chrt -f 50`",
            time(others_ns)
        );
        notes.push(Note::toned(Tone::Caution, text));
    }
    notes.extend(anatomy.merged.iter().map(|merged| Note::plain(format!("Merged on this kernel: {merged}"))));
    notes
}

/// Waits for a CPU that somebody else has: where everything is on one CPU, tasks do not wait for each other there.
fn waits_ns(anatomy: &Anatomy) -> f64 {
    let waits = anatomy.segments.iter().filter(|one| one.name == "run_queue_wait" || one.name == "blocked");
    waits.map(|one| one.per_hand_over_ns).sum()
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
