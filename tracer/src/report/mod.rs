//! The report and its renderers.

pub mod html;
pub mod json;
pub mod model;
pub mod table;
