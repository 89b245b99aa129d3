//! Statistics: distributions and summaries.

pub mod histogram;
pub mod summary;
