//! Columns: names to the left, figures to the right, no lines but one under the head.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use super::text::{Page, Style};
use taskweight_core::escape::escape;

/// Space between columns, where there is room for it.
const GAP: u16 = 2;

/// A table whose first column is a name, which is folded when the page is too narrow.
pub(super) struct Grid {
    table: Table,
    /// The head and the rows as they were given.
    rows: Vec<Vec<String>>,
    head_lines: usize,
}

impl Grid {
    /// Heads of columns; `\n` separates the lines of a head.
    pub(super) fn new(head: &[&str]) -> Self {
        let mut grid = Self::without_head();
        grid.table.set_header(head.to_vec());
        grid.rows.push(head.iter().map(|cell| (*cell).to_owned()).collect());
        grid.head_lines = head.iter().map(|cell| cell.lines().count()).max().unwrap_or(0);
        grid
    }

    /// Columns that speak for themselves.
    pub(super) fn without_head() -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).force_no_tty().set_content_arrangement(ContentArrangement::Dynamic);
        Self { table, rows: Vec::new(), head_lines: 0 }
    }

    /// A row of cells, in the order of the head.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        self.table.add_row(cells.iter().map(|cell| escape(cell)).collect::<Vec<_>>());
        self.rows.push(cells);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn print(self, page: &mut Page) {
        self.print_folding(page, 0);
    }

    /// The last column is text as well: it stands to the left, and is folded too.
    pub(super) fn print_ending_in_text(mut self, page: &mut Page) {
        let last = self.table.column_count().saturating_sub(1);
        self.print_folding(page, last);
    }

    /// The first column and the one at `text` are folded.
    fn print_folding(mut self, page: &mut Page, text: usize) {
        if self.head_lines == 0 {
            let columns = self.table.column_count();
            self.rows.insert(0, vec![String::new(); columns]);
        }
        if page.table(self.rows.drain(..), &[0, text]) {
            return;
        }
        let widths = self.table.column_max_content_widths();
        let content: usize = widths.iter().map(|width| usize::from(*width)).sum();
        let gaps = widths.len().saturating_sub(1) * usize::from(GAP);
        let gap = if content + gaps <= page.width() { GAP } else { 1 };
        self.table.set_width(u16::try_from(page.width()).unwrap_or(u16::MAX));
        for (index, column) in self.table.column_iter_mut().enumerate() {
            column.set_padding((if index == 0 { 0 } else { gap }, 0));
            if index != 0 && index != text {
                column.set_cell_alignment(CellAlignment::Right);
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        for (index, line) in self.table.lines().enumerate() {
            let style = if index < self.head_lines { Style::Heading } else { Style::Plain };
            page.line(line.trim_end(), style);
        }
    }
}
