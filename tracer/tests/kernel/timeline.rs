//! Timelines: as many slices as there are counts, or it is said how many are missing.

use std::fs;

use taskweight_core::report::Run;
use tempfile::TempDir;

use crate::drawn::{Drawn, read};
use crate::invocation::{Outcome, compare, run_subject};
use crate::machine::cpu;

/// An invocation with a timeline, and what that shows.
fn drawn(options: &[&str], start: impl FnOnce(&[&str]) -> Outcome) -> (Outcome, Drawn) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("timeline.pftrace");
    let outcome = start(&[&["--timeline", file.to_str().unwrap()], options].concat());
    let drawn = read(&fs::read(file).unwrap_or_else(|error| panic!("{error}: {}", outcome.stderr)));
    (outcome, drawn)
}

/// Slices of a name that ended with such a departure.
fn left(drawn: &Drawn, how: &str) -> u64 {
    drawn.named("on CPU").filter(|slice| slice.notes.get("left").is_some_and(|left| left == how)).count() as u64
}

/// What is drawn is what was counted, in all runs together.
fn check(runs: &[Run], drawn: &Drawn) {
    let sum = |count: &dyn Fn(&Run) -> u64| runs.iter().map(count).sum::<u64>();
    assert_eq!(sum(&|run| run.loss["timeline_events"]), 0);
    let switches = [
        ("voluntary", sum(&|run| run.kernel.switches.voluntary)),
        ("preempted", sum(&|run| run.kernel.switches.preempted)),
        ("yielded", sum(&|run| run.kernel.switches.yielded)),
        ("exit", sum(&|run| run.kernel.switches.exit)),
    ];
    for (kind, count) in switches {
        assert_eq!(left(drawn, kind), count, "{kind}");
    }
    assert_eq!(drawn.instants("woken").count() as u64, sum(&|run| run.kernel.wakeups));
    let names = runs.iter().flat_map(|run| run.kernel.syscalls.by_name.keys());
    for name in names {
        let count = sum(&|run| run.kernel.syscalls.by_name.get(name).map_or(0, |calls| calls.count));
        assert_eq!(drawn.named(name).count() as u64, count, "{name}");
        let time_ns = sum(&|run| run.kernel.syscalls.by_name.get(name).map_or(0, |calls| calls.total_ns));
        assert_eq!(drawn.time_ns(name), time_ns, "{name}");
    }
    // Of slices whose beginning the kernel did not report nobody knows how long they were.
    if sum(&|run| run.loss["switch_in_unseen"] + run.loss["wakeup_unseen"]) == 0 {
        assert_eq!(drawn.time_ns("on CPU"), sum(&|run| run.threads.iter().map(|thread| thread.on_cpu_ns).sum()));
    }
}

#[test]
fn every_event_of_a_command_is_drawn() {
    needs_bpf!();
    for form in ["auto", "raw"] {
        let (outcome, drawn) = drawn(&["--probe-form", form], |options| run_subject(options, &["threads", "5", "101"]));
        let run = outcome.run();
        assert!(run.kernel.switches.total() > 0 && run.kernel.syscalls.count > 100);
        check(std::slice::from_ref(&run), &drawn);
        assert_eq!(drawn.instants("started").count() as u64, run.kernel.threads_created);
        let probe = |name: &str| outcome.report().probes.into_iter().find(|probe| probe.name == name).unwrap();
        assert!(probe("sched_switch").verified_instruction_count.is_some());
    }
}

#[test]
fn every_window_of_a_comparison_is_drawn_and_nothing_else() {
    needs_bpf!();
    let cpu = cpu().to_string();
    let options = ["--models", "os-thread,corosensei", "--scenarios", "switch", "--tasks", "2", "--pin", &cpu];
    let more = ["--operations", "1009", "--repetitions", "2"];
    let (outcome, drawn) = drawn(&[&options[..], &more].concat(), compare);
    let runs = outcome.report().runs;
    assert_eq!((outcome.code, runs.len()), (0, 4), "{}", outcome.stderr);
    check(&runs, &drawn);
    let windows: Vec<_> = drawn.named("window").collect();
    assert_eq!(windows.len(), 4, "that of the calibration is not drawn");
    assert!(windows[0].track == format!("run 0: os-thread switch, 2 tasks, CPU {cpu}"), "{:?}", windows[0]);
    let is_inside = |ns: u64| windows.iter().any(|one| (one.from_ns..=one.until_ns.unwrap()).contains(&ns));
    assert!(drawn.slices.iter().all(|slice| is_inside(slice.from_ns)));
    // A thread that hands over wakes the next: an arrow leads from one to the other.
    let begun: Vec<u64> = drawn.instants("wakes").flat_map(|one| one.flows.0.clone()).collect();
    let ended = drawn.instants("woken").flat_map(|one| &one.flows.1).filter(|flow| begun.contains(flow)).count();
    assert!(ended as u64 > 1009, "{ended} arrows");
    // One task switch in 64 of each run is timed by the program, those between coroutines too.
    let timed = drawn.named("switch").count();
    assert!((4 * 14..=4 * 16).contains(&timed), "{timed} switches");
    assert!(drawn.slices.iter().all(|slice| !slice.track.is_empty()), "threads have names");
}

#[test]
fn what_finds_no_room_is_counted_and_marked() {
    needs_bpf!();
    let (outcome, drawn) = drawn(&["--timeline-ring", "4096"], |options| run_subject(options, &["getppid", "100003"]));
    let run = outcome.run();
    let lost = run.loss["timeline_events"];
    assert!(lost > 0);
    let marked = drawn.named("events lost").map(|slice| slice.notes["count"].parse::<u64>().unwrap());
    assert_eq!(marked.sum::<u64>(), lost);
    assert_eq!(run.kernel.syscalls.by_name["getppid"].count, 100_003, "counts do not go through the buffer");
    let remark = format!("taskweight: {lost} timeline events were lost and are marked in it: raise --timeline-ring\n");
    assert!(outcome.stderr.contains(&remark), "{}", outcome.stderr);
}

#[test]
fn a_timeline_ends_where_it_was_told_to() {
    needs_bpf!();
    let (outcome, drawn) = drawn(&["--timeline-events", "1000"], |options| run_subject(options, &["getppid", "10007"]));
    let run = outcome.run();
    assert_eq!(run.loss["timeline_events"], 0);
    let limit: Vec<_> = drawn.instants("limit of events reached").collect();
    let left_out: u64 = limit[0].notes["count"].parse().unwrap();
    assert!(limit.len() == 1 && left_out > 19_000, "{limit:?}");
    assert!(drawn.slices.len() > 300);
    let remark = format!("taskweight: the timeline ends after 1000 events, {left_out} more were dropped: ");
    assert!(outcome.stderr.contains(&remark), "{}", outcome.stderr);
}

#[test]
fn without_pointers_there_is_no_timeline_and_no_file() {
    needs_bpf!();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("timeline.pftrace");
    let options = ["--probe-form", "plain", "--timeline", file.to_str().unwrap()];
    let outcome = run_subject(&options, &["getppid", "1"]);
    assert_eq!(outcome.code, 125);
    assert!(outcome.stderr.contains("taskweight: record a timeline: "), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
