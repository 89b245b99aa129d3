//! The table of hooks.

use aya::programs::perf_event::SoftwareEvent;
use tracer_ebpf::Interrupt;

use super::{
    Family, Feeds, Field,
    Form::{Raw, Software, Typed},
    Hook,
};

const TASK: &str = "task_struct *";

/// What most of the scheduler's have in common.
const SCHED: Hook = Hook {
    name: "",
    group: "sched",
    family: Family::Sched,
    required: true,
    counting: None,
    anatomy: None,
    in_timelines: false,
    fields: &[],
    feeds: Feeds::Threads,
};
const LIFECYCLE: Hook = Hook { family: Family::Lifecycle, ..SCHED };
const SYSCALL: Hook = Hook {
    group: "raw_syscalls",
    family: Family::Syscall,
    counting: Some(Raw),
    anatomy: Some(Raw),
    in_timelines: true,
    feeds: Feeds::Counts(|counts| counts.syscall_count),
    ..SCHED
};

/// All hooks, in the order in which they are attached: those that make threads known come first, so that nothing is seen of
/// a thread before it is known.
pub static HOOKS: [Hook; 28] = [
    Hook {
        name: "sched_process_fork",
        counting: Some(Typed(&[TASK, TASK])),
        anatomy: Some(Typed(&[TASK, TASK])),
        fields: &[Field { name: "child_pid", bytes: 4, place: |offsets| &mut offsets.fork_child_pid }],
        ..LIFECYCLE
    },
    Hook {
        name: "sched_process_exec",
        counting: Some(Typed(&[TASK, "pid_t", "linux_binprm *"])),
        anatomy: Some(Typed(&[TASK])),
        fields: &[Field { name: "old_pid", bytes: 4, place: |offsets| &mut offsets.exec_old_pid }],
        ..LIFECYCLE
    },
    Hook { name: "sched_process_exit", counting: Some(Typed(&[TASK])), anatomy: Some(Typed(&[TASK])), ..LIFECYCLE },
    Hook {
        name: "sched_switch",
        counting: Some(Typed(&["bool", TASK, TASK, "unsigned int"])),
        anatomy: Some(Typed(&["bool", TASK, TASK, "unsigned int"])),
        in_timelines: true,
        fields: &[
            Field { name: "prev_pid", bytes: 4, place: |offsets| &mut offsets.switch_prev_pid },
            Field { name: "prev_state", bytes: 8, place: |offsets| &mut offsets.switch_prev_state },
            Field { name: "next_pid", bytes: 4, place: |offsets| &mut offsets.switch_next_pid },
        ],
        // Counted where a traced thread leaves its CPU.
        feeds: Feeds::Counts(|all| all.voluntary_count + all.preempted_count + all.yielded_count + all.exit_count),
        ..SCHED
    },
    Hook {
        name: "sched_waking",
        counting: Some(Raw),
        anatomy: Some(Typed(&[TASK])),
        in_timelines: true,
        feeds: Feeds::Counts(|counts| counts.waking_count),
        ..SCHED
    },
    Hook {
        name: "sched_wakeup",
        counting: Some(Typed(&[TASK])),
        anatomy: Some(Typed(&[TASK])),
        in_timelines: true,
        fields: &[Field { name: "pid", bytes: 4, place: |offsets| &mut offsets.wakeup_pid }],
        feeds: Feeds::Counts(|counts| counts.wakeup_count),
        ..SCHED
    },
    Hook {
        name: "sched_wakeup_new",
        counting: Some(Typed(&[TASK])),
        in_timelines: true,
        fields: &[Field { name: "pid", bytes: 4, place: |offsets| &mut offsets.wakeup_new_pid }],
        ..SCHED
    },
    Hook {
        name: "sched_migrate_task",
        counting: Some(Typed(&[TASK])),
        fields: &[Field { name: "pid", bytes: 4, place: |offsets| &mut offsets.migrate_pid }],
        feeds: Feeds::Counts(|counts| counts.migration_count),
        ..SCHED
    },
    schedule("sched_entry_tp", "scheduling is part of waker_rest, run_queue_wait and idle_exit"),
    schedule("sched_exit_tp", "state_switch is part of wakee_syscall"),
    Hook {
        name: "sys_enter",
        fields: &[Field { name: "id", bytes: 8, place: |offsets| &mut offsets.enter_id }],
        ..SYSCALL
    },
    Hook {
        name: "sys_exit",
        fields: &[Field { name: "ret", bytes: 8, place: |offsets| &mut offsets.exit_result }],
        ..SYSCALL
    },
    fault("page_fault_minor", SoftwareEvent::PageFaultsMin, Feeds::Counts(|counts| counts.minor_fault_count)),
    fault("page_fault_major", SoftwareEvent::PageFaultsMaj, Feeds::Counts(|counts| counts.major_fault_count)),
    vector(Interrupt::Timer, "local_timer_entry"),
    vector(Interrupt::Timer, "local_timer_exit"),
    vector(Interrupt::Reschedule, "reschedule_entry"),
    vector(Interrupt::Reschedule, "reschedule_exit"),
    vector(Interrupt::Call, "call_function_entry"),
    vector(Interrupt::Call, "call_function_exit"),
    vector(Interrupt::Call, "call_function_single_entry"),
    vector(Interrupt::Call, "call_function_single_exit"),
    vector(Interrupt::Work, "irq_work_entry"),
    vector(Interrupt::Work, "irq_work_exit"),
    handler(Interrupt::Device, "irq_handler_entry"),
    handler(Interrupt::Device, "irq_handler_exit"),
    handler(Interrupt::Soft, "softirq_entry"),
    handler(Interrupt::Soft, "softirq_exit"),
];

/// One end of the scheduler's own work, which kernels before 6.16 do not show.
const fn schedule(name: &'static str, merged: &'static str) -> Hook {
    Hook { name, required: false, anatomy: Some(Raw), feeds: Feeds::Segments(merged), ..SCHED }
}

/// Page faults can be absent while the rest stays true.
const fn fault(name: &'static str, event: SoftwareEvent, feeds: Feeds) -> Hook {
    Hook { name, group: "", family: Family::Fault, required: false, counting: Some(Software(event)), feeds, ..SCHED }
}

/// One end of an interrupt that the kernel itself handles. Other architectures than x86 have none of these.
const fn vector(kind: Interrupt, name: &'static str) -> Hook {
    Hook { group: "irq_vectors", ..handler(kind, name) }
}

/// One end of an interrupt that a handler is registered for. Interrupts can be absent while the rest stays true.
const fn handler(kind: Interrupt, name: &'static str) -> Hook {
    Hook {
        name,
        group: "irq",
        family: Family::Interrupt,
        required: false,
        counting: Some(Raw),
        anatomy: Some(Raw),
        feeds: Feeds::Interrupts(kind),
        ..SCHED
    }
}
