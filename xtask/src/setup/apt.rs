//! Installs packages of the distribution with apt-get.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

use crate::command;

static LISTS_ARE_NEW: AtomicBool = AtomicBool::new(false);

/// Installs packages; the lists are fetched first, but only once, when they do not know one of them or are too old.
pub fn install(names: &[&str]) -> Result<()> {
    let first = try_install(names);
    if first.is_ok() || LISTS_ARE_NEW.swap(true, Ordering::Relaxed) {
        return first;
    }
    eprintln!("the package lists are empty or old: fetching them");
    apt_get(&["update"])?;
    try_install(names)
}

fn try_install(names: &[&str]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        bail!("this system has no package {unknown}");
    }
    apt_get(&[&["install", "--yes", "--no-install-recommends"], names].concat())
}

/// Another apt-get, as of a set-up beside this one, is waited for.
fn apt_get(args: &[&str]) -> Result<()> {
    let mut command = command::as_root("env")?;
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300"]).args(args);
    command::run_quietly(&mut command)
}

fn is_known(package: &str) -> bool {
    command::output(Command::new("apt-cache").args(["show", package]).stdin(Stdio::null()))
        .is_ok_and(|text| !text.is_empty())
}
