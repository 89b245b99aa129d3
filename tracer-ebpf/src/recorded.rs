//! Entry points for plain tracepoints: the third form, for kernels that do not say how their structures are laid out.
//!
//! Their context is the event's record; user space took the offsets of its fields from the tracepoint's `format` file.
//! A record names threads by pid: what only `task_struct` tells - the kernel's own counters - is not to be had.

use aya_ebpf::{EbpfContext, macros::tracepoint, programs::TracePointContext};

use crate::{
    maps::recorded,
    probes::{lifecycle, sched, sched::Departure, syscall},
    task::{Access as _, ByHelper, Named},
};

/// A field of the event's record.
macro_rules! field {
    ($context:expr, $offset:ident, $kind:ty) => {{
        let (record, offset) = ($context.as_ptr().cast(), recorded!($offset));
        // SAFETY: the context is the record, and user space found a field of this size at this offset.
        unsafe { ByHelper::read::<$kind>(record, offset) }
    }};
}

/// A plain tracepoint's program.
macro_rules! plain {
    ($name:ident, |$context:ident| $body:expr) => {
        #[tracepoint]
        pub fn $name($context: TracePointContext) -> u32 {
            $body;
            0
        }
    };
}

plain!(plain_sched_switch, |context| {
    let prev = Named::new(field!(context, switch_prev_pid, u32));
    let next = Named::new(field!(context, switch_next_pid, u32));
    sched::switch(Departure::of_record(field!(context, switch_prev_state, u64)), prev, next)
});
plain!(plain_sched_waking, |_context| sched::waking());
plain!(plain_sched_wakeup, |context| sched::wakeup(Named::new(field!(context, wakeup_pid, u32))));
plain!(plain_sched_wakeup_new, |context| sched::wakeup_new(Named::new(field!(context, wakeup_new_pid, u32))));
plain!(plain_sched_migrate_task, |context| sched::migrate(Named::new(field!(context, migrate_pid, u32))));
plain!(plain_sched_process_fork, |context| {
    lifecycle::fork(Named::current(), Named::new(field!(context, fork_child_pid, u32)))
});
plain!(plain_sched_process_exec, |context| {
    lifecycle::exec(Named::current(), field!(context, exec_old_pid, u32), 0)
});
plain!(plain_sched_process_exit, |_context| lifecycle::exit(Named::current()));
plain!(plain_sys_enter, |context| syscall::enter(0, field!(context, enter_id, i64)));
plain!(plain_sys_exit, |context| syscall::exit(0, field!(context, exit_result, i64)));
