//! Entry points of sessions that record a timeline: they stand in for the programs of the same hooks, count the same by the
//! same code, and put down what they have seen.

use aya_ebpf::{
    EbpfContext,
    macros::{btf_tracepoint, raw_tracepoint},
    programs::{BtfTracePointContext, RawTracePointContext},
};
use tracer_ebpf::TimelineKind;

use crate::{
    probes::{sched, sched::Departure, syscall, timeline},
    task::{ByHelper, Direct, Task},
};

// sched_switch(bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int prev_state)
tracepoint!(timeline_sched_switch, raw_timeline_sched_switch, |context, Access| {
    let (prev, next) = (task!(context, 1, Access), task!(context, 2, Access));
    let departure = Departure::of_arguments(argument!(context, 0) as u8 != 0, u64::from(argument!(context, 3) as u32));
    timeline::switched(sched::switch(departure, prev, next))
});

// sched_wakeup(struct task_struct *p)
tracepoint!(timeline_sched_wakeup, raw_timeline_sched_wakeup, |context, Access| {
    timeline::runnable(sched::wakeup(task!(context, 0, Access)), TimelineKind::Woken)
});

// sched_wakeup_new(struct task_struct *p)
tracepoint!(timeline_sched_wakeup_new, raw_timeline_sched_wakeup_new, |context, Access| {
    timeline::runnable(sched::wakeup_new(task!(context, 0, Access)), TimelineKind::Started)
});

// sched_waking(struct task_struct *p)
#[raw_tracepoint]
pub fn timeline_sched_waking(context: RawTracePointContext) -> i32 {
    sched::waking();
    timeline::waking(Task::<ByHelper>::new(argument!(context, 0)));
    0
}

// sys_enter(struct pt_regs *regs, long id)
#[raw_tracepoint]
pub fn timeline_sys_enter(context: RawTracePointContext) -> i32 {
    timeline::entered(syscall::enter(argument!(context, 0), argument!(context, 1) as i64));
    0
}

// sys_exit(struct pt_regs *regs, long ret)
#[raw_tracepoint]
pub fn timeline_sys_exit(context: RawTracePointContext) -> i32 {
    timeline::returned(syscall::exit(argument!(context, 0), argument!(context, 1) as i64));
    0
}
