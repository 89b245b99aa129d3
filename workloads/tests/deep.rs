//! Tasks that use their stacks, and park: what is left of it, and where the stacks are.
#![allow(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod common;

use common::{PROGRAMS, Program, name};
use serde_json::Value;

/// Models whose tasks have a stack.
const STACKFUL: [&str; 3] = ["taskweight-os-thread", "taskweight-corosensei", "taskweight-may"];
/// Both forms.
const FORMS: [&str; 2] = ["", "--hold"];
const PAGE_BYTES: u64 = 4096;

/// A program with `tasks` parked tasks, and its line `ready`.
fn parked(path: &str, scenario: &str, tasks: usize) -> (Program, Value) {
    let mut program = Program::start(path, &format!("{scenario} --tasks {tasks} --operations 7"));
    let ready = program.expect_ready(tasks);
    (program, ready)
}

/// Whatever the number of operations says.
#[test]
fn an_operation_is_a_parked_task() {
    for (path, _) in PROGRAMS {
        for form in FORMS {
            let (mut program, _) = parked(path, &format!("deep --depth 8192 {form}"), 100);
            program.say("go");
            let done = program.done();
            assert_eq!((&done["operations"], &done["logical_switches"]), (&100.into(), &0.into()), "{}", name(path));
            program.say("exit");
            program.expect_clean_end();
        }
    }
}

/// Resident bytes of a program with `tasks` tasks.
fn resident_bytes(path: &str, scenario: &str, tasks: usize) -> u64 {
    let rollup = parked(path, scenario, tasks).0.proc("smaps_rollup");
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// What one task more takes.
fn bytes_per_task(path: &str, scenario: &str) -> u64 {
    let (few, many) = (resident_bytes(path, scenario, 20), resident_bytes(path, scenario, 220));
    many.saturating_sub(few) / 200
}

/// A depth is more than a task takes at rest, and not far more. A stack keeps what was touched, a future only what it
/// holds.
#[test]
fn what_is_used_is_resident_where_it_is_kept() {
    const DEPTH: u64 = 65_536;
    for (path, _) in PROGRAMS {
        let is_stackful = STACKFUL.contains(&name(path));
        for form in FORMS {
            let bytes = bytes_per_task(path, &format!("deep --depth {DEPTH} {form}"));
            let expected = if is_stackful || form == "--hold" { DEPTH..2 * DEPTH } else { 0..2 * PAGE_BYTES };
            assert!(expected.contains(&bytes), "{} {form}: {bytes}", name(path));
        }
    }
}

/// How much of the stack each thread of a program uses, but for the main thread and the one of the protocol.
fn used_bytes(program: &Program) -> Vec<u64> {
    let stacks = writable(program);
    let used = |tid: &String| {
        let call = program.proc(&format!("task/{tid}/syscall"));
        let pointer = call.split_whitespace().rev().nth(1).and_then(|word| word.strip_prefix("0x"));
        let pointer = u64::from_str_radix(pointer.unwrap(), 16).unwrap();
        stacks.iter().find(|(first, end)| (first..end).contains(&&pointer)).unwrap().1 - pointer
    };
    let is_task = |tid: &String| program.proc(&format!("task/{tid}/comm")).trim() != "protocol";
    program.tids().iter().skip(1).filter(|tid| is_task(tid)).map(used).collect()
}

/// The kernel knows where the stack pointers of threads are.
#[test]
fn threads_park_where_they_are_to() {
    let (path, _) = PROGRAMS.iter().find(|(path, _)| name(path) == "taskweight-os-thread").unwrap();
    for (form, expected) in [("", 0..32_768), ("--hold", 65_536..81_920)] {
        let (program, _) = parked(path, &format!("deep --depth 65536 {form}"), 20);
        let used = used_bytes(&program);
        assert!(used.len() == 20 && used.iter().all(|bytes| expected.contains(bytes)), "{form}: {used:?}");
    }
}

/// The stacks that a program says its tasks have: lowest address and length.
fn stacks(ready: &Value) -> Vec<(u64, u64)> {
    let number = |value: &Value| value.as_i64().unwrap();
    let series = |entry: &Value| match entry.as_array().unwrap().iter().map(number).collect::<Vec<_>>()[..] {
        [base, length] => vec![(base, length)],
        [base, length, stride, count] => (0..count).map(|index| (base + index * stride, length)).collect(),
        _ => panic!("{entry}"),
    };
    let all = ready["stacks"].as_array().into_iter().flatten().flat_map(series);
    all.map(|(base, length)| (base.cast_unsigned(), length.cast_unsigned())).collect()
}

/// The memory of a program that can be written to: first address and end. Neighbours may be one mapping.
fn writable(program: &Program) -> Vec<(u64, u64)> {
    let maps = program.proc("maps");
    let address = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let range =
        |line: &str| line.split_whitespace().next().unwrap().split_once('-').map(|(a, b)| (address(a), address(b)));
    maps.lines().filter(|line| line.contains(" rw")).filter_map(range).collect()
}

#[test]
fn stacks_lie_where_the_programs_say() {
    for model in ["corosensei", "may"] {
        let (path, _) = PROGRAMS.iter().find(|(path, _)| name(path) == format!("taskweight-{model}")).unwrap();
        for (scenario, least) in [("idle", 16_384), ("deep --depth 65536 --hold", 131_072)] {
            let (program, ready) = parked(path, scenario, 300);
            let (mut stacks, writable) = (stacks(&ready), writable(&program));
            assert!(ready["stacks"].as_array().unwrap().len() < 20, "{ready}");
            stacks.sort_unstable();
            assert_eq!(stacks.len(), 300);
            assert!(stacks.windows(2).all(|pair| pair[0].0 + pair[0].1 < pair[1].0), "no guard: {ready}");
            for (base, length) in stacks {
                let is_inside = |&(first, end): &(u64, u64)| first <= base && base + length <= end;
                assert!(length >= least && writable.iter().any(is_inside), "{model} {scenario}: {base:x} {length}");
            }
        }
    }
}
