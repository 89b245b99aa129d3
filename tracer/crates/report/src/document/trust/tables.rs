//! Cross-checks by count, and the probes.

use std::collections::BTreeMap;

use taskweight_core::report::{Probe, ProbeState, Report, Witness};

use super::comparisons;
use crate::document::number::Number;
use crate::document::table::{Cell, Column, Table};

const WITNESSES: [Column; 6] = [
    Column::shown("count"),
    Column::shown("compared"),
    Column::shown("exact"),
    Column::shown("within tolerance"),
    Column::shown("disagree"),
    Column::shown("threads checked one by one"),
];
const PROBES: [Column; 8] = [
    Column::shown("probe"),
    Column::shown("state"),
    Column::shown("hook"),
    Column::shown("time per run"),
    Column::shown("runs timed"),
    Column::shown("recursion misses"),
    Column::shown("instructions verified"),
    Column::shown("reason"),
];
/// Comparisons of one count with an independent one, over all runs.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) compared: u64,
    pub(super) exact: u64,
    pub(super) within_bound: u64,
    disagreeing: u64,
    threads: u64,
}

impl Tally {
    pub(super) fn add(mut self, witness: &Witness) -> Self {
        self.compared += 1;
        self.threads = self.threads.saturating_add(witness.threads_compared.unwrap_or(0));
        match (witness.agrees(), witness.ours == witness.theirs) {
            (true, true) => self.exact += 1,
            (true, false) => self.within_bound += 1,
            (false, _) => self.disagreeing += 1,
        }
        self
    }
}

pub(super) fn witness_table(report: &Report) -> Option<Table> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (_, name, witness) in comparisons(report) {
        let tally = tallies.remove(name).unwrap_or_default().add(witness);
        tallies.insert(name, tally);
    }
    let mut table = Table::new("counts and the kernel's own counters", &WITNESSES);
    for (name, tally) in &tallies {
        let number = |what: &str, value: u64| Number::count(value, format!("{what} of witness {name}")).into();
        table.rows.push(vec![
            Cell::name(*name),
            number("compared", tally.compared),
            number("exact", tally.exact),
            number("within_bound", tally.within_bound),
            number("disagreeing", tally.disagreeing),
            number("threads", tally.threads),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

pub(super) fn probe_table(probes: &[Probe]) -> Option<Table> {
    let mut table = Table::new("eBPF programs", &PROBES);
    table.rows = probes.iter().enumerate().map(|(index, probe)| probe_row(index, probe)).collect();
    (!table.rows.is_empty()).then_some(table)
}

fn probe_row(index: usize, probe: &Probe) -> Vec<Cell> {
    let path = |field: &str| format!("probes[{index}].{field}");
    let number = |field: &str, value: Option<u64>, reason: &str| {
        Cell::number_or(value.map(|value| Number::count(value, path(field))), reason)
    };
    let net = probe.net_ns_per_run.map(|ns| Number::time(ns, path("net_ns_per_run")));
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
