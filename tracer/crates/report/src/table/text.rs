//! Escaping, folding and the page that everything is written on.

use taskweight_core::{escape::escape, format::ABSENT};

use unicode_width::UnicodeWidthStr;

use super::markdown::{self, Block, Blocks};

/// Folds text at spaces, or within a word that is longer than a line; lines after the first are indented.
fn fold(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let start = if lines.len() > 1 { indent } else { 0 };
        if used > start && used + 1 + word.width() > width {
            lines.push(" ".repeat(indent));
            used = indent;
        } else if used > start {
            push(&mut lines, " ");
            used += 1;
        }
        for character in word.chars() {
            let character_width = character.to_string().width();
            if used + character_width > width {
                lines.push(" ".repeat(indent));
                used = indent;
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

/// How a line is shown where colours are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    Plain,
    Heading,
    Advantage,
    Caution,
    Failure,
}

impl Style {
    fn escape_sequence(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Heading => "\x1b[1m",
            Self::Advantage => "\x1b[32m",
            Self::Caution => "\x1b[33m",
            Self::Failure => "\x1b[31m",
        }
    }
}

/// Columns before an entry of a list.
const ITEM_INDENT: usize = 2;

/// Columns for what is preformatted in Markdown.
const MARKDOWN_WIDTH: usize = 80;

/// What everything is written on: lines no wider than a terminal, or Markdown.
pub(super) struct Page {
    form: Form,
}

enum Form {
    Terminal { text: String, width: usize, color: bool },
    Markdown(Blocks),
}

impl Page {
    pub(super) fn new(width: usize, color: bool) -> Self {
        Self { form: Form::Terminal { text: String::new(), width, color } }
    }

    pub(super) fn markdown() -> Self {
        Self { form: Form::Markdown(Blocks::default()) }
    }

    pub(super) fn width(&self) -> usize {
        match self.form {
            Form::Terminal { width, .. } => width,
            Form::Markdown(_) => MARKDOWN_WIDTH,
        }
    }

    /// Folded text; escapes what is in it.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.styled(text, 0, Style::Plain);
    }

    /// An entry of a list: its lines after the first are indented further.
    pub(super) fn item(&mut self, text: &str, style: Style) {
        if let Form::Markdown(blocks) = &mut self.form {
            // Notes bring along the mark of what they explain.
            return blocks
                .add(Block::Item, &format!("- {}", markdown::paragraph(text.strip_prefix("- ").unwrap_or(text))));
        }
        for line in fold(&escape(text), self.width() - ITEM_INDENT, ITEM_INDENT) {
            self.line(format!("{:ITEM_INDENT$}{line}", "").trim_end(), style);
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.styled(text, 2, Style::Heading);
    }

    pub(super) fn styled(&mut self, text: &str, indent: usize, style: Style) {
        if let Form::Markdown(blocks) = &mut self.form {
            return match style {
                Style::Heading => blocks.add(Block::Heading, &markdown::heading(text)),
                _ => blocks.add(Block::Paragraph, &markdown::paragraph(text)),
            };
        }
        for line in fold(&escape(text), self.width(), indent) {
            self.line(line.trim_end(), style);
        }
    }

    /// A paragraph that is a line of a drawing; escapes what is in it.
    pub(super) fn drawing(&mut self, text: &str) {
        match self.form {
            Form::Terminal { .. } => self.paragraph(text),
            Form::Markdown(_) => self.line(&escape(text), Style::Plain),
        }
    }

    /// A line that is safe and fits, with columns or bars of its own.
    pub(super) fn line(&mut self, line: &str, style: Style) {
        let line = self.painted(line, style);
        match &mut self.form {
            Form::Terminal { text, .. } => text.extend([line.as_str(), "\n"]),
            // Indented rather than fenced: nothing in it can end it.
            Form::Markdown(blocks) => blocks.add(Block::Preformatted, &format!("    {line}")),
        }
    }

    /// The rows of a table, its head first: the columns in `text` to the left, the others to the right. `false` where a
    /// page has no tables of its own.
    pub(super) fn table(&mut self, rows: impl Iterator<Item = Vec<String>>, text: &[usize]) -> bool {
        let Form::Markdown(blocks) = &mut self.form else { return false };
        for (index, row) in rows.enumerate() {
            let shown = if index == 0 { markdown::head } else { markdown::cell };
            let cells: Vec<String> = row.iter().map(|text| shown(text)).collect();
            blocks.add(Block::Row, &format!("| {} |", cells.join(" | ")));
            if index == 0 {
                let rule = |column| if text.contains(&column) { "---" } else { "--:" };
                blocks.add(Block::Row, &format!("|{}|", (0..cells.len()).map(rule).collect::<Vec<_>>().join("|")));
            }
        }
        blocks.end();
        true
    }

    /// A part of a line that is safe.
    pub(super) fn painted(&self, text: &str, style: Style) -> String {
        let is_colored = matches!(self.form, Form::Terminal { color: true, .. });
        let sequence = if is_colored { style.escape_sequence() } else { "" };
        let reset = if sequence.is_empty() { "" } else { "\x1b[0m" };
        format!("{sequence}{text}{reset}")
    }

    pub(super) fn blank(&mut self) {
        match &mut self.form {
            Form::Terminal { text, .. } => text.push('\n'),
            Form::Markdown(blocks) => blocks.end(),
        }
    }

    pub(super) fn footnotes(&mut self, footnotes: &Footnotes) {
        // Columns that are absent in the same rows for the same reason share a note.
        for alike in footnotes.alike() {
            let columns: Vec<&str> = alike.iter().map(|note| note.what.as_str()).collect();
            if let Some(note) = alike.first() {
                self.item(&note.text(&columns.join(", ")), Style::Plain);
            }
        }
    }

    /// The text, with exactly one line break at its end.
    pub(super) fn finish(self) -> String {
        let text = match self.form {
            Form::Terminal { text, .. } => text,
            Form::Markdown(blocks) => blocks.finish(),
        };
        format!("{}\n", text.trim_end())
    }
}

/// Why there is a `-` in a table: each reason once, with the column and the rows.
#[derive(Default)]
pub(super) struct Footnotes {
    notes: Vec<Footnote>,
    /// Name of the row that is being filled; empty where a note names it itself.
    row: String,
}

struct Footnote {
    what: String,
    reason: String,
    rows: Vec<String>,
}

impl Footnote {
    /// Such as `- wait (go, tokio): no thread became runnable`.
    fn text(&self, columns: &str) -> String {
        /// Rows that are named.
        const NAMED: usize = 4;
        let more = self.rows.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("{more} more"));
        let rows: Vec<String> = self.rows.iter().take(NAMED).cloned().chain(more).collect();
        let rows = if rows.is_empty() { String::new() } else { format!(" ({})", rows.join(", ")) };
        format!("{} {columns}{rows}: {}", ABSENT, self.reason)
    }
}

impl Footnotes {
    fn alike(&self) -> Vec<Vec<&Footnote>> {
        let mut groups: Vec<Vec<&Footnote>> = Vec::new();
        for note in &self.notes {
            let is_alike = |group: &&mut Vec<&Footnote>| group[0].reason == note.reason && group[0].rows == note.rows;
            match groups.iter_mut().find(is_alike) {
                Some(group) => group.push(note),
                None => groups.push(vec![note]),
            }
        }
        groups
    }

    /// Notes from here on are about this row.
    pub(super) fn start_row(&mut self, name: &str) {
        name.clone_into(&mut self.row);
    }

    /// The figure, or `-` and a note.
    pub(super) fn or_absent(&mut self, figure: Option<String>, what: &str, reason: &str) -> String {
        figure.unwrap_or_else(|| self.absent(what, reason))
    }

    /// `-` and a note.
    pub(super) fn absent(&mut self, what: &str, reason: &str) -> String {
        let row = Some(self.row.clone()).filter(|row| !row.is_empty());
        match self.notes.iter_mut().find(|note| note.what == what && note.reason == reason) {
            Some(note) => note.rows.extend(row.filter(|row| !note.rows.contains(row))),
            None => self.notes.push(Footnote {
                what: what.to_owned(),
                reason: reason.to_owned(),
                rows: row.into_iter().collect(),
            }),
        }
        ABSENT.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_visible() {
        assert_eq!(escape("a\x1b[2Jb\n\r\x07"), r"a\x1b[2Jb\x0a\x0d\x07");
        assert_eq!(escape("\u{9b}31m\u{202e}\u{200b}\u{7f}"), r"\u{9b}31m\u{202e}\u{200b}\x7f");
        assert_eq!(escape(r#"it's "C:\x" µ 任务"#), r#"it's "C:\x" µ 任务"#);
    }

    #[test]
    fn folds_at_spaces_and_within_long_words() {
        assert_eq!(fold("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(fold("abcdefghij kl", 6, 2), ["abcdef", "  ghij", "  kl"]);
        assert_eq!(fold("a bb ccc", 6, 4), ["a bb", "    cc", "    c"]);
        assert_eq!(fold("", 6, 4), [""]);
        assert_eq!(fold("任务任务", 4, 0), ["任务", "任务"]);
    }

    #[test]
    fn colours_only_on_demand() {
        let mut page = Page::new(80, false);
        page.heading("a");
        assert_eq!(page.finish(), "a\n");
        let mut page = Page::new(80, true);
        page.heading("a");
        page.paragraph("b\x1b[0m");
        assert_eq!(page.finish(), "\x1b[1ma\x1b[0m\nb\\x1b[0m\n");
    }
}
