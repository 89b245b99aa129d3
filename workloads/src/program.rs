//! The frame of every program: command line, protocol, exit status.

use std::process::exit;

use anyhow::Result;
use clap::Parser;

use crate::arguments::{self, Arguments};
use crate::limits;
use crate::protocol::Protocol;
use crate::scenario::Scenario;

/// A concurrency model, as its program presents it.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// The name taskweight uses: `os-thread`, `tokio`, ...
    pub name: &'static str,
    /// The scenarios it offers.
    pub scenarios: &'static [Scenario],
}

impl Model {
    /// Parses the command line, runs `work` up to the line `exit`, and ends the process.
    ///
    /// The process ends without tearing the tasks down: 10,000 of them would take longer than the run. Status 0:
    /// all went well; 1: the run failed; 2: the command line is wrong.
    pub fn run<C>(&self, work: impl FnOnce(&C, &Protocol) -> Result<()>) -> !
    where
        C: Parser + AsRef<Arguments>,
    {
        let command: C = arguments::parse();
        let scenario = command.as_ref().scenario;
        if !self.scenarios.contains(&scenario) {
            self.refuse(scenario);
        }
        converse(|protocol| {
            limits::allow_descriptors_for(command.as_ref())?;
            work(&command, protocol)
        })
    }

    /// Says that the model does not offer `scenario`, and ends the process with status 2.
    pub fn refuse(&self, scenario: Scenario) -> ! {
        let offered: Vec<&str> = self.scenarios.iter().map(|scenario| scenario.name()).collect();
        let (name, scenario, offered) = (self.name, scenario.name(), offered.join(", "));
        eprintln!("error: {name} does not offer scenario {scenario}, only: {offered}");
        exit(2)
    }
}

/// Runs `work` up to the line `exit`, and ends the process.
pub fn converse(work: impl FnOnce(&Protocol) -> Result<()>) -> ! {
    match Protocol::start().and_then(|protocol| work(&protocol)) {
        Ok(()) => exit(0),
        Err(error) => fail(&error),
    }
}

/// Prints the error with its causes in one line, and ends the process with status 1.
pub fn fail(error: &anyhow::Error) -> ! {
    eprintln!("error: {error:#}");
    exit(1)
}
