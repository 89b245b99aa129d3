//! In Markdown, as GitHub and GitLab read it, to be pasted into a README or a pull request.

use taskweight_core::escape::escape;
use taskweight_core::format::ABSENT;
use taskweight_core::report::Report;

use super::plain::{self, Surface};
use crate::document::{self, Cell, Note, Options, Origin, Table};

/// Columns for what is preformatted.
const WIDTH: usize = 80;

/// The report, with the machine and the version that measured.
#[must_use]
pub fn render(report: &Report, options: &Options) -> String {
    let document = document::of(report, options);
    let mut blocks = Blocks::default();
    plain::show(&document, false, &mut blocks);
    let Origin { version, machine, command_line, .. } = &document.origin;
    blocks.end();
    blocks.add(Block::Paragraph, &paragraph(&format!("Measured by taskweight {version} on {machine}: {command_line}")));
    format!("{}\n", blocks.text.trim_end())
}

impl Surface for Blocks {
    fn width(&self) -> usize {
        WIDTH
    }

    fn heading(&mut self, text: &str) {
        self.add(Block::Heading, &format!("### {}", shown(text)));
    }

    fn strong(&mut self, text: &str) {
        self.add(Block::Paragraph, &format!("**{}**", shown(text)));
    }

    fn paragraph(&mut self, note: &Note) {
        self.add(Block::Paragraph, &paragraph(&note.text));
    }

    fn item(&mut self, note: &Note) {
        // Notes bring along the mark of what they explain.
        self.add(Block::Item, &format!("- {}", paragraph(note.text.strip_prefix("- ").unwrap_or(&note.text))));
    }

    fn table(&mut self, table: &Table, columns: &[usize]) {
        let head = columns.iter().map(|column| shown(&table.columns[*column].words()));
        self.add(Block::Row, &format!("| {} |", head.collect::<Vec<_>>().join(" | ")));
        let is_words = |column: &usize| {
            table.rows.iter().any(|row| matches!(row.get(*column), Some(Cell::Text(..) | Cell::Name(_))))
        };
        let rule = columns.iter().map(|column| if is_words(column) { "---" } else { "--:" });
        self.add(Block::Row, &format!("|{}|", rule.collect::<Vec<_>>().join("|")));
        for row in &table.rows {
            let cells = columns.iter().map(|column| row.get(*column).map_or(String::new(), cell));
            self.add(Block::Row, &format!("| {} |", cells.collect::<Vec<_>>().join(" | ")));
        }
        self.end();
    }

    fn drawing(&mut self, line: &str) {
        // Indented rather than fenced: nothing in it can end it.
        self.add(Block::Preformatted, &format!("    {}", escape(line).trim_end()));
    }

    fn end(&mut self) {
        self.last = self.last.map(|_| Block::Paragraph);
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Name(text) | Cell::Text(text, _) | Cell::Group(text) | Cell::Range(text, _) => shown(text.trim()),
        Cell::Number(number, tone) => shown(&number.shown) + tone.mark(),
        Cell::Absent(_) => ABSENT.to_owned(),
        Cell::Empty => String::new(),
    }
}

/// What stands last: blocks of different kinds have a blank line between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Paragraph,
    Heading,
    Item,
    Row,
    Preformatted,
}

/// Blocks of Markdown, as they are added.
#[derive(Default)]
struct Blocks {
    text: String,
    last: Option<Block>,
}

impl Blocks {
    /// Adds a line that is valid in a block of this kind. Lines of lists, tables and what is preformatted stay together.
    fn add(&mut self, block: Block, line: &str) {
        let goes_on = self.last == Some(block) && !matches!(block, Block::Paragraph | Block::Heading);
        if self.last.is_some() && !goes_on {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.last = Some(block);
    }
}

/// Text of whatever origin as Markdown that shows it: it has no control characters, no markup, no HTML and no line breaks,
/// mentions nobody and ends no cell of a table.
fn shown(text: &str) -> String {
    let text = escape(text);
    let mut shown = String::with_capacity(text.len());
    let mut before = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            // A comment ends what would become a link to a user or an issue.
            '@' | '#' => shown.extend([character.to_string().as_str(), "<!-- -->"]),
            '_' if is_within_word(before, characters.peek()) => shown.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '&' | '~' | '$' | '!' => {
                shown.extend(['\\', character]);
            }
            character => shown.push(character),
        }
        before = Some(character);
    }
    shown
}

/// A paragraph, or an entry of a list, which does not begin with the mark of one.
fn paragraph(text: &str) -> String {
    let mark = if text.starts_with(['-', '+']) { "\\" } else { "" };
    format!("{mark}{}", shown(text))
}

/// Between letters or digits an underscore is no emphasis.
fn is_within_word(before: Option<char>, after: Option<&char>) -> bool {
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(|after| after.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_and_not_obeyed() {
        let expected = [
            ("a | b", r"a \| b"),
            ("`rm`", r"\`rm\`"),
            ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"),
            ("![x](http://y)", r"\!\[x\](http://y)"),
            ("*a* __b__ ~~c~~", r"\*a\* \_\_b\_\_ \~\~c\~\~"),
            ("switch_in_unseen", "switch_in_unseen"),
            ("@you #1", "@<!-- -->you #<!-- -->1"),
            ("&lt; $x$", r"\&lt; \$x\$"),
            ("a\nb\x1b", r"a\\x0ab\\x1b"),
        ];
        for (text, markdown) in expected {
            assert_eq!(shown(text), markdown);
        }
        assert_eq!(paragraph("- a - b"), r"\- a - b");
    }

    #[test]
    fn blocks_are_apart_and_their_lines_together() {
        let mut blocks = Blocks::default();
        for (block, line) in [
            (Block::Heading, "### a"),
            (Block::Row, "| b |"),
            (Block::Row, "|---|"),
            (Block::Item, "- c"),
            (Block::Item, "- d"),
            (Block::Paragraph, "e"),
            (Block::Paragraph, "f"),
        ] {
            blocks.add(block, line);
        }
        assert_eq!(blocks.text, "### a\n\n| b |\n|---|\n\n- c\n- d\n\ne\n\nf\n");
    }
}
