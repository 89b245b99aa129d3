//! How a document looks: on a terminal, in Markdown, as a page.
//!
//! Text of a report becomes harmless here and nowhere else: each painter passes all of it through
//! [`taskweight_core::escape`].

pub mod html;
pub mod markdown;
mod plain;
pub mod text;
