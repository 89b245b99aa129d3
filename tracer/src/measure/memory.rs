//! The memory of a workload's run: when its tasks are parked, in the window, and when the work is done.

use std::{sync::Arc, time::Duration};

use taskweight_core::report::{RunMemory, Sample};
use taskweight_run::{
    memory::{Account, Sampler, stacks::Stated},
    protocol::Ready,
};

/// Windows shorter than this are not looked into: looking costs the run more than it tells.
const FIRST_SAMPLE: Duration = Duration::from_millis(100);

/// Watches one run.
#[derive(Debug)]
pub(super) struct Watch {
    account: Arc<Account>,
    pid: u32,
    stated: Stated,
    sampler: Option<Sampler>,
    memory: RunMemory,
}

impl Watch {
    /// Takes account of a child that has not run yet.
    pub(super) fn new(pid: u32) -> Self {
        let mut account = Account::open();
        account.add(pid);
        let memory = RunMemory { reason: account.no_cgroup().map(str::to_owned), ..RunMemory::default() };
        Self { account: Arc::new(account), pid, stated: Stated::default(), sampler: None, memory }
    }

    /// All tasks are parked.
    pub(super) fn ready(&mut self, said: &Ready) {
        self.stated = stated(said);
        self.memory.tasks = Some(said.tasks);
        self.memory.ready = Some(self.sample());
        // The run may have left no thread for us.
        match Sampler::start_resident(Arc::clone(&self.account), self.pid, FIRST_SAMPLE) {
            Ok(sampler) => self.sampler = Some(sampler),
            Err(error) => {
                self.memory.reason = Some(format!("memory over time: cannot start the sampling thread: {error}"))
            }
        }
    }

    /// The work is done; all tasks are alive.
    pub(super) fn done(&mut self) {
        self.memory.over_time = self.sampler.take().map(|sampler| sampler.finish().over_time);
        self.memory.done = Some(self.sample());
    }

    /// What was seen.
    pub(super) fn finish(self) -> RunMemory {
        self.memory
    }

    fn sample(&mut self) -> Sample {
        let moment = self.account.sample(&self.account.pids(self.pid), &self.stated);
        self.memory.stacks = Some(moment.summary);
        moment.sample
    }
}

fn stated(said: &Ready) -> Stated {
    Stated { stacks: said.stacks.clone(), runtime: said.runtime_stacks.clone() }
}
