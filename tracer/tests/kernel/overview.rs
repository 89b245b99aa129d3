//! A comparison for which nothing but models is named: what the verdicts need, and the verdicts.

use taskweight_report::claims::{Language, Outcome as Verdict, verdicts};

use nix::sys::resource::{Resource, getrlimit};

use crate::invocation::compare;

/// Returns from the calling test where tasks that wait for pipes could not open them.
macro_rules! needs_files {
    () => {
        let most = getrlimit(Resource::RLIMIT_NOFILE).unwrap().1;
        if most < 1024 {
            skip!("files: the hard limit RLIMIT_NOFILE is {most}");
        }
    };
}

#[test]
fn a_comparison_measures_what_the_verdicts_need_and_ends_in_them() {
    needs_bpf!();
    needs_a_fast_cpu!();
    needs_files!();
    let outcome =
        compare(&["--quick", "--repetitions", "2", "--models", "os-thread,tokio", "--as-root", "--lang", "en"]);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (0, 0), "{}", outcome.stderr);
    let taken_apart: Vec<_> = report.anatomy.iter().map(|anatomy| anatomy.model.as_str()).collect();
    assert_eq!(taken_apart, ["os-thread", "tokio"]);
    assert!(report.anatomy.iter().all(|anatomy| anatomy.repetitions == 2));
    let of = |id| verdicts(&report, Language::English).into_iter().find(|verdict| verdict.id == id).unwrap();
    assert_eq!(of("switched-by-kernel").outcome, Verdict::Holds, "{}", of("switched-by-kernel").sentence);
    assert_eq!(of("no-transition").outcome, Verdict::Qualified, "{}", of("no-transition").sentence);
    for (id, lacks) in [("thread-stack", "Java threads"), ("no-own-stack", "stackful coroutines")] {
        assert!(of(id).outcome == Verdict::NotMeasured && of(id).sentence.contains(lacks), "{}", of(id).sentence);
    }
    for id in ["preemption", "switch-cost", "five-steps", "coroutine-weight", "cpu-bound", "io-bound"] {
        assert!(of(id).evidence.iter().any(|one| one.decides) || of(id).outcome == Verdict::NotMeasured, "{id}");
    }
    let shown = &outcome.stdout[outcome.stdout.find("Verdicts on the textbook's claims").unwrap()..];
    let words: Vec<_> = shown.split_whitespace().collect();
    assert!(words.join(" ").contains("1 holds the kernel switches threads only"), "{shown}");
    assert!(
        outcome.stdout.starts_with("Thread switch: ") && outcome.stdout.lines().count() <= 120,
        "{}",
        outcome.stdout
    );
    assert_eq!((report.verdicts.len(), report.answer.is_empty()), (11, false));
}

#[test]
fn a_comparison_leaves_thread_ids_to_others() {
    needs_bpf!();
    needs_a_fast_cpu!();
    needs_files!();
    let options =
        ["--repetitions", "1", "--models", "os-thread", "--operations", "101", "--depths", "1024", "--as-root"];
    let outcome = compare(&options);
    let report = outcome.report();
    assert_eq!((outcome.code, report.failures.len()), (0, 0), "{}", outcome.stderr);
    let ids = u64::from(report.environment.pid_max.unwrap());
    let most = report.runs.iter().filter_map(|run| run.case.tasks).max();
    assert!(most <= Some(ids / 3) && most >= Some((ids / 3).min(10_000)), "{most:?} of {ids}");
}
