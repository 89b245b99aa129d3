//! What taskweight says about a report: verdicts, comparisons, tables, the page, exports. It reads reports and nothing else:
//! neither root nor an eBPF object is needed to build or to test it.

pub mod claims;
pub mod diff;
pub mod export;
pub mod html;
pub mod json;
pub mod ledger;
pub mod regimes;
pub mod schema;
pub mod table;
