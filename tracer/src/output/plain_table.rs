//! Tables of what no report has.

use comfy_table::{ContentArrangement, Table, presets};

/// A table without lines, of at most 80 columns.
pub fn plain_table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_width(80);
    if N > 0 {
        table.set_header(header);
    }
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table
}
