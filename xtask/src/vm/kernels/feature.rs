//! The rows of the page: each a question to what the doctor said, as JSON.

use serde_json::Value;

use crate::vm::verdict::Verdict;

/// A row.
pub struct Feature {
    pub name: &'static str,
    pub of: fn(&Verdict) -> String,
}

/// What is said where the doctor said nothing.
const UNKNOWN: &str = "-";

/// All rows, from the kernel's build to what the system made of it.
pub const FEATURES: [Feature; 15] = [
    Feature { name: "release", of: |verdict| verdict.release.clone().unwrap_or_default() },
    Feature { name: "architecture", of: |verdict| environment(verdict, "architecture") },
    Feature { name: "preemption", of: |verdict| environment(verdict, "preemption") },
    Feature { name: "type information (BTF)", of: |verdict| standing(verdict, "type information") },
    Feature { name: "typed tracepoints (`tp_btf`)", of: |verdict| attached(verdict, "auto", "tp_btf") },
    Feature { name: "raw tracepoints, when asked for", of: |verdict| attached(verdict, "raw", "raw_tp") },
    Feature { name: "plain tracepoints, when asked for", of: |verdict| attached(verdict, "plain", "tracepoint") },
    Feature { name: "`sched_entry_tp`, `sched_exit_tp`", of: |verdict| standing(verdict, "scheduler tracepoints") },
    Feature { name: "tracefs", of: |verdict| finding(verdict, "tracefs") },
    Feature { name: "memory cgroup", of: |verdict| finding(verdict, "memory cgroup") },
    Feature { name: "hardware counters", of: |verdict| standing(verdict, "hardware counters") },
    Feature { name: "io_uring", of: |verdict| standing(verdict, "io_uring") },
    Feature { name: "clock source", of: |verdict| environment(verdict, "clock_source") },
    Feature { name: "transparent huge pages", of: |verdict| environment(verdict, "transparent_huge_pages") },
    Feature { name: "greatest pid", of: |verdict| environment(verdict, "pid_max") },
];

fn environment(verdict: &Verdict, field: &str) -> String {
    match diagnosis(verdict, "auto").map(|diagnosis| &diagnosis["environment"][field]) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => UNKNOWN.to_owned(),
    }
}

/// One word for it.
fn standing(verdict: &Verdict, subject: &str) -> String {
    found(verdict, subject).and_then(|finding| finding["standing"].as_str()).unwrap_or(UNKNOWN).to_owned()
}

/// Where it is available, as what; else the word and the reason.
fn finding(verdict: &Verdict, subject: &str) -> String {
    let remark = found(verdict, subject).and_then(|finding| finding["remark"].as_str()).unwrap_or_default();
    match standing(verdict, subject).as_str() {
        "available" => remark.to_owned(),
        UNKNOWN => UNKNOWN.to_owned(),
        word => format!("{word}: {remark}"),
    }
}

/// How many probes are on hooks of a kind, in a session of a form.
fn attached(verdict: &Verdict, form: &str, kind: &str) -> String {
    let hooks: Vec<_> = probes(verdict, form).filter_map(|probe| probe["hook"].as_str()).collect();
    let count = hooks.iter().filter(|hook| kind_of(hook) == kind).count();
    if hooks.is_empty() { UNKNOWN.to_owned() } else { format!("{count} of {} probes", hooks.len()) }
}

/// The names of the probes, in the order in which they are attached.
pub fn probe_names(verdict: &Verdict) -> Vec<String> {
    probes(verdict, "auto").filter_map(|probe| Some(probe["name"].as_str()?.to_owned())).collect()
}

/// The kind of hook that a probe is on, or why it is not there.
pub fn hook(verdict: &Verdict, name: &str) -> String {
    let Some(probe) = probes(verdict, "auto").find(|probe| probe["name"] == name) else { return UNKNOWN.to_owned() };
    let kind = kind_of(probe["hook"].as_str().unwrap_or(UNKNOWN));
    match (probe["state"].as_str(), probe["reason"].as_str()) {
        (Some("attached"), _) | (_, None) => kind.to_owned(),
        (Some("fallback"), Some(reason)) => format!("{kind}: {reason}"),
        (_, Some(reason)) => format!("missing: {reason}"),
    }
}

/// `tp_btf` of `tp_btf/sched_switch`.
fn kind_of(hook: &str) -> &str {
    hook.split('/').next().unwrap_or(hook)
}

fn probes<'a>(verdict: &'a Verdict, form: &str) -> impl Iterator<Item = &'a Value> {
    diagnosis(verdict, form).and_then(|diagnosis| diagnosis["probes"].as_array()).into_iter().flatten()
}

fn found<'a>(verdict: &'a Verdict, subject: &str) -> Option<&'a Value> {
    diagnosis(verdict, "auto")?["findings"].as_array()?.iter().find(|finding| finding["subject"] == subject)
}

fn diagnosis<'a>(verdict: &'a Verdict, form: &str) -> Option<&'a Value> {
    verdict.diagnoses.get(form)
}
