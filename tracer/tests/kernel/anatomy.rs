//! The anatomy of a task switch: its segments are there as often as task switches, and leave nothing out. Times are not judged.

use std::path::Path;

use taskweight_core::report::{Anatomy, AnatomySegment};
use taskweight_probe::btf::{KernelTypes, VMLINUX};

use crate::gate::size;
use crate::invocation::Invocation;
use crate::machine::cpu;
use crate::outcome::Outcome;

/// task switches of a run.
const OPERATIONS: u64 = 5003;

fn start(models: &str, more: &[&str]) -> Outcome {
    let operations = OPERATIONS.to_string();
    let options = ["--models", models, "--operations", &operations, "--repetitions", "1"];
    Invocation::new("anatomy", &[&options[..], more].concat()).start().finish()
}

fn anatomy(models: &str, more: &[&str]) -> Anatomy {
    let outcome = start(models, more);
    let mut report = outcome.report();
    assert_eq!((outcome.code, report.anatomy.len(), report.failures.len()), (0, 1, 0), "{}", outcome.stderr);
    let anatomy = report.anatomy.remove(0);
    check(&anatomy);
    anatomy
}

fn pinned(models: &str, more: &[&str]) -> Anatomy {
    anatomy(models, &[&["--pin", &cpu().to_string()], more].concat())
}

fn segment<'a>(anatomy: &'a Anatomy, name: &str) -> Option<&'a AnatomySegment> {
    anatomy.segments.iter().find(|segment| segment.name == name)
}

fn count(anatomy: &Anatomy, name: &str) -> u64 {
    segment(anatomy, name).and_then(|segment| segment.count).unwrap_or(0)
}

/// What holds of every anatomy.
fn check(anatomy: &Anatomy) {
    assert_eq!(anatomy.operations, OPERATIONS);
    for segment in &anatomy.segments {
        assert!(segment.per_hand_over_ns >= 0.0, "{segment:?}");
        assert!(segment.count.is_none_or(|count| count <= anatomy.hand_overs), "{segment:?}");
        let quantiles = [segment.raw_ns.p50, segment.raw_ns.p99, segment.corrected_ns.p50, segment.corrected_ns.p99];
        assert!(quantiles.into_iter().flatten().all(|ns| ns >= 0.0), "{segment:?}");
        assert!(segment.corrected_ns.p50 <= segment.raw_ns.p50, "{segment:?}");
    }
    let kinds: Vec<_> = anatomy.interrupts.keys().map(String::as_str).collect();
    assert_eq!(kinds, ["call", "device", "reschedule", "soft", "timer", "work"]);
    for interrupts in anatomy.interrupts.values() {
        assert_eq!(interrupts.count > 0, interrupts.mean_ns.is_some(), "{interrupts:?}");
    }
    // What was recorded is the path: each nanosecond of it in one segment, or counted as lost.
    let raw: f64 = anatomy.segments.iter().filter_map(|segment| segment.raw_per_hand_over_ns).sum();
    let lost = anatomy.loss["lost_ns"] as f64 / OPERATIONS as f64;
    assert!((raw + lost - anatomy.path_ns).abs() < 0.01, "{raw} and {lost} are not {}", anatomy.path_ns);
    let sum: f64 = anatomy.segments.iter().map(|segment| segment.per_hand_over_ns).sum();
    assert!((sum - anatomy.sum_ns).abs() < 0.01);
    assert!((anatomy.twin_ns - anatomy.sum_ns - anatomy.unexplained_ns).abs() < 0.01);
    // The waker's way to the scheduler has three forms, of which each task switch with a switch has one.
    let waits: u64 = ["waker_rest", "run_queue_wait", "idle_exit"].map(|name| count(anatomy, name)).iter().sum();
    assert!(waits <= 2 * anatomy.hand_overs, "{waits}");
    // On another CPU somebody may be woken before the switch away from it, and goes on without one.
    let has_waited = count(anatomy, "wake_up") <= waits;
    assert!(has_waited || anatomy.pinned.is_none(), "who was woken on this CPU has waited, if for no time");
}

/// Whether a segment is in all task switches but those in which a thread was preempted on its way to block: it passes the path
/// on without having been in user mode, or is woken without having left its CPU.
fn is_in_nearly_all(anatomy: &Anatomy, name: &str) -> bool {
    count(anatomy, name) * 100 >= anatomy.hand_overs * 99
}

/// Most task switches of threads on one CPU were seen whole, and each of these was switched to.
fn check_threads(anatomy: &Anatomy) {
    assert_eq!(anatomy.pinned, Some(cpu()));
    let seen = anatomy.hand_overs + anatomy.partial_hand_overs;
    assert!(seen * 10 >= OPERATIONS * 9, "{anatomy:?}");
    assert!(is_in_nearly_all(anatomy, "user"), "{:?}", anatomy.segments);
    let unfollowed: u64 = ["enter_unmatched", "exit_unmatched"].iter().map(|cause| anatomy.loss[*cause]).sum();
    assert_eq!(unfollowed, 0, "{:?}", anatomy.loss);
}

/// What is not told apart is named and not there.
fn check_coarse(anatomy: &Anatomy) {
    assert_eq!(anatomy.merged.len(), 2, "{:?}", anatomy.merged);
    assert!(anatomy.merged[0].contains("sched_entry_tp") && anatomy.merged[1].contains("sched_exit_tp"));
    for name in ["scheduling", "state_switch"] {
        assert!(segment(anatomy, name).is_none(), "{:?}", anatomy.segments);
    }
    assert_eq!(anatomy.loss["schedule_exit_unseen"], 0, "nobody looked for it");
}

/// Whether this kernel has the tracepoints at entry to and exit from the scheduler (since 6.16), by its type information.
fn has_scheduler_tracepoints() -> bool {
    let types = KernelTypes::read(Path::new(VMLINUX)).unwrap();
    ["sched_entry_tp", "sched_exit_tp"].iter().all(|name| types.tracepoint_arguments(name).unwrap().is_some())
}

#[test]
fn threads_on_one_cpu_go_through_every_step() {
    needs_bpf!();
    let anatomy = pinned("pthread", &[]);
    check_threads(&anatomy);
    if !has_scheduler_tracepoints() {
        return check_coarse(&anatomy);
    }
    assert!(anatomy.merged.is_empty(), "{:?}", anatomy.merged);
    // Woken within a call of the waker, or left over when it blocked: either way the scheduler came in between.
    assert!(is_in_nearly_all(&anatomy, "scheduling"), "{:?}", anatomy.segments);
    assert!(is_in_nearly_all(&anatomy, "state_switch"), "{:?}", anatomy.segments);
    for name in ["enter_kernel", "waker_syscall", "wake_up", "scheduling", "state_switch", "leave_kernel"] {
        assert!(segment(&anatomy, name).is_some(), "{name}: {:?}", anatomy.segments);
    }
}

#[test]
fn pipes_hand_over_like_memory() {
    needs_bpf!();
    check_threads(&pinned("os-thread", &["--scenario", "switch-io"]));
}

#[test]
fn a_hundred_threads_have_one_path() {
    needs_bpf!();
    check_threads(&pinned("pthread", &["--tasks", "100"]));
}

#[test]
fn threads_on_several_cpus_are_followed_from_one_to_the_other() {
    needs_bpf!();
    let anatomy = anatomy("pthread", &["--pin", "none"]);
    assert_eq!(anatomy.pinned, None);
    assert!(anatomy.hand_overs > 0, "{anatomy:?}");
}

#[test]
fn without_the_tracepoints_of_the_scheduler_there_are_fewer_segments_and_nothing_is_lost() {
    needs_bpf!();
    let anatomy = pinned("pthread", &["--coarse"]);
    check_threads(&anatomy);
    check_coarse(&anatomy);
}

#[test]
fn raw_tracepoints_follow_the_path_the_same() {
    needs_bpf!();
    check_threads(&pinned("pthread", &["--probe-form", "raw"]));
}

#[test]
fn coroutines_have_nothing_but_user_mode() {
    needs_bpf!();
    // Many more operations would be needed for the edges of the run to vanish; here they are known by their counts.
    let anatomy = pinned("corosensei", &[]);
    assert!(anatomy.hand_overs <= 10, "{anatomy:?}");
    assert!(segment(&anatomy, "user").is_some());
}

#[test]
fn the_timer_interrupts_who_computes() {
    needs_bpf!();
    // Long enough for a tick of even the slowest kernel's timer, with a host that takes the CPU away meanwhile.
    let options = ["--models", "corosensei", "--operations", size("50000000", "1000000"), "--repetitions", "1"];
    let outcome = Invocation::new("anatomy", &[&options[..], &["--pin", &cpu().to_string()]].concat()).start().finish();
    let anatomy = outcome.report().anatomy.remove(0);
    assert!(anatomy.interrupts["timer"].count > 0, "{:?}", anatomy.interrupts);
    let in_them: f64 = anatomy.interrupts.values().map(|interrupts| interrupts.per_hand_over_ns).sum();
    assert!(in_them <= anatomy.path_ns, "{anatomy:?}");
}

#[test]
fn the_tables_end_in_bars_on_one_scale() {
    needs_bpf!();
    let outcome = start("pthread,corosensei", &["--pin", &cpu().to_string()]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 80), "{}", outcome.stdout);
    let bars: Vec<_> = outcome.stdout.lines().skip_while(|line| !line.starts_with("One switch (")).collect();
    assert!(bars[1].starts_with("pthread ") && bars[2].starts_with("corosensei "), "{bars:?}");
    assert!(outcome.stdout.contains("unexplained"), "{}", outcome.stdout);
}

#[test]
fn plain_tracepoints_are_refused_with_a_reason() {
    needs_bpf!();
    let outcome = start("pthread", &["--probe-form", "plain"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("does not support plain tracepoints"), "{}", outcome.stderr);
}
