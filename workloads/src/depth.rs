//! How much of its stack a task of `deep` uses, and the calls that use it.

use std::hint::black_box;

use anyhow::{Result, ensure};

/// What each level of calls keeps on its stack, or a future in its frame.
pub const LEVEL_BYTES: usize = 256;

/// No page is larger, whatever the processor.
const LARGEST_PAGE_BYTES: usize = 64 << 10;
/// The stack of a thread of the standard library; that of the main thread is normally larger.
const THREAD_STACK_BYTES: usize = 2 << 20;

/// How much of its stack a task uses, and whether it stays there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Depth {
    /// Bytes in use at the bottom, at least; 0 in all scenarios but `deep`.
    pub bytes: usize,
    /// Whether the task parks at the bottom of its calls instead of having returned from them.
    pub hold: bool,
}

impl Depth {
    /// That it is possible in calls on the stack of a thread, of which half is left for what they do not keep.
    pub fn fits_calls(self) -> Result<()> {
        self.fits(THREAD_STACK_BYTES / 2)
    }

    /// That it is possible in futures: polling one within the other takes several times as much as they hold.
    pub fn fits_polls(self) -> Result<()> {
        self.fits(THREAD_STACK_BYTES / 8)
    }

    fn fits(self, most: usize) -> Result<()> {
        let bytes = self.bytes;
        ensure!(
            bytes <= most,
            "--depth {bytes} does not fit the {THREAD_STACK_BYTES} bytes of a stack: use {most} or less"
        );
        Ok(())
    }

    /// The bytes that a stack is to have where the program can choose: twice the depth in whole pages, and `least` or
    /// more.
    pub fn stack_bytes(self, least: usize) -> usize {
        (2 * self.bytes).next_multiple_of(LARGEST_PAGE_BYTES).max(least)
    }

    /// Uses as much of the calling task's stack as asked for, and parks: at the bottom or, unless the depth is to be
    /// held, after the return.
    pub fn park(self, mut park: impl FnMut()) {
        if self.hold {
            call_down(self.bytes, &mut park);
        } else {
            self.visit();
            park();
        }
    }

    /// Uses the stack, and returns.
    pub fn visit(self) {
        if self.bytes > 0 {
            call_down(self.bytes, &mut || ());
        }
    }

    /// Futures that await each other and hold so much together.
    pub fn levels(self) -> usize {
        self.bytes.div_ceil(LEVEL_BYTES).max(1)
    }
}

/// Calls down until `bytes` of the stack are in use from here on, and calls `bottom` there.
#[inline(never)]
pub fn call_down(bytes: usize, bottom: &mut dyn FnMut()) {
    let top = 0_u8;
    level(black_box(&raw const top).addr(), bytes, bottom);
}

/// One level: an array that is filled, and that has to be there until the call below it has returned.
#[inline(never)]
fn level(top: usize, bytes: usize, bottom: &mut dyn FnMut()) {
    let mut locals = [1_u8; LEVEL_BYTES];
    let lowest = black_box(&mut locals).as_ptr().addr();
    // Stacks grow downwards. The difference is what is in use for certain, whatever a call takes besides.
    if top.saturating_sub(lowest) < bytes {
        level(top, bytes, bottom)
    } else {
        bottom()
    }
    black_box(&mut locals);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By addresses of locals: of the caller, and in a function called at the bottom.
    fn used_at_the_bottom(bytes: usize) -> usize {
        let (top, mut bottom) = (0_u8, 0);
        call_down(bytes, &mut || bottom = own_address());
        black_box(&raw const top).addr() - bottom
    }

    #[inline(never)]
    fn own_address() -> usize {
        let local = 0_u8;
        black_box(&raw const local).addr()
    }

    #[test]
    fn as_much_is_in_use_as_asked_for_and_not_much_more() {
        for bytes in [1, 256, 1024, 8192, 65_536, 1 << 20] {
            let used = used_at_the_bottom(bytes);
            assert!((bytes..bytes + 4096).contains(&used), "{bytes}: {used}");
        }
    }

    #[test]
    fn a_task_parks_once_at_the_bottom_or_at_the_top() {
        for (hold, bytes) in [(false, 0), (false, 65_536), (true, 65_536)] {
            let (top, mut parked) = (own_address(), Vec::new());
            Depth { bytes, hold }.park(|| parked.push(top - own_address()));
            let expected = if hold { bytes..bytes + 4096 } else { 0..4096 };
            assert!(parked.len() == 1 && expected.contains(&parked[0]), "{hold} {bytes}: {parked:?}");
        }
    }

    #[test]
    fn a_depth_has_to_fit() {
        let depth = |bytes| Depth { bytes, hold: true };
        assert!(depth(1 << 20).fits_calls().is_ok() && depth(1 << 18).fits_polls().is_ok());
        assert!(depth((1 << 18) + 1).fits_polls().is_err());
        let error = depth((1 << 20) + 1).fits_calls().unwrap_err().to_string();
        assert_eq!(error, "--depth 1048577 does not fit the 2097152 bytes of a stack: use 1048576 or less");
        assert_eq!([1, 256, 257, 65_536].map(|bytes| depth(bytes).levels()), [1, 1, 2, 256]);
        assert_eq!((depth(1024).stack_bytes(1 << 20), depth(65_537).stack_bytes(1 << 10)), (1 << 20, 3 << 16));
    }
}
