//! The scenario `switch-io` as tasks that park, with reads that block the task.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};

use crate::park_slot::Handle;
use crate::pipe::both_ways;
use crate::program;
use crate::slot::Slot;
use crate::thread::{Parkers, pass_gate};
use crate::touch::Touched;

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
#[derive(Debug)]
pub struct PipeEnds<R> {
    own: R,
    next: Arc<File>,
    token: Arc<AtomicU64>,
}

impl<R: Read> PipeEnds<R> {
    fn hand(&self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        (&*self.next).write_all(&[1])
    }

    fn receive(&mut self) -> io::Result<u64> {
        self.own.read_exact(&mut [0])?;
        Ok(self.token.load(Ordering::Acquire))
    }
}

/// A ring of pipes, one for each task, opened with these flags; `reader` makes of a pipe what its task reads from.
pub fn pipe_ring<R>(count: usize, flags: i32, reader: impl Fn(Arc<File>) -> io::Result<R>) -> Result<Vec<PipeEnds<R>>> {
    let token = Arc::new(AtomicU64::new(0));
    let pipes: io::Result<Vec<_>> = (0..count).map(|_| both_ways(flags).map(Arc::new)).collect();
    let pipes = pipes.context("create the pipes")?;
    let next = pipes.iter().cycle().skip(1).map(Arc::clone);
    let ends = |(own, next)| Ok(PipeEnds { own: reader(Arc::clone(own))?, next, token: Arc::clone(&token) });
    pipes.iter().zip(next).map(ends).collect::<io::Result<_>>().context("prepare the pipes for reading")
}

/// Task `index` of `switch-io`. The first task has the token when the gate opens.
pub fn switch_io<H: Handle, R: Read>(tasks: &Parkers<H>, index: usize, ends: &mut PipeEnds<R>) {
    let mut touched = tasks.touched();
    pass_gate(tasks);
    match take_round(tasks, index, ends, &mut touched) {
        Ok(token) => tasks.finish(token),
        Err(error) => program::fail(&anyhow::Error::new(error).context("pass the token")),
    }
}

fn take_round<H: Handle, R: Read>(
    tasks: &Parkers<H>,
    index: usize,
    ends: &mut PipeEnds<R>,
    touched: &mut Touched,
) -> io::Result<u64> {
    let mut token = if index == 0 { 0 } else { receive(tasks, ends)? };
    while token < tasks.operations() {
        tasks.slot(index).count();
        touched.touch();
        tasks.hand_overs().leaves(token + 1);
        ends.hand(token + 1)?;
        token = receive(tasks, ends)?;
    }
    Ok(token)
}

fn receive<H: Handle, R: Read>(tasks: &Parkers<H>, ends: &mut PipeEnds<R>) -> io::Result<u64> {
    let token = ends.receive()?;
    tasks.hand_overs().arrives(token);
    Ok(token)
}
