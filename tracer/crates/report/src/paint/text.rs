//! On a terminal: lines no wider than it is, columns, colours.

mod fold;
mod grid;

use taskweight_core::escape::escape;
use taskweight_core::report::Report;

use super::plain::{self, Surface};
use crate::document::{self, Document, NARROWEST, Note, Options, Table, Tone};
use fold::fold;

/// Columns before an entry of a list, and before a row that belongs to a group.
const INDENT: usize = 2;
/// The report as text, which ends with a line break.
#[must_use]
pub fn render(report: &Report, options: &Options) -> String {
    paint(&document::of(report, options), options)
}

/// A document as text, which ends with a line break.
#[must_use]
pub fn paint(document: &Document, options: &Options) -> String {
    let mut terminal = Terminal { text: String::new(), width: options.width.max(NARROWEST), color: options.color };
    plain::show(document, options.verbose, &mut terminal);
    format!("{}\n", terminal.text.trim_end())
}

struct Terminal {
    text: String,
    width: usize,
    color: bool,
}

/// What a line or a part of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Heading,
    Toned(Tone),
}

impl Style {
    const fn escape_sequence(self) -> &'static str {
        match self {
            Self::Heading => "\x1b[1m",
            Self::Toned(Tone::Plain) => "",
            Self::Toned(Tone::Good) => "\x1b[32m",
            Self::Toned(Tone::Caution) => "\x1b[33m",
            Self::Toned(Tone::Bad) => "\x1b[31m",
        }
    }
}

impl Terminal {
    fn painted(&self, text: &str, style: Style) -> String {
        let sequence = if self.color { style.escape_sequence() } else { "" };
        if sequence.is_empty() || text.trim().is_empty() { text.to_owned() } else { format!("{sequence}{text}\x1b[0m") }
    }

    fn line(&mut self, line: &str, style: Style) {
        let line = self.painted(line.trim_end(), style);
        self.text.extend([line.as_str(), "\n"]);
    }

    fn folded(&mut self, text: &str, indents: [usize; 2], style: Style) {
        for line in fold(&escape(text), self.width - indents[0], indents[1]) {
            self.line(&format!("{:1$}{line}", "", indents[0]), style);
        }
    }
}

impl Surface for Terminal {
    fn width(&self) -> usize {
        self.width
    }

    fn heading(&mut self, text: &str) {
        self.folded(text, [0, INDENT], Style::Heading);
    }

    fn strong(&mut self, text: &str) {
        self.folded(text, [0, INDENT], Style::Heading);
    }

    fn paragraph(&mut self, note: &Note) {
        let indent = if note.tone == Tone::Plain { 0 } else { INDENT };
        self.folded(&note.text, [0, indent], Style::Toned(note.tone));
    }

    fn item(&mut self, note: &Note) {
        self.folded(&note.text, [INDENT, INDENT], Style::Toned(note.tone));
    }

    fn table(&mut self, table: &Table, columns: &[usize]) {
        let lines = grid::lines(table, columns, self.width, |text, style| self.painted(text, style));
        lines.iter().for_each(|line| self.text.extend([line.trim_end(), "\n"]));
    }

    fn drawing(&mut self, line: &str) {
        self.folded(line, [0, INDENT], Style::Toned(Tone::Plain));
    }

    fn end(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
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
}
