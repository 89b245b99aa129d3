//! Verdicts: a line each, or with all that they rest on.

use taskweight_core::report::{Evidence, Outcome, Verdict};

use super::{Painter, Surface};
use crate::claims::{Language, joined};
use crate::document::{Cell, Note, Tone};

/// Claims for which something is missing that are listed one by one; more are a list of numbers.
const LISTED: usize = 3;
/// Columns of the numbers beside a verdict.
const NUMBERS_COLUMNS: usize = 18;

/// Where the figures behind a verdict are, in English and in Korean.
const ON_DEMAND: (&str, &str) = (
    "-v and the page (--html FILE) show the evidence and all conditions.",
    "-v와 --html FILE로 만든 페이지에 판정의 근거와 모든 값이 있다.",
);

impl<S: Surface> Painter<'_, S> {
    /// One line each: number, outcome, claim in a few words, and the figures that decide.
    pub(super) fn verdict_lines(&mut self, verdicts: &[Verdict]) {
        self.surface.heading(self.language.choose("Verdicts on the textbook's claims", "교과서의 주장에 대한 판정"));
        let is_missing = |verdict: &&Verdict| verdict.remedy.is_some();
        let (missing, judged): (Vec<&Verdict>, Vec<&Verdict>) = verdicts.iter().partition(is_missing);
        let is_long = missing.len() > LISTED;
        let listed = judged.into_iter().chain(missing.iter().filter(|_| !is_long).copied());
        let mut rows: Vec<_> = listed.map(|verdict| (verdict.number, self.verdict_line(verdict))).collect();
        rows.sort_by_key(|(number, _)| *number);
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        self.headless(rows);
        if is_long {
            let text = not_measured(&missing, self.language);
            self.surface.item(&Note { text, tone: Tone::Plain });
        }
        let text = self.language.choose(ON_DEMAND.0, ON_DEMAND.1).to_owned();
        self.surface.item(&Note { text, tone: Tone::Plain });
        self.surface.end();
    }

    fn verdict_line(&self, verdict: &Verdict) -> Vec<Cell> {
        let plain = |text: String| Cell::Text(text, Tone::Plain);
        let outcome = self.language.short_outcome(verdict.outcome).to_owned();
        vec![
            Cell::Name(format!("{:2}", verdict.number)),
            Cell::Text(outcome, tone(verdict.outcome)),
            plain(verdict.short_claim.clone()),
            plain(numbers(verdict, self.language)),
        ]
    }

    pub(super) fn verdict(&mut self, verdict: &Verdict) {
        self.surface.heading(&format!("{}. {}", verdict.number, verdict.claim));
        let outcome = self.language.outcome(verdict.outcome).to_uppercase();
        self.surface.item(&Note { text: outcome, tone: tone(verdict.outcome) });
        self.surface.item(&Note { text: verdict.sentence.clone(), tone: Tone::Plain });
        let is_alike =
            |one: &Evidence, other: &Evidence| (&one.quantity, &one.source) == (&other.quantity, &other.source);
        for alike in verdict.evidence.chunk_by(is_alike) {
            let Some(first) = alike.first() else { continue };
            self.surface.item(&Note { text: format!("{} ({})", first.quantity, first.source), tone: Tone::Plain });
            self.headless(alike.iter().map(|one| evidence(one, self.language)).collect());
        }
        self.surface.end();
    }
}

/// What decides, from the least to the most of all models: such as `1.00; 0-0.0005`. What is too long is left out.
fn numbers(verdict: &Verdict, language: Language) -> String {
    let deciding: Vec<&Evidence> = verdict.evidence.iter().filter(|one| one.decides).collect();
    let of_quantity = |alike: &[&Evidence]| {
        let least = alike.iter().min_by(|a, b| a.value.total_cmp(&b.value))?;
        let most = alike.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
        Some(joined(&least.shown, &most.shown, language))
    };
    let mut numbers = String::new();
    for one in deciding.chunk_by(|one, other| one.quantity == other.quantity).filter_map(of_quantity) {
        let longer = if numbers.is_empty() { one } else { format!("{numbers}; {one}") };
        if longer.chars().count() > NUMBERS_COLUMNS {
            break;
        }
        numbers = longer;
    }
    numbers
}

fn evidence(evidence: &Evidence, language: Language) -> Vec<Cell> {
    let runs: Vec<_> = evidence.runs.iter().map(usize::to_string).collect();
    let runs = if runs.is_empty() {
        String::new()
    } else {
        format!("{} {}", language.choose("runs", "실행"), runs.join(", "))
    };
    let plain = |text: String| Cell::Text(text, Tone::Plain);
    let interval = evidence.shown_interval.clone().unwrap_or_default();
    vec![Cell::Name(format!("    {}", evidence.model)), plain(evidence.shown.clone()), plain(interval), plain(runs)]
}

fn not_measured(missing: &[&Verdict], language: Language) -> String {
    let numbers: Vec<_> = missing.iter().map(|verdict| verdict.number.to_string()).collect();
    let numbers = numbers.join(", ");
    match language {
        Language::English => format!("not measured: {numbers} (`sudo taskweight compare` measures all)"),
        Language::Korean => format!("측정하지 않은 주장: {numbers} (`sudo taskweight compare`로 모두 측정한다)"),
    }
}

/// The tone of an outcome.
const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Holds => Tone::Good,
        Outcome::Qualified => Tone::Caution,
        Outcome::DoesNotHold => Tone::Bad,
        Outcome::NotMeasured => Tone::Plain,
    }
}
