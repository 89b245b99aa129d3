//! `taskweight check-model`: what a program that is to be compared does wrong.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    path::PathBuf,
    time::Duration,
};

use anyhow::Context as _;
use clap::Args;

use super::{Perform, options::seconds};
use crate::{cli::Cli, notice::one_line};
use taskweight_core::{catalog, scenario::Scenario};
use taskweight_run::{
    check::{Check, Checker, Interrupted, Verdict},
    guardian::Guardian,
    privilege::Identity,
    signals::Signals,
};

/// Options of `check-model`.
#[derive(Debug, Args)]
#[command(after_help = "EXAMPLES:
  taskweight check-model -- ./my-program --fast
  taskweight check-model --scenarios switch,yield -- python3 my_model.py
  sudo taskweight compare --scenarios switch --model mine='./my-program --fast'   once it passes")]
pub struct CheckModelArgs {
    /// The program and its first arguments; the scenario, --tasks and --operations are appended
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Scenarios, separated by commas [default: all]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub scenarios: Option<Vec<String>>,
    /// Time limit for each step, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "30")]
    pub timeout: Duration,
    /// Run the program as root, instead of as the user who called sudo
    #[arg(long)]
    pub as_root: bool,
    /// Directory of the load generator [default: beside taskweight]
    #[arg(long, value_name = "DIR", hide = true, env = "TASKWEIGHT_PROGRAMS")]
    pub programs: Option<PathBuf>,
}

impl Perform for CheckModelArgs {
    /// Drives the program through the scenarios, and prints a line for each thing looked at. Exit status 1 if one is wrong.
    fn run(&self, _cli: &Cli) -> anyhow::Result<u8> {
        let scenarios =
            self.scenarios.as_ref().map_or(Ok(Scenario::ALL.to_vec()), |names| Scenario::of_names(names))?;
        let signals = Signals::install().context("install signal handlers")?;
        // Without one, a program that root has checked outlives a check that is killed.
        let _guardian = Guardian::start();
        let programs = self.programs.clone().map_or_else(catalog::programs_folder, Ok)?;
        let checker = Checker {
            command: &self.command,
            user: if self.as_root { Identity::unchanged() } else { Identity::caller()? },
            signals: &signals,
            timeout: self.timeout,
            programs: &programs,
        };
        let mut findings = Findings::default();
        let interrupted = findings.collect(&checker, &scenarios).err();
        findings.summarise(interrupted)?;
        findings.printed?;
        let Some(Interrupted(received)) = interrupted else { return Ok(u8::from(findings.wrong > 0)) };
        Ok(128 + received.signal as u8)
    }
}

struct Findings {
    good: usize,
    wrong: usize,
    offered: Vec<&'static str>,
    /// The first failure to print.
    printed: io::Result<()>,
}

impl Default for Findings {
    fn default() -> Self {
        Self { good: 0, wrong: 0, offered: Vec::new(), printed: Ok(()) }
    }
}

impl Findings {
    fn collect(&mut self, checker: &Checker<'_>, scenarios: &[Scenario]) -> Result<(), Interrupted> {
        let mut parked_alone = None;
        for &scenario in scenarios {
            if checker.scenario(scenario, &mut |check| self.add(&check))? {
                self.offered.push(scenario.name());
                // A server is not ready before its clients are there.
                parked_alone = parked_alone.or(Some(scenario).filter(|scenario| *scenario != Scenario::Echo));
            }
        }
        if let Some(scenario) = parked_alone {
            self.add(&checker.end_of_input(scenario)?);
        }
        self.add(&checker.unknown_scenario()?);
        Ok(())
    }

    fn add(&mut self, check: &Check) {
        let what = &check.what;
        match &check.verdict {
            Verdict::Good => self.good += 1,
            Verdict::Wrong(_) => self.wrong += 1,
            Verdict::NotOffered | Verdict::Unchecked(_) => {}
        }
        match &check.verdict {
            Verdict::Good => self.print(&format!("ok     {what}")),
            Verdict::NotOffered => self.print(&format!("-      {what}: not offered")),
            Verdict::Unchecked(reason) => self.print(&format!("-      {what}: not checked: {reason}")),
            Verdict::Wrong(faults) => faults.iter().for_each(|fault| self.print(&format!("WRONG  {what}: {fault}"))),
        }
    }

    /// A program that takes every word for unknown, or is not even there, offers nothing: that is no success.
    fn summarise(&mut self, interrupted: Option<Interrupted>) -> io::Result<()> {
        if self.offered.is_empty() && self.wrong == 0 && interrupted.is_none() {
            self.wrong += 1;
            self.print("WRONG  no scenario was checked: see the program's stderr");
        }
        let offered = if self.offered.is_empty() { "nothing".to_owned() } else { self.offered.join(", ") };
        let (good, wrong) = (self.good, self.wrong);
        self.print("");
        self.print(&format!("{good} ok, {wrong} wrong; offered: {offered}"));
        std::mem::replace(&mut self.printed, Ok(()))
    }

    fn print(&mut self, line: &str) {
        if self.printed.is_ok() {
            self.printed = writeln!(io::stdout().lock(), "{}", one_line(line));
        }
    }
}
