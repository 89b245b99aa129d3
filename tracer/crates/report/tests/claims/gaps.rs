//! What is not in a report is not judged.

use taskweight_core::report::{Report, Run, Witness};
use taskweight_report::claims::{Language, Outcome, verdicts};

use crate::world::{report, ring, textbook};
use crate::{IDS, outcome, verdict};

/// Claims that are not measured.
fn unmeasured(report: &Report) -> Vec<&'static str> {
    IDS.into_iter().filter(|id| outcome(report, id) == Outcome::NotMeasured).collect()
}

fn without(scenario: &str) -> Report {
    report(textbook().into_iter().filter(|run| run.case.scenario.as_deref() != Some(scenario)).collect())
}

#[test]
fn an_empty_report_judges_nothing_and_says_for_each_claim_what_to_run() {
    let mut empty = report(Vec::new());
    (empty.anatomy, empty.reference) = (Vec::new(), None);
    assert_eq!(unmeasured(&empty), IDS);
    for verdict in verdicts(&empty, Language::English) {
        let remedy = verdict.remedy.clone().unwrap();
        assert!(
            verdict.sentence.contains(&format!("`{remedy}`")) && remedy.starts_with("sudo taskweight "),
            "{verdict:?}"
        );
    }
}

#[test]
fn a_scenario_that_is_missing_takes_its_claims_with_it_and_no_others() {
    let of = |scenario| unmeasured(&without(scenario));
    assert_eq!(of("switch"), ["switched-by-kernel", "switch-cost", "no-transition"]);
    assert_eq!(of("switch-io"), ["no-transition"]);
    assert_eq!(of("hog"), ["preemption"]);
    assert_eq!(of("idle"), ["thread-stack", "coroutine-weight", "no-own-stack", "how-many"]);
    assert_eq!(of("cpu"), ["cpu-bound"]);
    assert_eq!(of("echo"), ["io-bound"]);
    assert_eq!(of("spawn"), [""; 0]);
}

#[test]
fn sections_that_are_missing_take_their_claims_with_them() {
    let mut lacking = report(textbook());
    (lacking.anatomy, lacking.reference) = (Vec::new(), None);
    assert_eq!(unmeasured(&lacking), ["switch-cost", "five-steps"]);
    lacking.ledger.clear();
    assert_eq!(unmeasured(&lacking).len(), 6);
}

#[test]
fn models_without_their_like_prove_nothing() {
    let is_thread = |model: &str| model == "os-thread" || model == "java-platform";
    let only =
        |threads: bool| report(textbook().into_iter().filter(|run| is_thread(&run.case.model) == threads).collect());
    // Threads alone show what a thread takes and what it consists of.
    assert_eq!(unmeasured(&only(true)).len(), 9, "{:?}", unmeasured(&only(true)));
    let coroutines = unmeasured(&only(false));
    let judged: Vec<_> = IDS.into_iter().filter(|id| !coroutines.contains(id)).collect();
    assert_eq!(judged, ["five-steps", "no-transition", "coroutine-weight", "no-own-stack"]);
}

#[test]
fn a_count_that_nobody_made_is_not_zero() {
    let mut runs = textbook();
    runs.iter_mut().filter_map(|run| run.per_operation.as_mut()).for_each(|figures| figures.kernel_transitions = None);
    assert_eq!(unmeasured(&report(runs)), ["switched-by-kernel", "no-transition"]);
}

/// The textbook's world, in which something befell some runs of coroutines in `switch`.
fn befallen(happens: impl Fn(&mut Run), repetitions: u32) -> Report {
    let mut runs = textbook();
    let is_it = |run: &&mut Run| run.case.scenario.as_deref() == Some("switch") && run.case.model != "os-thread";
    runs.iter_mut().filter(is_it).filter(|run| run.repetition < repetitions).for_each(happens);
    report(runs)
}

#[test]
fn runs_with_lost_events_or_other_counts_than_the_kernels_are_no_evidence() {
    let lose = |run: &mut Run| {
        run.loss.insert(String::from("thread_table_full"), 1);
    };
    let disagree = |run: &mut Run| {
        let witness = Witness { ours: 1, theirs: 9, ..Witness::default() };
        run.witness.insert(String::from("voluntary_switches"), witness);
    };
    for all in [befallen(lose, 5), befallen(disagree, 5)] {
        assert_eq!(unmeasured(&all), ["switched-by-kernel", "no-transition"]);
        assert!(verdict(&all, "no-transition").sentence.contains("events were lost or counts differ"));
    }
    for some in [befallen(lose, 2), befallen(disagree, 2)] {
        let verdict = verdict(&some, "switched-by-kernel");
        assert_eq!(verdict.outcome, Outcome::Holds);
        let tokio = verdict.evidence.iter().find(|one| one.model == "tokio").unwrap();
        assert_eq!(tokio.runs.len(), 3, "those of which all was counted");
    }
    let of_durations = |run: &mut Run| {
        run.loss.insert(String::from("switch_in_unseen"), 7);
    };
    assert_eq!(unmeasured(&befallen(of_durations, 5)), [""; 0], "a duration that is lost is no count");
}

#[test]
fn models_that_users_bring_along_are_nobodys() {
    let brought = ring("mine", "switch", 1.0, 5.0, 5.0);
    let with_mine = report([textbook(), brought.clone()].concat());
    for id in IDS {
        assert_eq!(outcome(&with_mine, id), outcome(&report(textbook()), id));
        assert!(verdict(&with_mine, id).evidence.iter().all(|one| one.model != "mine"));
    }
    assert!(unmeasured(&report(brought)).contains(&"switched-by-kernel"));
}

#[test]
fn other_work_in_the_same_scenario_is_left_out() {
    let mut touching = ring("tokio", "switch", 9_000.0, 3.0, 3.0);
    touching.iter_mut().for_each(|run| run.case.touch_bytes = Some(262_144));
    assert_eq!(outcome(&report([textbook(), touching].concat()), "switched-by-kernel"), Outcome::Holds);
}

#[test]
fn one_repetition_proves_nothing() {
    let single: Vec<_> = textbook().into_iter().filter(|run| run.repetition == 0).collect();
    let single = report(single);
    for id in ["switched-by-kernel", "preemption", "switch-cost", "cpu-bound", "io-bound"] {
        assert_eq!(outcome(&single, id), Outcome::Qualified, "{id}");
        assert!(verdict(&single, id).sentence.contains("too wide to decide"), "{id}");
    }
}

#[test]
fn figures_name_the_runs_that_they_come_from() {
    let report = report(textbook());
    for verdict in verdicts(&report, Language::English) {
        assert!(verdict.evidence.iter().any(|one| one.decides), "{}", verdict.id);
        for one in &verdict.evidence {
            assert!(one.value.is_finite() && !one.shown.is_empty() && !one.source.is_empty(), "{one:?}");
            assert!(
                one.low.is_none_or(|low| low <= one.value) && one.high.is_none_or(|high| one.value <= high),
                "{one:?}"
            );
            assert!(
                one.runs.iter().any(|index| report.runs[*index].case.model == one.model) || one.runs.is_empty(),
                "{one:?}"
            );
            assert!(one.runs.is_sorted(), "{one:?}");
        }
    }
}
