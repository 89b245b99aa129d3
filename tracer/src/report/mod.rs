//! The report and its renderers.

pub mod export;
pub mod html;
pub mod json;
pub mod model;
pub mod schema;
pub mod table;
