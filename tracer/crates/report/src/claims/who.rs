//! Which models a claim is about.

use super::language::Text;
use taskweight_core::catalog::{self, Kind};

/// Models that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Threads,
    JavaThreads,
    NativeThreads,
    Coroutines,
    Stackless,
    Stackful,
    Goroutines,
}

/// Threads and coroutines.
pub(super) const BOTH: [Who; 2] = [Who::Threads, Who::Coroutines];

impl Who {
    /// What the tasks of a model that the user brought along are is not known: it is none of these.
    pub(super) fn includes(self, model: &str) -> bool {
        let kind = catalog::find(model).and_then(|model| model.kind);
        let is_thread = kind == Some(Kind::Thread);
        match self {
            Self::Threads => is_thread,
            Self::JavaThreads => is_thread && Family::of(model) == Family::Java,
            Self::NativeThreads => is_thread && Family::of(model) == Family::Native,
            Self::Coroutines => kind.is_some() && !is_thread,
            Self::Stackless => kind == Some(Kind::Stackless),
            Self::Stackful => kind == Some(Kind::Stackful),
            Self::Goroutines => model == "go" || model == "go-1",
        }
    }

    pub(super) const fn name(self) -> Text {
        match self {
            Self::Threads => Text::new("threads", "스레드"),
            Self::JavaThreads => Text::new("Java threads", "Java 스레드"),
            Self::NativeThreads => Text::new("native threads", "네이티브 스레드"),
            Self::Coroutines => Text::new("coroutines", "코루틴"),
            Self::Stackless => Text::new("stackless coroutines", "스택리스 코루틴"),
            Self::Stackful => Text::new("stackful coroutines", "스택풀 코루틴"),
            Self::Goroutines => Text::new("goroutines", "고루틴"),
        }
    }
}

/// What a model's programs are written in, as far as it decides which threads its coroutines are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Compiled to machine code.
    Native,
    Java,
    Python,
    /// A language without threads to compare with.
    Other,
}

impl Family {
    pub(super) fn of(model: &str) -> Self {
        match model.split('-').next() {
            Some("java") => Self::Java,
            Some("python") => Self::Python,
            Some("node" | "erlang" | "kotlin") => Self::Other,
            _ => Self::Native,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::catalog::MODELS;

    #[test]
    fn every_model_is_a_thread_or_a_coroutine_with_or_without_a_stack() {
        for model in &MODELS {
            let kinds = [Who::Threads, Who::Stackless, Who::Stackful];
            assert_eq!(kinds.iter().filter(|who| who.includes(model.name)).count(), 1, "{}", model.name);
            assert_eq!(Who::Threads.includes(model.name), !Who::Coroutines.includes(model.name), "{}", model.name);
        }
        assert!(!Who::Threads.includes("mine") && !Who::Coroutines.includes("mine"));
    }
}
