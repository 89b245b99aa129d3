//! The scenario `switch-io` as threads, with blocking reads and writes.

use std::io::{self, PipeReader, PipeWriter, Read, Write, pipe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};

use crate::program;
use crate::slot::Slot;
use crate::thread::{Threads, pass_gate};

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
#[derive(Debug)]
pub struct PipeEnds {
    own: PipeReader,
    next: PipeWriter,
    token: Arc<AtomicU64>,
}

impl PipeEnds {
    fn hand(&mut self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        self.next.write_all(&[1])
    }

    fn receive(&mut self) -> io::Result<u64> {
        self.own.read_exact(&mut [0])?;
        Ok(self.token.load(Ordering::Acquire))
    }
}

/// A ring of pipes, one for each task.
pub fn pipe_ring(count: usize) -> Result<Vec<PipeEnds>> {
    let token = Arc::new(AtomicU64::new(0));
    let pipes: io::Result<Vec<_>> = (0..count).map(|_| pipe()).collect();
    let (readers, mut writers): (Vec<_>, Vec<_>) = pipes.context("create the pipes")?.into_iter().unzip();
    writers.rotate_left(1);
    let ends = |(own, next)| PipeEnds { own, next, token: Arc::clone(&token) };
    Ok(readers.into_iter().zip(writers).map(ends).collect())
}

/// Task `index` of `switch-io`. The first task has the token when the gate opens.
pub fn switch_io(tasks: &Threads, index: usize, ends: &mut PipeEnds) {
    pass_gate(tasks);
    match take_round(tasks, index, ends) {
        Ok(token) => tasks.finish(token),
        Err(error) => program::fail(&anyhow::Error::new(error).context("hand the token over")),
    }
}

fn take_round(tasks: &Threads, index: usize, ends: &mut PipeEnds) -> io::Result<u64> {
    let mut token = if index == 0 { 0 } else { ends.receive()? };
    while token < tasks.operations() {
        tasks.slot(index).count();
        ends.hand(token + 1)?;
        token = ends.receive()?;
    }
    Ok(token)
}
