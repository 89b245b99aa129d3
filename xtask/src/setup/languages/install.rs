//! Installs what the languages lack; what fails is said once, with the last line of the program that failed.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::plan::Item;
use crate::command::run_quietly;
use crate::setup::apt::Apt;
use crate::workspace::Workspace;

/// Installs one item after the other.
pub struct Installer<'a> {
    workspace: &'a Workspace,
    apt: Apt,
}

impl<'a> Installer<'a> {
    /// Into the target directory, but for the packages of the distribution.
    pub fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, apt: Apt::quiet() }
    }

    /// Returns the items that could not be installed.
    pub fn install(&mut self, items: &[Item]) -> Vec<Item> {
        let mut failed = Vec::new();
        for item in items {
            if let Err(e) = self.one(item) {
                eprintln!("not installed, which leaves out {}: {e:#}", item.models());
                failed.push(*item);
            }
        }
        if !failed.is_empty() {
            eprintln!("the rest goes on; to try again: cargo xtask setup");
        }
        failed
    }

    fn one(&mut self, item: &Item) -> Result<()> {
        match item {
            Item::Package(name) => self.apt.install(&[name]),
            Item::Venv => self.venv(),
            Item::Wheel(requirement) => self.wheel(requirement),
            Item::Npm(name, version) => self.npm(&format!("{name}@{version}")),
        }
    }

    fn venv(&self) -> Result<()> {
        let mut python = Command::new("python3");
        python.args(["-m", "venv", "--clear"]).arg(self.workspace.tools().join("venv"));
        run_quietly(&mut python).context("make the venv")
    }

    fn wheel(&self, requirement: &str) -> Result<()> {
        let python = self.workspace.tools().join("venv/bin/python3");
        if !python.exists() {
            bail!("{requirement} goes into the venv, and there is none");
        }
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        // A wheel or nothing: a build from source takes minutes and a compiler.
        pip.args(["--only-binary", ":all:", "--retries", "1", "--timeout", "20", requirement]);
        run_quietly(&mut pip).with_context(|| format!("install {requirement}"))
    }

    fn npm(&self, package: &str) -> Result<()> {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-save", "--fetch-retries", "1", "--prefix"]);
        npm.arg(self.workspace.tools()).arg(package);
        run_quietly(&mut npm).with_context(|| format!("install {package}"))
    }
}
