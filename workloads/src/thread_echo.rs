//! The scenario `echo` as threads, with blocking reads and writes.

use std::convert::Infallible;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::connections;
use crate::request::RequestBuffer;
use crate::thread::Threads;

/// One connection for each task.
pub fn accept(arguments: &Arguments) -> Result<Vec<UnixStream>> {
    let listener = connections::listen(arguments)?;
    let accepted: io::Result<_> = listener.incoming().take(arguments.task_count()).collect();
    connections::close(listener, arguments.socket()?)?;
    accepted.context("accept connections")
}

/// Task `index`: answers the requests on its connection, until it is closed.
pub fn echo(tasks: &Threads, index: usize, connection: &mut UnixStream) {
    tasks.arrive();
    let Err(reason) = answer(tasks, index, connection);
    connections::ended(tasks, reason);
}

fn answer(tasks: &Threads, index: usize, connection: &mut UnixStream) -> io::Result<Infallible> {
    let mut buffer = RequestBuffer::default();
    loop {
        while let Some(request) = buffer.take() {
            connection.write_all(&request)?;
            tasks.answered(index);
        }
        let read = connection.read(buffer.room())?;
        buffer.fill(read)?;
    }
}
