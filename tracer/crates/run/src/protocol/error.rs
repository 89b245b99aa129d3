//! What can go wrong in the conversation: what happened, on which line, what to do about it.

use std::fmt;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

use super::super::signals::{Received, Signal};
use super::event::MOST;
use super::lines::LIMIT;

/// The conversation with a program failed; the program's run is void, other runs are not.
#[derive(Debug, Error)]
#[error("{program} {problem}")]
pub struct ProtocolError {
    /// The name of the program.
    pub program: String,
    /// What it did.
    pub problem: Problem,
}

impl ProtocolError {
    /// Whether the program says in this way that it does not offer the scenario: it exits with status 2 before it is
    /// ready.
    #[must_use]
    pub fn means_not_offered(&self) -> bool {
        matches!(self.problem, Problem::Exited { status, before: Step::Ready } if status.code() == Some(NOT_OFFERED))
    }
}

/// Exit status of a program that is asked for what it does not know.
const NOT_OFFERED: i32 = 2;

/// What the program did wrong. The text continues a sentence that begins with its name.
#[derive(Debug, Error)]
pub enum Problem {
    /// It is dead.
    #[error("{} before it {}: see what it printed to stderr", ended(.status), .before.past())]
    Exited {
        /// How it died.
        status: ExitStatus,
        /// What should have happened first.
        before: Step,
    },
    /// It lives, but nothing more can come.
    #[error("closed its stdout before it {}: keep stdout open until `exit`", .before.past())]
    Closed {
        /// What should have happened first.
        before: Step,
    },
    /// Nothing came in time.
    #[error("did not {} within {}: raise --timeout", .awaited.infinitive(), seconds(*.waited))]
    TimedOut {
        /// What should have happened.
        awaited: Step,
        /// For how long it was waited for.
        waited: Duration,
    },
    /// taskweight was told to end.
    #[error("was interrupted by {} before it {}", .by.signal, .before.past())]
    Interrupted {
        /// The signal.
        by: Received,
        /// What would have happened next.
        before: Step,
    },
    /// A flood.
    #[error("printed a line of more than {LIMIT} bytes to stdout, beginning {line}: {TO_STDERR}")]
    TooLong {
        /// Its beginning.
        line: Excerpt,
    },
    /// Bytes that are no text.
    #[error("printed a line to stdout that is not UTF-8, {line}: {TO_STDERR}")]
    NotUtf8 {
        /// The line.
        line: Excerpt,
    },
    /// Text that is no JSON object.
    #[error("printed a line to stdout that is not a JSON object, {line} ({reason}): {TO_STDERR}")]
    NotJson {
        /// The line.
        line: Excerpt,
        /// What the parser objects to.
        reason: String,
    },
    /// Another event, or none.
    #[error("printed {line} where {} was expected: the order is ready, done, each once", .due.object())]
    WrongEvent {
        /// What should have come.
        due: Step,
        /// The line.
        line: Excerpt,
    },
    /// A line at a moment when the program has nothing to say.
    #[error("printed {line} before `go`: print one `ready`, then wait for `go`")]
    Early {
        /// The line, or its beginning.
        line: Excerpt,
    },
    /// What it says of its stacks cannot be.
    #[error("printed {line}, where {field:?} is invalid: {reason}; see docs/protocol.md")]
    BadStacks {
        /// The field's name.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
        /// The line.
        line: Excerpt,
    },
    /// A number is missing.
    #[error("printed {line} without the number {field:?}")]
    MissingField {
        /// The number's name.
        field: &'static str,
        /// The line.
        line: Excerpt,
    },
    /// A number is negative, fractional, too large, or no number.
    #[error("printed {line}, where {field:?} is not a whole number from {least} to {MOST}")]
    BadNumber {
        /// The number's name.
        field: &'static str,
        /// The least it may be.
        least: u64,
        /// The line.
        line: Excerpt,
    },
    /// Durations are not what they should be.
    #[error(
        "printed {line}, where {field:?} is not a list of pairs [nanoseconds, count] of whole numbers up to {MOST}"
    )]
    BadDurations {
        /// The field.
        field: &'static str,
        /// The line.
        line: Excerpt,
    },
    /// It works with another number of tasks than it was asked to.
    #[error("is ready with {found} tasks instead of {expected}: lower --tasks, or see its stderr")]
    WrongTasks {
        /// What it says.
        found: u64,
        /// What it was asked for.
        expected: u64,
    },
    /// It could not be told something.
    #[error("could not be sent `{word}`: {error}; {}", fate(.status))]
    Unheard {
        /// The word.
        word: &'static str,
        /// What the kernel said.
        error: io::Error,
        /// How it died, if it did.
        status: Option<ExitStatus>,
    },
    /// Its pipes cannot be used.
    #[error("cannot communicate: {0}")]
    Pipes(io::Error),
}

const TO_STDERR: &str = "stdout is for the protocol, print everything else to stderr";

/// What the program is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To print `ready`.
    Ready,
    /// To read `go`.
    Go,
    /// To print `done`.
    Done,
}

impl Step {
    fn object(self) -> &'static str {
        match self {
            Self::Ready => "`ready`",
            Self::Done => "`done`",
            Self::Go => "nothing",
        }
    }

    fn infinitive(self) -> &'static str {
        match self {
            Self::Ready => "print `ready`",
            Self::Go => "read `go`",
            Self::Done => "print `done`",
        }
    }

    fn past(self) -> &'static str {
        match self {
            Self::Ready => "was ready",
            Self::Go => "received `go`",
            Self::Done => "finished",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Go => "go",
            Self::Done => "done",
        }
    }
}

/// A line as it may be shown on a terminal: shortened, what cannot be seen is escaped.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

/// About one line of a terminal.
const SHOWN: usize = 80;

impl Excerpt {
    pub(super) fn of(line: &[u8]) -> Self {
        // Four bytes are the most that a character has: the rest of a long line need not be looked at.
        let start = String::from_utf8_lossy(&line[..line.len().min(4 * SHOWN + 4)]);
        let mut shown = String::new();
        for character in start.chars() {
            let escaped = escape(character);
            if shown.chars().count() + escaped.chars().count() > SHOWN {
                return Self(shown + "...");
            }
            shown += &escaped;
        }
        Self(shown)
    }
}

fn escape(character: char) -> String {
    if matches!(character, '"' | '\'') { character.into() } else { character.escape_debug().to_string() }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn ended(status: &ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => format!("was killed by {}", signal_name(signal)),
        (None, None) => "ended".to_owned(),
    }
}

fn signal_name(number: i32) -> String {
    Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.to_string())
}

fn fate(status: &Option<ExitStatus>) -> String {
    status.as_ref().map_or_else(|| "it has closed its stdin".to_owned(), |status| format!("it {}", ended(status)))
}

fn seconds(waited: Duration) -> String {
    format!("{} s", (waited.as_secs_f64() * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_short_and_has_no_control_characters() {
        assert_eq!(Excerpt::of(b"{\"a\":1}").to_string(), "`{\"a\":1}`");
        assert_eq!(Excerpt::of(b"a\x1b[2J\r\0").to_string(), r"`a\u{1b}[2J\r\0`");
        assert_eq!(Excerpt::of(b"\xff").to_string(), "`\u{fffd}`");
        assert_eq!(Excerpt::of(&[b'x'; 80]).to_string(), format!("`{}`", "x".repeat(80)));
        assert_eq!(Excerpt::of(&[b'x'; 5000]).to_string(), format!("`{}...`", "x".repeat(80)));
    }

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_micros(29_999_900)), "30 s");
        assert_eq!(seconds(Duration::from_millis(250)), "0.3 s");
    }
}
