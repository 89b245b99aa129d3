//! `taskweight empty-programs`: programs that do nothing on all hooks, until a signal comes. What a command takes longer
//! beside it is what the hooks cost, whoever uses them.

use std::os::fd::AsFd as _;

use anyhow::Context as _;
use clap::Args;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::Perform;
use crate::{cli::Cli, measure};
use taskweight_probe::{RunningKernel, calibration::EmptyPrograms};
use taskweight_run::signals::Signals;

/// `empty-programs` has no options.
#[derive(Args, Debug)]
pub struct EmptyProgramsArgs;

impl Perform for EmptyProgramsArgs {
    /// Attaches them, and waits.
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        measure::preflight()?;
        let signals = Signals::install().context("install signal handlers")?;
        let programs = EmptyPrograms::attach(&RunningKernel::read()?)?;
        while signals.received().is_none() {
            // What interrupts it is what it waits for.
            let _interrupted = poll(&mut [PollFd::new(signals.as_fd(), PollFlags::POLLIN)], PollTimeout::NONE);
        }
        drop(programs);
        Ok(0)
    }
}
