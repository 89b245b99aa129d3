//! The page in Markdown, as GitHub and GitLab read it.

use taskweight_core::escape::escape;

/// What stands last on the page: blocks of different kinds have a blank line between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph,
    Heading,
    Item,
    Row,
    Preformatted,
}

/// Blocks of Markdown, as they are added.
#[derive(Default)]
pub(super) struct Blocks {
    text: String,
    last: Option<Block>,
}

impl Blocks {
    /// Adds a line that is valid in a block of this kind. Lines of lists, tables and what is preformatted stay together.
    pub(super) fn add(&mut self, block: Block, line: &str) {
        let goes_on = self.last == Some(block) && !matches!(block, Block::Paragraph | Block::Heading);
        if self.last.is_some() && !goes_on {
            self.text.push('\n');
        }
        self.text.push_str(line);
        self.text.push('\n');
        self.last = Some(block);
    }

    /// Ends a list or a table, so that the next one is another.
    pub(super) fn end(&mut self) {
        self.last = self.last.map(|_| Block::Paragraph);
    }

    pub(super) fn finish(self) -> String {
        self.text
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
pub(super) fn paragraph(text: &str) -> String {
    let mark = if text.starts_with(['-', '+']) { "\\" } else { "" };
    format!("{mark}{}", shown(text))
}

/// Between letters or digits an underscore is no emphasis.
fn is_within_word(before: Option<char>, after: Option<&char>) -> bool {
    before.is_some_and(char::is_alphanumeric) && after.is_some_and(|after| after.is_alphanumeric())
}

/// A heading of the third level.
pub(super) fn heading(text: &str) -> String {
    format!("### {}", shown(text))
}

/// The head of a column. What stands in several lines, words divided included, becomes one.
pub(super) fn head(text: &str) -> String {
    cell(text.replace("-\n", "").replace('\n', " ").trim())
}

/// A cell of a table.
pub(super) fn cell(text: &str) -> String {
    shown(text)
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
        assert_eq!([paragraph("- a - b"), cell("-")], [r"\- a - b", "-"]);
    }

    #[test]
    fn heads_of_columns_become_one_line() {
        assert_eq!(head("\nmodel"), "model");
        assert_eq!(head("kernel\nentries"), "kernel entries");
        assert_eq!(head("time\nper op"), "time per op");
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
        assert_eq!(blocks.finish(), "### a\n\n| b |\n|---|\n\n- c\n- d\n\ne\n\nf\n");
    }
}
