//! Every program does exactly the operations asked for, in every scenario it offers.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use common::{PROGRAMS, Program, complete, complete_with, name};
use serde_json::Value;

const PRIME: u64 = 10_007;
/// Chunks of computation, a prime number too.
const CHUNKS: u64 = 1009;
/// The sum of their results modulo 2^32.
const CHECKSUM: u64 = 2_294_264_604;

/// The fields that a scenario adds to every `done` line.
fn own_fields(scenario: &str) -> &'static [&'static str] {
    match scenario {
        "switch" | "switch-io" => &["hand_over_ns", "clock_ns", "hand_overs"],
        "cpu" => &["checksum"],
        "hog" => &["lateness_ns"],
        _ => &[],
    }
}

/// Checks all fields of a `done` line, and that there are no others.
fn check(path: &str, scenario: &str, tasks: usize, operations: u64) {
    let done = complete(path, scenario, tasks, operations);
    let what = format!("{} {scenario} {tasks}: {done}", name(path));
    assert_eq!(done["operations"], operations, "{what}");
    assert!(done["elapsed_ns"].as_u64().unwrap() > 0, "{what}");
    let own = own_fields(scenario);
    assert!(own.iter().all(|field| done.get(field).is_some()), "{what}");
    assert_eq!(done.as_object().map(serde_json::Map::len), Some(4 + own.len()), "{what}");
    match scenario {
        "switch" | "switch-io" => {
            assert_eq!(samples(&done["hand_over_ns"]), operations / 64, "{what}");
            let spans = done["hand_overs"].as_array().unwrap();
            assert_eq!(spans.len() as u64, (operations / 64).min(1000), "{what}");
            assert!(spans.iter().all(|span| span[0].as_u64() < span[1].as_u64()), "{what}");
        }
        "hog" => assert_eq!(samples(&done["lateness_ns"]), operations, "{what}"),
        _ => {}
    }
    check_switches(path, scenario, tasks, &done);
}

/// How many durations there are in a list of durations with their counts.
fn samples(counts: &Value) -> u64 {
    counts.as_array().unwrap().iter().map(|pair| pair[1].as_u64().unwrap()).sum()
}

fn check_switches(path: &str, scenario: &str, tasks: usize, done: &Value) {
    let (switches, operations) = (done["logical_switches"].as_u64().unwrap(), done["operations"].as_u64().unwrap());
    let what = format!("{} {scenario} {tasks}: {done}", name(path));
    match scenario {
        "control" | "cpu" => assert_eq!(switches, 0, "{what}"),
        "yield" if tasks == 1 => assert_eq!(switches, 0, "{what}"),
        // The last of a round is the first of the next, so some yields pass control to nobody else.
        "yield" if name(path) == "taskweight-tokio" => {
            assert!(switches + 1 >= operations / 2 && switches <= operations, "{what}");
        }
        _ => assert_eq!(switches, operations, "{what}"),
    }
}

/// `idle` and `echo` have tests of their own; a tick of `hog` takes a millisecond.
fn check_all(tasks: usize, operations: u64) {
    for (path, scenarios) in PROGRAMS {
        for scenario in scenarios.iter().filter(|scenario| !["idle", "deep", "echo", "hog"].contains(scenario)) {
            let prime = if *scenario == "cpu" { operations.min(CHUNKS) } else { operations };
            check(path, scenario, tasks, prime);
        }
    }
}

#[test]
fn two_tasks() {
    check_all(2, PRIME);
}

#[test]
fn hundred_tasks() {
    check_all(100, PRIME);
}

#[test]
fn fewer_operations_than_tasks() {
    check_all(100, 1);
    check_all(100, 7);
}

#[test]
fn checksums_are_the_same_everywhere() {
    for (path, _) in PROGRAMS {
        for tasks in [1, 3, 2000] {
            assert_eq!(complete(path, "cpu", tasks, CHUNKS)["checksum"], CHECKSUM, "{} {tasks}", name(path));
        }
    }
}

#[test]
fn ticks() {
    for (path, scenarios) in PROGRAMS {
        if scenarios.contains(&"hog") {
            check(path, "hog", 1, 7);
            check(path, "hog", 10, 101);
        }
    }
}

/// Without a batch size that divides the number, with one larger than it, and one by one.
#[test]
fn batches_of_tasks() {
    for (path, _) in PROGRAMS {
        for tasks in [1, 1000] {
            check(path, "spawn", tasks, 101);
        }
        check(path, "spawn", 10, 1009);
    }
}

#[test]
fn ten_thousand_tasks() {
    for (path, _) in PROGRAMS {
        check(path, "switch", 10_000, PRIME);
    }
}

#[test]
fn memory_that_is_touched_changes_no_count() {
    for (path, scenarios) in PROGRAMS {
        for scenario in scenarios.iter().filter(|scenario| scenario.starts_with("switch")) {
            for bytes in [1, 100, 16 << 10] {
                let done = complete_with(path, scenario, 100, PRIME, &format!("--touch {bytes}"));
                assert_eq!((&done["operations"], &done["logical_switches"]), (&PRIME.into(), &PRIME.into()), "{done}");
            }
        }
    }
}

#[test]
fn memory_to_touch_is_resident_when_tasks_are_ready() {
    const BYTES: u64 = 1 << 20;
    for (path, _) in PROGRAMS {
        let mut program = Program::start(path, &format!("switch --tasks 40 --operations 7 --touch {BYTES}"));
        program.expect_ready(40);
        let status = program.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let resident_kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(resident_kib * 1024 > 40 * BYTES, "{}: {line}", name(path));
    }
}

#[test]
fn one_task_yields_to_nobody() {
    for (path, _) in PROGRAMS {
        for scenario in ["yield", "control"] {
            let done = complete(path, scenario, 1, PRIME);
            assert_eq!(done["operations"], PRIME);
            check_switches(path, scenario, 1, &done);
        }
    }
}
