//! Reading and writing reports as JSON.

mod layout;
mod source;

pub use source::{ReadError, read};

use std::io::{self, BufWriter, Write};

use serde::Serialize;

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
