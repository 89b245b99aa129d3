//! What a comparison of two reports shows of each group.

use super::figures::{CALLS_BY_NAME, Figures};

/// How a figure is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Time,
    /// Events, in all or by operation.
    Count,
    /// Bytes.
    Bytes,
}

/// A figure that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Name for a reader.
    pub label: String,
    /// Where it stands in a run, see [`super::figures`].
    pub path: String,
    /// How it is read.
    pub unit: Unit,
}

/// Where operations are known on both sides.
const BY_OPERATION: [(&str, &str, Unit); 11] = [
    ("time per op", "per_operation.elapsed_ns", Unit::Time),
    ("CPU time, user", "cpu.user_ns/operations", Unit::Time),
    ("CPU time, kernel", "cpu.system_ns/operations", Unit::Time),
    ("context switches", "per_operation.kernel_switches", Unit::Count),
    ("  preempted", "kernel.switches.preempted/operations", Unit::Count),
    ("wakeups", "kernel.wakeups/operations", Unit::Count),
    ("migrations", "kernel.migrations/operations", Unit::Count),
    ("syscalls", "per_operation.syscalls", Unit::Count),
    ("page faults", "per_operation.page_faults", Unit::Count),
    ("kernel entries", "per_operation.kernel_transitions", Unit::Count),
    ("interrupts", "per_operation.interrupts", Unit::Count),
];

/// Where they are not.
const IN_ALL: [(&str, &str, Unit); 13] = [
    ("elapsed", "elapsed_ns.traced", Unit::Time),
    ("CPU time, user", "cpu.user_ns", Unit::Time),
    ("CPU time, kernel", "cpu.system_ns", Unit::Time),
    ("voluntary switches", "kernel.switches.voluntary", Unit::Count),
    ("preempted switches", "kernel.switches.preempted", Unit::Count),
    ("wakeups", "kernel.wakeups", Unit::Count),
    ("migrations", "kernel.migrations", Unit::Count),
    ("syscalls", "kernel.syscalls.count", Unit::Count),
    ("minor page faults", "kernel.page_faults.minor", Unit::Count),
    ("major page faults", "kernel.page_faults.major", Unit::Count),
    ("interrupts", "kernel.interrupts.count", Unit::Count),
    ("softirqs", "kernel.softirqs.count", Unit::Count),
    ("threads created", "kernel.threads_created", Unit::Count),
];

/// Whether operations are known or not.
const ALWAYS: [(&str, &str, Unit); 14] = [
    ("self-timed switch p50", "own.hand_over_ns.p50", Unit::Time),
    ("self-timed switch p99", "own.hand_over_ns.p99", Unit::Time),
    ("latency p50", "own.latency_ns.p50", Unit::Time),
    ("latency p99", "own.latency_ns.p99", Unit::Time),
    ("lateness p99", "own.lateness_ns.p99", Unit::Time),
    ("run-queue wait p50", "histograms.run_queue_ns.p50", Unit::Time),
    ("run-queue wait p99", "histograms.run_queue_ns.p99", Unit::Time),
    ("off CPU p50", "histograms.off_cpu_ns.p50", Unit::Time),
    ("syscall p50", "histograms.syscall_ns.p50", Unit::Time),
    ("syscall p99", "histograms.syscall_ns.p99", Unit::Time),
    ("peak memory", "memory.over_time.peak_rss_bytes", Unit::Bytes),
    ("memory at the end", "memory.done.total_bytes", Unit::Bytes),
    ("cycles", "hardware.cycles", Unit::Count),
    ("instructions", "hardware.instructions", Unit::Count),
];

/// Of the ledger.
const PER_TASK: [(&str, &str, Unit); 7] = [
    ("address space", "per_task.reserved_bytes.slope", Unit::Bytes),
    ("user stack", "per_task.stack_resident_bytes.slope", Unit::Bytes),
    ("other", "per_task.other_resident_bytes.slope", Unit::Bytes),
    ("page tables", "per_task.page_tables_bytes.slope", Unit::Bytes),
    ("kernel stack", "per_task.kernel_stack_bytes.slope", Unit::Bytes),
    ("slab", "per_task.slab_bytes.slope", Unit::Bytes),
    ("total", "per_task.total_bytes.slope", Unit::Bytes),
];

/// Before and after the name of a system call.
const CALLS: (&str, &str) = (CALLS_BY_NAME, ".count");
/// The row under which system calls stand by name.
const ALL_CALLS: &str = "syscalls";

/// What is shown of a run, given the first repetitions of both sides; `syscalls` is how many system calls by name.
#[must_use]
pub fn of_runs(sides: [&Figures; 2], syscalls: usize) -> Vec<Metric> {
    let by_operation = sides.iter().all(|figures| figures.get("operations").is_some_and(|count| *count > 0.0));
    let first: &[_] = if by_operation { &BY_OPERATION } else { &IN_ALL };
    let mut metrics = listed(first);
    let calls = busiest(sides, syscalls).into_iter().map(|name| Metric {
        label: format!("  {name}"),
        path: format!("{}{name}{}{}", CALLS.0, CALLS.1, if by_operation { super::figures::BY_OPERATION } else { "" }),
        unit: Unit::Count,
    });
    let below = metrics.iter().position(|metric| metric.label == ALL_CALLS).map_or(metrics.len(), |row| row + 1);
    metrics.splice(below..below, calls);
    metrics.extend(listed(&ALWAYS));
    metrics
}

/// What is shown of a row of the ledger.
#[must_use]
pub fn of_ledger() -> Vec<Metric> {
    listed(&PER_TASK)
}

fn listed(metrics: &[(&str, &str, Unit)]) -> Vec<Metric> {
    let metric = |(label, path, unit): &(&str, &str, Unit)| Metric {
        label: (*label).to_owned(),
        path: (*path).to_owned(),
        unit: *unit,
    };
    metrics.iter().map(metric).collect()
}

/// System calls by name, those with most calls on either side first.
fn busiest(sides: [&Figures; 2], limit: usize) -> Vec<String> {
    let name = |path: &str| Some(path.strip_prefix(CALLS.0)?.strip_suffix(CALLS.1)?.to_owned());
    let mut calls: Vec<(String, f64)> = Vec::new();
    for (name, count) in
        sides.iter().flat_map(|side| side.iter()).filter_map(|(path, count)| Some((name(path)?, *count)))
    {
        match calls.iter_mut().find(|(known, _)| *known == name) {
            Some((_, most)) => *most = most.max(count),
            None => calls.push((name, count)),
        }
    }
    calls.sort_by(|one, other| other.1.total_cmp(&one.1));
    calls.into_iter().take(limit).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(pairs: &[(&str, f64)]) -> Figures {
        pairs.iter().map(|(path, figure)| ((*path).to_owned(), *figure)).collect()
    }

    #[test]
    fn calls_are_those_with_most_on_either_side() {
        let a = figures(&[("kernel.syscalls.by_name.read.count", 5.0), ("kernel.syscalls.by_name.close.count", 1.0)]);
        let b = figures(&[("kernel.syscalls.by_name.futex.count", 9.0), ("kernel.syscalls.by_name.read.count", 2.0)]);
        assert_eq!(busiest([&a, &b], 2), ["futex", "read"]);
    }

    #[test]
    fn without_operations_on_one_side_totals_are_compared() {
        let [known, unknown] = [figures(&[("operations", 10.0)]), figures(&[])];
        let labels = |sides| of_runs(sides, 0).into_iter().map(|metric| metric.label).collect::<Vec<_>>();
        assert!(labels([&known, &known]).contains(&String::from("time per op")));
        assert!(labels([&known, &unknown]).contains(&String::from("elapsed")));
    }

    #[test]
    fn interrupts_are_compared_by_operation_or_in_all() {
        let [known, unknown] = [figures(&[("operations", 10.0)]), figures(&[])];
        let paths = |sides| of_runs(sides, 0).into_iter().map(|metric| metric.path).collect::<Vec<_>>();
        assert!(paths([&known, &known]).contains(&String::from("per_operation.interrupts")));
        assert!(paths([&known, &unknown]).contains(&String::from("kernel.interrupts.count")));
    }
}
