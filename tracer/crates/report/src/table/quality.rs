//! Data quality: cross-checks, losses, probe cost, failures, warnings.

use std::collections::BTreeMap;

use taskweight_core::report::{Environment, Failure, Probe, ProbeState, Report, Run, Witness};

use super::Options;
use super::text::{Page, Style};
use super::warning::warnings;
use taskweight_core::case::Case;
use taskweight_core::format::{count, plural, time};

/// Entries of a list that are shown unless all are asked for.
const LISTED: usize = 10;

pub(super) fn render(report: &Report, options: &Options, page: &mut Page) {
    let limit = if options.verbose { usize::MAX } else { LISTED };
    if !report.runs.is_empty() {
        witnesses(report, limit, page);
        losses(report, page);
    }
    if !report.runs.is_empty() || report.anatomy.is_empty() {
        probes(&report.probes, page);
    }
    if options.verbose {
        runtimes(&report.environment.runtimes, page);
    }
    failures(&report.failures, limit, page);
    if report.interrupted {
        page.styled("Interrupted: the results are valid but incomplete.", 2, Style::Caution);
    }
    let warnings = warnings(report);
    if !warnings.is_empty() {
        page.blank();
    }
    for warning in warnings {
        page.styled(&format!("Warning: {warning}"), 2, Style::Caution);
    }
}

/// What measured, and on which machine.
pub(super) fn origin(report: &Report, page: &mut Page) {
    let Environment { kernel, architecture, cpu_model, cpus_online, virtualisation, .. } = &report.environment;
    let cpu = cpu_model.as_ref().map_or(String::new(), |model| format!(" ({model})"));
    let machine = virtualisation.as_ref().map_or(String::new(), |name| format!(", virtualisation {name}"));
    let cpus = plural(u64::from(*cpus_online), "CPU");
    page.paragraph(&format!(
        "Measured by taskweight {} on Linux {kernel}, {architecture}, {cpus}{cpu}{machine}: {}",
        report.taskweight_version,
        report.command_line.join(" ")
    ));
}

/// Every comparison of a count with an independent one.
pub(crate) fn comparisons(report: &Report) -> impl Iterator<Item = (&Run, &str, &Witness)> {
    report.runs.iter().flat_map(|run| run.witness.iter().map(move |(name, witness)| (run, name.as_str(), witness)))
}

fn witnesses(report: &Report, limit: usize, page: &mut Page) {
    let all: Vec<_> = comparisons(report).collect();
    if all.is_empty() {
        return page.paragraph("Cross-checks: none");
    }
    let compared = all.iter().filter_map(|(.., witness)| witness.threads_compared);
    let threads = compared.fold(0, u64::saturating_add);
    let disagreeing: Vec<_> = all.iter().filter(|(.., witness)| !witness.agrees()).collect();
    let agreeing = all.len() - disagreeing.len();
    let exact = all.iter().filter(|(.., witness)| witness.agrees() && witness.ours == witness.theirs).count();
    let one_by_one =
        if threads > 0 { format!(" ({} checked one by one)", plural(threads, "thread")) } else { String::new() };
    let bounded = if agreeing > exact {
        format!(", {} within a stated tolerance", count((agreeing - exact) as u64))
    } else {
        String::new()
    };
    page.styled(
        &format!(
            "Witnesses (cross-checks against the kernel's own counters): {} of {} agree exactly{one_by_one}{bounded}",
            count(exact as u64),
            plural(all.len() as u64, "comparison")
        ),
        2,
        Style::Plain,
    );
    let entries = disagreeing.iter().map(|(run, name, witness)| disagreement(run, name, witness));
    list(entries, disagreeing.len(), limit, Style::Failure, page);
}

fn disagreement(run: &Run, name: &str, witness: &Witness) -> String {
    let Witness { ours, theirs, source, bound, note, threads_disagreeing, .. } = witness;
    let bound = if *bound > 0 { format!(", tolerance {}", count(*bound)) } else { String::new() };
    let threads = threads_disagreeing.filter(|threads| *threads > 0);
    let threads = threads.map_or(String::new(), |threads| format!(", {} threads differ", count(threads)));
    let note = note.as_ref().map_or(String::new(), |note| format!(": {note}"));
    let (ours, theirs) = (count(*ours), count(*theirs));
    format!(
        "{}: {name}: probes {ours}, kernel {theirs} ({source}){bound}{threads}{note}",
        place(&run.case, run.repetition)
    )
}

/// Such as `os-thread switch, 2 tasks, CPU 1, repetition 0`.
fn place(case: &Case, repetition: u32) -> String {
    let Case { model, scenario, tasks, pinned, .. } = case;
    let Some(scenario) = scenario else { return model.clone() };
    let tasks = tasks.map_or(String::new(), |tasks| format!(", {} tasks", count(tasks)));
    let pinned = pinned.map_or(String::new(), |cpu| format!(", CPU {cpu}"));
    format!("{model} {scenario}{tasks}{pinned}, repetition {repetition}")
}

/// Sums over all runs, by cause; what was not lost is left out.
pub(crate) fn total_loss(report: &Report) -> BTreeMap<&str, u64> {
    let mut total = BTreeMap::new();
    for (cause, count) in report.runs.iter().flat_map(|run| &run.loss).filter(|(_, count)| **count > 0) {
        let sum: &mut u64 = total.entry(cause.as_str()).or_default();
        *sum = sum.saturating_add(*count);
    }
    total
}

fn losses(report: &Report, page: &mut Page) {
    let total = total_loss(report);
    if total.is_empty() {
        return page.paragraph("Lost events: none");
    }
    let causes: Vec<String> = total.iter().map(|(cause, lost)| format!("{cause} {}", count(*lost))).collect();
    page.styled(&format!("Lost events: {}", causes.join(", ")), 2, Style::Failure);
}

fn probes(probes: &[Probe], page: &mut Page) {
    let calibrated: Vec<String> = probes.iter().filter_map(cost).collect();
    if calibrated.is_empty() {
        page.paragraph("Probe cost: not measured");
    } else {
        page.styled(&format!("Probe cost: {} per run", calibrated.join(", ")), 2, Style::Plain);
    }
    for (names, hook, reason) in fallbacks(probes) {
        page.styled(&format!("Fallback to {hook}: {} ({reason})", names.join(", ")), 2, Style::Plain);
    }
    for Probe { name, reason, .. } in probes.iter().filter(|probe| probe.state == ProbeState::Missing) {
        page.styled(&format!("Probe {name}: missing: {}", said(reason)), 2, Style::Caution);
    }
}

/// Names of the probes that are on another hook than their first choice, by the kind of hook and the reason.
fn fallbacks(probes: &[Probe]) -> Vec<(Vec<&str>, &str, &str)> {
    let mut groups: Vec<(Vec<&str>, &str, &str)> = Vec::new();
    for Probe { name, hook, reason, .. } in probes.iter().filter(|probe| probe.state == ProbeState::Fallback) {
        let kind = hook.split_once('/').map_or(hook.as_str(), |(kind, _)| kind);
        match groups.iter_mut().find(|group| (group.1, group.2) == (kind, said(reason))) {
            Some((names, ..)) => names.push(name),
            None => groups.push((vec![name], kind, said(reason))),
        }
    }
    groups
}

fn said(reason: &Option<String>) -> &str {
    reason.as_deref().unwrap_or("no reason given")
}

fn runtimes(runtimes: &BTreeMap<String, String>, page: &mut Page) {
    if !runtimes.is_empty() {
        page.paragraph("Runtimes, as reported by the programs:");
    }
    for (model, runtime) in runtimes {
        page.item(&format!("{model}: {runtime}"), Style::Plain);
    }
}

/// `None` for a probe that ran too seldom to be timed.
fn cost(probe: &Probe) -> Option<String> {
    let hook = if probe.state == ProbeState::Fallback { format!(" on {}", probe.hook) } else { String::new() };
    let misses = probe.recursion_misses.filter(|misses| *misses > 0);
    let misses = misses.map_or(String::new(), |misses| format!(" ({} recursion misses)", count(misses)));
    Some(format!("{}{hook} {}{misses}", probe.name, time(probe.net_ns_per_run?)))
}

fn failures(failures: &[Failure], limit: usize, page: &mut Page) {
    if failures.is_empty() {
        return;
    }
    page.styled(&format!("Failed: {}", plural(failures.len() as u64, "run")), 2, Style::Failure);
    let entries = failures.iter().map(|failure| {
        let Failure { case, repetition, half, reason } = failure;
        format!("{}, {}: {reason}", place(case, *repetition), half_in_words(half))
    });
    list(entries, failures.len(), limit, Style::Failure, page);
}

/// What a reader calls the half of a repetition that failed.
pub(crate) fn half_in_words(half: &str) -> &str {
    if half == "twin" { "untraced" } else { half }
}

fn list(entries: impl Iterator<Item = String>, length: usize, limit: usize, style: Style, page: &mut Page) {
    for entry in entries.take(limit) {
        page.item(&entry, style);
    }
    if length > limit {
        page.item(&format!("and {} more", count((length - limit) as u64)), style);
    }
}
