//! Single events, for timelines.

/// Something that happened to a traced thread in the window.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimelineEvent {
    /// When (`CLOCK_MONOTONIC`), in nanoseconds.
    pub ns: u64,
    /// Numbers all events of a session, those included that found no room: what is missing was lost.
    pub sequence: u64,
    /// Thread id.
    pub tid: u32,
    /// Process id.
    pub pid: u32,
    /// A [`TimelineKind`].
    pub kind: u32,
    /// Of a departure its [`Departed`], of a system call its row in the table, of a wake-up the waker's thread id.
    pub detail: u32,
    /// The CPU that the event came from.
    pub cpu: u32,
    /// Always 0.
    pub unused: u32,
}

/// What happened.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineKind {
    /// It was given a CPU.
    Arrived = 0,
    /// It left its CPU.
    Departed = 1,
    /// The thread in `detail` began to wake it.
    Waking = 2,
    /// It was woken, and put on a run queue.
    Woken = 3,
    /// It was put on a run queue for the first time.
    Started = 4,
    /// It entered a system call.
    Entered = 5,
    /// It left the system call.
    Returned = 6,
}

impl TimelineKind {
    /// The kind with this number.
    pub const fn of(number: u32) -> Option<Self> {
        let kinds =
            [Self::Arrived, Self::Departed, Self::Waking, Self::Woken, Self::Started, Self::Entered, Self::Returned];
        if (number as usize) < kinds.len() { Some(kinds[number as usize]) } else { None }
    }
}

/// As what a switch away was counted.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departed {
    /// It blocked.
    Voluntarily = 0,
    /// It could have gone on.
    Preempted = 1,
    /// Within `sched_yield()`.
    Yielding = 2,
    /// It has ended.
    Exiting = 3,
}

const _: () = assert!(size_of::<TimelineEvent>() == 40);
