//! What every part of taskweight shares: the report, models and scenarios, units, number formats, statistics. No root, no
//! kernel, nothing but data.

pub mod case;
pub mod catalog;
pub mod escape;
pub mod format;
pub mod metric;
pub mod plan;
pub mod protocol;
pub mod report;
pub mod scenario;
pub mod stats;
pub mod unit;
