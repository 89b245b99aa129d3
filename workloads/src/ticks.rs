//! What all models do alike in the scenario `hog`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::slot::Slot;
use crate::task_set::TaskSet;

/// From one tick to the next.
const PERIOD: Duration = Duration::from_millis(1);
/// How long the one task computes without giving way, from the opening of the gate.
const COMPUTING: Duration = Duration::from_millis(200);
/// Turns of the loop between two looks at the clock.
const TURNS: u64 = 1000;

/// When the ticks of one task are due, from 1 ms after the opening of the gate.
pub fn due_times<S: Slot>(tasks: &TaskSet<S>, index: usize) -> impl Iterator<Item = Instant> + use<S> {
    let (started, share) = (tasks.started(), tasks.share(index));
    (0..share).scan(started, |due, _| {
        *due += PERIOD;
        Some(*due)
    })
}

/// Counts a tick of task `index` that was due at this time, and notes how late it is.
pub fn count<S: Slot>(tasks: &TaskSet<S>, index: usize, due: Instant) {
    let late = Instant::now().saturating_duration_since(due);
    tasks.lateness().record(late.as_nanos() as u64);
    tasks.slot(index).count();
}

/// Computes until 200 ms have gone by since the gate was opened.
pub fn compute<S: Slot>(tasks: &TaskSet<S>) {
    let end = tasks.started() + COMPUTING;
    while Instant::now() < end {
        (0..TURNS).for_each(|turn| {
            black_box(turn);
        });
    }
}
