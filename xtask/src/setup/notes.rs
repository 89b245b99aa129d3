//! What could not be installed, noted under the target directory: only `cargo xtask setup` tries it again.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::plan::Step;
use crate::workspace::Workspace;

/// The notes, a name each.
pub struct Notes {
    path: PathBuf,
    names: Vec<String>,
}

impl Notes {
    /// Reads them; there are none when there is no file.
    pub fn read(workspace: &Workspace) -> Self {
        let path = workspace.tools().join("not-installed");
        let text = fs::read_to_string(&path).unwrap_or_default();
        Self { path, names: text.lines().map(str::to_owned).collect() }
    }

    /// Whether this could not be installed.
    pub fn contains(&self, step: &Step) -> bool {
        self.names.contains(&step.name)
    }

    /// Notes which of the steps failed; what was not tried stays as it was.
    pub fn write(mut self, tried: &[Step], failed: &[Step]) -> Result<()> {
        let old = self.names.clone();
        self.names.retain(|name| tried.iter().all(|step| step.name != *name));
        self.names.extend(failed.iter().map(|step| step.name.clone()));
        if self.names == old {
            return Ok(());
        }
        let text: String = self.names.iter().map(|name| format!("{name}\n")).collect();
        let folder = self.path.parent().unwrap_or(&self.path);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&self.path, text))
            .with_context(|| format!("write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{machine::Means, plan::plan, things::THINGS};
    use super::*;

    #[test]
    fn a_failure_is_noted_until_it_succeeds() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace { root: root.path().into(), target: root.path().join("target") };
        let means = Means { rustup: true, apt: true, root: true, llvm_major: 22 };
        let steps = plan(THINGS[..2].iter().collect(), &means).steps;
        let noted = || [0, 1].map(|index: usize| Notes::read(&workspace).contains(&steps[index]));
        Notes::read(&workspace).write(&steps, &steps[1..]).unwrap();
        assert_eq!(noted(), [false, true]);
        Notes::read(&workspace).write(&steps[..1], &[]).unwrap();
        assert_eq!(noted(), [false, true]);
        Notes::read(&workspace).write(&steps[1..], &[]).unwrap();
        assert_eq!(noted(), [false, false]);
    }
}
