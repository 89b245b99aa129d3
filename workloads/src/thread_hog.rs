//! The scenario `hog` as tasks that park.

use std::time::{Duration, Instant};

use anyhow::Context;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, ClockNanosleepFlags, clock_gettime, clock_nanosleep};

use crate::park_slot::Handle;
use crate::thread::{Parkers, pass_gate};
use crate::{program, ticks};

/// Task `index` of `hog`: the one after those asked for computes, the others tick.
///
/// Sleeps by the model's own means.
pub fn hog<H: Handle>(tasks: &Parkers<H>, index: usize, sleep_until: fn(Instant)) {
    pass_gate(tasks);
    if index == tasks.count() {
        return ticks::compute(tasks.as_ref());
    }
    for due in ticks::due_times(tasks.as_ref(), index) {
        sleep_until(due);
        ticks::count(tasks.as_ref(), index, due);
    }
    tasks.finish(tasks.share(index));
}

/// Sleeps until a time, which may have passed already, by the kernel's clock: the sleep ends when it is due even if the
/// thread was held up on its way into it.
pub fn sleep_until(due: Instant) {
    let wait = due.saturating_duration_since(Instant::now());
    if let Err(error) = sleep(wait).context("sleep until the next tick") {
        program::fail(&error);
    }
}

fn sleep(wait: Duration) -> nix::Result<()> {
    let clock = ClockId::CLOCK_MONOTONIC;
    let wake_up = clock_gettime(clock)? + TimeSpec::from(wait);
    clock_nanosleep(clock, ClockNanosleepFlags::TIMER_ABSTIME, &wake_up).map(|_| ())
}
