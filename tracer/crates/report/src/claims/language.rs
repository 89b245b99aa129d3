//! The languages that verdicts are written in.

use std::env;

use taskweight_core::report::Outcome;

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    #[value(name = "en")]
    English,
    /// Korean, the language of the textbook.
    #[value(name = "ko")]
    Korean,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::English, Self::Korean];

    /// What the environment asks for: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is not empty decides.
    #[must_use]
    pub fn of_environment() -> Self {
        Self::of_variables(|name| env::var(name).ok())
    }

    fn of_variables(value: impl Fn(&str) -> Option<String>) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(value).find(|value| !value.is_empty());
        set.map_or_else(Self::default, |locale| Self::of_locale(&locale))
    }

    /// Of a name such as `ko_KR.UTF-8`.
    fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@', '-']).next() {
            Some("ko" | "korean") => Self::Korean,
            _ => Self::English,
        }
    }

    /// The code of HTML's `lang`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.choose("en", "ko")
    }

    /// An outcome in words.
    #[must_use]
    pub const fn outcome(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Holds => self.choose("holds", "맞다"),
            Outcome::Qualified => self.choose("holds, with a qualification", "조건부로 맞다"),
            Outcome::DoesNotHold => self.choose("does not hold", "맞지 않다"),
            Outcome::NotMeasured => self.choose("not measured", "측정하지 않았다"),
        }
    }

    /// The same in one or two words.
    #[must_use]
    pub const fn short_outcome(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Qualified => self.choose("partly", "조건부"),
            outcome => self.outcome(outcome),
        }
    }

    /// The one of this language.
    #[must_use]
    pub const fn choose<T: Copy>(self, english: T, korean: T) -> T {
        match self {
            Self::English => english,
            Self::Korean => korean,
        }
    }
}

/// The same in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) english: &'static str,
    pub(super) korean: &'static str,
}

impl Text {
    pub(super) const fn new(english: &'static str, korean: &'static str) -> Self {
        Self { english, korean }
    }

    /// The same in every language: a symbol.
    pub(super) const fn same(text: &'static str) -> Self {
        Self::new(text, text)
    }

    pub(super) const fn of(self, language: Language) -> &'static str {
        language.choose(self.english, self.korean)
    }

    /// With words in place of `{}`, one after the other, or of `{0}`, `{1}` where the language wants them in another order.
    pub(super) fn with(self, language: Language, words: &[&str]) -> String {
        let pieces = self.of(language).split('{').enumerate().map(|(index, piece)| match piece.split_once('}') {
            Some((place, rest)) if index > 0 => {
                let word = place.parse().map_or(words.get(index - 1), |place: usize| words.get(place));
                [word.copied().unwrap_or_default(), rest].concat()
            }
            _ => piece.to_owned(),
        });
        pieces.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_decides() {
        let of = |set: &[(&str, &str)]| {
            let value = |name: &str| set.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
            Language::of_variables(value)
        };
        assert_eq!(of(&[]), Language::English);
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8")]), Language::Korean);
        assert_eq!(of(&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "C")]), Language::English);
        assert_eq!(of(&[("LANG", "en_GB"), ("LC_ALL", ""), ("LC_MESSAGES", "ko")]), Language::Korean);
        assert_eq!(of(&[("LANG", "kok_IN")]), Language::English, "Konkani is not Korean");
    }

    #[test]
    fn words_take_the_places_of_braces_in_turn() {
        let text = Text::new("{} of {}.", "{1} 중 {0}.");
        assert_eq!(text.with(Language::English, &["1", "{}"]), "1 of {}.");
        assert_eq!(text.with(Language::Korean, &["1", "{0}"]), "{0} 중 1.");
    }
}
