//! The probes: which programs there are, what they need, and on which hook each of them ended up.

use aya::programs::perf_event::SoftwareEvent;

/// A program's hook.
#[derive(Clone, Copy, Debug)]
pub enum Hook {
    /// A tracepoint whose arguments the programs follow as pointers: `tp_btf`, else raw, else plain.
    Typed {
        /// Name of the tracepoint.
        tracepoint: &'static str,
        /// The kernel's argument types that the program relies on, from the first.
        arguments: &'static [&'static str],
    },
    /// A tracepoint of which no pointer is followed: raw, else plain.
    Raw {
        /// Name of the tracepoint.
        tracepoint: &'static str,
        /// The group in which tracefs has it.
        group: &'static str,
    },
    /// A tracepoint at one end of an interrupt, of which no pointer is followed: raw, else plain.
    Interrupt {
        /// Name of the tracepoint.
        tracepoint: &'static str,
        /// The group in which tracefs has it.
        group: &'static str,
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
    /// Name of the probe in reports, and of the program for its first-choice hook.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Typed { tracepoint, .. } | Self::Raw { tracepoint, .. } | Self::Interrupt { tracepoint, .. } => {
                tracepoint
            }
            Self::Software { program, .. } => program,
        }
    }

    /// Whether nothing can be reported without it: only page faults and interrupts can be absent while the rest stays true.
    /// Without `sys_enter`, for one, a yield could not be told from a preemption.
    pub fn is_required(&self) -> bool {
        !matches!(self, Self::Software { .. } | Self::Interrupt { .. })
    }
}

const TASK: &str = "task_struct *";

/// All probes but those of interrupts. Those that make threads known come first, so that nothing is seen of a thread before it is known.
pub const PROBES: [Hook; 12] = [
    Hook::Typed { tracepoint: "sched_process_fork", arguments: &[TASK, TASK] },
    Hook::Typed { tracepoint: "sched_process_exec", arguments: &[TASK, "pid_t", "linux_binprm *"] },
    Hook::Typed { tracepoint: "sched_process_exit", arguments: &[TASK] },
    Hook::Typed { tracepoint: "sched_switch", arguments: &["bool", TASK, TASK, "unsigned int"] },
    Hook::Raw { tracepoint: "sched_waking", group: "sched" },
    Hook::Typed { tracepoint: "sched_wakeup", arguments: &[TASK] },
    Hook::Typed { tracepoint: "sched_wakeup_new", arguments: &[TASK] },
    Hook::Typed { tracepoint: "sched_migrate_task", arguments: &[TASK] },
    Hook::Raw { tracepoint: "sys_enter", group: "raw_syscalls" },
    Hook::Raw { tracepoint: "sys_exit", group: "raw_syscalls" },
    Hook::Software { program: "page_fault_minor", event: SoftwareEvent::PageFaultsMin },
    Hook::Software { program: "page_fault_major", event: SoftwareEvent::PageFaultsMaj },
];
