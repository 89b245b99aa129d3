//! The machine and its settings.

use std::collections::BTreeMap;

use taskweight_core::format::{bytes, count};
use taskweight_core::report::Environment;

use super::context::Context;
use super::table::{Cell, Column, Table};
use super::{Block, Section};

const COLUMNS: [Column; 2] = [Column::shown(""), Column::shown("")];

pub(super) fn section(context: &Context<'_>) -> Section {
    let environment = &context.report.environment;
    let lists = [
        ("Compilers and runtimes, as reported by the programs", &environment.runtimes),
        ("Mitigations of CPU vulnerabilities", &environment.mitigations),
    ];
    let lists =
        lists.into_iter().filter(|(_, entries)| !entries.is_empty()).map(|(title, entries)| list(title, entries));
    let blocks = [Block::Table(facts(environment))].into_iter().chain(lists).collect();
    Section::new("environment", "The machine", "Machine").blocks(vec![Block::Detail(blocks)])
}

fn list(title: &'static str, entries: &BTreeMap<String, String>) -> Block {
    let mut table = Table::new(title, &COLUMNS);
    table.rows = entries.iter().map(|(name, value)| vec![Cell::name(name), Cell::text(value)]).collect();
    Block::folded(title, vec![Block::Table(table)])
}

fn facts(environment: &Environment) -> Table {
    let Environment { cpus_online, cpus_allowed, virtualisation, container, governor, smt, clock_source, .. } =
        environment;
    let size = |value: Option<u64>| value.map(|value| bytes(value as f64));
    let facts = [
        ("kernel", "kernel", Some(environment.kernel.clone())),
        ("architecture", "architecture", Some(environment.architecture.clone())),
        ("CPU", "cpu_model", environment.cpu_model.clone()),
        ("CPUs online", "cpus_online", Some(cpus_online.to_string())),
        ("CPUs allowed", "cpus_allowed", cpus_allowed.clone()),
        ("virtualisation", "virtualisation", virtualisation.clone()),
        ("container", "container", container.clone()),
        ("CPU governor", "governor", governor.clone()),
        ("simultaneous multithreading", "smt", smt.clone()),
        ("preemption", "preemption", environment.preemption.clone()),
        ("clock source", "clock_source", clock_source.clone()),
        ("memory", "memory_bytes", size(environment.memory_bytes)),
        ("transparent huge pages", "transparent_huge_pages", environment.transparent_huge_pages.clone()),
        ("memory cgroup", "memory_cgroup", environment.memory_cgroup.clone()),
        ("stack limit", "stack_limit_bytes", size(environment.stack_limit_bytes)),
        ("GLIBC_TUNABLES", "glibc_tunables", environment.glibc_tunables.clone()),
        ("pid_max", "pid_max", environment.pid_max.map(|pids| count(pids.into()))),
    ];
    let mut table = Table::new("Machine and settings", &COLUMNS);
    for (name, field, value) in facts {
        let reason = || format!("- ({})", environment.reasons.get(field).map_or("unknown", String::as_str));
        table.rows.push(vec![Cell::name(name), Cell::text(value.unwrap_or_else(reason))]);
    }
    table
}
