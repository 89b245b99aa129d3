//! The grid of `regimes`: which cells there are, what is counted in them, and why some have no ratio.

use taskweight_core::report::Report;

use crate::invocation::{Invocation, Outcome, programs};
use crate::window::scripts;

const QUICK: [&str; 6] = ["--quick", "--repetitions", "1", "--models", "os-thread,future", "--as-root"];

fn regimes(options: &[&str]) -> Outcome {
    Invocation::new("regimes", &[&QUICK[..], options].concat()).start().finish()
}

/// Threads at the work itself, and coroutines of which only the command line is of interest.
fn folder_with_future(refusal: &str) -> tempfile::TempDir {
    let real = |model| format!("exec '{}/taskweight-{model}' \"$@\"", programs().display());
    scripts([("os-thread", &real("os-thread")), ("future", &format!("{refusal}\n{}", real("future")))])
}

/// The cells of `switch`, all of which have to have a ratio or not.
fn switch_cells(report: &Report, have_ratio: impl Fn(u64) -> bool) {
    let cells: Vec<_> = report.regimes.iter().filter(|regime| regime.scenario == "switch").collect();
    let tasks_and_bytes: Vec<_> = cells.iter().map(|regime| (regime.tasks, regime.touch_bytes)).collect();
    let of_a_place = [(2, 0), (2, 256 << 10), (100, 0), (100, 256 << 10)];
    assert_eq!(tasks_and_bytes, [of_a_place, of_a_place].concat());
    for cell in cells {
        assert_eq!(cell.ratio.is_some(), have_ratio(cell.touch_bytes), "{cell:?}");
        assert_eq!(cell.reason.is_none(), cell.ratio.is_some(), "{cell:?}");
        let is_small = cell.ratio.is_some_and(|ratio| ratio.median < 2.0);
        assert_eq!(cell.cause.is_some(), is_small, "{cell:?}");
    }
}

#[test]
fn touched_memory_changes_no_switches() {
    needs_bpf!();
    let outcome = regimes(&[]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len(), report.regimes.len()), (0, 0, 16), "{}", outcome.stderr);
    switch_cells(&report, |_| true);
    for cell in report.regimes.iter().filter(|cell| cell.scenario == "switch") {
        let (thread, coroutine) = (cell.thread.unwrap(), cell.coroutine.unwrap());
        // A thread that wakes another one on its own CPU has to sleep before that one can run.
        assert!(cell.pinned.is_none() || thread.kernel_switches > 0.99, "{cell:?}");
        assert!(coroutine.kernel_switches < 0.2 && coroutine.syscalls.unwrap() < 0.2, "{cell:?}");
    }
    for cell in report.regimes.iter().filter(|cell| cell.scenario == "switch-io") {
        assert!(cell.reason.as_ref().unwrap().starts_with("future: switch-io"), "{cell:?}");
    }
    assert!(
        report.runs.iter().all(|run| run.case.scenario.as_deref() == Some("switch")),
        "threads alone are not measured"
    );
    assert!(outcome.stdout.contains("os-thread / future"), "{}", outcome.stdout);
}

#[test]
fn program_without_touch_is_left_out() {
    needs_bpf!();
    let folder = folder_with_future("case \"$*\" in *--touch*) exit 2 ;; esac");
    let outcome = regimes(&["--programs", folder.path().to_str().unwrap()]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (0, 0), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("future does not offer switch with --touch\n").count(), 1, "{}", outcome.stderr);
    switch_cells(&report, |touched| touched == 0);
    let expected = "future does not offer switch with --touch";
    let touched = report.regimes.iter().filter(|cell| cell.scenario == "switch" && cell.touch_bytes > 0);
    touched.for_each(|cell| assert_eq!(cell.reason.as_deref(), Some(expected)));
}

#[test]
fn a_cell_that_fails_says_so_and_the_others_are_measured() {
    needs_bpf!();
    let folder = folder_with_future("case \"$*\" in *--touch*) exit 3 ;; esac");
    let outcome = regimes(&["--programs", folder.path().to_str().unwrap()]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (1, 4), "{}", outcome.stderr);
    switch_cells(&report, |touched| touched == 0);
    let touched = report.regimes.iter().filter(|cell| cell.scenario == "switch" && cell.touch_bytes > 0);
    let expected = "future failed: touching 262144 bytes: taskweight-future exited with status 3";
    touched.for_each(|cell| assert!(cell.reason.as_ref().unwrap().starts_with(expected), "{cell:?}"));
    let shown = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("future failed: touching 262144 bytes"), "{}", outcome.stdout);
}

#[test]
fn one_side_alone_is_not_compared() {
    needs_bpf!();
    for (models, missing) in [("os-thread", "no coroutine model"), ("tokio", "no thread model")] {
        let outcome = Invocation::new("regimes", &["--quick", "--models", models]).start().finish();
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.contains(missing) && outcome.stderr.contains("--models"), "{}", outcome.stderr);
    }
}
