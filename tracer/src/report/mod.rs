//! The report and its renderers.

pub mod json;
pub mod model;
pub mod table;
