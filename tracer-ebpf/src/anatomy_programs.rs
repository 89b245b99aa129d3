//! Entry points of the anatomy: programs of their own, which are attached for it only.
//!
//! There is no form for plain tracepoints: `sched_entry_tp` and `sched_exit_tp` have none.

use aya_ebpf::{
    EbpfContext,
    macros::{btf_tracepoint, raw_tracepoint},
    programs::{BtfTracePointContext, RawTracePointContext},
};

use tracer_ebpf::Interrupt;

use crate::{
    probes::anatomy,
    task::{ByHelper, Direct, Task},
};

// sched_switch(bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int prev_state)
tracepoint!(anatomy_sched_switch, raw_anatomy_sched_switch, |context, Access| {
    let (prev, next) = (task!(context, 1, Access), task!(context, 2, Access));
    anatomy::switch(argument!(context, 0) as u8 != 0, prev, next, argument!(context, 3) as u32)
});

// sched_waking(struct task_struct *p)
tracepoint!(anatomy_sched_waking, raw_anatomy_sched_waking, |context, Access| {
    anatomy::waking(task!(context, 0, Access))
});

// sched_wakeup(struct task_struct *p)
tracepoint!(anatomy_sched_wakeup, raw_anatomy_sched_wakeup, |context, Access| {
    anatomy::wakeup(task!(context, 0, Access))
});

// sched_process_fork(struct task_struct *parent, struct task_struct *child)
tracepoint!(anatomy_sched_process_fork, raw_anatomy_sched_process_fork, |context, Access| {
    anatomy::fork(task!(context, 0, Access), task!(context, 1, Access))
});

// sched_process_exec(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)
tracepoint!(anatomy_sched_process_exec, raw_anatomy_sched_process_exec, |context, Access| {
    anatomy::exec(task!(context, 0, Access))
});

// sched_process_exit(struct task_struct *p, ...)
tracepoint!(anatomy_sched_process_exit, raw_anatomy_sched_process_exit, |context, Access| {
    anatomy::end(task!(context, 0, Access))
});

/// The programs that follow no pointer.
macro_rules! simple {
    ($($name:ident => $react:ident),+) => {
        $(
            #[raw_tracepoint]
            pub fn $name(_context: RawTracePointContext) -> i32 {
                anatomy::$react();
                0
            }
        )+
    };
}

simple!(
    anatomy_sched_entry_tp => schedule_entry,
    anatomy_sched_exit_tp => schedule_exit,
    anatomy_sys_enter => enter,
    anatomy_sys_exit => exit
);

/// The programs at both ends of an interrupt.
macro_rules! interrupt {
    ($($kind:ident: $entry:ident, $exit:ident;)+) => {
        $(
            #[raw_tracepoint]
            pub fn $entry(_context: RawTracePointContext) -> i32 {
                anatomy::interrupt_entry(Interrupt::$kind);
                0
            }

            #[raw_tracepoint]
            pub fn $exit(_context: RawTracePointContext) -> i32 {
                anatomy::interrupt_exit(Interrupt::$kind);
                0
            }
        )+
    };
}

interrupt! {
    Timer: anatomy_local_timer_entry, anatomy_local_timer_exit;
    Reschedule: anatomy_reschedule_entry, anatomy_reschedule_exit;
    Call: anatomy_call_function_entry, anatomy_call_function_exit;
    Call: anatomy_call_function_single_entry, anatomy_call_function_single_exit;
    Work: anatomy_irq_work_entry, anatomy_irq_work_exit;
    Device: anatomy_irq_handler_entry, anatomy_irq_handler_exit;
    Soft: anatomy_softirq_entry, anatomy_softirq_exit;
}
