//! One model's switch: a table of its segments, and what disturbed it.

use taskweight_core::format::{self, count, time};
use taskweight_core::report::{Anatomy, AnatomySegment};

use crate::document::number::Number;
use crate::document::table::{Cell, Column, Table};
use crate::document::{Block, Note, Tone};

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

/// Share of a switch from which on the waits for other programs are worth a word.
const DISTURBED: f64 = 0.05;
/// Why a segment has no distribution.
const SPLIT: &str = "derived by calibration, or not visible to the kernel";

fn heading(anatomy: &Anatomy) -> String {
    let place = anatomy.pinned.map_or("unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}"));
    format!("{} in {}: {} tasks, {place}", anatomy.model, anatomy.scenario, count(anatomy.tasks))
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

pub(super) fn of_model(index: usize, anatomy: &Anatomy) -> Block {
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
