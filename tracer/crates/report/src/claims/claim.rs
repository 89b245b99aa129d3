//! What a claim consists of, and how a verdict is found.

use super::{
    Evidence, Outcome, Verdict,
    figure::{Bound, Figure, Standing, Unit, abridged, list},
    language::{Language, Text},
    scope::{Gap, Measured, Scope},
};

/// A sentence of the textbook, and what is measured to judge it.
pub(super) struct Claim {
    pub(super) id: &'static str,
    pub(super) sentence: Text,
    /// The same in the few words that fit on a line beside the outcome.
    pub(super) short: Text,
    pub(super) parts: &'static [Part],
    pub(super) refuted_by: RefutedBy,
    /// What is said besides the figures of the parts.
    pub(super) remark: fn(&Scope<'_>) -> Option<String>,
    /// Figures that decide nothing, but that a reader wants to see.
    pub(super) beside: fn(&Scope<'_>) -> Vec<Evidence>,
    /// What is said of models that the figures do not decide for.
    pub(super) undecided: Text,
    /// The command that measures it all.
    pub(super) measured_by: &'static str,
}

/// When a claim does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefutedBy {
    /// One of its parts, of those that matter, is not true of any model.
    OnePart,
    /// None of them is true of any model.
    AllParts,
}

/// A part of a claim: one figure of each of some models, and the bound that it must keep.
pub(super) struct Part {
    pub(super) role: Role,
    pub(super) quantity: Text,
    pub(super) unit: Unit,
    pub(super) bound: Bound,
    pub(super) measure: fn(&Scope<'_>) -> Measured,
    /// What is said of models that keep the bound, with their figures in place of `{}`.
    pub(super) kept: Text,
    /// What is said of the others: how a qualification reads.
    pub(super) broken: Text,
}

/// What becomes of a claim when a part of it is not true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It can be refuted.
    Core,
    /// It is qualified.
    Caveat,
    /// It is qualified; and nothing is missing where this was not measured.
    Extra,
}

/// What the figures of all models say of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreement {
    /// True of every model.
    All,
    /// True of some, or not proved of all.
    Some,
    /// Not proved, nor refuted.
    Unclear,
    /// False of every model.
    None,
}

impl Agreement {
    fn of(standings: &[Standing]) -> Self {
        let all = |one: Standing| standings.iter().all(|standing| *standing == one);
        let any = |one: Standing| standings.contains(&one);
        match () {
            () if all(Standing::Supported) => Self::All,
            () if all(Standing::Contradicted) => Self::None,
            () if any(Standing::Supported) || any(Standing::Leaning) => Self::Some,
            () => Self::Unclear,
        }
    }
}

/// A part with what was measured of it.
struct Judged<'a> {
    part: &'a Part,
    figures: Vec<Figure>,
    agreement: Agreement,
}

/// For figures that have an interval.
pub(super) const TOO_WIDE: Text = Text::new(
    "The confidence intervals are too wide to decide for {}: use more repetitions, on a quiet machine.",
    "신뢰 구간이 넓어 판정할 수 없는 모델이 있다({}). 다른 부하가 없는 기계에서 반복 횟수를 늘려 다시 측정한다.",
);
const MISSING: Text = Text::new("{}. To measure it: `{}`", "{}. 측정 방법: `{}`");

impl Claim {
    /// Judges the claim, of which this is the number.
    pub(super) fn judge(&self, number: usize, scope: &Scope<'_>) -> Verdict {
        let (judged, gaps) = self.measure(scope);
        let mut evidence: Vec<Evidence> = Vec::new();
        for one in judged.iter().flat_map(|judged| judged.evidence(scope.language)).chain((self.beside)(scope)) {
            // Two parts may look at the same figure.
            if !evidence.contains(&one) {
                evidence.push(one);
            }
        }
        let outcome = if gaps.is_empty() { self.outcome(&judged) } else { Outcome::NotMeasured };
        let sentence = if gaps.is_empty() { self.explain(&judged, scope) } else { self.missing(&gaps, scope) };
        let claim = self.sentence.of(scope.language).to_owned();
        let short_claim = self.short.of(scope.language).to_owned();
        let remedy = (!gaps.is_empty()).then(|| self.measured_by.to_owned());
        Verdict { number, id: self.id.to_owned(), claim, short_claim, outcome, sentence, remedy, evidence }
    }

    fn measure<'a>(&'a self, scope: &Scope<'_>) -> (Vec<Judged<'a>>, Vec<Gap>) {
        let (mut judged, mut gaps) = (Vec::new(), Vec::new());
        for part in self.parts {
            match (part.measure)(scope) {
                Ok(figures) => judged.push(Judged::of(part, figures)),
                Err(gap) if part.role != Role::Extra && !gaps.contains(&gap) => gaps.push(gap),
                Err(_) => {}
            }
        }
        (judged, gaps)
    }

    fn outcome(&self, judged: &[Judged<'_>]) -> Outcome {
        let core = || judged.iter().filter(|judged| judged.part.role == Role::Core).map(|judged| judged.agreement);
        let is_refuted = match self.refuted_by {
            RefutedBy::OnePart => core().any(|agreement| agreement == Agreement::None),
            RefutedBy::AllParts => core().all(|agreement| agreement == Agreement::None),
        };
        match () {
            () if is_refuted => Outcome::DoesNotHold,
            () if core().any(|agreement| agreement == Agreement::Unclear) => Outcome::NotMeasured,
            () if judged.iter().all(|judged| judged.agreement == Agreement::All) => Outcome::Holds,
            () => Outcome::Qualified,
        }
    }

    fn explain(&self, judged: &[Judged<'_>], scope: &Scope<'_>) -> String {
        let mut sentences: Vec<_> = judged.iter().flat_map(|judged| judged.sentences(scope.language)).collect();
        sentences.extend((self.remark)(scope));
        let mut undecided: Vec<&str> = Vec::new();
        for figure in judged.iter().flat_map(Judged::undecided) {
            if !undecided.contains(&figure.model.as_str()) {
                undecided.push(&figure.model);
            }
        }
        if !undecided.is_empty() {
            let models = abridged(undecided.iter().map(|model| (*model).to_owned()), scope.language);
            sentences.push(scope.say(self.undecided, &[&models]));
        }
        sentences.join(" ")
    }

    fn missing(&self, gaps: &[Gap], scope: &Scope<'_>) -> String {
        let reasons: Vec<_> = gaps.iter().map(|gap| gap.0.as_str()).collect();
        scope.say(MISSING, &[&reasons.join("; "), self.measured_by])
    }
}

impl<'a> Judged<'a> {
    fn of(part: &'a Part, figures: Vec<Figure>) -> Self {
        let standings: Vec<_> = figures.iter().map(|figure| figure.standing(part.bound)).collect();
        Self { part, figures, agreement: Agreement::of(&standings) }
    }

    fn evidence(&self, language: Language) -> impl Iterator<Item = Evidence> {
        let of_figure = move |figure: &Figure| figure.evidence(self.part.quantity, self.part.unit, language);
        self.figures.iter().map(move |figure| Evidence { decides: true, ..of_figure(figure) })
    }

    fn undecided(&self) -> impl Iterator<Item = &Figure> {
        let is_undecided = |standing| matches!(standing, Standing::Leaning | Standing::Doubtful);
        self.figures.iter().filter(move |figure| is_undecided(figure.standing(self.part.bound)))
    }

    /// One of the models that keep the bound, one of those that do not.
    fn sentences(&self, language: Language) -> Vec<String> {
        let is_kept =
            |figure: &&Figure| matches!(figure.standing(self.part.bound), Standing::Supported | Standing::Leaning);
        let (kept, broken): (Vec<&Figure>, Vec<&Figure>) = self.figures.iter().partition(is_kept);
        let sentence = |text: Text, figures: &[&Figure]| {
            // A part that goes without saying has no words.
            let is_said = !figures.is_empty() && !text.english.is_empty();
            is_said.then(|| text.with(language, &[&list(figures, self.part.unit, language)]))
        };
        [sentence(self.part.kept, &kept), sentence(self.part.broken, &broken)].into_iter().flatten().collect()
    }
}

/// For claims of which nothing more is to be said.
pub(super) fn nothing(_: &Scope<'_>) -> Option<String> {
    None
}

/// For claims with no further evidence.
pub(super) fn none(_: &Scope<'_>) -> Vec<Evidence> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::CLAIMS;

    fn texts() -> Vec<Text> {
        let of_part = |part: &Part| [part.quantity, part.kept, part.broken];
        let of_claim = |claim: &Claim| {
            let parts: Vec<_> = claim.parts.iter().flat_map(of_part).collect();
            [parts, vec![claim.sentence, claim.short, claim.undecided]].concat()
        };
        CLAIMS.iter().flat_map(of_claim).filter(|text| !text.english.is_empty()).collect()
    }

    #[test]
    fn every_sentence_is_there_in_both_languages_and_has_as_many_places() {
        for Text { english, korean } in texts() {
            let is_hangul = |character: char| ('\u{ac00}'..='\u{d7a3}').contains(&character);
            assert!(english.is_ascii(), "{english}");
            assert!(korean.chars().any(is_hangul), "{english}: {korean}");
            assert_eq!(english.matches("{}").count(), korean.matches("{}").count(), "{english}: {korean}");
            assert_eq!(english.ends_with('.'), korean.ends_with('.'), "{english}: {korean}");
        }
    }

    #[test]
    fn every_part_is_documented() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/claims.md");
        let text = std::fs::read_to_string(path).expect("docs/claims.md is there");
        let rows: Vec<_> =
            text.lines().filter(|line| line.ends_with(" core |") || line.ends_with(" qualifies |")).collect();
        let roles: Vec<_> = rows.iter().map(|row| row.ends_with(" core |")).collect();
        let parts: Vec<_> = CLAIMS.iter().flat_map(|claim| claim.parts).map(|part| part.role == Role::Core).collect();
        assert_eq!(roles, parts);
        for number in 1..=CLAIMS.len() {
            assert!(rows.iter().any(|row| row.starts_with(&format!("| {number} | "))), "claim {number}");
        }
    }

    #[test]
    fn every_claim_can_be_refuted_and_has_a_name_of_its_own() {
        for (index, claim) in CLAIMS.iter().enumerate() {
            assert!(claim.parts.iter().any(|part| part.role == Role::Core), "{}", claim.id);
            assert!(CLAIMS[..index].iter().all(|other| other.id != claim.id), "{}", claim.id);
        }
    }
}
