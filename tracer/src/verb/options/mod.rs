//! Options that several verbs have.

mod export;
mod measuring;
mod timeline;

pub use export::ExportArgs;
pub use measuring::MeasuringArgs;
pub(super) use measuring::seconds;
pub use timeline::TimelineArgs;
