//! Where the thread on the path is ([`Path::phase`](super::Path::phase)).

/// Runs in user mode.
pub const USER: u32 = 1;
/// In a system call.
pub const IN_SYSCALL: u32 = 2;
/// Blocked, and nobody has begun to wake it.
pub const BLOCKED: u32 = 3;
/// Preempted.
pub const PREEMPTED: u32 = 4;
/// Being woken.
pub const WAKING: u32 = 5;
/// On a run queue.
pub const WOKEN: u32 = 6;
/// Its CPU has begun to switch to it.
pub const SWITCHED: u32 = 7;
/// Resumed within the system call in which it had blocked.
pub const RETURNING: u32 = 8;
/// Resumed where it had been preempted before it was on the path: in user mode or in a system call.
pub const RESUMED: u32 = 9;
