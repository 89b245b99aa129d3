//! The browser in which the tests look at pages.

use anyhow::{Context, Result};

use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// Installs it where it is not there. Where it cannot be had, the tests that need it are left out, and the reason is returned;
/// not in CI, where nobody would notice.
pub fn ensure(workspace: &Workspace) -> Result<Option<String>> {
    match setup::ensure(workspace, Need::Pages) {
        Err(error) if std::env::var_os("CI").is_some() => Err(error).context("install chromium"),
        Err(error) => Ok(Some(format!("{error:#}"))),
        Ok(_) => Ok(None),
    }
}
