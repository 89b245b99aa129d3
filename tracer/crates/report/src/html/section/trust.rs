//! Data quality: cross-checks, losses, probe cost, failures.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::html::context::Context;
use crate::html::number::Number;
use crate::html::section::Section;
use crate::html::table::{Cell, Table, shown};
use crate::table::quality::{comparisons, half_in_words, total_loss};
use taskweight_core::format::{bytes, count, duration, time};
use taskweight_core::report::{Failure, Probe, ProbeState, Report, Witness};

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let report = context.report;
    let content = html! {
        h3 { "Witnesses: cross-checks against the kernel's own counters" }
        (witnesses(report))
        h3 { "Lost events" }
        (loss(report))
        h3 { "Probe cost" }
        (probes(&report.probes))
        (own_cost(report))
        @if !report.failures.is_empty() {
            h3 { "Failed runs" }
            (failures(&report.failures))
        }
    };
    Section { id: "trust", title: "Data quality", content }
}

/// Comparisons of one count with an independent one, over all runs.
#[derive(Default)]
struct Tally {
    compared: u64,
    exact: u64,
    within_bound: u64,
    disagreeing: u64,
    threads: u64,
}

impl Tally {
    fn add(&mut self, witness: &Witness) {
        self.compared += 1;
        self.threads = self.threads.saturating_add(witness.threads_compared.unwrap_or(0));
        match (witness.agrees(), witness.ours == witness.theirs) {
            (true, true) => self.exact += 1,
            (true, false) => self.within_bound += 1,
            (false, _) => self.disagreeing += 1,
        }
    }
}

fn witnesses(report: &Report) -> Markup {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    comparisons(report).for_each(|(_, name, witness)| tallies.entry(name).or_default().add(witness));
    if tallies.is_empty() {
        return html! { p.absent { "No count in this report was cross-checked." } };
    }
    let head = ["count", "compared", "exact", "within tolerance", "disagree", "threads checked one by one"];
    let mut table = Table::new("counts and the kernel's own counters", head);
    for (name, tally) in &tallies {
        let number = |what: &str, value: u64| Cell::Number(Number::count(value, format!("{what} of witness {name}")));
        table.rows.push(vec![
            Cell::name(name),
            number("compared", tally.compared),
            number("exact", tally.exact),
            number("within_bound", tally.within_bound),
            number("disagreeing", tally.disagreeing),
            number("threads", tally.threads),
        ]);
    }
    html! {
        p { "Each count of the probes is compared with a counter that the kernel keeps independently, such as those in /proc or of getrusage." }
        (table)
        (disagreements(report))
    }
}

fn disagreements(report: &Report) -> Markup {
    let all = comparisons(report).filter(|(.., witness)| !witness.agrees());
    html! {
        ul.notes {
            @for (run, name, witness) in all {
                li {
                    strong { (shown(&run.case.model)) " " (shown(run.case.scenario.as_deref().unwrap_or_default())) ", " (shown(name)) }
                    ": probes " (count(witness.ours)) ", kernel " (count(witness.theirs)) " (" (shown(&witness.source)) "), tolerance "
                    (count(witness.bound)) @if let Some(note) = &witness.note { ": " (shown(note)) }
                }
            }
        }
    }
}

fn loss(report: &Report) -> Markup {
    let total = total_loss(report);
    if total.is_empty() {
        return html! { p { "None: every event was recorded." } };
    }
    let mut table = Table::new("events that were not recorded, all runs", ["cause", "events"]);
    let row = |(cause, lost): (&&str, &u64)| {
        vec![Cell::name(cause), Cell::Number(Number::count(*lost, format!("sum of loss {cause}")))]
    };
    table.rows = total.iter().map(row).collect();
    html! { p { "docs/metrics.md says which counts or durations each cause affects." } (table) }
}

fn probes(probes: &[Probe]) -> Markup {
    let head =
        ["probe", "state", "hook", "time per run", "runs timed", "recursion misses", "instructions verified", "reason"];
    let mut table = Table::new("eBPF programs", head);
    table.rows = probes.iter().enumerate().map(|(index, probe)| probe_row(index, probe)).collect();
    if table.rows.is_empty() {
        return html! { p.absent { "This report does not list its probes." } };
    }
    html! {
        p {
            "Time per run is the time of a program less that of an empty one on the same hook, from the kernel's own statistics. \
             The effect of all probes on the elapsed time is in the column " em { "traced/untraced" } " above."
        }
        (table)
    }
}

fn probe_row(index: usize, probe: &Probe) -> Vec<Cell> {
    let path = |field: &str| format!("probes[{index}].{field}");
    let number = |field: &str, value: Option<u64>, reason: &str| {
        Cell::number_or(value.map(|value| Number::count(value, path(field))), reason)
    };
    let net = probe.net_ns_per_run.map(|ns| Number::field(ns, time(ns), path("net_ns_per_run")));
    let state = match probe.state {
        ProbeState::Attached => "attached",
        ProbeState::Fallback => "fallback",
        ProbeState::Missing => "missing",
    };
    vec![
        Cell::name(&probe.name),
        Cell::text(state),
        Cell::text(&probe.hook),
        Cell::number_or(net, "not measured"),
        number("runs", probe.runs, "not measured"),
        number("recursion_misses", probe.recursion_misses, "the probe is missing"),
        number("verified_instruction_count", probe.verified_instruction_count, "the kernel does not report it"),
        Cell::text(probe.reason.as_deref().unwrap_or_default()),
    ]
}

fn own_cost(report: &Report) -> Markup {
    let Some(cost) = &report.own_cost else { return html! {} };
    let [user, system] = [cost.user_ns, cost.system_ns].map(duration);
    html! {
        p {
            "taskweight itself took " (user) " of CPU time in user mode, " (system) " in the kernel, and at most "
            (bytes(cost.peak_rss_bytes as f64)) " of memory"
            @if let Some(maps) = cost.map_bytes { ", plus " (bytes(maps as f64)) " of eBPF maps" }
            "."
        }
    }
}

fn failures(failures: &[Failure]) -> Markup {
    let head = ["model", "scenario", "tasks", "repetition", "run", "reason"];
    let mut table = Table::new("runs that failed", head);
    for (index, failure) in failures.iter().enumerate() {
        let number = |field: &str, value: u64| Number::count(value, format!("failures[{index}].{field}"));
        table.rows.push(vec![
            Cell::name(&failure.case.model),
            Cell::text(failure.case.scenario.as_deref().unwrap_or_default()),
            failure.case.tasks.map_or(Cell::Empty, |tasks| Cell::Number(number("tasks", tasks))),
            Cell::Number(number("repetition", failure.repetition.into())),
            Cell::text(half_in_words(&failure.half)),
            Cell::text(&failure.reason),
        ]);
    }
    html! { (table) }
}
