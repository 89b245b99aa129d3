//! Where the stack of a thread ends above.
//!
//! The end of its mapping would do, if the kernel did not merge a stack with a mapping that happens to lie right above
//! it. The C libraries keep what they know of a thread at the top of its stack, the head of its robust futexes
//! included, and that address the kernel tells.

use super::Range;

/// The first address above the stack of a thread. `above` is what of the mapping lies above its stack pointer.
pub(super) fn of(tid: u32, above: Range, page_bytes: u64) -> u64 {
    // Elsewhere a program's thread-local variables lie between that head and the top.
    let head = if cfg!(target_arch = "x86_64") { robust_futexes(tid) } else { None };
    let head = head.filter(|head| (above.start..above.end).contains(head));
    head.map_or(above.end, |head| head.next_multiple_of(page_bytes).min(above.end))
}

/// The address of the head of a thread's list of robust futexes. `None` where it has none, or has ended.
fn robust_futexes(tid: u32) -> Option<u64> {
    let (mut head, mut length) = (0_u64, 0_usize);
    // SAFETY: the call writes an address and a length to the two places given to it.
    let result = unsafe { libc::syscall(libc::SYS_get_robust_list, tid, &raw mut head, &raw mut length) };
    (result == 0 && head != 0).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_a_little_above_what_a_thread_has_there() {
        std::thread::spawn(|| {
            let local = 0_u8;
            let here = &raw const local as u64;
            let tid = nix::unistd::gettid().as_raw().cast_unsigned();
            let wide = Range { start: here, end: here + (1 << 30) };
            let top = of(tid, wide, procfs::page_size());
            if cfg!(target_arch = "x86_64") {
                assert!(top.is_multiple_of(procfs::page_size()) && top - here < 64 << 10, "{here:#x} {top:#x}");
            }
            let narrow = Range { start: here, end: here + 16 };
            assert_eq!(of(tid, narrow, procfs::page_size()), narrow.end, "nothing of it is there");
        })
        .join()
        .unwrap();
    }

    #[test]
    fn a_thread_that_has_ended_has_nothing() {
        assert_eq!(robust_futexes(u32::MAX >> 1), None);
    }
}
