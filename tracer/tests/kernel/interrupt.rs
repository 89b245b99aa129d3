//! Interrupts: of a thread that has its CPU for itself, the kernel's own counts of that CPU are ours.

use std::collections::BTreeMap;

use taskweight_core::report::{Run, Thread};

use crate::invocation::run_subject;
use crate::machine::cpu;

/// Interrupts that the subject asks for.
const CALLS: u64 = 1009;

/// What the kernel counted on the thread's CPU by kind, while it certainly ran, and in all its life.
type Theirs = BTreeMap<String, (u64, u64)>;

/// A run whose thread had its CPU for itself, the thread, and the kernel's counts.
fn undisturbed(options: &[&str]) -> (Run, Thread, Theirs) {
    let cpu = cpu().to_string();
    for _ in 0..20 {
        let outcome = run_subject(options, &["interrupted", &cpu, &CALLS.to_string()]);
        let run = outcome.run();
        let mut lines = outcome.stdout.lines();
        let (tid, is_alone) = lines.next().unwrap().split_once(' ').unwrap();
        if is_alone == "true" {
            let thread = run.threads.iter().find(|thread| thread.tid.to_string() == tid).unwrap().clone();
            return (run, thread, lines.map(kind).collect());
        }
    }
    panic!("another thread came in between in each of twenty runs");
}

fn kind(line: &str) -> (String, (u64, u64)) {
    let words: Vec<_> = line.split(' ').collect();
    (words[0].to_owned(), (words[1].parse().unwrap(), words[2].parse().unwrap()))
}

/// Returns from the calling test where nobody is there to interrupt it.
macro_rules! needs_a_second_cpu {
    () => {
        if taskweight_run::affinity::allowed().unwrap().len() < 2 {
            skip!("there is one CPU only, and interrupts come from a second");
        }
    };
}

/// All that hit the CPU while the thread ran are ours, and none that did not hit the CPU is.
fn check(run: &Run, thread: &Thread, theirs: &Theirs) {
    assert_eq!(theirs.len(), 6);
    assert!(run.kernel.interrupts.by_kind.values().all(Option::is_some), "{:?}", run.kernel.interrupts);
    for (kind, (least, most)) in theirs {
        let hit = if kind == "soft" { thread.softirqs } else { thread.interrupts_by_kind.get(kind).copied() };
        let ours = hit.map_or(0, |one| one.count);
        assert!((*least..=*most).contains(&ours), "{kind}: {ours} is not from {least} to {most}");
    }
    let (call, timer) = (thread.interrupts_by_kind["call"], thread.interrupts_by_kind["timer"]);
    assert!(call.count >= CALLS && timer.count > 0 && call.total_ns > 0, "{thread:?}");
    assert!(thread.interrupts >= Some(CALLS), "{thread:?}");
    let outside = run.kernel.interrupts.outside_syscalls.unwrap();
    assert!(outside >= CALLS, "it computed when it was called: {outside}");
    assert_sums(run);
}

/// What threads had to bear is what was counted on all CPUs.
fn assert_sums(run: &Run) {
    let all = &run.kernel.interrupts;
    let sum = |of: fn(&Thread) -> Option<u64>| run.threads.iter().map(of).sum::<Option<u64>>();
    assert_eq!((sum(|thread| thread.interrupts), sum(|thread| thread.interrupt_ns)), (all.count, all.total_ns));
    for (kind, all) in &all.by_kind {
        let hit = run.threads.iter().filter_map(|thread| thread.interrupts_by_kind.get(kind));
        assert_eq!(hit.map(|one| one.count).sum::<u64>(), all.map_or(0, |all| all.count), "{kind}");
    }
    let soft = run.threads.iter().map(|thread| thread.softirqs.unwrap().count).sum();
    assert_eq!(run.kernel.softirqs.map(|all| all.count), Some(soft));
    assert!(all.outside_syscalls <= all.count);
}

#[test]
fn interrupts_of_a_thread_are_those_of_its_cpu() {
    needs_bpf!();
    needs_a_second_cpu!();
    let (run, thread, theirs) = undisturbed(&[]);
    check(&run, &thread, &theirs);
    let per_operation = run_subject(&["--operations", "1"], &["getppid", "1"]).run();
    let count = per_operation.kernel.interrupts.count.unwrap() as f64;
    assert_eq!(per_operation.per_operation.unwrap().interrupts, Some(count));
}

#[test]
fn plain_tracepoints_see_interrupts_where_nothing_is_withheld() {
    needs_bpf!();
    needs_a_second_cpu!();
    let (run, thread, theirs) = undisturbed(&["--probe-form", "plain"]);
    // While one of their programs runs, the kernel runs none of the others on that CPU.
    for (kind, ours) in &thread.interrupts_by_kind {
        assert!(ours.count <= theirs[kind].1, "{kind}: {ours:?}, {theirs:?}");
    }
    assert!(thread.interrupts_by_kind["call"].count > 0, "{thread:?}");
    // The kernel refuses those of this kind, in which it serves such tracepoints itself.
    assert_eq!(run.kernel.interrupts.by_kind["work"], None);
    assert_sums(&run);
}

#[test]
fn workloads_are_interrupted_in_their_window_only() {
    needs_bpf!();
    let options = ["--models", "os-thread", "--scenarios", "cpu", "--tasks", "1", "--repetitions", "1"];
    let run = crate::invocation::compare(&options).run();
    assert_sums(&run);
    let all = run.kernel.interrupts.clone();
    assert!(all.total_ns.unwrap() <= run.elapsed_ns.traced, "{all:?}");
}
