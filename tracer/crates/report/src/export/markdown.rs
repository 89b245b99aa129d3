//! Markdown as GitHub and GitLab know it: the tables of the report, to be pasted into a README or a pull request.

use super::{File, Source};
use crate::document::Options;
use crate::paint::markdown::render;

/// One file for the report.
pub(super) fn files(source: &Source<'_>) -> Vec<File> {
    let text = render(source.report, &Options { top: source.top, ..Options::default() });
    vec![source.file("md", text.into_bytes())]
}
