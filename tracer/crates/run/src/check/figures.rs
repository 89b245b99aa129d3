//! Whether what a program says of its work can be true.

use std::time::Duration;

use crate::protocol::{Done, Ready};
use taskweight_core::scenario::Scenario;

use super::case::Case;
use super::checksum::checksum;

/// What a program said, and how long it took by our clock.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) ready: Ready,
    pub(super) done: Done,
    /// From `go` to `done`.
    pub(super) took: Duration,
}

/// What is wrong, each with what to do.
pub(super) fn faults(case: &Case, heard: &Heard) -> Vec<String> {
    let Heard { ready, done, took } = heard;
    let faults = [
        operations(case, done),
        logical_switches(case, done),
        elapsed(done, *took),
        hand_overs(case, done),
        lateness(case, done),
        result(case, done),
        limit(case, ready),
        stacks(case, ready),
    ];
    faults.into_iter().flatten().collect()
}

fn operations(case: &Case, done: &Done) -> Option<String> {
    let (said, due) = (done.operations, case.due());
    let what = if case.scenario.only_parks() { "the number of tasks parked" } else { "exactly --operations" };
    (said != due).then(|| format!("\"operations\" is {said}, not {due}: perform {what}, and count them"))
}

fn logical_switches(case: &Case, done: &Done) -> Option<String> {
    let said = done.logical_switches;
    let (least, most) = match case.scenario {
        Scenario::Control | Scenario::Idle | Scenario::Deep | Scenario::Cpu => (0, 0),
        Scenario::Yield if case.tasks == 1 => (0, 0),
        Scenario::Yield => (0, case.operations),
        _ => (case.operations, case.operations),
    };
    let due = if least == most { format!("{least}") } else { format!("at most {most}") };
    (said < least || said > most).then(|| {
        format!(
            "\"logical_switches\" is {said}, not {due}: docs/scenarios.md says what to count in {}",
            case.scenario.name()
        )
    })
}

/// The program's clock runs between the two moments of ours.
fn elapsed(done: &Done, took: Duration) -> Option<String> {
    let longest = took.as_nanos().saturating_mul(11) / 10;
    (u128::from(done.elapsed_ns) > longest).then(|| {
        let (said, took) = (done.elapsed_ns, took.as_nanos());
        format!("\"elapsed_ns\" is {said}, but `go` to `done` took {took}: measure nanoseconds from the gate")
    })
}

fn hand_overs(case: &Case, done: &Done) -> Option<String> {
    let times = done.hand_over_ns.as_ref()?;
    let (measured, due) = (total(times), case.operations / 64);
    if !matches!(case.scenario, Scenario::Switch | Scenario::SwitchIo) {
        return Some("\"hand_over_ns\" applies to `switch` and `switch-io` only: omit it".to_owned());
    }
    if measured.abs_diff(due) > 1 {
        let what = "measure the switches whose token is divisible by 64";
        return Some(format!("\"hand_over_ns\" has {measured} times, not about {due}: {what}"));
    }
    let no_clock = "\"hand_over_ns\" without \"clock_ns\": report the cost of reading the clock, and subtract it";
    done.clock_ns.is_none().then(|| no_clock.to_owned())
}

fn lateness(case: &Case, done: &Done) -> Option<String> {
    if case.scenario != Scenario::Hog {
        return None;
    }
    let Some(late) = &done.lateness_ns else {
        return Some("\"lateness_ns\" is missing: report how late each tick was, as [nanoseconds, count]".to_owned());
    };
    let (counted, due) = (total(late), case.operations);
    (counted != due).then(|| format!("\"lateness_ns\" has {counted} ticks, not {due}: count every tick once"))
}

fn result(case: &Case, done: &Done) -> Option<String> {
    if case.scenario != Scenario::Cpu {
        return None;
    }
    let right = checksum(case.operations);
    match done.checksum {
        Some(sum) if sum == right => None,
        Some(sum) => {
            Some(format!("\"checksum\" is {sum}, not {right}: compute with unsigned 32-bit numbers, chunks from 0"))
        }
        None => Some(format!("\"checksum\" is missing: report the sum of all results modulo 2^32, here {right}")),
    }
}

fn limit(case: &Case, ready: &Ready) -> Option<String> {
    let stopped = ready.tasks != case.tasks;
    stopped.then(|| {
        let (reached, asked) = (ready.tasks, case.tasks);
        format!("only {reached} of {asked} tasks: 100 must be possible; see the limit in \"stopped_by\"")
    })
}

/// One stack each, with room for what was put there.
fn stacks(case: &Case, ready: &Ready) -> Option<String> {
    let count = ready.stacks.iter().fold(0, |sum: u64, series| sum.saturating_add(series.count));
    let length = ready.stacks.iter().map(|series| series.length).min()?;
    let (tasks, depth) = (ready.tasks, case.depth.map_or(1, |depth| depth.bytes));
    if count != tasks {
        return Some(format!(
            "\"stacks\" has {count}, not {tasks}: report the stack of every task once, and no others"
        ));
    }
    (length < depth).then(|| format!("\"stacks\" has one of {length} bytes, which cannot hold the --depth {depth}"))
}

fn total(durations: &[(u64, u64)]) -> u64 {
    durations.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
}
