//! Where the fields of plain tracepoints' records lie on the running kernel.

use tracer_ebpf::RecordOffsets;

use super::tracefs::{Format, Tracefs};

/// Reads the `format` files of all tracepoints of which a field is read.
///
/// # Errors
/// The first tracepoint or field that is not there.
pub fn offsets(tracefs: &Tracefs) -> Result<RecordOffsets, String> {
    let pid = |tracepoint: &str| tracefs.format("sched", tracepoint)?.offset("pid", 4);
    let switch: Format = tracefs.format("sched", "sched_switch")?;
    Ok(RecordOffsets {
        switch_prev_pid: switch.offset("prev_pid", 4)?,
        switch_prev_state: switch.offset("prev_state", 8)?,
        switch_next_pid: switch.offset("next_pid", 4)?,
        wakeup_pid: pid("sched_wakeup")?,
        wakeup_new_pid: pid("sched_wakeup_new")?,
        migrate_pid: pid("sched_migrate_task")?,
        fork_child_pid: tracefs.format("sched", "sched_process_fork")?.offset("child_pid", 4)?,
        exec_old_pid: tracefs.format("sched", "sched_process_exec")?.offset("old_pid", 4)?,
        enter_id: tracefs.format("raw_syscalls", "sys_enter")?.offset("id", 8)?,
    })
}
