//! The machine and its settings.

use maud::{Markup, html};

use crate::html::context::Context;
use crate::html::section::Section;
use crate::html::table::shown;
use taskweight_core::format::{bytes, count};
use taskweight_core::report::Environment;

pub(in crate::html) fn section(context: &Context<'_>) -> Section {
    let environment = &context.report.environment;
    let content = html! {
        dl.facts {
            @for (name, field, value) in facts(environment) {
                dt { (name) }
                @match value {
                    Some(value) => dd { (shown(&value)) },
                    None => dd.absent { "– " (shown(reason(environment, field))) },
                }
            }
        }
        (list("Compilers and runtimes, as reported by the programs", environment.runtimes.iter()))
        (list("Mitigations of CPU vulnerabilities", environment.mitigations.iter()))
    };
    Section { id: "environment", title: "The machine", content }
}

fn reason<'a>(environment: &'a Environment, field: &str) -> &'a str {
    environment.reasons.get(field).map_or("unknown", String::as_str)
}

/// What it is called, its field, and its value.
fn facts(environment: &Environment) -> Vec<(&'static str, &'static str, Option<String>)> {
    let Environment { cpus_online, cpus_allowed, virtualisation, container, governor, smt, clock_source, .. } =
        environment;
    let size = |value: Option<u64>| value.map(|value| bytes(value as f64));
    vec![
        ("Kernel", "kernel", Some(environment.kernel.clone())),
        ("Architecture", "architecture", Some(environment.architecture.clone())),
        ("CPU", "cpu_model", environment.cpu_model.clone()),
        ("CPUs online", "cpus_online", Some(cpus_online.to_string())),
        ("CPUs allowed", "cpus_allowed", cpus_allowed.clone()),
        ("Virtualisation", "virtualisation", virtualisation.clone()),
        ("Container", "container", container.clone()),
        ("CPU governor", "governor", governor.clone()),
        ("Simultaneous multithreading", "smt", smt.clone()),
        ("Preemption", "preemption", environment.preemption.clone()),
        ("Clock source", "clock_source", clock_source.clone()),
        ("Memory", "memory_bytes", size(environment.memory_bytes)),
        ("Transparent huge pages", "transparent_huge_pages", environment.transparent_huge_pages.clone()),
        ("Memory cgroup", "memory_cgroup", environment.memory_cgroup.clone()),
        ("Stack limit", "stack_limit_bytes", size(environment.stack_limit_bytes)),
        ("GLIBC_TUNABLES", "glibc_tunables", environment.glibc_tunables.clone()),
        ("pid_max", "pid_max", environment.pid_max.map(|pids| count(pids.into()))),
    ]
}

fn list<'a>(title: &str, entries: impl ExactSizeIterator<Item = (&'a String, &'a String)>) -> Markup {
    html! {
        @if entries.len() > 0 {
            details.more {
                summary { (title) }
                dl.facts { @for (name, value) in entries { dt { (shown(name)) } dd { (shown(value)) } } }
            }
        }
    }
}
