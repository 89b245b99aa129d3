//! Installs packages of the distribution with apt-get.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command;

/// apt-get, which fetches its lists at most once.
pub struct Apt {
    lists_are_new: bool,
    run: fn(&mut Command) -> Result<()>,
}

impl Apt {
    /// Shows what apt-get prints.
    pub fn loud() -> Self {
        Self { lists_are_new: false, run: command::run }
    }

    /// Shows of what apt-get prints only the last line of a failure.
    pub fn quiet() -> Self {
        Self { lists_are_new: false, run: command::run_quietly }
    }

    /// Installs packages; the lists are fetched first when they do not know one of them or are too old to install it.
    pub fn install(&mut self, names: &[&str]) -> Result<()> {
        let first = self.try_install(names);
        if first.is_ok() || self.lists_are_new {
            return first;
        }
        eprintln!("the package lists are empty or old: fetching them");
        self.lists_are_new = true;
        self.apt_get(&["update"])?;
        self.try_install(names)
    }

    fn try_install(&self, names: &[&str]) -> Result<()> {
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            bail!("this system has no package {unknown}");
        }
        let options = ["install", "--yes", "--no-install-recommends"];
        self.apt_get(&[&options, names].concat())
    }

    fn apt_get(&self, args: &[&str]) -> Result<()> {
        let mut command = command::as_root("env")?;
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
        (self.run)(command.stdin(Stdio::null()))
    }
}

fn is_known(package: &str) -> bool {
    command::output(Command::new("apt-cache").args(["show", package])).is_ok_and(|text| !text.is_empty())
}
