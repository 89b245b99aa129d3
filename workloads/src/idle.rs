//! The scenarios `idle` and `deep`, once their tasks are parked.

use std::sync::OnceLock;
use std::time::Instant;

use anyhow::Result;

use crate::protocol::Protocol;
use crate::slot::Slot;
use crate::stacks::Stacks;
use crate::task_set::TaskSet;
use taskweight_core::protocol::Done;

/// The limit that stopped the creation of tasks, with its value, if one did.
#[derive(Debug, Default)]
pub struct StoppedBy(OnceLock<String>);

impl StoppedBy {
    /// Notes the limit; the first one counts.
    pub fn note(&self, limit: impl FnOnce() -> String) {
        self.0.get_or_init(limit);
    }
}

/// Says how many tasks are parked, and nothing more: the gate stays closed.
pub fn report<S: Slot>(tasks: &TaskSet<S>, stopped_by: &StoppedBy, protocol: &Protocol) -> Result<()> {
    report_with(tasks, stopped_by, &Stacks::default(), protocol)
}

/// The same, and where their stacks are.
pub fn report_with<S: Slot>(
    tasks: &TaskSet<S>,
    stopped_by: &StoppedBy,
    stacks: &Stacks,
    protocol: &Protocol,
) -> Result<()> {
    let parked = tasks.arrived();
    protocol.ready_with(parked, stopped_by.0.get().map(String::as_str), stacks)?;
    protocol.done(&Done::new(parked as u64, 0, Instant::now().elapsed()))
}
