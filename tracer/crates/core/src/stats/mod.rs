//! Statistics: distributions, summaries and lines.

pub mod histogram;
pub mod regression;
pub mod summary;
