//! Signals as they are in an interactive shell, whoever starts the tests: `nohup` and a shell that runs them in the
//! background have some ignored, others have some blocked, and every program inherits it.
#![allow(dead_code, reason = "every test uses its part of this")]

use std::io;

use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};

/// All of them, for a process between fork and exec.
pub fn signals() -> io::Result<()> {
    heed(&[Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGPIPE, Signal::SIGCHLD])?;
    unblock()
}

/// Signals that do what they do by default.
pub fn heed(signals: &[Signal]) -> io::Result<()> {
    for &one in signals {
        // SAFETY: the default action needs no handler, hence none that could be unsafe.
        unsafe { signal(one, SigHandler::SigDfl) }?;
    }
    Ok(())
}

/// Blocks no signal in the calling thread.
pub fn unblock() -> io::Result<()> {
    Ok(sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?)
}
