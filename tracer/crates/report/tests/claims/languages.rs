//! Both languages say the same, and neither speaks the other.

use std::collections::BTreeSet;

use taskweight_core::catalog::MODELS;
use taskweight_core::report::{Report, Run};
use taskweight_core::scenario::Scenario;
use taskweight_core::stats::histogram::of_durations;
use taskweight_report::claims::{Language, Outcome, Verdict, summary, verdicts};

use crate::world::{KIB, MIB, anatomy, cpu, echo, hog, idle, report, ring, textbook};

/// Reports that bring out every sentence: the textbook's world, its opposite, both at once, nothing, and what was not closely
/// measured.
fn reports() -> Vec<Report> {
    let opposite = [
        ring("os-thread", "switch", 60.0, 0.0, 0.0),
        ring("ucontext", "switch", 300.0, 1.0, 1.0),
        ring("cpp20", "switch", 300.0, 1.0, 1.0),
        ring("cpp20", "switch-io", 300.0, 1.0, 1.0),
        hog("pthread", 198.0, 0),
        hog("go", 4.0, 0),
        idle("pthread", 8 * MIB, 37 * KIB, 32_369, Some("kernel.pid_max 32768")),
        idle("java-platform-1m", 4 * MIB, 54 * KIB, 10_000, None),
        idle("cpp20", 4 * KIB, 40 * KIB, 20_000, Some("vm.max_map_count 65530")),
        idle("go-1", 8 * KIB, 40 * KIB, 20_000, Some("vm.max_map_count 65530")),
        cpu("pthread", 20_000.0, 20_000.0),
        cpu("go", 20_000.0, 10_000.0),
        echo("pthread", 1_000, 4_000.0, 2.0, MIB),
        echo("cpp20", 1_000, 9_000.0, 2.0, 4 * MIB),
    ]
    .concat();
    let both = report([textbook(), opposite.clone()].concat());
    let mut opposite = report(opposite);
    opposite.anatomy = vec![anatomy("pthread", 0.0, 900.0)];
    let mut nothing = report(Vec::new());
    nothing.anatomy.clear();
    let mut merged = report(textbook().into_iter().filter(|run| run.repetition == 0).collect());
    merged.anatomy[0].merged = vec![String::from("`state_switch`")];
    let mut single = report(textbook());
    single.environment.cpus_allowed = Some(String::from("0"));
    single.reference = None;
    [vec![report(textbook()), opposite, both, nothing, merged, single], lacking()].concat()
}

/// Reports that bring out every reason for which there is no verdict.
fn lacking() -> Vec<Report> {
    let changed = |change: &dyn Fn(&mut Run)| {
        let mut runs = textbook();
        runs.iter_mut().for_each(change);
        report(runs)
    };
    let is_of = |run: &Run, scenario: &str| run.case.scenario.as_deref() == Some(scenario);
    let few_points = textbook().into_iter().filter(|run| !is_of(run, "idle") || run.case.tasks <= Some(316));
    let together = textbook().into_iter().filter(|run| !is_of(run, "cpu") || run.case.tasks == Some(2));
    let interpreted = [ring("python-asyncio", "switch", 9e3, 0.0, 0.0), ring("os-thread", "switch", 2e3, 1.0, 1.0)];
    let other_threads = [echo("java-platform", 10, 9e3, 2.0, MIB), echo("tokio", 10, 9e3, 2.0, MIB)];
    vec![
        report(few_points.collect()),
        report(together.collect()),
        report(interpreted.concat()),
        report(other_threads.concat()),
        changed(&|run| run.case.pinned = run.case.pinned.filter(|_| run.case.model == "tokio")),
        changed(&|run| run.own = None),
        changed(&|run| _ = run.loss.insert(String::from("pid_reused"), 1)),
        changed(&|run| run.histograms.run_queue_ns = of_durations(&[(900_000, 1)])),
    ]
}

/// All that a reader is shown of a verdict.
fn texts(verdict: &Verdict, language: Language) -> Vec<String> {
    let evidence = verdict.evidence.iter().flat_map(|one| [one.label.clone(), one.source.clone()]);
    let own = [
        verdict.claim.clone(),
        verdict.short_claim.clone(),
        verdict.sentence.clone(),
        language.outcome(verdict.outcome).to_owned(),
    ];
    own.into_iter().chain(evidence).collect()
}

fn is_hangul(character: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&character)
}

#[test]
fn english_is_free_of_korean() {
    for report in reports() {
        for text in verdicts(&report, Language::English).iter().flat_map(|verdict| texts(verdict, Language::English)) {
            assert!(!text.chars().any(is_hangul) && !text.contains("{}"), "{text}");
        }
        assert!(summary(&report, Language::English).iter().all(|text| !text.chars().any(is_hangul)));
    }
}

#[test]
fn korean_has_no_english_but_names_units_and_what_is_typed() {
    for report in reports() {
        let verdicts = verdicts(&report, Language::Korean);
        let texts = verdicts.iter().flat_map(|verdict| texts(verdict, Language::Korean));
        for text in texts.chain(summary(&report, Language::Korean)) {
            assert!(!text.contains("{}") && !text.contains("  "), "{text}");
            let foreign: Vec<_> = words(&text).into_iter().filter(|word| !is_known(word)).collect();
            assert!(foreign.is_empty(), "{foreign:?} in {text}");
        }
        for verdict in &verdicts {
            assert!(verdict.claim.ends_with("다.") && verdict.claim.chars().any(is_hangul), "{}", verdict.claim);
            assert!(verdict.sentence.chars().any(is_hangul), "{}", verdict.sentence);
        }
    }
}

/// Words of Latin letters outside of what is set as code.
fn words(text: &str) -> BTreeSet<&str> {
    let prose = text.split('`').step_by(2);
    let is_of_word = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    prose
        .flat_map(|part| part.split(move |character| !is_of_word(character)))
        .map(|word| word.trim_matches(['.', '-']))
        .filter(|word| word.chars().any(|character| character.is_ascii_alphabetic()))
        .collect()
}

fn is_known(word: &str) -> bool {
    const UNITS: [&str; 10] = ["ns", "ms", "s", "B", "KiB", "MiB", "GiB", "1MB", "1GB", "2KB"];
    const TERMS: [&str; 11] =
        ["CPU", "KB", "Java", "Go", "I", "O", "1e-4", "taskweight", "ledger", "anatomy", "reference.indirect_call_ns"];
    // Limits of the kernel, columns of the ledger, and the reason of an anatomy.
    const NAMES: [&str; 8] = [
        "kernel.pid_max",
        "kernel.threads-max",
        "vm.max_map_count",
        "stack_reserved_bytes",
        "total_bytes",
        "tasks_reached",
        "state_switch",
        "s",
    ];
    let models = MODELS.iter().map(|model| model.name).chain(Scenario::ALL.map(Scenario::name));
    models.chain(UNITS).chain(TERMS).chain(NAMES).any(|known| known == word)
}

#[test]
fn both_languages_say_the_same_with_the_same_figures() {
    for report in reports() {
        let [english, korean] = Language::ALL.map(|language| verdicts(&report, language));
        assert_eq!(english.len(), 11);
        for (english, korean) in english.iter().zip(&korean) {
            assert_eq!((english.number, &english.id, english.outcome), (korean.number, &korean.id, korean.outcome));
            assert_eq!(english.remedy, korean.remedy);
            let figures = |verdict: &Verdict| -> Vec<_> {
                verdict.evidence.iter().map(|one| (one.value.to_bits(), one.shown.clone(), one.runs.clone())).collect()
            };
            assert_eq!(figures(english), figures(korean));
            let numbers = |text: &str| -> BTreeSet<String> { figures_in(text) };
            assert_eq!(
                numbers(&english.sentence),
                numbers(&korean.sentence),
                "{}\n{}",
                english.sentence,
                korean.sentence
            );
        }
        assert_eq!(summary(&report, Language::English).len(), summary(&report, Language::Korean).len());
    }
}

/// Numbers with three digits or a point: what was measured, not what the words count.
fn figures_in(text: &str) -> BTreeSet<String> {
    let is_of_number = |character: char| character.is_ascii_digit() || ",.".contains(character);
    let numbers = text.split(move |character| !is_of_number(character)).map(|number| number.trim_matches(['.', ',']));
    numbers.filter(|number| number.len() > 3 || number.contains('.')).map(str::to_owned).collect()
}

#[test]
fn every_outcome_has_a_label_of_its_own() {
    let outcomes = [Outcome::Holds, Outcome::Qualified, Outcome::DoesNotHold, Outcome::NotMeasured];
    for language in Language::ALL {
        let labels: BTreeSet<_> = outcomes.iter().map(|outcome| language.outcome(*outcome)).collect();
        assert_eq!(labels.len(), 4);
    }
}

#[test]
fn the_answer_is_made_from_the_figures() {
    let sentences = summary(&report(textbook()), Language::English);
    assert_eq!(sentences.len(), 3);
    assert!(
        sentences[0].contains("2.00 µs, 1.00 context switches")
            && sentences[0].contains("5.00-8.00 ns, almost no context")
    );
    assert!(sentences[1].contains("1000 KiB to 1.07 MiB of memory") && sentences[1].contains("520 B to 2.64 KiB"));
    assert!(sentences[2].contains("2.50 µs, 2.00") && sentences[2].contains("50.0 ns, almost no"), "{}", sentences[2]);
    let without_io = textbook().into_iter().filter(|run| run.case.scenario.as_deref() != Some("switch-io")).collect();
    assert_eq!(summary(&report(without_io), Language::Korean).len(), 2, "what was not measured is not said");
    assert!(summary(&report(Vec::new()), Language::English).is_empty());
}
