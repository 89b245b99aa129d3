//! The scenario `echo` as tasks that park, with reads and writes that block the task.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::connections;
use crate::park_slot::Handle;
use crate::request::RequestBuffer;
use crate::thread::Parkers;

/// One connection for each task.
pub fn accept(arguments: &Arguments) -> Result<Vec<UnixStream>> {
    let listener = connections::listen(arguments)?;
    let accepted: io::Result<_> = listener.incoming().take(arguments.task_count()).collect();
    connections::close(listener, arguments.socket()?)?;
    accepted.context("accept connections")
}

/// Task `index`: answers the requests on its connection, until it is closed.
pub fn echo<H: Handle>(tasks: &Parkers<H>, index: usize, connection: &mut (impl Read + Write)) {
    tasks.arrive();
    let Err(reason) = answer(tasks, index, connection);
    connections::ended(tasks, reason);
}

fn answer<H: Handle>(tasks: &Parkers<H>, index: usize, connection: &mut (impl Read + Write)) -> io::Result<Infallible> {
    let mut buffer = RequestBuffer::default();
    loop {
        while let Some(request) = buffer.take() {
            tasks.started();
            connection.write_all(&request)?;
            tasks.answered(index);
        }
        let read = connection.read(buffer.room())?;
        buffer.fill(read)?;
    }
}
