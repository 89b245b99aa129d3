//! What differs between two machines, or between two settings of one, and changes the figures.

use std::collections::BTreeMap;

use serde::Serialize;

use taskweight_core::report::{Environment, Report};

/// One setting that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is.
    pub what: String,
    /// Its value in the first report.
    pub a: String,
    /// In the second.
    pub b: String,
}

/// What differs and matters, in the order in which it should be looked at.
#[must_use]
pub fn differences(a: &Report, b: &Report) -> Vec<Difference> {
    let mut sides = [settings(&a.environment), settings(&b.environment)];
    sides[0].push(("taskweight", a.taskweight_version.clone()));
    sides[1].push(("taskweight", b.taskweight_version.clone()));
    let [of_a, of_b] = sides;
    let mut differences: Vec<_> = of_a
        .into_iter()
        .zip(of_b)
        .filter(|(one, other)| one.1 != other.1)
        .map(|((what, a), (_, b))| Difference { what: what.to_owned(), a, b })
        .collect();
    differences.extend(in_both("mitigation", &a.environment.mitigations, &b.environment.mitigations));
    differences.extend(in_both("runtime of", &a.environment.runtimes, &b.environment.runtimes));
    differences
}

fn settings(environment: &Environment) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| String::from("unknown"));
    let bytes = environment.stack_limit_bytes.map(|limit| format!("{limit} bytes"));
    vec![
        ("kernel", environment.kernel.clone()),
        ("architecture", environment.architecture.clone()),
        ("CPU", text(&environment.cpu_model)),
        ("CPUs online", environment.cpus_online.to_string()),
        ("CPUs allowed", text(&environment.cpus_allowed)),
        ("hypervisor", text(&environment.virtualisation)),
        ("container", text(&environment.container)),
        ("governor", text(&environment.governor)),
        ("SMT", text(&environment.smt)),
        ("transparent huge pages", text(&environment.transparent_huge_pages)),
        ("stack limit", text(&bytes)),
        ("GLIBC_TUNABLES", text(&environment.glibc_tunables)),
        ("clock source", text(&environment.clock_source)),
        ("preemption model", text(&environment.preemption)),
        ("memory cgroup", text(&environment.memory_cgroup)),
    ]
}

/// What one side does not have at all was not measured there: that is no difference of settings.
fn in_both(what: &str, a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<Difference> {
    a.iter()
        .filter_map(|(name, one)| Some((name, one, b.get(name)?)))
        .filter(|(_, one, other)| one != other)
        .map(|(name, one, other)| Difference { what: format!("{what} {name}"), a: one.clone(), b: other.clone() })
        .collect()
}
