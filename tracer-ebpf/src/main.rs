//! Entry points of the eBPF programs: each picks the arguments out of its hook and hands them to `probes`.
//!
//! Tracepoints come in three forms with the same body: `tp_btf` (the verifier knows the pointers, they are
//! dereferenced directly) and, for kernels that refuse it, raw tracepoints (the pointers are read through a helper),
//! and for kernels that do not say how their structures are laid out, plain tracepoints (see `recorded`).
#![no_std]
#![no_main]
// For the one instruction that Rust does not offer on this target: see `assembly`.
#![feature(asm_experimental_arch)]
#![expect(missing_docs, reason = "aya-ebpf wraps each program into a function that carries no documentation")]

mod anatomy_maps;
mod assembly;
mod empty;
mod interrupt_programs;
mod maps;
mod probes;
mod record;
mod recorded;
mod registers;
mod running;
mod table;
mod task;

use aya_ebpf::{
    EbpfContext,
    macros::{btf_tracepoint, perf_event, raw_tracepoint},
    programs::{BtfTracePointContext, PerfEventContext, RawTracePointContext},
};
use probes::{fault, lifecycle, sched, sched::Departure, syscall};
use task::{ByHelper, Direct, Program, Task};

/// Argument `$index` of a tracepoint: the context of both forms is an array of 64-bit words.
macro_rules! argument {
    ($context:expr, $index:literal) => {
        // SAFETY: user space compares the arguments of each tracepoint with the kernel's BTF before load, and the
        // verifier refuses an index that the tracepoint does not have.
        unsafe { *$context.as_ptr().cast::<u64>().add($index) }
    };
}

/// Two forms of a tracepoint's program; `$access` is how the form reads what a pointer leads to.
macro_rules! tracepoint {
    ($name:ident, $raw_name:ident, |$context:ident, $access:ident| $body:expr) => {
        /// On kernels that accept `tp_btf`.
        #[btf_tracepoint]
        pub fn $name($context: BtfTracePointContext) -> i32 {
            type $access = Direct;
            $body;
            0
        }

        /// On kernels that do not.
        #[raw_tracepoint]
        pub fn $raw_name($context: RawTracePointContext) -> i32 {
            type $access = ByHelper;
            $body;
            0
        }
    };
}

/// Argument `$index` of a tracepoint, which is a task.
macro_rules! task {
    ($context:expr, $index:literal, $access:ident) => {
        Task::<$access>::new(argument!($context, $index))
    };
}

// After the macros that it is made with.
mod anatomy_programs;
mod timeline_programs;

// sched_switch(bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int prev_state)
tracepoint!(sched_switch, raw_sched_switch, |context, Access| {
    let (prev, next) = (task!(context, 1, Access), task!(context, 2, Access));
    let departure = Departure::of_arguments(argument!(context, 0) as u8 != 0, u64::from(argument!(context, 3) as u32));
    sched::switch(departure, prev, next)
});

// sched_wakeup(struct task_struct *p)
tracepoint!(sched_wakeup, raw_sched_wakeup, |context, Access| sched::wakeup(task!(context, 0, Access)));

// sched_wakeup_new(struct task_struct *p)
tracepoint!(sched_wakeup_new, raw_sched_wakeup_new, |context, Access| sched::wakeup_new(task!(context, 0, Access)));

// sched_migrate_task(struct task_struct *p, int dest_cpu)
tracepoint!(sched_migrate_task, raw_sched_migrate_task, |context, Access| sched::migrate(task!(context, 0, Access)));

// sched_process_fork(struct task_struct *parent, struct task_struct *child)
tracepoint!(sched_process_fork, raw_sched_process_fork, |context, Access| {
    lifecycle::fork(task!(context, 0, Access), task!(context, 1, Access))
});

// sched_process_exec(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm)
tracepoint!(sched_process_exec, raw_sched_process_exec, |context, Access| {
    let program = Program::<Access>::new(argument!(context, 2));
    lifecycle::exec(task!(context, 0, Access), argument!(context, 1) as u32, program.stack_top())
});

// sched_process_exit(struct task_struct *p, ...)
tracepoint!(sched_process_exit, raw_sched_process_exit, |context, Access| lifecycle::exit(task!(context, 0, Access)));

// sched_waking(struct task_struct *p): no pointer is followed, here and below, so that there is no typed form.
#[raw_tracepoint]
pub fn sched_waking(_context: RawTracePointContext) -> i32 {
    sched::waking();
    0
}

// sys_enter(struct pt_regs *regs, long id)
#[raw_tracepoint]
pub fn sys_enter(context: RawTracePointContext) -> i32 {
    syscall::enter(argument!(context, 0), argument!(context, 1) as i64);
    0
}

// sys_exit(struct pt_regs *regs, long ret)
#[raw_tracepoint]
pub fn sys_exit(context: RawTracePointContext) -> i32 {
    syscall::exit(argument!(context, 0), argument!(context, 1) as i64);
    0
}

/// Software event `PERF_COUNT_SW_PAGE_FAULTS_MIN`, every one of them.
#[perf_event]
pub fn page_fault_minor(context: PerfEventContext) -> i32 {
    fault::minor(&context);
    0
}

/// Software event `PERF_COUNT_SW_PAGE_FAULTS_MAJ`, every one of them.
#[perf_event]
pub fn page_fault_major(context: PerfEventContext) -> i32 {
    fault::major(&context);
    0
}

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: no program can panic: the object would not link, as bpf-linker finds no abort to call.
    unsafe { core::hint::unreachable_unchecked() }
}

// Some of the helpers used (bpf_probe_read_kernel) are for GPL-compatible programs only.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
