//! Lines that are no wider than a terminal.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// Folds text at spaces, or within a word that is longer than a line; lines after the first are indented.
pub(super) fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let [first, others] =
        [(text.len() - words.len()).min(width.saturating_sub(1)), indent].map(|columns| " ".repeat(columns));
    let options = Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(&others)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(words, options).into_iter().map(Cow::into_owned).collect()
}

/// A head on two lines where that makes it narrower.
pub(super) fn in_two_lines(head: &str) -> String {
    if head.contains('\n') {
        return head.to_owned();
    }
    let spaces = head.match_indices(' ').map(|(at, _)| at);
    let width = |at: usize| head[..at].width().max(head[at + 1..].width());
    match spaces.min_by_key(|at| width(*at)) {
        Some(at) => format!("{}\n{}", &head[..at], &head[at + 1..]),
        None => head.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_at_spaces_and_within_long_words() {
        assert_eq!(fold("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(fold("abcdefghij kl", 6, 2), ["abcd", "  efgh", "  ij", "  kl"]);
        assert_eq!(fold("a bb ccc", 6, 4), ["a bb", "    cc", "    c"]);
        assert_eq!(fold("", 6, 4), [""]);
        assert_eq!(fold("  a", 6, 4), ["  a"]);
        assert_eq!(fold("任务任务", 4, 0), ["任务", "任务"]);
    }

    #[test]
    fn heads_are_two_lines_of_whole_words() {
        assert_eq!(in_two_lines("time per op"), "time\nper op");
        assert_eq!(in_two_lines("syscalls"), "syscalls");
        assert_eq!(in_two_lines("traced/\nuntraced"), "traced/\nuntraced");
    }
}
