//! Raw tracepoints count the same as the typed ones that they stand in for.

use taskweight::report::model::{Probe, ProbeState, Report};

use crate::invocation::run_subject;
use crate::lossless::{assert_switches_witnessed, until_lossless};
use crate::sched::{check_two_threads, ring};
use crate::syscall::check_getppid;

const RAW: [&str; 2] = ["--probe-form", "raw"];

fn probes(report: &Report, state: ProbeState) -> Vec<&Probe> {
    report.probes.iter().filter(|probe| probe.state == state).collect()
}

#[test]
fn raw_tracepoints_count_calls_the_same() {
    needs_bpf!();
    let outcome = run_subject(&RAW, &["getppid", "10007"]);
    check_getppid(&outcome.run(), 10_007);
    let report = outcome.report();
    let fallbacks = probes(&report, ProbeState::Fallback);
    assert_eq!(fallbacks.len(), 7, "{:?}", report.probes);
    for probe in fallbacks {
        assert_eq!(probe.hook, format!("raw_tp/{}", probe.name));
        assert_eq!(probe.reason.as_deref(), Some("raw tracepoints were asked for"));
    }
    assert!(probes(&report, ProbeState::Missing).is_empty());
}

#[test]
fn raw_tracepoints_count_switches_the_same() {
    needs_bpf!();
    until_lossless(|| {
        let run = ring("2", &RAW);
        check_two_threads(&run);
        run
    });
}

#[test]
fn raw_tracepoints_see_threads_and_processes_the_same() {
    needs_bpf!();
    let run = run_subject(&RAW, &["fork", "20", "5"]).run();
    assert_eq!((run.kernel.threads_created, run.kernel.switches.exit), (120, 121));
    assert!(run.threads.iter().all(|thread| thread.name == "subject"));
    assert_switches_witnessed(&run);
}

#[test]
fn every_probe_is_in_the_report() {
    needs_bpf!();
    let report = run_subject(&[], &["getppid", "1"]).report();
    assert_eq!(report.probes.len(), 11);
    for probe in &report.probes {
        assert_eq!(probe.reason.is_none(), probe.state == ProbeState::Attached, "{probe:?}");
        assert_eq!((probe.runs, probe.net_ns_per_run), (None, None), "nothing was calibrated");
        assert_eq!(probe.recursion_misses.is_some(), probe.state != ProbeState::Missing, "{probe:?}");
    }
}
