//! Two threads on one CPU pass a byte forth and back through two pipes, and print nanoseconds per switch.
//!
//!     ping_pong CPU HAND_OVERS [PARKED]
//!
//! A switch is one byte passed: one write, one read and one context switch. It is about the most
//! that a program can make the kernel do per microsecond, so it shows what watching the kernel costs at worst. PARKED
//! more threads are idle meanwhile. With 0 switches, it says when they exist, and ends when standard input does.

use std::{
    env,
    io::{self, BufRead as _, BufReader, PipeReader, PipeWriter, Read as _, Write as _},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
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
/// Threads of one process: each takes four of the 65,530 mappings that Linux allows it.
const MOST_HERE: u64 = 15_000;
/// Stack of a thread that does nothing.
const STACK_BYTES: usize = 16 * 1024;

fn main() -> anyhow::Result<()> {
    let (cpu, hand_overs, parked) = arguments().context("usage: ping_pong CPU HAND_OVERS [PARKED]")?;
    bind(usize::try_from(cpu)?).with_context(|| format!("bind to CPU {cpu}: choose one that `nproc` counts"))?;
    let others = park(cpu, parked).with_context(|| format!("start {parked} threads"))?;
    if hand_overs == 0 {
        println!("parked");
        io::stdin().read_to_end(&mut Vec::new())?;
        return Ok(());
    }
    let round_trips = hand_overs.div_ceil(2).max(1);
    let elapsed = play(round_trips).context("pass a byte through a pipe")?;
    println!("{:.1}", elapsed.as_nanos() as f64 / (2 * round_trips) as f64);
    // Waiting closes its standard input, upon which it ends.
    others.map_or(Ok(()), |mut others| others.wait().map(drop))?;
    Ok(())
}

fn arguments() -> anyhow::Result<(u64, u64, u64)> {
    let mut numbers = env::args().skip(1).map(|word| word.parse::<u64>().with_context(|| format!("`{word}`")));
    let mut next = || numbers.next().context("a number is missing")?;
    Ok((next()?, next()?, numbers.next().unwrap_or(Ok(0))?))
}

/// Binds this thread, and with it every thread that it starts.
fn bind(cpu: usize) -> nix::Result<()> {
    let mut cpus = CpuSet::new();
    cpus.set(cpu)?;
    sched_setaffinity(Pid::from_raw(0), &cpus)
}

/// Starts `count` threads, and waits until all are idle. Returns the process of those beyond
/// [`MOST_HERE`].
fn park(cpu: u64, count: u64) -> io::Result<Option<Child>> {
    static PARKED: AtomicU64 = AtomicU64::new(0);
    let here = count.min(MOST_HERE);
    for _ in 0..here {
        thread::Builder::new().stack_size(STACK_BYTES).spawn(|| {
            PARKED.fetch_add(1, Ordering::Relaxed);
            loop {
                thread::park();
            }
        })?;
    }
    while PARKED.load(Ordering::Relaxed) < here {
        thread::sleep(Duration::from_millis(1));
    }
    if count == here { Ok(None) } else { park_elsewhere(cpu, count - here).map(Some) }
}

fn park_elsewhere(cpu: u64, count: u64) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    command.args([cpu, 0, count].map(|number| number.to_string()));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let said = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    BufReader::new(said).read_line(&mut String::new())?;
    Ok(child)
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

/// Sends a byte and waits for it, `round_trips` times.
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
