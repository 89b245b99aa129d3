//! Entry points at both ends of an interrupt. No pointer is followed: there are the raw form and the plain one.

use aya_ebpf::{
    macros::{raw_tracepoint, tracepoint},
    programs::{RawTracePointContext, TracePointContext},
};
use tracer_ebpf::Interrupt;

use crate::probes::interrupt;

/// Programs for tracepoints, as `tracepoint, plain form: reaction(kind)`.
macro_rules! interrupts {
    ($($raw:ident, $plain:ident: $react:ident($kind:ident);)+) => {
        $(
            #[raw_tracepoint]
            pub fn $raw(_context: RawTracePointContext) -> i32 {
                interrupt::$react(Interrupt::$kind);
                0
            }

            #[tracepoint]
            pub fn $plain(_context: TracePointContext) -> u32 {
                interrupt::$react(Interrupt::$kind);
                0
            }
        )+
    };
}

interrupts! {
    local_timer_entry, plain_local_timer_entry: enter(Timer);
    local_timer_exit, plain_local_timer_exit: exit(Timer);
    reschedule_entry, plain_reschedule_entry: enter(Reschedule);
    reschedule_exit, plain_reschedule_exit: exit(Reschedule);
    call_function_entry, plain_call_function_entry: enter(Call);
    call_function_exit, plain_call_function_exit: exit(Call);
    call_function_single_entry, plain_call_function_single_entry: enter(Call);
    call_function_single_exit, plain_call_function_single_exit: exit(Call);
    irq_work_entry, plain_irq_work_entry: enter(Work);
    irq_work_exit, plain_irq_work_exit: exit(Work);
    irq_handler_entry, plain_irq_handler_entry: enter(Device);
    irq_handler_exit, plain_irq_handler_exit: exit(Device);
    softirq_entry, plain_softirq_entry: enter(Soft);
    softirq_exit, plain_softirq_exit: exit(Soft);
}
