//! Tables of figures, and the medians in them.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

/// The middle one, or the mean of the two in the middle; NaN of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (values.get(values.len().wrapping_sub(1) / 2), values.get(values.len() / 2)) else {
        return f64::NAN;
    };
    (low + high) / 2.0
}

/// A title over columns, the first of words, the others of figures.
pub struct Figures {
    title: String,
    table: Table,
}

impl Figures {
    /// Without rows as yet.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(80);
        table.set_header(columns.iter().enumerate().map(|(index, name)| cell(index, name)));
        Self { title: title.into(), table }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[String]) {
        self.table.add_row(cells.iter().enumerate().map(|(index, text)| cell(index, text)));
    }

    /// The title, a line and the table.
    pub fn render(&self) -> String {
        format!("{}\n{}\n{}", self.title, "-".repeat(80), self.table.trim_fmt())
    }
}

fn cell(column: usize, text: &str) -> Cell {
    Cell::new(text).set_alignment(if column == 0 { CellAlignment::Left } else { CellAlignment::Right })
}

/// A number to one decimal, `-` for none.
pub fn one_decimal(value: f64) -> String {
    if value.is_nan() { "-".into() } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([7.0]), 7.0);
        assert!(median([]).is_nan());
    }

    #[test]
    fn a_table_stays_within_80_columns() {
        let mut figures = Figures::new("title", &["what", "ns"]);
        figures.row(&["a name ".repeat(20), one_decimal(1.25)]);
        assert!(figures.render().lines().all(|line| line.chars().count() <= 80), "{}", figures.render());
    }
}
