//! Distributions: one duration for every event that was counted.

use taskweight_core::report::{Histogram, Run};

use crate::invocation::run_subject;
use crate::lossless::assert_no_other_loss;

fn assert_consistent(name: &str, histogram: &Histogram) {
    let sum: u64 = histogram.buckets.iter().map(|(_, count)| count).sum();
    assert_eq!(sum, histogram.count, "{name}");
    assert!(histogram.buckets.is_sorted_by(|left, right| left.0 < right.0), "{name}");
    if histogram.count == 0 {
        assert_eq!((histogram.min, histogram.max, histogram.mean, histogram.p50), (None, None, None, None), "{name}");
        return;
    }
    let quantiles = [histogram.min, histogram.p50, histogram.p90, histogram.p99, histogram.p999];
    let quantiles = quantiles.map(Option::unwrap);
    assert!(quantiles.is_sorted(), "{name}: {quantiles:?}");
    let (min, max, mean) = (histogram.min.unwrap() as f64, histogram.max.unwrap() as f64, histogram.mean.unwrap());
    assert!(min <= mean && mean <= max, "{name}: {min} {mean} {max}");
}

/// What holds for the durations of every command that has ended, with all its processes.
fn check(run: &Run) {
    assert_no_other_loss(run);
    let all = &run.histograms;
    let unseen = run.loss["switch_in_unseen"];
    assert_eq!(all.on_cpu_ns.count + unseen, run.kernel.switches.total(), "a slice ends with a switch away");
    let waits = all.run_queue_ns.count + run.loss["wakeup_unseen"];
    assert_eq!(waits, in_switches(run), "whoever comes in has waited");
    for (name, histogram) in [
        ("on_cpu", &all.on_cpu_ns),
        ("off_cpu", &all.off_cpu_ns),
        ("run_queue", &all.run_queue_ns),
        ("syscall", &all.syscall_ns),
    ] {
        assert_consistent(name, histogram);
    }
    let by_name: u64 = run.syscall_histograms.values().map(|histogram| histogram.count).sum();
    assert_eq!(by_name, all.syscall_ns.count);
    for (name, calls) in &run.kernel.syscalls.by_name {
        let returned = run.syscall_histograms.get(name).map_or(0, |histogram| histogram.count);
        let expected = if ["exit", "exit_group"].contains(&name.as_str()) { 0 } else { calls.count };
        assert_eq!(returned, expected, "{name}: every call returns but those that end a thread");
    }
    run.syscall_histograms.iter().for_each(|(name, histogram)| assert_consistent(name, histogram));
}

/// Every thread ends with a switch away, so it came in as often as it went; but the command's first thread was on
/// its CPU when the run began.
fn in_switches(run: &Run) -> u64 {
    run.kernel.switches.total() - 1 - run.loss["switch_in_unseen"]
}

#[test]
fn one_thread_has_one_duration_for_each_event() {
    needs_bpf!();
    check(&run_subject(&[], &["getppid", "10007"]).run());
}

#[test]
fn so_have_many_threads_and_processes() {
    needs_bpf!();
    check(&run_subject(&[], &["fork", "50", "5"]).run());
    check(&run_subject(&[], &["spawn", "50", "7"]).run());
}
