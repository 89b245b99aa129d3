//! `taskweight run-guardian`: removes what the taskweight that has started it leaves when it is killed.

use std::{io, os::fd::AsFd as _};

use nix::sys::{prctl, signal::SigSet};

use crate::{capabilities, guardian};

/// Listens on standard input until it ends.
pub fn run() -> anyhow::Result<u8> {
    // It would be called after the path that it was started by, which names the running program.
    prctl::set_name(c"run-guardian")?;
    // A supervisor's SIGTERM to all is for the one that it watches: it ends with that.
    SigSet::all().thread_block()?;
    capabilities::keep_those_to_clean_up()?;
    guardian::guard(io::stdin().as_fd());
    Ok(0)
}
