//! The tasks of one run: their slots, the gate they wait behind, and the proof that they did the work.

use std::future::poll_fn;
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use atomic_waker::AtomicWaker;

use crate::arguments::{Arguments, share};
use crate::protocol::Outcome;
use crate::scenario::Scenario;
use crate::slot::Slot;

/// The tasks of one run.
///
/// Opening the gate wakes every task once, inside the window, in every scenario alike: with many more operations
/// than tasks it is not seen, and `control` has it too.
#[derive(Debug)]
pub struct TaskSet<S> {
    slots: Box<[S]>,
    scenario: Scenario,
    operations: u64,
    open: AtomicBool,
    arrived: AtomicUsize,
    unfinished: AtomicUsize,
    tokens: AtomicU64,
    started: OnceLock<Instant>,
    ended: OnceLock<Instant>,
    supervisor: AtomicWaker,
}

impl<S: Slot> TaskSet<S> {
    /// A set of tasks that have yet to be created.
    pub fn new(arguments: &Arguments) -> Self {
        let count = arguments.task_count();
        Self {
            slots: (0..count).map(|_| S::default()).collect(),
            scenario: arguments.scenario,
            operations: arguments.operations,
            open: AtomicBool::new(false),
            arrived: AtomicUsize::new(0),
            unfinished: AtomicUsize::new(arguments.scenario.finishers(count)),
            tokens: AtomicU64::new(0),
            started: OnceLock::new(),
            ended: OnceLock::new(),
            supervisor: AtomicWaker::new(),
        }
    }

    /// The number of tasks.
    pub fn count(&self) -> usize {
        self.slots.len()
    }

    /// The operations of all tasks together.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// The operations of task `index` where each has its share.
    pub fn share(&self, index: usize) -> u64 {
        share(self.operations, self.count(), index)
    }

    /// The slot of task `index`.
    pub fn slot(&self, index: usize) -> &S {
        &self.slots[index]
    }

    /// The index of the task after `index` in the ring.
    pub fn next(&self, index: usize) -> usize {
        (index + 1) % self.count()
    }

    /// The loop of task `index` without a hand-over: its share of operations, counted as everywhere.
    pub fn count_share(&self, index: usize) {
        let mut token = 0;
        for _ in 0..self.share(index) {
            black_box(self.slot(index)).count();
            token = black_box(token + 1);
        }
        self.finish(token);
    }

    /// A task has come to the gate, about to park there.
    pub fn arrive(&self) {
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.count() {
            self.supervisor.wake();
        }
    }

    /// Whether the gate is open.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// Whether all tasks have come to the gate.
    pub fn all_arrived(&self) -> bool {
        self.arrived.load(Ordering::Acquire) == self.count()
    }

    /// Starts the clock, opens the gate and wakes all who wait there.
    pub fn open(&self) {
        self.started.get_or_init(Instant::now);
        self.open.store(true, Ordering::Release);
        self.slots.iter().for_each(Slot::wake);
    }

    /// A task has done its last operation and holds a token of this value; the last task stops the clock.
    pub fn finish(&self, token: u64) {
        self.tokens.fetch_add(token, Ordering::Relaxed);
        if self.unfinished.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.ended.get_or_init(Instant::now);
            self.supervisor.wake();
        }
    }

    /// Whether the work is done.
    pub fn is_finished(&self) -> bool {
        self.ended.get().is_some()
    }

    /// The one to be woken when all have arrived and when all have finished.
    pub fn supervisor(&self) -> &AtomicWaker {
        &self.supervisor
    }

    /// Waits, as the supervisor, until `condition` holds.
    pub async fn supervise(&self, condition: impl Fn(&Self) -> bool) {
        poll_fn(|context| {
            self.supervisor.register(context.waker());
            if condition(self) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// What was done, if the counters of the tasks and the tokens agree with what was asked for.
    pub fn outcome(&self) -> Result<Outcome> {
        let (Some(started), Some(ended)) = (self.started.get(), self.ended.get()) else {
            bail!("no task can run, but the work is not done");
        };
        let counted: u64 = self.slots.iter().map(Slot::operations).sum();
        let (tokens, asked) = (self.tokens.load(Ordering::Acquire), self.operations);
        if counted != asked || tokens != asked {
            bail!("asked for {asked} operations, but the tasks counted {counted} and the tokens {tokens}");
        }
        let logical_switches = self.scenario.logical_switches(self.count(), counted);
        let elapsed = ended.checked_duration_since(*started).context("the clock went backwards")?;
        Ok(Outcome { operations: counted, logical_switches, elapsed })
    }
}
