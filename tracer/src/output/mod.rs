//! Where reports are written.

mod destination;
pub(crate) mod files;
mod links;
mod plain_table;
pub(crate) mod tables;
pub(crate) mod timeline;

pub use destination::{Destination, DestinationError};
pub(crate) use plain_table::plain_table;

use serde::Serialize;
use taskweight_report::json::write;

/// Writes a report to its destination, and puts it in its place.
///
/// # Errors
/// When it cannot be kept there.
pub fn save(report: &impl Serialize, mut destination: Destination) -> Result<(), DestinationError> {
    match write(report, &mut destination) {
        Ok(()) => destination.finish(),
        Err(error) => Err(destination.fail(error)),
    }
}
