//! taskweight is told to end, or killed, at every point of a run: nothing stays behind, and what was measured is told.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::invocation::{Invocation, Running, programs};
use crate::leftovers::{Leftovers, calibrates};
use crate::machine::wait_for;
use crate::window::scripts;

/// What a workload says, with a file that tells how far it is: in the twin, which comes first, or under the probes. `hold`
/// is the point at which it stays. The shell makes the file itself: where the machine has no process left for another
/// program, the point would never be reached.
fn workload(folder: &Path, hold: &str) -> String {
    let folder = folder.display();
    let mark = |point: &str| {
        format!(": > '{folder}'/$half-{point}; if [ $half-{point} = {hold} ]; then exec sleep 1000; fi\n")
    };
    let half = format!("half=twin; if [ -e '{folder}/twin-has-ended' ]; then half=traced; fi\n");
    let ready = r#"echo '{"event":"ready","tasks":2}'; read go"#;
    let done = r#"echo '{"event":"done","operations":101,"logical_switches":0,"elapsed_ns":7}'; read exit"#;
    let ended = format!(": > '{folder}'/$half-has-ended\n");
    format!("{half}{}{ready}\n{}{done}\n{}{ended}", mark("started"), mark("going"), mark("ending"))
}

/// Points that a run of a comparison can be held at. Emulated guests take long for each.
fn points() -> &'static [&'static str] {
    const POINTS: &[&str] = &["traced-going", "twin-started", "traced-started", "twin-going", "traced-ending"];
    if std::env::var_os("TASKWEIGHT_EMULATED").is_some() { &POINTS[..2] } else { POINTS }
}

/// A comparison of a good model with one that stays where it is told to.
struct AtPoint {
    taskweight: Running,
    left: Leftovers,
    _folder: tempfile::TempDir,
}

/// Starts a comparison and waits until its second model is at the point.
fn held_at(point: &str) -> AtPoint {
    let marks = tempfile::tempdir().unwrap();
    let good = format!("exec '{}/taskweight-future' \"$@\"", programs().display());
    let folder = scripts([("future", &good), ("corosensei", &workload(marks.path(), point))]);
    let options = ["--models", "future,corosensei", "--scenarios", "control", "--tasks", "2", "--operations", "101"];
    let more = ["--pin", "none", "--repetitions", "2", "--programs", folder.path().to_str().unwrap()];
    let taskweight = Invocation::new("compare", &[&options[..], &more].concat()).start();
    taskweight.wait_until(|| marks.path().join(point).exists());
    let left = Leftovers::of(&taskweight);
    assert_eq!(left.has_programs(), point.starts_with("traced"), "{point}");
    AtPoint { taskweight, left, _folder: folder }
}

#[test]
fn interrupted_comparison_reports_what_is_complete() {
    needs_bpf!();
    for point in points() {
        for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
            let AtPoint { taskweight, left, _folder } = held_at(point);
            // It is no signal to a taskweight: readers may go away.
            taskweight.send(Signal::SIGPIPE);
            taskweight.send(signal);
            let outcome = taskweight.finish();
            let report = outcome.report();
            assert_eq!((outcome.code, report.interrupted), (status, true), "{point}: {}", outcome.stderr);
            assert_eq!((report.runs.len(), report.failures.len()), (1, 0), "{point}: {}", outcome.stderr);
            left.disappear();
            assert!(only_the_report(&outcome.file()), "{point}");
        }
    }
}

/// Whether the folder of a report has nothing else in it.
fn only_the_report(file: &Path) -> bool {
    fs::read_dir(file.parent().unwrap()).unwrap().all(|entry| entry.unwrap().path() == file)
}

#[test]
fn killed_comparison_leaves_nothing() {
    needs_bpf!();
    for point in points() {
        let AtPoint { mut taskweight, left, _folder } = held_at(point);
        taskweight.kill();
        left.disappear();
        // Nobody has its standard output any more, or this would never come to an end.
        assert_eq!(taskweight.last_words(), "", "{point}");
        assert_eq!(fs::read_dir(taskweight.folder()).unwrap().count(), 0, "{point}: half a report is none");
    }
}

#[test]
fn signal_at_any_moment_leaves_whole_report_or_none() {
    needs_bpf!();
    for step in 0..8 {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
            let options = ["--models", "future", "--scenarios", "control", "--tasks", "2", "--operations", "101"];
            let taskweight =
                Invocation::new("compare", &[&options[..], &["--pin", "none", "--repetitions", "2"]].concat()).start();
            std::thread::sleep(Duration::from_millis(40 * step));
            let left = Leftovers::of(&taskweight);
            taskweight.send(signal);
            let folder = taskweight.end();
            left.disappear();
            let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
            assert!(files.iter().all(|file| file.ends_with("report.json")), "{signal} at step {step}: {files:?}");
            if let Some(file) = files.first() {
                taskweight_report::json::read(file).unwrap();
            }
        }
    }
}

#[test]
fn a_signal_while_the_probes_are_calibrated_loses_nothing() {
    needs_bpf!();
    let options = ["--calibrate", "--verbose"];
    let mut taskweight = Invocation::run(&options, &["true"]).start();
    taskweight.wait_until(|| calibrates(&taskweight));
    taskweight.send(Signal::SIGINT);
    drop(taskweight.take_stdin());
    let outcome = taskweight.finish();
    let report = outcome.report();
    assert!(report.interrupted, "{}", outcome.stderr);
    assert_eq!(report.runs.len(), 1);
}

#[test]
fn closed_output_changes_nothing() {
    needs_bpf!();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let taskweight = programs().join("taskweight");
    for (redirection, command) in [
        ("2>&1", "run --verbose --json \"$2\" -- sh -c 'exit 7'"),
        (
            "2>&1",
            "compare --verbose --json \"$2\" --models future --model gone=false --scenarios control --tasks 2 --repetitions 1 --operations 101",
        ),
    ] {
        let script = format!("trap '' INT; {{ \"$1\" {command} {redirection}; echo $? > \"$2.status\"; }} | true");
        let status = std::process::Command::new("sh").args(["-c", &script, "sh"]).arg(&taskweight).arg(&file).status();
        assert!(status.unwrap().success());
        wait_for("the status", || {
            fs::read_to_string(format!("{}.status", file.display())).is_ok_and(|text| text.ends_with('\n'))
        });
        let status = fs::read_to_string(format!("{}.status", file.display())).unwrap();
        let expected = if command.starts_with("run") { "7\n" } else { "1\n" };
        assert_eq!(status, expected, "{command}");
        fs::remove_file(format!("{}.status", file.display())).unwrap();
    }
    taskweight_report::json::read(&file).unwrap();
}
