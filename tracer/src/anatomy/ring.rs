//! Our own ring of two threads on one CPU, and a loop of null system calls: what probes and kernel entry cost is measured
//! with them.

use std::{
    io::{self, PipeReader, PipeWriter, Read as _, Write as _},
    thread,
    time::Instant,
};

use anyhow::Context as _;
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::{Pid, getppid},
};

/// Round trips of a batch: about a millisecond.
const BATCH_ROUND_TRIPS: u32 = 200;
/// Hand-overs of a batch.
pub(super) const BATCH_HAND_OVERS: u32 = 2 * BATCH_ROUND_TRIPS;
/// Null system calls of a batch.
const BATCH_CALLS: u32 = 2000;

/// Times of batches of a ring, in nanoseconds per hand-over. It blocks twice per round trip, once per thread.
pub(super) fn hand_overs_ns(cpu: u32, batches: u32) -> anyhow::Result<Vec<f64>> {
    let (ball_in, ball_out) = io::pipe().context("make a pipe")?;
    let (back_in, back_out) = io::pipe().context("make a pipe")?;
    let (played, returned) = thread::scope(|scope| {
        let other = scope.spawn(move || bind(cpu).and_then(|()| Ok(send_back(ball_in, back_out)?)));
        let player = scope.spawn(move || bind(cpu).and_then(|()| Ok(play((back_in, ball_out), batches)?)));
        (player.join(), other.join())
    });
    joined(returned)?;
    joined(played)
}

/// Times of batches of null system calls, in nanoseconds per call.
pub(super) fn null_syscalls_ns(cpu: u32, batches: u32) -> anyhow::Result<Vec<f64>> {
    let call = move || {
        bind(cpu)?;
        let batch = || {
            let started = Instant::now();
            for _ in 0..BATCH_CALLS {
                std::hint::black_box(getppid());
            }
            started.elapsed().as_nanos() as f64 / f64::from(BATCH_CALLS)
        };
        Ok((0..batches).map(|_| batch()).collect())
    };
    joined(thread::spawn(call).join())
}

fn joined<T>(result: thread::Result<anyhow::Result<T>>) -> anyhow::Result<T> {
    result.unwrap_or_else(|_| Err(anyhow::anyhow!("a thread of the calibration failed")))
}

fn bind(cpu: u32) -> anyhow::Result<()> {
    let mut cpus = CpuSet::new();
    cpus.set(cpu as usize)?;
    sched_setaffinity(Pid::from_raw(0), &cpus).with_context(|| format!("bind to CPU {cpu}"))
}

fn play((mut from, mut to): (PipeReader, PipeWriter), batches: u32) -> io::Result<Vec<f64>> {
    let mut byte = [0];
    let mut batch = || {
        let started = Instant::now();
        for _ in 0..BATCH_ROUND_TRIPS {
            to.write_all(&byte)?;
            from.read_exact(&mut byte)?;
        }
        Ok(started.elapsed().as_nanos() as f64 / f64::from(BATCH_HAND_OVERS))
    };
    (0..batches).map(|_| batch()).collect()
}

/// Returns every byte until there are no more.
fn send_back(mut from: PipeReader, mut to: PipeWriter) -> io::Result<()> {
    let mut byte = [0];
    while from.read(&mut byte)? == 1 {
        to.write_all(&byte)?;
    }
    Ok(())
}
