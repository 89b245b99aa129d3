//! Where reports are written.

mod destination;
mod links;

pub use destination::{Destination, DestinationError};

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
