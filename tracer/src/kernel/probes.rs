//! The probes: which programs there are, what they need, and on which hook each of them ended up.

use aya::programs::perf_event::SoftwareEvent;

/// A program's hook.
#[derive(Clone, Copy, Debug)]
pub enum Hook {
    /// A tracepoint whose arguments the programs follow as pointers: `tp_btf`, else raw.
    Typed {
        /// Name of the tracepoint, and of the program for `tp_btf`.
        tracepoint: &'static str,
        /// Name of the program for the raw tracepoint.
        raw_program: &'static str,
        /// The kernel's argument types that the program relies on, from the first.
        arguments: &'static [&'static str],
    },
    /// A raw tracepoint by choice: no pointer is followed.
    Raw {
        /// Name of the tracepoint and of the program.
        tracepoint: &'static str,
    },
    /// A software event, on every CPU, each single one.
    Software {
        /// Name of the program.
        program: &'static str,
        /// The event.
        event: SoftwareEvent,
    },
}

impl Hook {
    /// Name of the probe in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Typed { tracepoint, .. } | Self::Raw { tracepoint } => tracepoint,
            Self::Software { program, .. } => program,
        }
    }

    /// Whether nothing can be reported without it: only page faults can be absent while the rest stays true. Without
    /// `sys_enter`, for one, a yield could not be told from a preemption.
    pub fn is_required(&self) -> bool {
        !matches!(self, Self::Software { .. })
    }
}

const TASK: &str = "task_struct *";

/// All probes. Those that make threads known come first, so that nothing is seen of a thread before it is known.
pub const PROBES: [Hook; 11] = [
    Hook::Typed { tracepoint: "sched_process_fork", raw_program: "raw_sched_process_fork", arguments: &[TASK, TASK] },
    Hook::Typed {
        tracepoint: "sched_process_exec",
        raw_program: "raw_sched_process_exec",
        arguments: &[TASK, "pid_t"],
    },
    Hook::Typed { tracepoint: "sched_process_exit", raw_program: "raw_sched_process_exit", arguments: &[TASK] },
    Hook::Typed {
        tracepoint: "sched_switch",
        raw_program: "raw_sched_switch",
        arguments: &["bool", TASK, TASK, "unsigned int"],
    },
    Hook::Typed { tracepoint: "sched_wakeup", raw_program: "raw_sched_wakeup", arguments: &[TASK] },
    Hook::Typed { tracepoint: "sched_wakeup_new", raw_program: "raw_sched_wakeup_new", arguments: &[TASK] },
    Hook::Typed { tracepoint: "sched_migrate_task", raw_program: "raw_sched_migrate_task", arguments: &[TASK] },
    Hook::Raw { tracepoint: "sys_enter" },
    Hook::Raw { tracepoint: "sys_exit" },
    Hook::Software { program: "page_fault_minor", event: SoftwareEvent::PageFaultsMin },
    Hook::Software { program: "page_fault_major", event: SoftwareEvent::PageFaultsMaj },
];
