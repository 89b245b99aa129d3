//! Measuring a command: the window is its lifetime.

use std::{ffi::OsString, io, sync::Arc, time::Duration, time::Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;

use super::{Context, Window, wait_for_last_switches};
use crate::measure::witness;
use taskweight_core::case::Case;
use taskweight_core::report::{Cpu, Elapsed, Hardware, PerOperation, Probe, Run, RunMemory};
use taskweight_probe::{hardware::Counters, snapshot::Snapshot};
use taskweight_run::{
    capabilities,
    child::{Child, Exit, Spec, Stdio, Waited},
    memory::{Account, Sampled, Sampler},
    signals::Signals,
};

/// How long a command has to end after it was told to, and again after it was told to louder.
const GRACE: Duration = Duration::from_secs(5);

/// When a command's memory is looked at first: most live longer.
const FIRST_SAMPLE: Duration = Duration::from_millis(10);
/// When it has been looked at several times.
const LONG: Duration = Duration::from_millis(500);

/// What one operation of the command is, and how many there were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operations {
    /// Nobody said.
    Unknown,
    /// The user stated the number.
    Stated(u64),
    /// As many as calls of a system call.
    PerSyscall(String),
}

/// What this process does when it has measured the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Afterwards {
    /// It loads programs or starts others.
    More,
    /// It reports: the right to load and to start is given up before the command runs.
    Nothing,
}

/// A measured command.
#[derive(Debug)]
pub struct Measured {
    /// What was measured.
    pub run: Run,
    /// The probes.
    pub probes: Vec<Probe>,
    /// Cut short by a signal or the time limit.
    pub interrupted: bool,
    /// Why the command was left running, where it could not be ended.
    pub goes_on: Option<String>,
    /// Time from the start of loading to the release of the command, in nanoseconds.
    pub opened_in_ns: u64,
}

/// Runs a command under the probes, from its first instruction to its end.
pub fn measure(
    context: &Context<'_>,
    command: &[OsString],
    cpu: Option<u32>,
    operations: &Operations,
    hardware: bool,
    afterwards: Afterwards,
) -> anyhow::Result<Measured> {
    let (program, args) = command.split_first().context("no command given")?;
    let spec = Spec {
        program: program.clone(),
        args: args.to_vec(),
        user: context.identity.clone(),
        cpu: cpu.map(|cpu| cpu as usize),
        stdio: Stdio::Inherit,
    };
    let mut child = Child::spawn_suspended(&spec)?;
    let mut account = Account::open();
    let mut session = context.open_session(child.pid())?;
    let mut counters = counters(&child, hardware);
    session.open_window()?;
    account.add(child.pid());
    if afterwards == Afterwards::Nothing {
        capabilities::keep_those_to_watch()?;
    }
    let released = Instant::now();
    child.release()?;
    let account = Arc::new(account);
    let sampler = Sampler::start(Arc::clone(&account), child.pid(), FIRST_SAMPLE).context("start a thread")?;
    let end = wait(context, &mut child)?;
    let elapsed = released.elapsed();
    let sampled = sampler.finish();
    wait_for_last_switches(&session)?;
    let mut window = Window::close(&mut session, Snapshot::default(), context.threads_listed)?;
    context.draw(&mut window, || program.to_string_lossy().into_owned(), &[]);
    let mut run = assemble(&window, end.exit.as_ref(), elapsed, cpu, operations);
    if session.sees_kernel_counters
        && let Some(exit) = &end.exit
    {
        run.witness.extend(witness::compare_tree(&window.after.threads, &exit.rusage, context.kernel.is_real_time));
    }
    weigh(&mut run, sampled, elapsed, account.no_cgroup());
    run.hardware = match &mut counters {
        Ok(counters) => counters.read(),
        Err(reason) => Hardware { reason: Some(reason.clone()), ..Hardware::default() },
    };
    Ok(Measured {
        run,
        probes: window.probes.clone(),
        interrupted: end.interrupted,
        goes_on: end.goes_on,
        opened_in_ns: session.opened_in_ns,
    })
}

/// Puts the memory that was seen into the run, and into its threads.
fn weigh(run: &mut Run, sampled: Sampled, elapsed: Duration, no_cgroup: Option<&str>) {
    for thread in &mut run.threads {
        if let Some(stack) = sampled.stacks.get(&thread.tid) {
            thread.stack_reserved_bytes = Some(stack.reserved_bytes);
            thread.stack_in_use_bytes = Some(stack.in_use_bytes);
            thread.stack_resident_bytes = Some(stack.resident_bytes);
            thread.stack_high_water_bytes = Some(stack.high_water_bytes);
        }
    }
    let never = (sampled.over_time.sampling_count == 0).then(|| why_never_seen(elapsed));
    run.memory = Some(RunMemory {
        tasks: None,
        ready: None,
        done: sampled.last,
        over_time: Some(sampled.over_time),
        stacks: sampled.summary,
        reason: never.or(no_cgroup).map(str::to_owned),
    });
}

/// A command that lived long enough to be looked at several times did not let itself be looked at.
fn why_never_seen(elapsed: Duration) -> &'static str {
    if elapsed < LONG {
        "it exited before it could be sampled"
    } else {
        "sampling another user's process needs CAP_SYS_PTRACE"
    }
}

/// How the command's measurement came to its end.
#[derive(Debug, Default)]
struct End {
    /// `None` where the command could not be ended.
    exit: Option<Exit>,
    interrupted: bool,
    goes_on: Option<String>,
}

impl End {
    /// Interrupted: the command has ended, or has become somebody whom we may not send a signal.
    fn cut_short(ended: Result<Exit, NotEnded>) -> anyhow::Result<Self> {
        match ended {
            Ok(exit) => Ok(Self { exit: Some(exit), interrupted: true, goes_on: None }),
            Err(NotEnded::OutOfReach(reason)) => Ok(Self { exit: None, interrupted: true, goes_on: Some(reason) }),
            Err(NotEnded::Failed(error)) => Err(error.into()),
        }
    }
}

/// Why the command was not ended.
#[derive(Debug, thiserror::Error)]
enum NotEnded {
    #[error("{0}")]
    OutOfReach(String),
    #[error(transparent)]
    Failed(#[from] io::Error),
}

/// Waits for the command's end. A signal to taskweight ends the command: the terminal has sent it Ctrl-C as well,
/// and what came to taskweight alone is passed on.
fn wait(context: &Context<'_>, child: &mut Child) -> anyhow::Result<End> {
    let first = match child.wait_until(context.deadline(), context.signals)? {
        Waited::Exited(exit) => return Ok(End { exit: Some(exit), ..End::default() }),
        Waited::Signalled(received) => received.sent_by_process.then_some(received.signal),
        Waited::TimedOut => Some(Signal::SIGTERM),
    };
    End::cut_short(end(child, first, context.signals))
}

fn end(child: &mut Child, first: Option<Signal>, signals: &Signals) -> Result<Exit, NotEnded> {
    first.map_or(Ok(()), |signal| send(child, signal))?;
    for louder in [Signal::SIGTERM, Signal::SIGKILL] {
        let deadline = Instant::now() + GRACE;
        loop {
            // Forgets the signal just handled, so that the wait lasts until the next.
            let _handled = signals.take();
            match child.wait_until(Some(deadline), signals)? {
                Waited::Exited(exit) => return Ok(exit),
                Waited::Signalled(received) => send(child, received.signal)?,
                Waited::TimedOut => break,
            }
        }
        send(child, louder)?;
    }
    Ok(child.reap()?)
}

fn send(child: &Child, signal: Signal) -> Result<(), NotEnded> {
    child.kill(signal).map_err(|error| {
        let pid = child.pid();
        NotEnded::OutOfReach(format!(
            "command still running: process {pid} changed user and cannot be sent {signal}: {error}"
        ))
    })
}

/// Hardware counters of the suspended child and of all that it will start; or why there are none.
fn counters(child: &Child, wanted: bool) -> Result<Counters, String> {
    if !wanted {
        return Err(String::from("not requested: --hardware counts them, but slows every context switch down"));
    }
    let mut counters = Counters::open(child.pid())?;
    counters.enable().map_err(|error| format!("start the hardware counters: {error}"))?;
    Ok(counters)
}

fn assemble(window: &Window, exit: Option<&Exit>, elapsed: Duration, cpu: Option<u32>, operations: &Operations) -> Run {
    let kernel = window.kernel();
    let (operations, operation) = count(operations, window);
    let traced = lifetime_ns(window).unwrap_or(elapsed.as_nanos() as u64);
    Run {
        case: Case::command(cpu),
        repetition: 0,
        operations,
        operation,
        logical_switches: None,
        elapsed_ns: Elapsed { twin: None, traced },
        per_operation: PerOperation::of(&kernel, traced, operations),
        kernel,
        histograms: window.figures.histograms.clone(),
        syscall_histograms: window.figures.syscall_histograms.clone(),
        threads: window.threads.clone(),
        threads_omitted: window.threads_omitted,
        cpu: Cpu { user_ns: exit.map(|exit| exit.rusage.user_ns), system_ns: exit.map(|exit| exit.rusage.system_ns) },
        hardware: Hardware::default(),
        own: None,
        memory: None,
        witness: window.witness.clone(),
        loss: window.figures.loss.clone(),
        exit_status: exit.map(|exit| exit.exit_code().into()),
    }
}

/// From the command's first instruction to its `do_exit`, by the kernel's clock.
fn lifetime_ns(window: &Window) -> Option<u64> {
    let first = window.after.threads.first()?;
    (first.ended_ns != 0).then(|| first.ended_ns - first.born_ns)
}

fn count(operations: &Operations, window: &Window) -> (Option<u64>, Option<String>) {
    match operations {
        Operations::Unknown => (None, None),
        Operations::Stated(count) => (Some(*count), Some(String::from("as given with --operations"))),
        Operations::PerSyscall(name) => {
            let count = window.figures.syscalls.by_name.get(name).map_or(0, |calls| calls.count);
            (Some(count), Some(format!("one call of {name}")))
        }
    }
}
