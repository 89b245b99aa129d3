//! The scenario `switch-io` as tokio tasks, with pipes that the runtime waits for.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use nix::libc::O_NONBLOCK;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::pipe::both_ways;
use crate::slot::Slot;
use crate::tokio_model::Tasks;
use crate::touch::Touched;
use crate::{program, stackless};

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
#[derive(Debug)]
pub struct PipeEnds {
    own: AsyncFd<Arc<File>>,
    next: Arc<File>,
    token: Arc<AtomicU64>,
}

impl PipeEnds {
    /// Needs no waiting: one byte goes round, so there is room.
    fn hand(&self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        (&*self.next).write_all(&[1])
    }

    async fn receive(&self) -> io::Result<u64> {
        loop {
            let mut ready = self.own.readable().await?;
            if let Ok(read) = ready.try_io(|own| own.get_ref().as_ref().read_exact(&mut [0])) {
                read?;
                // The pipe is empty now, as after any read that does not fill its buffer: without saying so, the
                // next wait would begin with a read in vain.
                ready.clear_ready();
                return Ok(self.token.load(Ordering::Acquire));
            }
        }
    }
}

/// A ring of pipes, one for each task.
pub fn pipe_ring(count: usize) -> Result<Vec<PipeEnds>> {
    let token = Arc::new(AtomicU64::new(0));
    let pipes: io::Result<Vec<_>> = (0..count).map(|_| both_ways(O_NONBLOCK).map(Arc::new)).collect();
    let pipes = pipes.context("create the pipes")?;
    let next = pipes.iter().cycle().skip(1).map(Arc::clone);
    let ends = |(own, next)| -> io::Result<_> {
        // SAFETY: the file is shared, never replaced, and stays open as long as the `AsyncFd` holds its share.
        let own = unsafe { AsyncFd::register_with_interest(Arc::clone(own), Interest::READABLE) }?;
        Ok(PipeEnds { own, next, token: Arc::clone(&token) })
    };
    pipes.iter().zip(next).map(ends).collect::<io::Result<_>>().context("register the pipes with the runtime")
}

/// Task `index` of `switch-io`. The first task has the token when the gate opens.
pub async fn switch_io(tasks: Tasks, index: usize, ends: PipeEnds) {
    let mut touched = tasks.touched();
    stackless::pass_gate(tasks, index).await;
    match take_round(&tasks, index, &ends, &mut touched).await {
        Ok(token) => tasks.finish(token),
        Err(error) => program::fail(&anyhow::Error::new(error).context("pass the token")),
    }
    stackless::stay_alive().await
}

async fn take_round(tasks: &Tasks, index: usize, ends: &PipeEnds, touched: &mut Touched) -> io::Result<u64> {
    let mut token = if index == 0 { 0 } else { receive(tasks, ends).await? };
    while token < tasks.operations() {
        tasks.slot(index).count();
        touched.touch();
        tasks.hand_overs().leaves(token + 1);
        ends.hand(token + 1)?;
        token = receive(tasks, ends).await?;
    }
    Ok(token)
}

async fn receive(tasks: &Tasks, ends: &PipeEnds) -> io::Result<u64> {
    let token = ends.receive().await?;
    tasks.hand_overs().arrives(token);
    Ok(token)
}
