//! Data quality: cross-checks, losses, probe cost, failures.

mod tables;

use std::collections::BTreeMap;

use tracer_ebpf::Loss;

use taskweight_core::case::Case;
use taskweight_core::format::{bytes, count, duration, plural, time};
use taskweight_core::report::{Failure, Probe, ProbeState, Report, Run, Witness};

use super::context::Context;
use super::{Block, Note, Section, Tone};
use tables::{Tally, probe_table, witness_table};

/// Failures that are shown unless all are asked for.
const LISTED: usize = 10;

pub(super) fn section(context: &Context<'_>) -> Section {
    let report = context.report;
    let mut lines = Vec::new();
    if !report.runs.is_empty() {
        lines.push(witnesses(report));
        lines.extend(disagreements(report));
        lines.push(losses(report));
    }
    if !report.runs.is_empty() || report.anatomy.is_empty() {
        lines.push(cost(&report.probes));
    }
    lines.extend(states(&report.probes));
    lines.extend(failures(&report.failures));
    if report.interrupted {
        lines.push(Note::toned(Tone::Caution, "Interrupted: the results are valid but incomplete."));
    }
    let tables = [witness_table(report), probe_table(&report.probes)].into_iter().flatten().map(Block::Table);
    let own_cost = own_cost(report).map(Block::note);
    let all = more_failures(&report.failures);
    let details = Block::Detail(all.into_iter().chain(tables).chain(own_cost).collect());
    Section::new("trust", "Data quality", "Data quality")
        .lead(
            "Each count of the probes is compared with a counter that the kernel keeps independently, such as those in /proc or of \
             getrusage: these are its witnesses. The cost of a probe is its time less that of an empty one on the same hook.",
        )
        .blocks(vec![Block::Notes(lines), details])
}

/// Every comparison of a count with an independent one.
pub(crate) fn comparisons(report: &Report) -> impl Iterator<Item = (&Run, &str, &Witness)> {
    report.runs.iter().flat_map(|run| run.witness.iter().map(move |(name, witness)| (run, name.as_str(), witness)))
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

fn witnesses(report: &Report) -> Note {
    let tally = comparisons(report).fold(Tally::default(), |tally, (.., witness)| tally.add(witness));
    if tally.compared == 0 {
        return Note::plain("Witnesses: no count was cross-checked");
    }
    let bounded = match tally.within_bound {
        0 => String::new(),
        bounded => format!(", {} within tolerance", count(bounded)),
    };
    let (exact, compared) = (count(tally.exact), count(tally.compared));
    Note::plain(format!("Witnesses: {exact} of {compared} counts equal the kernel's own{bounded}"))
}

fn disagreements(report: &Report) -> impl Iterator<Item = Note> {
    let all = comparisons(report).filter(|(.., witness)| !witness.agrees());
    all.take(LISTED).map(|(run, name, witness)| Note::toned(Tone::Bad, disagreement(run, name, witness)))
}

fn disagreement(run: &Run, name: &str, witness: &Witness) -> String {
    let Witness { ours, theirs, source, bound, note, threads_disagreeing, .. } = witness;
    let bound = if *bound > 0 { format!(", tolerance {}", count(*bound)) } else { String::new() };
    let threads = threads_disagreeing.filter(|threads| *threads > 0);
    let threads = threads.map_or(String::new(), |threads| format!(", {} threads differ", count(threads)));
    let note = note.as_ref().map_or(String::new(), |note| format!(": {note}"));
    let (ours, theirs) = (count(*ours), count(*theirs));
    let place = place(&run.case, run.repetition);
    format!("{place}: {name}: probes {ours}, kernel {theirs} ({source}){bound}{threads}{note}")
}

/// Such as `os-thread switch, 2 tasks, CPU 1, repetition 0`.
fn place(case: &Case, repetition: u32) -> String {
    let Case { model, scenario, tasks, pinned, .. } = case;
    let Some(scenario) = scenario else { return model.clone() };
    let tasks = tasks.map_or(String::new(), |tasks| format!(", {} tasks", count(tasks)));
    let pinned = pinned.map_or(String::new(), |cpu| format!(", CPU {cpu}"));
    format!("{model} {scenario}{tasks}{pinned}, repetition {repetition}")
}

fn losses(report: &Report) -> Note {
    let remedy = |cause: &str| Loss::ALL.into_iter().find(|one| one.name() == cause)?.remedy();
    let advice = |cause: &str| remedy(cause).map_or(String::new(), |remedy| format!(" ({remedy})"));
    let lost = total_loss(report);
    let causes: Vec<String> =
        lost.iter().map(|(cause, lost)| format!("{cause} {}{}", count(*lost), advice(cause))).collect();
    match causes.is_empty() {
        true => Note::plain("Lost events: none"),
        false => Note::toned(Tone::Bad, format!("Lost events: {}", causes.join(", "))),
    }
}

/// From the cheapest probe to the dearest.
fn cost(probes: &[Probe]) -> Note {
    let net: Vec<f64> = probes.iter().filter_map(|probe| probe.net_ns_per_run).collect();
    let least = net.iter().copied().min_by(f64::total_cmp);
    let most = net.iter().copied().max_by(f64::total_cmp);
    let misses = probes.iter().filter_map(|probe| probe.recursion_misses).fold(0, u64::saturating_add);
    let misses = if misses > 0 { format!("; {} recursion misses", count(misses)) } else { String::new() };
    match least.zip(most) {
        Some((least, most)) => Note::plain(format!("Probe cost: {} to {} per event{misses}", time(least), time(most))),
        None => Note::plain(format!("Probe cost: not measured{misses}")),
    }
}

/// Probes that are not on their first-choice hook, or not there.
fn states(probes: &[Probe]) -> Vec<Note> {
    let said = |reason: &Option<String>| reason.clone().unwrap_or_else(|| "no reason given".to_owned());
    let kind = |probe: &Probe| probe.hook.split_once('/').map_or(probe.hook.as_str(), |(kind, _)| kind).to_owned();
    let fallbacks = probes.iter().filter(|probe| probe.state == ProbeState::Fallback);
    let mut notes = Vec::new();
    for alike in super::context::gather(fallbacks, |probe| (kind(probe), said(&probe.reason))) {
        let names: Vec<&str> = alike.iter().map(|probe| probe.name.as_str()).collect();
        let first = alike.first().map(|probe| (kind(probe), said(&probe.reason)));
        notes.extend(first.map(|(kind, why)| Note::plain(format!("Fallback to {kind}: {} ({why})", names.join(", ")))));
    }
    let missing = probes.iter().filter(|probe| probe.state == ProbeState::Missing);
    let missing = missing.map(|probe| format!("Probe {}: missing: {}", probe.name, said(&probe.reason)));
    notes.extend(missing.map(|text| Note::toned(Tone::Caution, text)));
    notes
}

fn failures(failures: &[Failure]) -> Vec<Note> {
    if failures.is_empty() {
        return vec![];
    }
    let heading = Note::toned(Tone::Bad, format!("Failed: {}", plural(failures.len() as u64, "run")));
    let more = failures.len().saturating_sub(LISTED) as u64;
    let more = (more > 0).then(|| Note::plain(format!("and {} more", count(more))));
    [heading].into_iter().chain(failures.iter().take(LISTED).map(failure)).chain(more).collect()
}

/// Those beyond the first few.
fn more_failures(failures: &[Failure]) -> Option<Block> {
    let more: Vec<Note> = failures.iter().skip(LISTED).map(failure).collect();
    (!more.is_empty()).then_some(Block::Notes(more))
}

fn failure(failure: &Failure) -> Note {
    let Failure { case, repetition, half, reason } = failure;
    let place = place(case, *repetition);
    let half = if half == "twin" { "untraced" } else { half };
    Note::toned(Tone::Bad, format!("{place}, {half}: {reason}"))
}

fn own_cost(report: &Report) -> Option<String> {
    let cost = report.own_cost.as_ref()?;
    let [user, system] = [cost.user_ns, cost.system_ns].map(duration);
    let maps = cost.map_bytes.map_or(String::new(), |maps| format!(", plus {} of eBPF maps", bytes(maps as f64)));
    Some(format!(
        "taskweight itself took {user} of CPU time in user mode, {system} in the kernel, and at most {} of memory{maps}.",
        bytes(cost.peak_rss_bytes as f64)
    ))
}
