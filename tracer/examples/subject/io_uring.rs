//! Work that io_uring has done by threads of its own.

use io_uring::{IoUring, opcode, squeue::Flags};

/// Requests that do nothing, each handed to a worker of the kernel's.
pub fn nops(count: u64) {
    let mut ring = IoUring::new(8).unwrap();
    for _ in 0..count {
        let nop = opcode::Nop::new().build().flags(Flags::ASYNC);
        // SAFETY: the request refers to no memory.
        unsafe { ring.submission().push(&nop) }.unwrap();
        ring.submit_and_wait(1).unwrap();
        assert_eq!(ring.completion().next().unwrap().result(), 0);
    }
}
