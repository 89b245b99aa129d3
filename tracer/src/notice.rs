//! Lines for people, on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};

use taskweight_core::escape::escape;

/// Characters of a line at most: a name in it can be as long as somebody pleases.
const LONGEST: usize = 2000;

/// Prints one line that can do nothing but be read, whatever is in it. That nobody reads it is no error.
pub fn notice(text: impl Display) {
    let line = format!("taskweight: {}\n", one_line(&text.to_string()));
    // In one piece: the programs under measurement write there, too.
    let _nobody_reads = io::stderr().write_all(line.as_bytes());
}

/// Text as it can be shown in one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => escape(&text[..end]) + "...",
        None => escape(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_one_line_of_bounded_length() {
        assert_eq!(one_line("a\nb\x1b[2J"), r"a\x0ab\x1b[2J");
        assert_eq!(one_line(&"µ".repeat(LONGEST)), "µ".repeat(LONGEST));
        assert_eq!(one_line(&"µ".repeat(1_000_000)), "µ".repeat(LONGEST) + "...");
    }
}
