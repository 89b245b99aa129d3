//! What the tasks of every model do alike, and the proof that they did it.

use std::hint::black_box;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result, bail};

use crate::chunk;
use crate::distribution::Distribution;
use crate::hand_over::HandOvers;
use crate::scenario::{Scenario, Work as _};
use crate::slot::Slot;
use crate::task_set::TaskSet;
use taskweight_core::protocol::Done;

impl<S: Slot> TaskSet<S> {
    /// Self-timed switches of a ring.
    pub fn hand_overs(&self) -> &HandOvers {
        &self.hand_overs
    }

    /// How late the ticks of `hog` were.
    pub fn lateness(&self) -> &Distribution {
        &self.lateness
    }

    /// The loop of task `index` without a switch: its share of operations, counted as everywhere.
    pub fn count_share(&self, index: usize) {
        let mut token = 0;
        for _ in 0..self.share(index) {
            black_box(self.slot(index)).count();
            token = black_box(token + 1);
        }
        self.finish(token);
    }

    /// The chunks of task `index` in `cpu`.
    pub fn compute_share(&self, index: usize) {
        let (mut token, mut sum) = (0, 0_u32);
        for chunk in (index as u64..self.operations).step_by(self.count) {
            sum = sum.wrapping_add(chunk::compute(chunk));
            self.slot(index).count();
            token += 1;
        }
        self.results.fetch_add(sum, Ordering::Relaxed);
        self.finish(token);
    }

    /// The sizes of the batches of `spawn`: as many as there are tasks, the last one maybe smaller.
    pub fn batches(&self) -> impl Iterator<Item = usize> + use<S> {
        let (operations, count) = (self.operations, self.count as u64);
        (0..operations.div_ceil(count)).map(move |batch| count.min(operations - batch * count) as usize)
    }

    /// Task `index` of `echo` has answered a request. The one that answers the last ends the run.
    pub fn answered(&self, index: usize) {
        self.slot(index).count();
        if self.tokens.fetch_add(1, Ordering::AcqRel) + 1 == self.operations {
            self.finish(0);
        }
    }

    /// What was done, if the counters of the tasks and the tokens agree with what was asked for.
    pub fn outcome(&self) -> Result<Done> {
        let (Some(started), Some(ended)) = (self.started.get(), self.ended.get()) else {
            bail!("no task can run, but the work is not finished");
        };
        let counted: u64 = self.slots.iter().map(Slot::operations).sum();
        let (tokens, asked) = (self.tokens.load(Ordering::Acquire), self.operations);
        if counted != asked || tokens != asked {
            bail!("{asked} operations requested, but the tasks counted {counted} and the tokens {tokens}");
        }
        let logical_switches = self.scenario.logical_switches(self.count, counted);
        let elapsed = ended.checked_duration_since(*started).context("the work finished before the gate opened")?;
        let lateness_ns = (self.scenario == Scenario::Hog).then(|| self.lateness.counts());
        let checksum = (self.scenario == Scenario::Cpu).then(|| self.results.load(Ordering::Acquire).into());
        let done = Done { lateness_ns, checksum, ..Done::new(counted, logical_switches, elapsed) };
        Ok(if self.scenario.is_ring() { self.hand_overs.times(done) } else { done })
    }
}
