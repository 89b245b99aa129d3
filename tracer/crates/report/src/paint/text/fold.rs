//! Lines that are no wider than a terminal.

use unicode_width::UnicodeWidthStr;

/// Folds text at spaces, or within a word that is longer than a line; lines after the first are indented.
pub(super) fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let lead = (text.len() - words.len()).min(width.saturating_sub(1));
    let mut lines = vec![" ".repeat(lead)];
    let (mut used, mut start) = (lead, lead);
    for word in words.split(' ') {
        if used > start && used + 1 + word.width() > width {
            lines.push(" ".repeat(indent));
            (used, start) = (indent, indent);
        } else if used > start {
            push(&mut lines, " ");
            used += 1;
        }
        for character in word.chars() {
            let character_width = character.to_string().width();
            if used + character_width > width {
                lines.push(" ".repeat(indent));
                (used, start) = (indent, indent);
            }
            push(&mut lines, &character.to_string());
            used += character_width;
        }
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
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
        assert_eq!(fold("abcdefghij kl", 6, 2), ["abcdef", "  ghij", "  kl"]);
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
