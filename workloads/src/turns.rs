//! Which yields passed control to another task, where only counting can tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::slot::increment;

/// Notices which task runs after a yield.
pub trait Turns {
    /// Task `index` runs.
    fn begin(&self, index: usize);
    /// Task `index` is about to yield.
    fn end(&self, index: usize);
}

/// Notices nothing: the order is known, or cannot be seen from inside.
impl Turns for () {
    fn begin(&self, _index: usize) {}
    fn end(&self, _index: usize) {}
}

/// Notices what there is to notice, where something is to be noticed.
impl<T: Turns> Turns for Option<T> {
    fn begin(&self, index: usize) {
        self.iter().for_each(|turns| turns.begin(index));
    }

    fn end(&self, index: usize) {
        self.iter().for_each(|turns| turns.end(index));
    }
}

/// Counts the yields after which another task ran. Exact only where all tasks run on one thread.
#[derive(Debug)]
pub struct TurnCounter {
    yielded: AtomicUsize,
    passed: AtomicU64,
}

const NONE: usize = usize::MAX;

impl TurnCounter {
    /// The yields that passed control to another task.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::Relaxed)
    }
}

impl Default for TurnCounter {
    fn default() -> Self {
        Self { yielded: AtomicUsize::new(NONE), passed: AtomicU64::new(0) }
    }
}

impl Turns for Arc<TurnCounter> {
    fn begin(&self, index: usize) {
        let yielded = self.yielded.load(Ordering::Relaxed);
        if yielded != NONE && yielded != index {
            increment(&self.passed);
        }
        self.yielded.store(NONE, Ordering::Relaxed);
    }

    fn end(&self, index: usize) {
        self.yielded.store(index, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Task 0 yields to 1, 1 to itself, and ends; 0 continues.
    #[test]
    fn only_yields_to_others_count() {
        let turns = Arc::new(TurnCounter::default());
        turns.begin(0);
        turns.end(0);
        turns.begin(1);
        turns.end(1);
        turns.begin(1);
        turns.begin(0);
        assert_eq!(turns.passed(), 1);
    }
}
