//! The anatomy of a task switch: which segments the time between two tasks consists of.
//!
//! What is followed is the critical path: the one thread that can make progress, or the wait of the one that will. Each
//! event on the path ends a segment and begins the next, so that the segments of a task switch add up to its time without
//! gap or overlap. See [`Path`].

mod path;
mod phase;
#[cfg(test)]
mod tests;

pub use path::Path;

/// What one stretch of the critical path is.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `sys_exit` to `sys_enter`: leaving the kernel, the program itself, entering the kernel.
    User = 0,
    /// Calls on the way that woke nobody of the path.
    OtherSyscalls = 1,
    /// `sys_enter` of the waker to `sched_waking` of the next.
    WakerSyscall = 2,
    /// `sched_waking` to `sched_wakeup`.
    WakeUp = 3,
    /// `sched_wakeup` to the scheduler, where the waker itself had to give way first.
    WakerRest = 4,
    /// `sched_wakeup`, or preemption, to the scheduler, where a third thread ran.
    RunQueueWait = 5,
    /// `sched_wakeup` to the scheduler on a CPU that was idle: the interrupt, and the way out of the idle state.
    IdleExit = 6,
    /// `sched_entry_tp` to `sched_switch`: taking the previous thread out, choosing the next.
    Scheduling = 7,
    /// `sched_switch` to `sched_exit_tp` of the resumed thread: address space, registers, stack.
    StateSwitch = 8,
    /// `sched_exit_tp` to `sys_exit` of the resumed thread.
    WakeeSyscall = 9,
    /// Blocked without having woken anybody of the path: asleep, or a wake-up that the kernel did not need to make.
    Blocked = 10,
}

/// Number of segments.
pub const SEGMENT_COUNT: usize = 11;

impl Segment {
    /// All segments, in the order in which a task switch goes through them.
    pub const ALL: [Self; SEGMENT_COUNT] = [
        Self::User,
        Self::OtherSyscalls,
        Self::WakerSyscall,
        Self::WakeUp,
        Self::WakerRest,
        Self::RunQueueWait,
        Self::IdleExit,
        Self::Scheduling,
        Self::StateSwitch,
        Self::WakeeSyscall,
        Self::Blocked,
    ];

    /// Name in reports; docs/anatomy.md explains each.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::OtherSyscalls => "other_syscalls",
            Self::WakerSyscall => "waker_syscall",
            Self::WakeUp => "wake_up",
            Self::WakerRest => "waker_rest",
            Self::RunQueueWait => "run_queue_wait",
            Self::IdleExit => "idle_exit",
            Self::Scheduling => "scheduling",
            Self::StateSwitch => "state_switch",
            Self::WakeeSyscall => "wakee_syscall",
            Self::Blocked => "blocked",
        }
    }
}

/// Why a stretch of the path belongs to no segment. The task switch that it is part of is not counted.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathLoss {
    /// `sys_enter` of a thread that had not been seen leaving the kernel.
    EnterUnmatched = 0,
    /// `sys_exit` of a thread that had not been seen entering the kernel.
    ExitUnmatched = 1,
    /// A thread was resumed that had not been seen waking up or leaving its CPU, or another one left the CPU that it was
    /// believed to run on.
    SwitchUnseen = 2,
    /// The thread that was on the path ended.
    Ended = 3,
    /// `sys_exit` of a resumed thread of which no `sched_exit_tp` had been seen. Not a loss where the kernel has no such
    /// tracepoint: state switch and the rest of the call are then one segment.
    ScheduleExitUnseen = 4,
    /// A thread woke another and went on working instead of giving way: nothing was handed over, and the path went back
    /// to it.
    WakerWentOn = 5,
}

/// Number of causes.
pub const PATH_LOSS_COUNT: usize = 6;

impl PathLoss {
    /// All causes, in order of their index.
    pub const ALL: [Self; PATH_LOSS_COUNT] = [
        Self::EnterUnmatched,
        Self::ExitUnmatched,
        Self::SwitchUnseen,
        Self::Ended,
        Self::ScheduleExitUnseen,
        Self::WakerWentOn,
    ];

    /// Name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EnterUnmatched => "enter_unmatched",
            Self::ExitUnmatched => "exit_unmatched",
            Self::SwitchUnseen => "switch_unseen",
            Self::Ended => "thread_ended",
            Self::ScheduleExitUnseen => "schedule_exit_unseen",
            Self::WakerWentOn => "waker_went_on",
        }
    }
}

/// The two families of hooks, which cost differently.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFamily {
    /// `sys_enter`, `sys_exit`: they make the kernel take its slow way in and out.
    Syscall = 0,
    /// Those of the scheduler.
    Sched = 1,
}

/// Number of families.
pub const HOOK_FAMILY_COUNT: usize = 2;

/// A moment on one CPU, and what our programs had done there until then.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// `CLOCK_MONOTONIC`, in nanoseconds; 0 for no moment.
    pub ns: u64,
    /// Time in our programs on this CPU before, between their two readings of the clock, in nanoseconds.
    pub probe_ns: u64,
    /// Events on this CPU before, by [`HookFamily`].
    pub event_counts: [u64; HOOK_FAMILY_COUNT],
    /// The CPU.
    pub cpu: u32,
    /// [`HookFamily`] of the event at this moment.
    pub family: u32,
}

/// What one CPU keeps for the next event on it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuRecord {
    /// Time in our programs, between their two readings of the clock, in nanoseconds.
    pub probe_ns: u64,
    /// Events, by [`HookFamily`].
    pub event_counts: [u64; HOOK_FAMILY_COUNT],
    /// The last `sched_entry_tp`, until the scheduler is done; its time is 0 when there is none.
    pub entry: Mark,
}

/// Time on the path in one segment.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Stretches.
    pub count: u64,
    /// Their time, our programs included, in nanoseconds.
    pub ns: u64,
    /// Of it, time in our programs, between their two readings of the clock, in nanoseconds.
    pub probe_ns: u64,
    /// Times that the way into one of our programs or out of it lies in these stretches, by [`HookFamily`]: two for an
    /// event in the middle of one, one for an event at its end.
    pub half_hook_counts: [u64; HOOK_FAMILY_COUNT],
}

impl Part {
    /// Adds another one.
    #[inline(always)]
    pub fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.ns += other.ns;
        self.probe_ns += other.probe_ns;
        self.half_hook_counts[0] += other.half_hook_counts[0];
        self.half_hook_counts[1] += other.half_hook_counts[1];
    }
}

const _: () = assert!(size_of::<Mark>() == 40);
const _: () = assert!(size_of::<CpuRecord>() == 24 + 40);
const _: () = assert!(size_of::<Part>() == 40);

#[cfg(feature = "user")]
// SAFETY: repr(C) of integers without padding (see the size above): every bit pattern is a value.
unsafe impl aya::Pod for CpuRecord {}
