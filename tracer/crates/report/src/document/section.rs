//! What a document consists of: sections, and the blocks that these consist of.

use taskweight_core::report::Verdict;

use super::table::Table;
use crate::chart::Chart;

/// A part of the document.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its name in links.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is called where there is room for a word only.
    pub short_title: &'static str,
    /// How to read it; empty where it speaks for itself.
    pub lead: String,
    /// What it says.
    pub blocks: Vec<Block>,
    /// Words in its tables and notes that want an explanation.
    pub legend: &'static [Term],
    /// Whether its last blocks can be left out of a page that would be too heavy.
    pub can_be_cut: bool,
}

/// A word and what it means.
pub type Term = (&'static str, &'static str);

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading within the section.
    Heading(String),
    /// Sentences, each a paragraph or an entry of a list.
    Notes(Vec<Note>),
    /// A table.
    Table(Table),
    /// A picture and its table.
    Figure(Box<Figure>),
    /// Verdicts on claims.
    Verdicts(Vec<Verdict>),
    /// What a page folds away under a title.
    Folded {
        /// The title.
        title: String,
        /// Whether a page shows it unfolded.
        is_open: bool,
        /// What is in it.
        blocks: Vec<Block>,
    },
    /// What a terminal shows only on demand.
    Detail(Vec<Block>),
    /// Not in the report; the command that measures it.
    Absent {
        /// Without `sudo`.
        command: &'static str,
    },
}

/// How something is to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// An advantage.
    Good,
    /// With care.
    Caution,
    /// As a failure.
    Bad,
}

impl Tone {
    /// What stands behind a number, for those who see no colours.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Good => "+",
            Self::Bad => "!",
            Self::Plain | Self::Caution => "",
        }
    }
}

/// A sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// The sentence.
    pub text: String,
    /// How it is to be taken.
    pub tone: Tone,
}

impl Note {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    pub(super) fn toned(tone: Tone, text: impl Into<String>) -> Self {
        Self { text: text.into(), tone }
    }
}

/// A picture with what it shows, and its numbers.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it shows.
    pub title: String,
    /// How to read it.
    pub note: String,
    /// What is drawn.
    pub chart: Chart,
    /// Its numbers; empty where another table has them.
    pub table: Table,
}

impl Block {
    pub(super) fn figure(title: impl Into<String>, note: impl Into<String>, chart: Chart, table: Table) -> Self {
        Self::Figure(Box::new(Figure { title: title.into(), note: note.into(), chart, table }))
    }

    pub(super) fn note(text: impl Into<String>) -> Self {
        Self::Notes(vec![Note::plain(text)])
    }

    pub(super) fn folded(title: impl Into<String>, blocks: Vec<Self>) -> Self {
        Self::Folded { title: title.into(), is_open: false, blocks }
    }
}

impl Section {
    pub(super) fn new(id: &'static str, title: &'static str, short_title: &'static str) -> Self {
        Self { id, title, short_title, lead: String::new(), blocks: Vec::new(), legend: &[], can_be_cut: false }
    }

    pub(super) fn lead(self, lead: impl Into<String>) -> Self {
        Self { lead: lead.into(), ..self }
    }

    pub(super) fn legend(self, legend: &'static [Term]) -> Self {
        Self { legend, ..self }
    }

    pub(super) fn blocks(self, blocks: Vec<Block>) -> Self {
        Self { blocks, ..self }
    }

    /// With the command that measures it.
    pub(super) fn absent(self, command: &'static str) -> Self {
        self.blocks(vec![Block::Absent { command }])
    }
}
