//! Raw and plain tracepoints count the same as the typed ones that they stand in for.

use std::iter;
use std::time::Instant;

use std::path::Path;
use std::process::Command;

use taskweight_core::report::{Probe, ProbeState, Report, Run};
use taskweight_probe::btf::{KernelTypes, VMLINUX};

use crate::invocation::{Invocation, Outcome, programs, run_subject};
use crate::lossless::{assert_switches_witnessed, sum_of_threads, until_lossless};
use crate::machine::{PATIENCE, cpu};
use crate::sched::{check_two_threads, check_yields, ring, start_ring};
use crate::syscall::check_getppid;

const RAW: [&str; 2] = ["--probe-form", "raw"];
const PLAIN: [&str; 2] = ["--probe-form", "plain"];

/// Repeats a run with plain tracepoints until nothing was withheld from those that the test is about: while one of their
/// programs runs on a CPU, the kernel runs none of the others there, such as those of a wake-up by an interrupt, whoever is
/// woken. It counts what it withheld.
fn until_undisturbed(probes: &[&str], start: impl Fn() -> Outcome) -> Run {
    let about = |probe: &&Probe| probes.contains(&probe.name.as_str());
    let is_undisturbed =
        |report: &Report| report.probes.iter().filter(about).all(|probe| probe.recursion_misses == Some(0));
    let deadline = Instant::now() + PATIENCE;
    let mut outcomes = iter::repeat_with(start).take_while(|_| Instant::now() < deadline);
    outcomes.find(|outcome| is_undisturbed(&outcome.report())).unwrap().run()
}

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
        assert_eq!(probe.reason.as_deref(), Some("raw tracepoints were requested"));
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
fn plain_tracepoints_count_calls_and_faults_the_same() {
    needs_bpf!();
    let outcome = run_subject(&PLAIN, &["getppid", "1"]);
    let fallbacks: Vec<_> = outcome.report().probes.into_iter().filter(|probe| probe.name.starts_with('s')).collect();
    assert_eq!(fallbacks.len(), 12, "{fallbacks:?}");
    for probe in fallbacks {
        let group = ["sys_", "softirq_"].iter().position(|start| probe.name.starts_with(start));
        let group = group.map_or("sched", |index| ["raw_syscalls", "irq"][index]);
        assert_eq!((probe.state, probe.hook), (ProbeState::Fallback, format!("tracepoint/{group}/{}", probe.name)));
        assert_eq!(probe.reason.as_deref(), Some("plain tracepoints were requested"));
    }
    let probes = ["sys_enter", "sys_exit", "page_fault_minor"];
    let run = until_undisturbed(&probes, || run_subject(&PLAIN, &["getppid", "10007"]));
    let calls = &run.kernel.syscalls.by_name["getppid"];
    assert_eq!((calls.count, run.syscall_histograms["getppid"].count), (10_007, 10_007));
    assert!(run.kernel.page_faults.minor > Some(0));
}

#[test]
fn plain_tracepoints_count_switches_the_same() {
    needs_bpf!();
    let probes = ["sched_switch", "sched_waking", "sys_enter"];
    let run = until_undisturbed(&probes, || start_ring("2", &PLAIN));
    assert_eq!((run.operations, run.logical_switches), (Some(10_007), Some(10_007)));
    assert_eq!((run.kernel.switches.exit, run.kernel.migrations, run.kernel.threads_created), (0, 0, 0));
    assert!(run.kernel.switches.total() >= 10_007, "{:?}", run.kernel);
    for name in ["voluntary_by_thread", "involuntary_by_thread"] {
        let witness = &run.witness[name];
        assert_eq!((witness.ours, witness.threads_disagreeing), (witness.theirs, Some(0)), "{name}");
        // Two tasks and the one that reads the protocol: of the first thread, the start is not known.
        assert_eq!(witness.threads_compared, Some(3), "{name}");
    }
    assert_eq!(sum_of_threads(&run), run.kernel.switches);
}

#[test]
fn plain_tracepoints_see_threads_and_processes_the_same() {
    needs_bpf!();
    let probes = ["sched_process_fork", "sched_process_exit", "sched_switch", "sys_exit"];
    let run = until_undisturbed(&probes, || run_subject(&PLAIN, &["fork", "20", "5"]));
    assert_eq!((run.kernel.threads_created, run.kernel.switches.exit), (120, 121));
    let leaders = run.threads.iter().filter(|thread| thread.pid == thread.tid).count();
    assert_eq!((run.threads.len(), leaders), (121, 21), "each knows its process");
    assert!(run.threads.iter().all(|thread| thread.name == "subject" && thread.pid > 0), "{:?}", run.threads);
}

#[test]
fn plain_tracepoints_tell_yields_from_preemptions() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let options = [&PLAIN[..], &["--pin", &cpu]].concat();
    let run = until_undisturbed(&["sched_switch", "sys_enter"], || run_subject(&options, &["yield", "10007"]));
    let switches = run.kernel.switches;
    check_yields(switches.yielded);
    assert_eq!(switches.exit, 3);
}

#[test]
fn a_kernel_without_type_information_gets_plain_tracepoints() {
    needs_bpf!();
    // In a mount namespace of its own, where an empty folder lies over the type information.
    let script = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\"";
    let taskweight = programs().join("taskweight");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", script, "sh"]).arg(taskweight).args(["run", "--json", "-", "--", "true"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    let switch = report.probes.iter().find(|probe| probe.name == "sched_switch").unwrap();
    assert_eq!(switch.hook, "tracepoint/sched/sched_switch");
    assert!(switch.reason.as_ref().unwrap().contains("CONFIG_DEBUG_INFO_BTF"), "{switch:?}");
    assert!(report.runs[0].kernel.syscalls.count > 0);
}

#[test]
fn every_probe_is_in_the_report() {
    needs_bpf!();
    let report = run_subject(&[], &["getppid", "1"]).report();
    assert_eq!(report.probes.len(), 26);
    for probe in &report.probes {
        assert_eq!(probe.reason.is_none(), probe.state == ProbeState::Attached, "{probe:?}");
        assert_eq!((probe.runs, probe.net_ns_per_run), (None, None), "nothing was calibrated");
        assert_eq!(probe.recursion_misses.is_some(), probe.state != ProbeState::Missing, "{probe:?}");
    }
}

/// Whether this kernel has a tracepoint, by its type information.
fn has_tracepoint(types: &KernelTypes, name: &str) -> bool {
    types.tracepoint_arguments(name).unwrap().is_some()
}

#[test]
fn no_program_is_refused_that_this_kernel_has_a_hook_for() {
    needs_bpf!();
    let types = KernelTypes::read(Path::new(VMLINUX)).unwrap();
    for form in [&[][..], &RAW, &PLAIN] {
        let report = run_subject(form, &["getppid", "1"]).report();
        for probe in probes(&report, ProbeState::Missing) {
            let is_refused_by_rule = form == PLAIN && probe.name == "irq_work_exit";
            assert!(!has_tracepoint(&types, &probe.name) || is_refused_by_rule, "{form:?}: {probe:?}");
        }
    }
}

#[test]
fn no_program_of_the_anatomy_is_refused_that_this_kernel_has_a_hook_for() {
    needs_bpf!();
    let types = KernelTypes::read(Path::new(VMLINUX)).unwrap();
    for form in ["auto", "raw"] {
        let options = ["--probe-form", form, "--models", "os-thread", "--operations", "1009", "--repetitions", "1"];
        let outcome = Invocation::new("anatomy", &options).start().finish();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let anatomy = outcome.report().anatomy.remove(0);
        for unseen in &anatomy.interrupts_unseen {
            let (name, _) = unseen.split_once(':').unwrap();
            assert!(!has_tracepoint(&types, &format!("{name}_entry")), "{form}: {unseen}");
        }
        let lacking = ["sched_entry_tp", "sched_exit_tp"].iter().filter(|name| !has_tracepoint(&types, name));
        assert_eq!(anatomy.merged.len(), lacking.count(), "{form}: {:?}", anatomy.merged);
    }
}
