//! What could not be installed, noted under the target directory: only `cargo xtask setup` tries it again.

use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::plan::Item;
use crate::workspace::Workspace;

/// The notes, a line each.
pub struct Notes {
    path: PathBuf,
    lines: Vec<String>,
}

impl Notes {
    /// Reads them; there are none when there is no file.
    pub fn read(workspace: &Workspace) -> Self {
        let path = workspace.tools().join("not-installed");
        let text = fs::read_to_string(&path).unwrap_or_default();
        Self { path, lines: text.lines().map(str::to_owned).collect() }
    }

    /// Whether this could not be installed.
    pub fn contains(&self, item: &Item) -> bool {
        self.lines.contains(&item.to_string())
    }

    /// Notes which of the steps failed; what was not tried stays as it was.
    pub fn write(mut self, tried: &[Item], failed: &[Item]) -> Result<()> {
        let old = self.lines.clone();
        self.lines.retain(|line| tried.iter().all(|item| item.to_string() != *line));
        self.lines.extend(failed.iter().map(Item::to_string));
        if self.lines == old {
            return Ok(());
        }
        let done = if self.lines.is_empty() {
            fs::remove_file(&self.path)
        } else {
            self.path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| self.save())
        };
        done.with_context(|| format!("write {}", self.path.display()))
    }

    fn save(&self) -> io::Result<()> {
        fs::write(&self.path, self.lines.join("\n") + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHEEL: Item = Item::Wheel("greenlet==3.5.6");

    #[test]
    fn a_failure_is_noted_until_it_succeeds() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: root.path().into(), target: root.path().join("target") };
        Notes::read(&workspace).write(&[Item::Venv, WHEEL], &[WHEEL]).unwrap();
        assert!(Notes::read(&workspace).contains(&WHEEL) && !Notes::read(&workspace).contains(&Item::Venv));
        Notes::read(&workspace).write(&[Item::Venv], &[]).unwrap();
        assert!(Notes::read(&workspace).contains(&WHEEL));
        Notes::read(&workspace).write(&[WHEEL], &[]).unwrap();
        assert!(!Notes::read(&workspace).contains(&WHEEL) && !workspace.tools().join("not-installed").exists());
    }
}
