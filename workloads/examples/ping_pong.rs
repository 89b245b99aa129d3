//! Two threads on one CPU pass a byte forth and back through two pipes, and print nanoseconds per hand-over.
//!
//!     ping_pong CPU HAND_OVERS
//!
//! A hand-over is one byte passed: one write, one read and one switch between the threads. It is about the most
//! that a program can make the kernel do per microsecond, so it shows what watching the kernel costs at worst.

use std::{
    env,
    io::{self, PipeReader, PipeWriter, Read as _, Write as _},
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::Pid,
};

/// Round trips before the clock starts: threads are up, caches warm.
const WARM_UP: u64 = 1_000;

fn main() -> anyhow::Result<()> {
    let (cpu, hand_overs) = arguments().context("usage: ping_pong CPU HAND_OVERS")?;
    bind(usize::try_from(cpu)?).with_context(|| format!("bind to CPU {cpu}: choose one that `nproc` counts"))?;
    let round_trips = hand_overs.div_ceil(2).max(1);
    let elapsed = play(round_trips).context("pass a byte through a pipe")?;
    println!("{:.1}", elapsed.as_nanos() as f64 / (2 * round_trips) as f64);
    Ok(())
}

fn arguments() -> anyhow::Result<(u64, u64)> {
    let mut numbers = env::args().skip(1).map(|word| word.parse::<u64>().with_context(|| format!("`{word}`")));
    let mut next = || numbers.next().context("a number is missing")?;
    Ok((next()?, next()?))
}

/// Binds this thread, and with it every thread that it starts.
fn bind(cpu: usize) -> nix::Result<()> {
    let mut cpus = CpuSet::new();
    cpus.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &cpus)
}

/// How long this many round trips take.
fn play(round_trips: u64) -> io::Result<Duration> {
    let (ball_in, ball_out) = io::pipe()?;
    let (back_in, back_out) = io::pipe()?;
    let other = thread::spawn(move || send_back(ball_in, back_out));
    let mut player = (back_in, ball_out);
    rally(&mut player, WARM_UP)?;
    let start = Instant::now();
    rally(&mut player, round_trips)?;
    let elapsed = start.elapsed();
    drop(player);
    other.join().unwrap_or_else(|_| Err(io::Error::other("the other thread failed")))?;
    Ok(elapsed)
}

/// Serves and waits for the return, so often.
fn rally((from, to): &mut (PipeReader, PipeWriter), round_trips: u64) -> io::Result<()> {
    let mut byte = [0];
    for _ in 0..round_trips {
        to.write_all(&byte)?;
        from.read_exact(&mut byte)?;
    }
    Ok(())
}

/// Returns every byte until there are no more.
fn send_back(mut from: PipeReader, mut to: PipeWriter) -> io::Result<()> {
    let mut byte = [0];
    while from.read(&mut byte)? == 1 {
        to.write_all(&byte)?;
    }
    Ok(())
}
