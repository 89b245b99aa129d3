//! Packages of the distribution, with apt-get.

use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::command;

/// Whether this run has fetched the package lists. Held by the thread that uses apt-get, which does not wait for another.
static LISTS_ARE_NEW: Mutex<bool> = Mutex::new(false);

/// Installs packages.
pub fn install(names: &[&str]) -> Result<()> {
    with_lists(|| {
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            bail!("this system has no package {unknown}");
        }
        apt_get(&[&["install", "--yes", "--no-install-recommends"], names].concat())
    })
}

/// Does what needs the package lists: again with new ones, once a run, when they do not know a package or are too old.
pub fn with_lists<T>(act: impl Fn() -> Result<T>) -> Result<T> {
    let mut lists_are_new = LISTS_ARE_NEW.lock().unwrap_or_else(PoisonError::into_inner);
    let first = act();
    if first.is_ok() || *lists_are_new {
        return first;
    }
    eprintln!("the package lists are empty or old: fetching them");
    *lists_are_new = true;
    apt_get(&["update"])?;
    act()
}

fn apt_get(args: &[&str]) -> Result<()> {
    let mut command = command::as_root("env")?;
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
    command::run_quietly(&mut command)
}

fn is_known(package: &str) -> bool {
    command::output(Command::new("apt-cache").args(["show", package]).stdin(Stdio::null()))
        .is_ok_and(|text| !text.is_empty())
}
