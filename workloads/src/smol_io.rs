//! The scenarios of smol that wait for I/O or timers: `switch-io`, `echo` and `hog`.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use async_io::{Async, Timer};
use futures_lite::{AsyncReadExt as _, AsyncWriteExt as _};
use nix::libc::O_NONBLOCK;

use crate::arguments::Arguments;
use crate::pipe::both_ways;
use crate::request::RequestBuffer;
use crate::slot::Slot;
use crate::smol_model::{Executor, Tasks};
use crate::touch::Touched;
use crate::{connections, program, stackless, ticks};

/// A task's ends of the ring of pipes, and the value of the token, which only its holder touches.
#[derive(Debug)]
struct PipeEnds {
    own: Arc<Async<File>>,
    next: Arc<Async<File>>,
    token: Arc<AtomicU64>,
}

impl PipeEnds {
    /// Needs no waiting: one byte goes round, so there is room.
    fn hand(&self, token: u64) -> io::Result<()> {
        self.token.store(token, Ordering::Release);
        self.next.as_ref().get_ref().write_all(&[1])
    }

    async fn receive(&self) -> io::Result<u64> {
        self.own.read_with(|mut own| own.read_exact(&mut [0])).await?;
        Ok(self.token.load(Ordering::Acquire))
    }
}

/// Creates the tasks of `switch-io`, each with its pipe.
pub fn create_pipe_ring(executor: Executor, tasks: Tasks) -> Result<()> {
    let token = Arc::new(AtomicU64::new(0));
    let pipe = || Ok(Arc::new(Async::new_nonblocking(both_ways(O_NONBLOCK)?)?));
    let pipes: io::Result<Vec<_>> = (0..tasks.count()).map(|_| pipe()).collect();
    let pipes = pipes.context("create the pipes")?;
    let next = pipes.iter().cycle().skip(1);
    for (index, (own, next)) in pipes.iter().zip(next).enumerate() {
        let ends = PipeEnds { own: Arc::clone(own), next: Arc::clone(next), token: Arc::clone(&token) };
        executor.spawn(switch_io(tasks, index, ends)).detach();
    }
    Ok(())
}

/// Task `index` of `switch-io`. The first task has the token when the gate opens.
async fn switch_io(tasks: Tasks, index: usize, ends: PipeEnds) {
    let mut touched = tasks.touched();
    stackless::pass_gate(tasks, index).await;
    match take_round(tasks, index, &ends, &mut touched).await {
        Ok(token) => tasks.finish(token),
        Err(error) => program::fail(&anyhow::Error::new(error).context("pass the token")),
    }
    stackless::stay_alive().await
}

async fn take_round(tasks: Tasks, index: usize, ends: &PipeEnds, touched: &mut Touched) -> io::Result<u64> {
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

async fn receive(tasks: Tasks, ends: &PipeEnds) -> io::Result<u64> {
    let token = ends.receive().await?;
    tasks.hand_overs().arrives(token);
    Ok(token)
}

/// Accepts one connection for each task of `echo`, and creates the task.
pub async fn serve(executor: Executor, tasks: Tasks, arguments: &Arguments) -> Result<()> {
    let listener = Async::new(connections::listen(arguments)?).context("register the socket with the runtime")?;
    for index in 0..tasks.count() {
        let (connection, _) = listener.accept().await.context("accept connections")?;
        executor.spawn(echo(tasks, index, connection)).detach();
    }
    connections::close(listener, arguments.socket()?)
}

/// Task `index` of `echo`: answers the requests on its connection, until it is closed.
async fn echo(tasks: Tasks, index: usize, connection: Async<UnixStream>) {
    tasks.arrive();
    let Err(reason) = answer(tasks, index, connection).await;
    connections::ended(tasks, reason);
    stackless::stay_alive().await
}

async fn answer(tasks: Tasks, index: usize, mut connection: Async<UnixStream>) -> io::Result<Infallible> {
    let mut buffer = RequestBuffer::default();
    loop {
        while let Some(request) = buffer.take() {
            tasks.started();
            connection.write_all(&request).await?;
            tasks.answered(index);
        }
        let read = connection.read(buffer.room()).await?;
        buffer.fill(read)?;
    }
}

/// Waits for a timer: the first one starts a thread of the runtime, which is not to happen inside the window.
pub async fn start_timers() {
    Timer::after(Duration::from_millis(1)).await;
}

/// Task `index` of `hog`: the one after those asked for computes, the others tick.
pub async fn hog(tasks: Tasks, index: usize) {
    stackless::pass_gate(tasks, index).await;
    if index == tasks.count() {
        ticks::compute(tasks);
    } else {
        for due in ticks::due_times(tasks, index) {
            Timer::at(due).await;
            ticks::count(tasks, index, due);
        }
        tasks.finish(tasks.share(index));
    }
    stackless::stay_alive().await
}
