//! Verdicts on the claims of the textbook.

use unicode_width::UnicodeWidthStr as _;

use crate::claims::{Evidence, Language, Outcome, Verdict, summary, verdicts};
use taskweight_core::report::Report;

use super::Options;
use super::grid::Grid;
use super::text::{Page, Style};

/// Claims for which something is missing that are explained one by one; more are a list of numbers.
const EXPLAINED: usize = 3;
/// Where the figures behind a verdict are, in English and in Korean.
const ON_DEMAND: (&str, &str) = (
    "-v and the HTML page (--html FILE) show the evidence for each verdict: numbers, confidence intervals and runs.",
    "-v를 쓰면 판정의 근거가 되는 값과 신뢰 구간, 실행 번호를 모두 보여 준다. --html FILE로 만든 페이지에도 있다.",
);

/// Verdicts on all claims, with their figures only where all is wanted, then the answer in three sentences. What ran no scenario has no verdicts.
pub(super) fn render(report: &Report, options: &Options, page: &mut Page) {
    let language = options.language;
    let ran_scenarios = report.runs.iter().any(|run| run.case.scenario.is_some());
    if !ran_scenarios && report.anatomy.is_empty() {
        return;
    }
    let all = verdicts(report, language);
    let (missing, judged): (Vec<_>, Vec<_>) = all.iter().partition(|verdict| verdict.remedy.is_some());
    page.blank();
    page.heading(language.choose("Verdicts on the textbook's claims", "교과서의 주장에 대한 판정"));
    judged.iter().for_each(|verdict| print(verdict, options, page));
    if missing.len() <= EXPLAINED || options.verbose {
        missing.iter().for_each(|verdict| print(verdict, options, page));
    } else {
        page.styled(&numbers(&missing, language), 2, Style::Plain);
    }
    if judged.is_empty() {
        return;
    }
    page.blank();
    page.styled(&tally(&all, language), 2, Style::Plain);
    if !options.verbose {
        page.styled(language.choose(ON_DEMAND.0, ON_DEMAND.1), 2, Style::Plain);
    }
    let sentences = summary(report, language);
    if !sentences.is_empty() {
        page.blank();
    }
    sentences.iter().for_each(|sentence| page.styled(sentence, 2, Style::Heading));
}

/// Such as `holds: 1, 7; holds, with a qualification: 2`: how many of each kind is seen from the numbers.
fn tally(all: &[Verdict], language: Language) -> String {
    let outcomes = [Outcome::Holds, Outcome::Qualified, Outcome::DoesNotHold, Outcome::NotMeasured];
    let of_kind = |outcome: Outcome| {
        let numbers: Vec<_> =
            all.iter().filter(|one| one.outcome == outcome).map(|one| one.number.to_string()).collect();
        (!numbers.is_empty()).then(|| format!("{}: {}", outcome.label(language), numbers.join(", ")))
    };
    let kinds: Vec<_> = outcomes.into_iter().filter_map(of_kind).collect();
    format!("{}{}", language.choose("Summary - ", "요약 - "), kinds.join("; "))
}

/// Such as `Not measured: claims 2, 4 (...)`.
fn numbers(missing: &[&Verdict], language: Language) -> String {
    let numbers: Vec<_> = missing.iter().map(|verdict| verdict.number.to_string()).collect();
    let numbers = numbers.join(", ");
    match language {
        Language::English => {
            format!("Not measured: claims {numbers}. `sudo taskweight compare` measures all; -v shows what is missing.")
        }
        Language::Korean => {
            format!(
                "측정하지 않은 주장: {numbers}. `sudo taskweight compare`로 모두 측정한다. -v를 쓰면 무엇이 빠졌는지 보여 준다."
            )
        }
    }
}

fn print(verdict: &Verdict, options: &Options, page: &mut Page) {
    let style = match verdict.outcome {
        Outcome::Holds => Style::Advantage,
        Outcome::Qualified => Style::Caution,
        Outcome::DoesNotHold => Style::Failure,
        Outcome::NotMeasured => Style::Plain,
    };
    page.blank();
    let number = format!("{}. ", verdict.number);
    page.styled(&format!("{number}{}", verdict.claim), number.len(), Style::Heading);
    page.item(&verdict.outcome.label(options.language).to_uppercase(), style);
    page.item(&verdict.sentence, Style::Plain);
    if options.verbose {
        for alike in
            verdict.evidence.chunk_by(|one, other| (one.quantity, &one.source) == (other.quantity, &other.source))
        {
            figures(alike, options.language, page);
        }
    }
}

/// Figures of the same quantity from the same place, one for each model.
fn figures(alike: &[Evidence], language: Language, page: &mut Page) {
    let Some(first) = alike.first() else { return };
    page.item(&format!("{} ({})", first.quantity, first.source), Style::Plain);
    let width = alike.iter().map(|one| one.model.width()).max().unwrap_or_default();
    let mut grid = Grid::without_head();
    for one in alike {
        let name = format!("    {:width$}", one.model);
        let interval = one.shown_interval.clone().unwrap_or_default();
        grid.row([name, one.shown.clone(), interval, runs(&one.runs, language)]);
    }
    grid.print_ending_in_text(page);
}

/// Such as `runs 0, 8, 16`.
fn runs(runs: &[usize], language: Language) -> String {
    let numbers: Vec<_> = runs.iter().map(usize::to_string).collect();
    if numbers.is_empty() {
        String::new()
    } else {
        format!("{} {}", language.choose("runs", "실행"), numbers.join(", "))
    }
}
