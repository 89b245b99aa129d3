//! Runs that are missing make a verdict weaker, never its opposite.

use proptest::prelude::*;
use taskweight_core::report::Run;
use taskweight_report::claims::{Language, Outcome, verdicts};

use crate::world::{KIB, MIB, anatomy, cpu, echo, hog, idle, report, ring, textbook};

fn outcomes(runs: Vec<Run>) -> Vec<Outcome> {
    verdicts(&report(runs), Language::English).iter().map(|verdict| verdict.outcome).collect()
}

fn is_opposite(one: Outcome, other: Outcome) -> bool {
    let pair = [one, other];
    pair.contains(&Outcome::Holds) && pair.contains(&Outcome::DoesNotHold)
}

/// Runs of two models of threads and three of coroutines with any figures around the bounds.
fn any_runs() -> impl Strategy<Value = Vec<Run>> {
    let threads = prop::sample::subsequence(vec!["os-thread", "pthread", "java-platform"], 1..=3);
    let coroutines = prop::sample::subsequence(vec!["tokio", "go", "corosensei"], 1..=3);
    (threads, coroutines).prop_flat_map(|(threads, coroutines)| {
        let of_models: Vec<_> = threads.into_iter().chain(coroutines).map(runs_of).collect();
        of_models.prop_map(|runs| runs.concat())
    })
}

fn runs_of(model: &'static str) -> impl Strategy<Value = Vec<Run>> {
    let exponents = prop::collection::vec(-1.0..1.0_f64, 12);
    (exponents, prop::bool::ANY).prop_map(move |(exponents, is_stopped)| {
        let around = |index: usize, bound: f64| bound * 10f64.powf(exponents[index]);
        let whole = |index: usize, bound: f64| around(index, bound) as u64;
        let stopped = is_stopped.then_some("vm.max_map_count 65530");
        [
            ring(model, "switch", around(0, 50.0), around(1, 0.5), around(2, 0.01)),
            ring(model, "switch-io", around(0, 500.0), around(1, 0.5), around(3, 0.01)),
            hog(model, around(4, 100.0), whole(5, 1.0)),
            idle(model, whole(6, MIB as f64), whole(7, 10.0 * KIB as f64), whole(8, 100_000.0).max(5_000), stopped),
            cpu(model, 20_000.0, around(9, 13_000.0)),
            echo(model, 1_000, around(10, 10_000.0), 2.0, whole(11, 10.0 * MIB as f64)),
        ]
        .concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_runs_may_be_missing(runs in any_runs(), kept in prop::collection::vec(prop::bool::weighted(0.7), 240)) {
        let before = outcomes(runs.clone());
        let some = runs.into_iter().zip(kept).filter(|(_, is_kept)| *is_kept).map(|(run, _)| run).collect();
        for (number, (before, after)) in before.into_iter().zip(outcomes(some)).enumerate() {
            prop_assert!(!is_opposite(before, after), "claim {}: {before:?} became {after:?}", number + 1);
        }
    }
}

#[test]
fn one_run_of_the_textbook_may_be_missing() {
    let all = textbook();
    let before = outcomes(all.clone());
    for missing in 0..all.len() {
        let mut runs = all.clone();
        let run = runs.remove(missing);
        for (number, (before, after)) in before.iter().zip(outcomes(runs)).enumerate() {
            let what = format!("claim {} without {} {:?}", number + 1, run.case.model, run.case.scenario);
            assert!(*before == after || after != Outcome::DoesNotHold, "{what}: {before:?} became {after:?}");
        }
    }
}

#[test]
fn dissections_may_be_missing() {
    let of = |anatomies: Vec<_>| {
        let mut report = report(textbook());
        report.anatomy = anatomies;
        verdicts(&report, Language::English)[3].outcome
    };
    let (whole, lacking) = (anatomy("os-thread", 900.0, 100.0), anatomy("pthread", 0.0, 900.0));
    assert_eq!(of(vec![whole.clone(), lacking.clone()]), Outcome::Qualified);
    assert_eq!(of(vec![whole]), Outcome::Holds);
    assert_eq!(of(vec![lacking]), Outcome::DoesNotHold);
}
