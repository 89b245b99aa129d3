//! Measuring one run: a child, a session, a window, and the run that comes out of them.

use std::{collections::BTreeMap, fs, thread, time::Duration, time::Instant};

use anyhow::Context as _;
use tracer_ebpf::{ThreadCounts, ThreadState};

use taskweight_core::report::{InterruptCount, Kernel, PageFaults, Probe, Switches, Thread, Witness};
use taskweight_probe::{
    RunningKernel,
    interrupts::WindowInterrupts,
    session::{ProbeForm, Session, SessionOptions},
    snapshot::{Snapshot, WindowFigures},
    timeline::{NamedThread, Piece, Recorded, Timeline},
};
use taskweight_run::{memory::limit, privilege::Identity, signals::Signals};

/// Cause of a loss: events that the ring buffer of a timeline had no room for.
const TIMELINE_LOSS: &str = "timeline_events";

pub mod anatomy;
pub mod calibrate;
pub mod command;
mod memory;
pub mod program_costs;
pub mod reference;
pub mod stage;
mod witness;
pub mod workload;

/// What every measurement needs: the kernel side, and memory for it.
///
/// # Errors
/// The first thing that is missing, and how to get it.
pub fn preflight() -> anyhow::Result<()> {
    taskweight_probe::preflight::check()?;
    limit::require(limit::LEAST_BYTES).map_err(anyhow::Error::msg)
}

/// What all runs of one invocation share.
#[derive(Debug)]
pub struct Context<'a> {
    /// The running kernel.
    pub kernel: &'a RunningKernel,
    /// Signals to taskweight.
    pub signals: &'a Signals,
    /// Whom programs run as.
    pub identity: Identity,
    /// How long a program may take for each step.
    pub timeout: Option<Duration>,
    /// Form of the tracepoint programs.
    pub form: ProbeForm,
    /// Threads that can be tracked.
    pub thread_capacity: u32,
    /// Threads listed one by one in a run.
    pub threads_listed: usize,
    /// Where single events are kept; `None` where nobody asked for them.
    pub timeline: Option<&'a Timeline>,
}

impl Context<'_> {
    fn open_session(&self, root_pid: u32) -> anyhow::Result<Session> {
        let table = u64::from(self.thread_capacity) * size_of::<ThreadState>() as u64;
        limit::require(limit::LEAST_BYTES + table).map_err(anyhow::Error::msg)?;
        let defaults = SessionOptions::new(root_pid);
        let timeline = self.timeline.and_then(Timeline::limits);
        let options = SessionOptions { form: self.form, thread_capacity: self.thread_capacity, timeline, ..defaults };
        Ok(Session::open(self.kernel, options)?)
    }

    /// Adds a window to the timeline, where there is one.
    fn draw(&self, window: &mut Window, title: impl FnOnce() -> String, hand_overs: &[(u64, u64)]) {
        if let (Some(timeline), Some(recorded)) = (self.timeline, window.recorded.take()) {
            timeline.add(Piece { title: title(), recorded, hand_overs: hand_overs.to_vec() });
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.timeout.map(|timeout| Instant::now() + timeout)
    }
}

/// What was counted in a window.
#[derive(Debug)]
pub struct Window {
    /// The thread table when it opened; empty for a command, whose window is its lifetime.
    pub before: Snapshot,
    /// The thread table when it closed.
    pub after: Snapshot,
    /// The busiest threads, as they were called when the window closed.
    pub threads: Vec<Thread>,
    /// How many more there were.
    pub threads_omitted: u64,
    /// Distributions, system calls and losses.
    pub figures: WindowFigures,
    /// Counts by thread beside the kernel's own, taken when the window closed.
    pub witness: BTreeMap<String, Witness>,
    /// The probes, as they were.
    pub probes: Vec<Probe>,
    /// Whether page faults were seen.
    pub has_faults: bool,
    /// Single events, where a timeline is recorded.
    pub recorded: Option<Recorded>,
}

impl Window {
    /// Closes the window and reads everything; so many threads are listed.
    pub fn close(session: &mut Session, before: Snapshot, listed: usize) -> anyhow::Result<Self> {
        session.close_window()?;
        let after = Snapshot::take(session)?;
        // Names while there are threads that have them.
        let named = |state: &ThreadState| NamedThread { state: *state, name: name_of(state) };
        let recorded = session.recorded(|| after.threads.iter().map(named).collect())?;
        let mut figures = WindowFigures::read(session, &after)?;
        figures.loss.extend(recorded.as_ref().map(|recorded| (TIMELINE_LOSS.to_owned(), recorded.lost_count)));
        let (threads, threads_omitted) = busiest(&before, &after, &figures.interrupts, listed);
        Ok(Self {
            threads,
            threads_omitted,
            witness: witness::compare_threads(session, &after.threads),
            figures,
            recorded,
            probes: session.probes(),
            has_faults: session.has("page_fault_minor") && session.has("page_fault_major"),
            before,
            after,
        })
    }

    /// What the kernel did in the window.
    pub fn kernel(&self) -> Kernel {
        let all: ThreadCounts = self.after.since(&self.before).map(|(_, counts)| counts).sum();
        // A command's own first thread is not one that it created.
        let known_before = self.before.threads.len().max(1);
        Kernel {
            switches: switches(&all),
            wakeups: all.wakeup_count,
            wakeups_made: all.waking_count,
            idle_exits: all.idle_exit_count,
            migrations: all.migration_count,
            syscalls: self.figures.syscalls.clone(),
            page_faults: self.page_faults(&all),
            interrupts: self.figures.interrupts.all.clone(),
            softirqs: self.figures.interrupts.soft,
            threads_created: self.after.threads.len().saturating_sub(known_before) as u64,
        }
    }

    fn page_faults(&self, all: &ThreadCounts) -> PageFaults {
        let if_seen = |count| self.has_faults.then_some(count);
        PageFaults {
            minor: if_seen(all.minor_fault_count),
            major: if_seen(all.major_fault_count),
            from_user_mode: if_seen(all.user_fault_count),
            stack: if_seen(all.stack_fault_count),
        }
    }
}

/// The busiest threads, and how many more there are. Names of living threads are looked up, and only for as long.
fn busiest(before: &Snapshot, after: &Snapshot, interrupts: &WindowInterrupts, listed: usize) -> (Vec<Thread>, u64) {
    let mut all: Vec<_> = after.since(before).enumerate().collect();
    all.sort_by_key(|(_, (_, counts))| std::cmp::Reverse((counts.on_cpu_ns, counts.syscall_count)));
    let omitted = all.len().saturating_sub(listed) as u64;
    let thread = |(row, (state, counts))| with_interrupts(thread_of(state, &counts), interrupts, row);
    (all.into_iter().take(listed).map(thread).collect(), omitted)
}

/// A thread with the interrupts that hit it, by its row of the thread table.
fn with_interrupts(thread: Thread, interrupts: &WindowInterrupts, row: usize) -> Thread {
    let (interrupts, softirqs) = interrupts.of_thread(row);
    let hit = |(kind, one): (String, Option<InterruptCount>)| Some((kind, one.filter(|one| one.count > 0)?));
    Thread {
        interrupts: interrupts.count,
        interrupt_ns: interrupts.total_ns,
        interrupts_by_kind: interrupts.by_kind.into_iter().filter_map(hit).collect(),
        softirqs,
        ..thread
    }
}

fn switches(counts: &ThreadCounts) -> Switches {
    Switches {
        voluntary: counts.voluntary_count,
        preempted: counts.preempted_count,
        yielded: counts.yielded_count,
        exit: counts.exit_count,
    }
}

fn thread_of(state: &ThreadState, counts: &ThreadCounts) -> Thread {
    Thread {
        tid: state.pid,
        pid: state.tgid,
        name: name_of(state),
        switches: switches(counts),
        wakeups: counts.wakeup_count,
        wakeups_made: counts.waking_count,
        migrations: counts.migration_count,
        syscalls: counts.syscall_count,
        syscall_ns: counts.syscall_ns,
        minor_faults: counts.minor_fault_count,
        major_faults: counts.major_fault_count,
        stack_faults: counts.stack_fault_count,
        on_cpu_ns: counts.on_cpu_ns,
        off_cpu_ns: counts.off_cpu_ns,
        run_queue_ns: counts.run_queue_ns,
        // Interrupts are counted beside the thread table, stacks are looked at by the sampler.
        ..Thread::default()
    }
}

/// The name that a thread had at exit, or has now.
fn name_of(state: &ThreadState) -> String {
    if state.ended_ns == 0 {
        let path = format!("/proc/{}/task/{}/comm", state.tgid, state.pid);
        let name = fs::read(path).unwrap_or_default();
        return String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(&name)).into_owned();
    }
    let end = state.comm.iter().position(|byte| *byte == 0).unwrap_or(state.comm.len());
    String::from_utf8_lossy(&state.comm[..end]).into_owned()
}

/// Waits until every thread is off the CPU and none waits for one, so that counts stand still while they are read.
fn wait_for_rest(session: &Session) -> anyhow::Result<()> {
    let at_rest = |thread: &ThreadState| thread.switched_in_ns == 0 && thread.runnable_since_ns == 0;
    wait_for_all(session, |thread| if thread.ended_ns == 0 { at_rest(thread) } else { has_gone(thread) })
}

/// Waits until every thread that has ended has left its CPU for good, which may come after its process could be
/// waited for: without its last switch neither its count nor its last slice would be complete.
fn wait_for_last_switches(session: &Session) -> anyhow::Result<()> {
    wait_for_all(session, |thread| thread.ended_ns == 0 || has_gone(thread))
}

fn has_gone(thread: &ThreadState) -> bool {
    thread.counts.exit_count > 0
}

/// What never comes true is waited for no longer than a second, and the program is measured all the same.
fn wait_for_all(session: &Session, condition: impl Fn(&ThreadState) -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        let snapshot = Snapshot::take(session).context("read the thread table")?;
        if snapshot.threads.iter().all(&condition) || Instant::now() > deadline {
            return Ok(());
        }
        thread::sleep(Duration::from_micros(200));
    }
}
