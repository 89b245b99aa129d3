//! Programs that do nothing, one per hook: what a hook itself costs, and the time that run-time statistics add.

use aya_ebpf::{
    macros::{btf_tracepoint, perf_event, raw_tracepoint},
    programs::{BtfTracePointContext, PerfEventContext, RawTracePointContext},
};

macro_rules! empty {
    ($attribute:ident, $context:ty, $($name:ident),+) => {
        $(
            #[$attribute]
            pub fn $name(_context: $context) -> i32 {
                0
            }
        )+
    };
}

empty!(
    btf_tracepoint,
    BtfTracePointContext,
    empty_sched_process_fork,
    empty_sched_process_exec,
    empty_sched_process_exit,
    empty_sched_switch,
    empty_sched_wakeup,
    empty_sched_wakeup_new,
    empty_sched_migrate_task
);
empty!(raw_tracepoint, RawTracePointContext, empty_sched_waking, empty_sys_enter, empty_sys_exit);
empty!(perf_event, PerfEventContext, empty_page_fault_minor, empty_page_fault_major);
