//! Where the fields of plain tracepoints' records lie on the running kernel.

use tracer_ebpf::RecordOffsets;

use super::{hook::HOOKS, tracefs::Tracefs};

/// Reads the `format` files of all tracepoints of which a field is read.
///
/// # Errors
/// The first tracepoint or field that is not there.
pub fn offsets(tracefs: &Tracefs) -> Result<RecordOffsets, String> {
    let mut offsets = RecordOffsets::default();
    for hook in HOOKS.iter().filter(|hook| !hook.fields.is_empty()) {
        let format = tracefs.format(hook.group, hook.name)?;
        for field in hook.fields {
            *(field.place)(&mut offsets) = format.offset(field.name, field.bytes)?;
        }
    }
    Ok(offsets)
}
