//! The reports: fixtures, and made-up ones of what no fixture has.

use std::path::Path;

use taskweight_core::case::Case;
use taskweight_core::report::{OwnFigures, Report, Run};
use taskweight_core::stats::histogram::of_durations;
use taskweight_report::json;
use taskweight_report::ledger;

use crate::world;

/// A report among the fixtures.
pub fn fixture(name: &str) -> Report {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    json::read(&folder.join(name).with_extension("json")).unwrap()
}

/// All of them by name.
pub fn all() -> Vec<(&'static str, Report)> {
    let fixtures = ["anatomy", "command", "compare", "hostile", "page"].map(|name| (name, fixture(name)));
    let made_up = [("textbook", textbook()), ("scenarios", scenarios()), ("empty", empty())];
    fixtures.into_iter().chain(made_up).collect()
}

/// A report in which the claims hold.
pub fn textbook() -> Report {
    world::report(world::textbook())
}

/// Every scenario with everything that a program may measure itself, and one with nothing.
fn scenarios() -> Report {
    let mut report = fixture("compare");
    let like = report.runs[0].clone();
    let names = ["switch", "switch-io", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog", "other"];
    let each = names.iter().flat_map(|name| {
        [("os-thread", 0), ("os-thread", 1), ("tokio", 0)].map(|(model, number)| scenario(&like, name, model, number))
    });
    let mut bare = scenario(&like, "control", "go", 0);
    (bare.own, bare.operations, bare.per_operation, bare.elapsed_ns.twin) = (None, None, None, None);
    report.runs = each.chain([bare]).collect();
    report.ledger = ledger::rows(&report.runs);
    report
}

fn scenario(like: &Run, name: &str, model: &str, repetition: u32) -> Run {
    let durations = |ns| Some(of_durations(&[(ns, 98), (3 * ns, 2)]));
    let own = OwnFigures {
        tasks_reached: 90,
        stopped_by: (name == "idle").then(|| String::from("kernel.pid_max 32768")),
        warm_up_ns: Some(40_000_000),
        hand_over_ns: durations(2_000),
        clock_ns: Some(25),
        lateness_ns: durations(60_000),
        latency_ns: durations(23_000),
        checksum: Some(if model == "tokio" { 7 } else { 8 }),
    };
    let (model, scenario) = (model.to_owned(), Some(name.to_owned()));
    Run {
        case: Case { model, scenario, tasks: Some(100), ..like.case.clone() },
        operation: Some(format!("one operation of {name}")),
        repetition,
        own: Some(own),
        ..like.clone()
    }
}

/// A measurement of which nothing is left.
fn empty() -> Report {
    let mut report = fixture("compare");
    (report.runs, report.ledger, report.interrupted) = (Vec::new(), Vec::new(), true);
    report
}
