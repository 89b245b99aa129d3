//! The scenario `switch-io` as tokio tasks, with pipes that the runtime waits for.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe::{Receiver, Sender, pipe};

use crate::slot::Slot;
use crate::tokio_model::Tasks;
use crate::{program, stackless};

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
#[derive(Debug)]
pub struct PipeEnds {
    own: Receiver,
    next: Sender,
    token: Arc<AtomicU64>,
}

impl PipeEnds {
    async fn hand(&mut self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        self.next.write_all(&[1]).await
    }

    /// Reads one byte into a larger buffer, as most programs do: a read that fills its buffer makes the runtime try
    /// again, and find the pipe empty, before it waits for readiness.
    async fn receive(&mut self) -> io::Result<u64> {
        match self.own.read(&mut [0; 8]).await? {
            1 => Ok(self.token.load(Ordering::Acquire)),
            length => Err(io::Error::other(format!("read {length} bytes from the pipe, not 1"))),
        }
    }
}

/// A ring of pipes, one for each task.
pub fn pipe_ring(count: usize) -> Result<Vec<PipeEnds>> {
    let token = Arc::new(AtomicU64::new(0));
    let pipes: io::Result<Vec<_>> = (0..count).map(|_| pipe()).collect();
    let (mut writers, readers): (Vec<_>, Vec<_>) = pipes.context("create the pipes")?.into_iter().unzip();
    writers.rotate_left(1);
    let ends = |(own, next)| PipeEnds { own, next, token: Arc::clone(&token) };
    Ok(readers.into_iter().zip(writers).map(ends).collect())
}

/// Task `index` of `switch-io`. The first task has the token when the gate opens.
pub async fn switch_io(tasks: Tasks, index: usize, mut ends: PipeEnds) {
    stackless::pass_gate(&tasks, index).await;
    match take_round(&tasks, index, &mut ends).await {
        Ok(token) => tasks.finish(token),
        Err(error) => program::fail(&anyhow::Error::new(error).context("hand the token over")),
    }
    stackless::stay_alive().await
}

async fn take_round(tasks: &Tasks, index: usize, ends: &mut PipeEnds) -> io::Result<u64> {
    let mut token = if index == 0 { 0 } else { ends.receive().await? };
    while token < tasks.operations() {
        tasks.slot(index).count();
        ends.hand(token + 1).await?;
        token = ends.receive().await?;
    }
    Ok(token)
}
