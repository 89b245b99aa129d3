//! The switch breakdown: a table for each model, then all of them as bars on one scale.

use taskweight_core::report::{Anatomy, AnatomySegment, Report};

use super::grid::Grid;
use super::text::{Page, Style};
use taskweight_core::format::{ABSENT, count, count_short, duration_short, time};

const HEAD: [&str; 8] =
    ["\nstep", "\nsegment", "raw\np50", "\np99", "corrected\np50", "\np99", "\nsamples", "mean per\nswitch"];

/// Letters of the bars, in the order of the segments; what is small in every bar has none of its own.
const LETTERS: [(&str, char, &str); 13] = [
    ("leave_kernel", 'L', "leave the kernel"),
    ("user", 'u', "user mode"),
    ("enter_kernel", 'E', "enter the kernel"),
    ("other_syscalls", 'o', "other syscalls"),
    ("waker_syscall", 'w', "waker's syscall"),
    ("wake_up", 'W', "wakeup"),
    ("waker_rest", 'g', "waker yields the CPU"),
    ("run_queue_wait", 'q', "run queue"),
    ("idle_exit", 'i', "wakeup from idle"),
    ("scheduling", 'S', "schedule"),
    ("state_switch", 'R', "save and restore state"),
    ("wakee_syscall", 'r', "return from the syscall"),
    ("blocked", 'b', "blocked"),
];
/// Columns of a bar's figure and the space around it.
const BESIDE_BAR: usize = 11;
/// A bar shorter than this is no bar.
const SHORTEST_BAR: usize = 20;

/// Share of a hand-over from which on the waits for other programs are worth a word.
const DISTURBED: f64 = 0.05;

const LEGEND: &str = "raw: as recorded, probes included, for switches recorded from start to end (samples). corrected: raw less the \
     time of the probes. mean per switch: corrected, over all operations, median of the repetitions; entering and leaving the kernel \
     take half a null system call each (measured without probes), moved out of user mode. untraced: time per operation without \
     probes. unexplained: the untraced time less the sum of the segments.";

pub(super) fn render(report: &Report, page: &mut Page) {
    for anatomy in &report.anatomy {
        table(anatomy, page);
        closure(anatomy, page);
        page.blank();
    }
    if report.anatomy.is_empty() {
        return;
    }
    bars(&report.anatomy, page);
    page.paragraph(LEGEND);
    page.blank();
    if let Some(anatomy) = report.anatomy.first() {
        calibration(anatomy, page);
    }
    losses(report, page);
}

fn title(anatomy: &Anatomy) -> String {
    let place = anatomy.pinned.map_or("unpinned".to_owned(), |cpu| format!("pinned to CPU {cpu}"));
    format!("{} in {}: {} tasks, {place}", anatomy.model, anatomy.scenario, count(anatomy.tasks))
}

fn table(anatomy: &Anatomy, page: &mut Page) {
    page.heading(&title(anatomy));
    let mut grid = Grid::new(&HEAD);
    for segment in anatomy.segments.iter().filter(|segment| is_shown(anatomy, segment)) {
        let ns = |ns: Option<f64>| {
            let shown = ns.filter(|_| passes_through_the_kernel(anatomy));
            shown.map_or(ABSENT.to_owned(), |ns| duration_short(ns.round() as u64).replace(' ', ""))
        };
        grid.row([
            step_in_words(&segment.step).to_owned(),
            segment.name.clone(),
            ns(segment.raw_ns.p50),
            ns(segment.raw_ns.p99),
            ns(segment.corrected_ns.p50),
            ns(segment.corrected_ns.p99),
            segment.count.filter(|_| passes_through_the_kernel(anatomy)).map_or(ABSENT.to_owned(), count_short),
            time(segment.per_hand_over_ns),
        ]);
    }
    grid.print(page);
}

/// What a reader calls a step of the report.
pub(crate) fn step_in_words(step: &str) -> &str {
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

/// Whether most hand-overs were seen by the kernel.
fn passes_through_the_kernel(anatomy: &Anatomy) -> bool {
    anatomy.hand_overs.saturating_mul(2) > anatomy.operations
}

fn closure(anatomy: &Anatomy, page: &mut Page) {
    let share = if anatomy.twin_ns > 0.0 { anatomy.unexplained_ns / anatomy.twin_ns * 100.0 } else { 0.0 };
    let sign = if anatomy.unexplained_ns < 0.0 { "-" } else { "" };
    let [sum, twin, unexplained, traced] =
        [anatomy.sum_ns, anatomy.twin_ns, anatomy.unexplained_ns.abs(), anatomy.traced_ns].map(time);
    page.item(
        &format!("sum {sum}, untraced {twin}: unexplained {sign}{unexplained} ({share:.1} %); traced {traced}"),
        Style::Plain,
    );
    if passes_through_the_kernel(anatomy) {
        let (seen, all) = (count(anatomy.hand_overs), count(anatomy.operations));
        page.item(&format!("recorded from start to end: {seen} switches of {all} operations"), Style::Plain);
    } else {
        page.item("- raw, corrected, samples: the kernel does not see task switches within the program", Style::Plain);
    }
    interrupts(anatomy, page);
    let others_ns = waits_ns(anatomy);
    if anatomy.pinned.is_some() && others_ns > DISTURBED * anatomy.sum_ns {
        let note = format!(
            "other programs had the CPU for {} of it, and for a different time in the untraced run: to judge the unexplained \
             part, repeat on a quiet machine or prefix the command with `chrt -f 50`",
            time(others_ns)
        );
        page.item(&note, Style::Caution);
    }
    for merged in &anatomy.merged {
        page.item(&format!("merged on this kernel: {merged}"), Style::Plain);
    }
}

/// Interrupts that hit the tasks: the third way into the kernel, beside calls and faults.
fn interrupts(anatomy: &Anatomy, page: &mut Page) {
    let seen = anatomy.interrupts.iter().filter_map(|(kind, one)| Some((kind, one.count, one.mean_ns?)));
    let seen: Vec<_> =
        seen.map(|(kind, number, mean)| format!("{kind}: {} of mean {}", count(number), time(mean))).collect();
    if !seen.is_empty() {
        page.item(&format!("interrupts, included in the segments they hit: {}", seen.join(", ")), Style::Plain);
    }
    for unseen in &anatomy.interrupts_unseen {
        page.item(&format!("interrupts not traced: {unseen}"), Style::Plain);
    }
}

/// Waits for a CPU that somebody else has: where everything is on one CPU, tasks do not wait for each other there.
fn waits_ns(anatomy: &Anatomy) -> f64 {
    let waits = anatomy.segments.iter().filter(|one| one.name == "run_queue_wait" || one.name == "blocked");
    waits.map(|one| one.per_hand_over_ns).sum()
}

/// One bar for each model, all on one scale.
fn bars(all: &[Anatomy], page: &mut Page) {
    let longest = all.iter().map(|anatomy| anatomy.sum_ns).fold(0.0, f64::max);
    let names = all.iter().map(|anatomy| anatomy.model.chars().count()).max().unwrap_or(0);
    let columns = page.width().saturating_sub(names + BESIDE_BAR).max(SHORTEST_BAR);
    page.heading(&format!("One switch ({columns} columns = {})", time(longest)));
    for anatomy in all {
        let name: String = anatomy.model.chars().take(names).collect();
        let bar = bar(anatomy, longest, columns);
        page.drawing(&format!("{name:names$} {bar} {}", time(anatomy.sum_ns)));
    }
    let used = |name: &str| {
        let in_one = |anatomy: &Anatomy| anatomy.segments.iter().any(|one| one.name == name && is_shown(anatomy, one));
        all.iter().any(in_one)
    };
    let legend: Vec<_> =
        LETTERS.iter().filter(|(name, ..)| used(name)).map(|(_, letter, text)| format!("{letter} {text}")).collect();
    page.item(&legend.join(", "), Style::Plain);
    page.blank();
}

/// Letters in proportion: borders are rounded, not lengths, so that the bar is as long as its sum. What takes any time has
/// a letter where nothing else is in its place: a bar is never empty.
fn bar(anatomy: &Anatomy, longest_ns: f64, columns: usize) -> String {
    let mut bar = String::new();
    let (mut until_ns, mut drawn) = (0.0, 0);
    for segment in &anatomy.segments {
        let letter = LETTERS.iter().find(|(name, ..)| *name == segment.name).map_or('?', |(_, letter, _)| *letter);
        until_ns += segment.per_hand_over_ns;
        let border = if longest_ns > 0.0 { (until_ns / longest_ns * columns as f64).round() as usize } else { 0 };
        bar.extend(std::iter::repeat_n(letter, border.min(columns).saturating_sub(drawn)));
        drawn = border.min(columns).max(drawn);
    }
    if bar.is_empty() { dominant(anatomy) } else { bar }
}

fn dominant(anatomy: &Anatomy) -> String {
    let longest = anatomy.segments.iter().max_by(|a, b| a.per_hand_over_ns.total_cmp(&b.per_hand_over_ns));
    let letter = longest.and_then(|one| LETTERS.iter().find(|(name, ..)| *name == one.name));
    letter.map_or(String::new(), |(_, letter, _)| letter.to_string())
}

fn calibration(anatomy: &Anatomy, page: &mut Page) {
    let calibration = &anatomy.calibration;
    page.styled(
        &format!(
            "Correction: the run time that the probes recorded, plus {} per system call event and {} per scheduler event, \
             measured with empty programs on a ring that takes {} per switch. Null system call: {}.",
            time(calibration.syscall_hook_ns),
            time(calibration.sched_hook_ns),
            time(calibration.ring_ns),
            time(calibration.null_syscall_ns)
        ),
        2,
        Style::Plain,
    );
}

/// Runs have losses of their own, in a line further down.
fn losses(report: &Report, page: &mut Page) {
    let lost: Vec<_> = report
        .anatomy
        .iter()
        .flat_map(|anatomy| anatomy.loss.iter().map(move |(cause, count)| (&anatomy.model, cause, *count)))
        .filter(|(.., count)| *count > 0)
        .map(|(model, cause, number)| format!("{model} {cause} {}", count(number)))
        .collect();
    let text = if lost.is_empty() { "none".to_owned() } else { lost.join(", ") };
    let what = if report.runs.is_empty() { "Lost events" } else { "Lost events, switch breakdown" };
    page.styled(&format!("{what}: {text}"), 2, if lost.is_empty() { Style::Plain } else { Style::Caution });
}
