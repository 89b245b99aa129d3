//! The tasks of one run: their slots, the gate they wait behind, and the proof that they did the work.

use std::future::poll_fn;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Instant;

use atomic_waker::AtomicWaker;

use crate::arguments::{Arguments, share};
use crate::depth::Depth;
use crate::distribution::Distribution;
use crate::hand_over::HandOvers;
use crate::scenario::{Scenario, Work as _};
use crate::slot::Slot;
use crate::touch::Touched;

/// The tasks of one run.
///
/// Opening the gate wakes every task once, inside the window, in every scenario alike: with many more operations
/// than tasks it is not seen, and `control` has it too.
#[derive(Debug)]
pub struct TaskSet<S> {
    pub(crate) slots: Box<[S]>,
    pub(crate) count: usize,
    pub(crate) scenario: Scenario,
    pub(crate) operations: u64,
    depth: Depth,
    touch_bytes: usize,
    open: AtomicBool,
    expected: AtomicUsize,
    arrived: AtomicUsize,
    unfinished: AtomicUsize,
    pub(crate) tokens: AtomicU64,
    pub(crate) results: AtomicU32,
    pub(crate) hand_overs: HandOvers,
    pub(crate) lateness: Distribution,
    pub(crate) started: OnceLock<Instant>,
    pub(crate) ended: OnceLock<Instant>,
    supervisor: AtomicWaker,
}

impl<S: Slot> TaskSet<S> {
    /// A set of tasks that have yet to be created.
    pub fn new(arguments: &Arguments) -> Self {
        let (count, scenario) = (arguments.task_count(), arguments.scenario);
        let slots = count + scenario.extra_tasks();
        Self {
            slots: (0..slots).map(|_| S::default()).collect(),
            count,
            scenario,
            operations: arguments.operations,
            depth: arguments.depth(),
            touch_bytes: arguments.touch as usize,
            open: AtomicBool::new(false),
            expected: AtomicUsize::new(if scenario == Scenario::Spawn { 0 } else { slots }),
            arrived: AtomicUsize::new(0),
            unfinished: AtomicUsize::new(scenario.finishers(count)),
            tokens: AtomicU64::new(0),
            results: AtomicU32::new(0),
            hand_overs: HandOvers::new(),
            lateness: Distribution::default(),
            started: OnceLock::new(),
            ended: OnceLock::new(),
            supervisor: AtomicWaker::new(),
        }
    }

    /// The number of tasks, as asked for.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The number of tasks at the gate: in `hog` one more than asked for.
    pub fn gate_count(&self) -> usize {
        self.slots.len()
    }

    /// The operations of all tasks together.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// How much of its stack each task uses in `deep`.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The memory that a task of a ring touches whenever it holds the token; for it to own from its beginning on.
    pub fn touched(&self) -> Touched {
        Touched::new(self.touch_bytes)
    }

    /// The operations of task `index` where each has its share.
    pub fn share(&self, index: usize) -> u64 {
        share(self.operations, self.count, index)
    }

    /// The slot of task `index`.
    pub fn slot(&self, index: usize) -> &S {
        &self.slots[index]
    }

    /// The index of the task after `index` in the ring.
    pub fn next(&self, index: usize) -> usize {
        (index + 1) % self.count
    }

    /// A task has come to the gate, about to park there.
    pub fn arrive(&self) {
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.expected.load(Ordering::Acquire) {
            self.supervisor.wake();
        }
    }

    /// A task of `echo` will not go on; gives whether it was the last one.
    pub fn leave(&self) -> bool {
        self.arrived.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// `absent` tasks will not come to the gate.
    pub fn expect_fewer(&self, absent: usize) {
        self.expected.fetch_sub(absent, Ordering::AcqRel);
        self.supervisor.wake();
    }

    /// Whether a task that was to be created will not come to the gate.
    pub fn is_short(&self) -> bool {
        self.expected.load(Ordering::Acquire) < self.slots.len()
    }

    /// The number of tasks that have come to the gate.
    pub fn arrived(&self) -> usize {
        self.arrived.load(Ordering::Acquire)
    }

    /// Whether all tasks have come to the gate.
    pub fn all_arrived(&self) -> bool {
        self.arrived() == self.expected.load(Ordering::Acquire)
    }

    /// Whether the gate is open.
    pub fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
    }

    /// When the gate was opened; now, if it was not: in `echo` a request may be faster than the word that opens it.
    pub fn started(&self) -> Instant {
        *self.started.get_or_init(Instant::now)
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
}
