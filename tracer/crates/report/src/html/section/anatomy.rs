//! The switch breakdown: a bar and a table for each model.

use maud::{Markup, html};

use crate::html::chart::Quantity;
use crate::html::chart::bars::{Bar, Part, bars, key};
use crate::html::context::Context;
use crate::html::number::Number;
use crate::html::section::Section;
use crate::html::table::{Cell, Figure, Table, shown};
use crate::table::anatomy::step_in_words;
use taskweight_core::format::{self, count, time};
use taskweight_core::report::{Anatomy, AnatomySegment};

/// Segments by name in the report, in the order in which a hand-over goes through them. Those of one step of the textbook
/// have one hue.
const PARTS: [(&str, Part); 13] = [
    ("leave_kernel", part("leave the kernel", 'L', 0)),
    ("user", part("user mode", 'u', 1)),
    ("enter_kernel", part("enter the kernel", 'E', 2)),
    ("other_syscalls", part("other syscalls", 'o', 3)),
    ("waker_syscall", part("waker's syscall", 'w', 4)),
    ("wake_up", part("wakeup", 'W', 5)),
    ("waker_rest", part("waker yields the CPU", 'g', 6)),
    ("run_queue_wait", part("run queue", 'q', 7)),
    ("idle_exit", part("wakeup from idle", 'i', 8)),
    ("scheduling", part("schedule", 'S', 9)),
    ("state_switch", part("save and restore state", 'R', 10)),
    ("wakee_syscall", part("return from the syscall", 'r', 11)),
    ("blocked", part("blocked", 'b', 12)),
];

const HEAD: [&str; 10] = [
    "segment",
    "step",
    "samples",
    "raw p50",
    "raw p99",
    "corrected p50",
    "corrected p99",
    "raw mean",
    "mean per switch",
    "share",
];

const fn part(name: &'static str, letter: char, color: u8) -> Part {
    Part { name, letter, color }
}

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let (id, title) = ("anatomy", "Switch breakdown");
    let all = &context.report.anatomy;
    let Some(first) = all.first() else {
        return Section::absent(id, title, "taskweight anatomy");
    };
    let content = html! {
        p {
            "One token in " (shown(&first.scenario)) " with " (count(first.tasks)) " tasks, followed from event to event: \
             segments have neither gaps nor overlaps. The time of the probes is measured and subtracted; the difference between the \
             sum of the segments and the untraced time is shown as unexplained. A coroutine switch within its program is one \
             segment of user mode."
        }
        (overview(all))
        @for (index, anatomy) in all.iter().enumerate() {
            details.more { summary { (heading(anatomy)) } (table(index, anatomy)) (notes(anatomy)) }
        }
    };
    Section { id, title, content }
}

fn heading(anatomy: &Anatomy) -> String {
    let place = anatomy.pinned.map_or("unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}"));
    format!("{} in {}: {} tasks, {place}", shown(&anatomy.model), shown(&anatomy.scenario), count(anatomy.tasks))
}

fn overview(all: &[Anatomy]) -> Figure {
    let parts = PARTS.map(|(_, part)| part);
    let drawn: Vec<_> = all.iter().map(bar).collect();
    let head = ["model", "sum", "untraced", "unexplained", "traced", "path", "operations", "recorded whole", "in part"];
    let mut table = Table::new("sum of the segments and the untraced time", head);
    table.rows = all.iter().enumerate().map(|(index, anatomy)| closure(index, anatomy)).collect();
    Figure {
        title: "One switch, segment by segment.".to_owned(),
        note: "Mean over all operations, corrected for the probes, median of the repetitions.".to_owned(),
        key: Some(key(&parts, &drawn)),
        picture: bars("Segments of one switch, by model", &parts, &drawn, "time per switch", Quantity::Time),
        table,
    }
}

fn bar(anatomy: &Anatomy) -> Bar {
    let place = |segment: &AnatomySegment| PARTS.iter().position(|(name, _)| *name == segment.name);
    let values = anatomy.segments.iter().filter_map(|segment| Some((place(segment)?, segment.per_hand_over_ns)));
    Bar { name: shown(&anatomy.model), values: values.collect(), sum: time(anatomy.sum_ns) }
}

/// What the segments add up to, and what they do not.
fn closure(index: usize, anatomy: &Anatomy) -> Vec<Cell> {
    let ns = |field: &str, ns: f64| Cell::Number(Number::field(ns, signed(ns), format!("anatomy[{index}].{field}")));
    let number = |field: &str, count: u64| Cell::Number(Number::count(count, format!("anatomy[{index}].{field}")));
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

fn table(index: usize, anatomy: &Anatomy) -> Table {
    let mut table = Table::new(format!("{}: segments", heading(anatomy)), HEAD);
    let segments = anatomy.segments.iter().enumerate();
    table.rows =
        segments.map(|(place, segment)| row(&format!("anatomy[{index}]"), place, segment, anatomy.sum_ns)).collect();
    table
}

fn row(anatomy: &str, place: usize, segment: &AnatomySegment, sum_ns: f64) -> Vec<Cell> {
    const SPLIT: &str = "derived by calibration, or not visible to the kernel";
    let path = |field: &str| format!("{anatomy}.segments[{place}].{field}");
    let ns =
        |field: &str, ns: Option<f64>| Cell::number_or(ns.map(|ns| Number::field(ns, time(ns), path(field))), SPLIT);
    let share = segment.per_hand_over_ns / sum_ns;
    let share = share.is_finite().then(|| {
        Number::field(share, format::share(share), format!("{} / {anatomy}.sum_ns", path("per_hand_over_ns")))
    });
    vec![
        Cell::name(&segment.name),
        Cell::text(step_in_words(&segment.step)),
        Cell::number_or(segment.count.map(|count| Number::count(count, path("count"))), SPLIT),
        ns("raw_ns.p50", segment.raw_ns.p50),
        ns("raw_ns.p99", segment.raw_ns.p99),
        ns("corrected_ns.p50", segment.corrected_ns.p50),
        ns("corrected_ns.p99", segment.corrected_ns.p99),
        ns("raw_per_hand_over_ns", segment.raw_per_hand_over_ns),
        ns("per_hand_over_ns", Some(segment.per_hand_over_ns)),
        Cell::number_or(share, "the segments sum to zero"),
    ]
}

/// Interrupts, and what this kernel does not separate or lost.
fn notes(anatomy: &Anatomy) -> Markup {
    let interrupts = anatomy.interrupts.iter().filter_map(|(kind, one)| {
        Some(format!("{}: {} of mean {}", shown(kind), count(one.count), time(one.mean_ns?)))
    });
    let interrupts: Vec<_> = interrupts.collect();
    let lost = anatomy.loss.iter().filter(|(_, count)| **count > 0);
    let lost: Vec<_> = lost.map(|(cause, number)| format!("{} {}", shown(cause), count(*number))).collect();
    let calibration = &anatomy.calibration;
    html! {
        ul.notes {
            @if !interrupts.is_empty() { li { "Interrupts, included in the segments they hit: " (interrupts.join(", ")) } }
            @for unseen in &anatomy.interrupts_unseen { li { "Interrupts not traced: " (shown(unseen)) } }
            @for merged in &anatomy.merged { li { "Merged on this kernel: " (shown(merged)) } }
            @if !lost.is_empty() { li { "Lost events: " (lost.join(", ")) } }
            li {
                "Correction: the run time that the probes recorded, plus " (time(calibration.syscall_hook_ns))
                " per system call event and " (time(calibration.sched_hook_ns))
                " per scheduler event. Null system call: " (time(calibration.null_syscall_ns)) "."
            }
        }
    }
}
