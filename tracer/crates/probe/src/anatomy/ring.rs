//! Our own ring of two threads on one CPU, and a loop of null system calls: what probes and kernel entry cost is measured
//! with them.

use std::{
    io::{self, PipeReader, PipeWriter, Read as _, Write as _},
    sync::mpsc,
    thread,
    time::Instant,
};

use anyhow::Context as _;
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::{Pid, getppid, gettid},
};

/// Round trips of a batch: about a millisecond.
const BATCH_ROUND_TRIPS: u32 = 200;
/// task switches of a batch.
pub(super) const BATCH_HAND_OVERS: u32 = 2 * BATCH_ROUND_TRIPS;
/// Null system calls of a batch.
const BATCH_CALLS: u32 = 2000;

/// Times of batches of a ring, in nanoseconds per task switch. `ready` is given the ids of its threads before they begin.
pub(super) fn hand_overs_ns(
    cpu: u32,
    batches: u32,
    ready: impl FnOnce(&[u32]) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<f64>> {
    let (ball_in, ball_out) = io::pipe().context("create a pipe")?;
    let (back_in, back_out) = io::pipe().context("create a pipe")?;
    let (at_gate, arrivals) = mpsc::channel();
    let (gates, begins): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel()).unzip();
    let mut begins = begins.into_iter();
    thread::scope(|scope| {
        let mut spawn = |part: Box<dyn FnOnce() -> io::Result<Vec<f64>> + Send>| {
            let (at_gate, begin) = (at_gate.clone(), begins.next());
            scope.spawn(move || {
                at_gate.send(bind(cpu).map(|()| gettid().as_raw().cast_unsigned()))?;
                // An error where something failed meanwhile: then there is nothing to begin.
                begin.context("no gate")?.recv()?;
                Ok(part()?)
            })
        };
        let player = spawn(Box::new(move || play((back_in, ball_out), batches)));
        let other = spawn(Box::new(move || send_back(ball_in, back_out).map(|()| Vec::new())));
        let begun = (|| {
            let threads = [arrivals.recv()??, arrivals.recv()??];
            ready(&threads)?;
            gates.iter().try_for_each(|gate| gate.send(()))?;
            anyhow::Ok(())
        })();
        // Closed, so that nobody waits at them any more.
        drop(gates);
        let (played, returned) = (player.join(), other.join());
        begun?;
        joined(returned)?;
        joined(played)
    })
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
    result.unwrap_or_else(|_| Err(anyhow::anyhow!("a calibration thread failed")))
}

fn bind(cpu: u32) -> anyhow::Result<()> {
    let mut cpus = CpuSet::new();
    cpus.set(cpu as usize)?;
    sched_setaffinity(Pid::from_raw(0), &cpus).with_context(|| format!("pin to CPU {cpu}"))
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
