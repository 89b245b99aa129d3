//! The scenario `echo` as tokio tasks.

use std::convert::Infallible;
use std::io;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use crate::arguments::Arguments;
use crate::request::RequestBuffer;
use crate::tokio_model::Tasks;
use crate::{connections, stackless};

/// Accepts one connection for each task, and spawns the task.
pub async fn serve(tasks: Tasks, arguments: &Arguments) -> Result<()> {
    let listener = connections::listen(arguments)?;
    listener.set_nonblocking(true).context("make the socket non-blocking")?;
    let listener = UnixListener::from_std(listener).context("register the socket with the runtime")?;
    for index in 0..tasks.count() {
        let (connection, _) = listener.accept().await.context("accept connections")?;
        tokio::spawn(echo(tasks, index, connection));
    }
    connections::close(listener, arguments.socket()?)
}

/// Task `index`: answers the requests on its connection, until it is closed.
async fn echo(tasks: Tasks, index: usize, connection: UnixStream) {
    tasks.arrive();
    let Err(reason) = answer(tasks, index, connection).await;
    connections::ended(tasks, reason);
    stackless::stay_alive().await
}

async fn answer(tasks: Tasks, index: usize, mut connection: UnixStream) -> io::Result<Infallible> {
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
