//! What all models do alike with the connections of the scenario `echo`.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::{fmt, fs};

use anyhow::{Context, Result, anyhow};

use crate::arguments::Arguments;
use crate::program;
use crate::slot::Slot;
use crate::task_set::TaskSet;

/// Listens on the socket.
pub fn listen(arguments: &Arguments) -> Result<UnixListener> {
    let socket = arguments.socket()?;
    UnixListener::bind(socket).with_context(|| format!("listen on {}", socket.display()))
}

/// All have connected: nobody else can, and nothing is left behind.
pub fn close(listener: impl fmt::Debug, socket: &Path) -> Result<()> {
    drop(listener);
    fs::remove_file(socket).with_context(|| format!("remove {}", socket.display()))
}

/// The connection of a task has ended. When it was the last one, and there is work left, the run has failed.
pub fn ended<S: Slot>(tasks: &TaskSet<S>, reason: io::Error) {
    let closed = matches!(reason.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
    if !closed {
        program::fail(&anyhow::Error::new(reason).context("answer requests"));
    }
    if tasks.leave() && !tasks.is_finished() {
        program::fail(&anyhow!("all connections were closed before {} requests were answered", tasks.operations()));
    }
}
