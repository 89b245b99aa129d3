//! `taskweight run-guardian`: removes what the taskweight that has started it leaves when it is killed.

use std::{io, os::fd::AsFd as _};

use clap::Args;
use nix::sys::{prctl, signal::SigSet};

use super::Perform;
use crate::cli::Cli;
use taskweight_run::{capabilities, guardian};

/// `run-guardian` has no options.
#[derive(Args, Debug)]
pub struct RunGuardianArgs;

impl Perform for RunGuardianArgs {
    /// Listens on standard input until it ends.
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        // It would be called after the path that it was started by, which names the running program.
        prctl::set_name(c"run-guardian")?;
        close_what_was_inherited();
        // A supervisor's SIGTERM to all is for the one that it watches: it ends with that.
        SigSet::all().thread_block()?;
        capabilities::keep_those_to_clean_up()?;
        guardian::guard(io::stdin().as_fd());
        Ok(0)
    }
}

/// Descriptors that taskweight has inherited itself are open here too: whoever waits for their end is not to wait for us.
/// On Linux 5.8, which cannot do this, they stay open until taskweight ends.
fn close_what_was_inherited() {
    // SAFETY: nobody in this process owns a descriptor yet, other than the standard ones, which stay.
    unsafe { libc::syscall(libc::SYS_close_range, libc::STDERR_FILENO + 1, libc::c_uint::MAX, 0) };
}
