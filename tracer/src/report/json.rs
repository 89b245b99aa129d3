//! Reading and writing reports as JSON.

mod destination;
mod layout;
mod links;
mod source;

pub use destination::{Destination, DestinationError};
pub use source::{ReadError, read};

use std::io::{self, BufWriter, Write};

use serde::Serialize;

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

/// Writes a report, or what else is for programs to read: one field a line, buckets and other plain lists on one line each.
///
/// # Errors
/// When `out` cannot be written.
pub fn write(report: &impl Serialize, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    report.serialize(&mut serde_json::Serializer::with_formatter(&mut out, layout::Layout::default()))?;
    out.write_all(b"\n")?;
    out.flush()
}
