//! The scenario `switch-io` as threads, with blocking reads and writes.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};

use crate::pipe::both_ways;
use crate::program;
use crate::slot::Slot;
use crate::thread::{Threads, pass_gate};

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
#[derive(Debug)]
pub struct PipeEnds {
    own: Arc<File>,
    next: Arc<File>,
    token: Arc<AtomicU64>,
}

impl PipeEnds {
    fn hand(&self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        (&*self.next).write_all(&[1])
    }

    fn receive(&self) -> io::Result<u64> {
        (&*self.own).read_exact(&mut [0])?;
        Ok(self.token.load(Ordering::Acquire))
    }
}

/// A ring of pipes, one for each task.
pub fn pipe_ring(count: usize) -> Result<Vec<PipeEnds>> {
    let token = Arc::new(AtomicU64::new(0));
    let pipes: io::Result<Vec<_>> = (0..count).map(|_| both_ways(0).map(Arc::new)).collect();
    let pipes = pipes.context("create the pipes")?;
    let next = pipes.iter().cycle().skip(1).map(Arc::clone);
    let ends = |(own, next)| PipeEnds { own: Arc::clone(own), next, token: Arc::clone(&token) };
    Ok(pipes.iter().zip(next).map(ends).collect())
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
    let mut token = if index == 0 { 0 } else { receive(tasks, ends)? };
    while token < tasks.operations() {
        tasks.slot(index).count();
        tasks.hand_overs().leaves(token + 1);
        ends.hand(token + 1)?;
        token = receive(tasks, ends)?;
    }
    Ok(token)
}

fn receive(tasks: &Threads, ends: &PipeEnds) -> io::Result<u64> {
    let token = ends.receive()?;
    tasks.hand_overs().arrives(token);
    Ok(token)
}
