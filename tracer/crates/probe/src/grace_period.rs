//! Waiting for programs that are in the middle of an event.

use std::{thread, time::Duration};

/// Where the kernel does not let us wait: no program takes so long, unless its CPU is a virtual one that stands still.
const LONG: Duration = Duration::from_millis(10);

/// Returns when every eBPF program has ended that runs now: what is read afterwards is whole. It takes milliseconds.
///
/// Programs run in RCU's read-side critical sections, and for this command the kernel waits until all of these are over
/// (membarrier(2); not with `nohz_full`).
pub fn wait_for_running_programs() {
    // SAFETY: the command takes no pointer and changes nothing.
    let result = unsafe { libc::syscall(libc::SYS_membarrier, libc::MEMBARRIER_CMD_GLOBAL, 0, 0) };
    if result != 0 {
        thread::sleep(LONG);
    }
}
