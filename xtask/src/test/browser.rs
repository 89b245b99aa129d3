//! The browser in which the tests look at pages.

use anyhow::{Context, Result};

use super::left_out::LeftOut;
use crate::setup::{self, Need};
use crate::workspace::Workspace;

/// Installs it where it is not there. Where it cannot be had, the tests that need it are left out; not in CI, where nobody
/// would notice.
pub fn ensure(workspace: &Workspace, left_out: &mut LeftOut) -> Result<()> {
    match setup::ensure(workspace, Need::Pages) {
        Err(error) if std::env::var_os("CI").is_some() => Err(error).context("install chromium"),
        Err(error) => {
            left_out.add("pages in a browser", &format!("{error:#}"));
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}
