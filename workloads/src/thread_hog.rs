//! The scenario `hog` as threads.

use std::io;
use std::time::{Duration, Instant};

use anyhow::Context;
use nix::sys::time::TimeSpec;
use nix::time::{ClockId, ClockNanosleepFlags, clock_gettime, clock_nanosleep};

use crate::thread::{Threads, pass_gate};
use crate::{program, ticks};

/// Task `index` of `hog`: the one after those asked for computes, the others tick.
pub fn hog(tasks: &Threads, index: usize) {
    pass_gate(tasks);
    if index == tasks.count() {
        return ticks::compute(tasks.as_ref());
    }
    for due in ticks::due_times(tasks.as_ref(), index) {
        if let Err(error) = sleep_until(due).context("sleep until the next tick") {
            program::fail(&error);
        }
        ticks::count(tasks.as_ref(), index, due);
    }
    tasks.finish(tasks.share(index));
}

/// Sleeps until a time, which may have passed already.
fn sleep_until(due: Instant) -> io::Result<()> {
    let wait = due.saturating_duration_since(Instant::now());
    if wait > Duration::ZERO {
        let clock = ClockId::CLOCK_MONOTONIC;
        let wake_up = clock_gettime(clock)? + TimeSpec::from(wait);
        clock_nanosleep(clock, ClockNanosleepFlags::TIMER_ABSTIME, &wake_up)?;
    }
    Ok(())
}
