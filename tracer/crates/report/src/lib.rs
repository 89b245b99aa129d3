//! What taskweight says about a report: the answer, verdicts, comparisons, tables, the page, exports. It reads reports and
//! nothing else: neither root nor an eBPF object is needed to build or to test it.
//!
//! [`document`] decides what is said, once; [`paint`] how it looks on a terminal, in Markdown and as a page.

mod answer;
pub mod chart;
pub mod claims;
pub mod diff;
pub mod document;
pub mod export;
pub mod json;
pub mod ledger;
pub mod paint;
pub mod regimes;
pub mod schema;
pub mod warning;

pub use answer::{answer, conclude};
