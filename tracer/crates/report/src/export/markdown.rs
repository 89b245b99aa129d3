//! Markdown as GitHub and GitLab know it: the tables of the report, to be pasted into a README or a pull request.

use super::{File, Source};
use crate::table;

/// One file for the report.
pub(super) fn files(source: &Source<'_>) -> Vec<File> {
    let text = table::render_markdown(source.report, &table::Options { top: source.top, ..table::Options::default() });
    vec![source.file("md", text.into_bytes())]
}
