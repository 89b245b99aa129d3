//! What a build leaves for each of its models: the program, or the reason why there is none.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Language, program};

/// The programs of a language before its build.
pub struct Before {
    folder: &'static str,
    programs: Vec<(PathBuf, Option<Version>)>,
}

/// What tells one version of a program from the next: when it was written, to the nanosecond, and its inode.
type Version = (i64, i64, u64);

impl Before {
    /// Looks into the folder of programs.
    pub fn look(language: &Language, out: &Path) -> Self {
        let programs = language.models.iter().map(|model| program(out, model));
        Self { folder: language.folder, programs: programs.map(|path| (path.clone(), version(&path))).collect() }
    }

    /// Leaves a program or a reason for each model; `failure` is why the build failed, if it did.
    ///
    /// After a failure only what this build has written is kept: what was there before is of an older source and must
    /// not be measured, while a build that misses a tool for one model may have made the others.
    pub fn settle(&self, failure: Option<&str>) -> Result<()> {
        for (path, before) in &self.programs {
            let now = version(path);
            let is_stale = failure.is_some() && now == *before;
            if is_stale {
                remove(path)?;
            }
            let why = failure.map_or_else(|| format!("workloads/{}/build did not make it", self.folder), str::to_owned);
            let is_missing = is_stale || now.is_none();
            leave(&path.with_extension("reason"), is_missing.then_some(&why))?;
        }
        Ok(())
    }
}

fn version(path: &Path) -> Option<Version> {
    fs::metadata(path).ok().map(|data| (data.mtime(), data.mtime_nsec(), data.ino()))
}

/// Writes the reason, or removes an old one.
fn leave(path: &Path, reason: Option<&String>) -> Result<()> {
    let Some(reason) = reason else { return remove(path) };
    fs::write(path, format!("{reason}\n")).with_context(|| format!("write {}", path.display()))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e).with_context(|| format!("remove {}", path.display())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::LANGUAGES;
    use super::*;

    fn go(out: &Path) -> Before {
        Before::look(LANGUAGES.iter().find(|language| language.folder == "go").unwrap(), out)
    }

    #[test]
    fn a_failed_build_keeps_what_it_has_made() {
        let out = tempfile::tempdir().unwrap();
        let file = |name: &str| out.path().join(name);
        fs::write(file("taskweight-go-1"), "old").unwrap();
        let before = go(out.path());
        fs::write(file("taskweight-go"), "new").unwrap();
        before.settle(Some("half of it")).unwrap();
        assert!(file("taskweight-go").exists() && !file("taskweight-go.reason").exists());
        assert!(!file("taskweight-go-1").exists());
        assert_eq!(fs::read_to_string(file("taskweight-go-1.reason")).unwrap(), "half of it\n");
    }

    #[test]
    fn a_build_with_nothing_to_do_keeps_everything() {
        let out = tempfile::tempdir().unwrap();
        ["taskweight-go", "taskweight-go-1"].iter().for_each(|name| fs::write(out.path().join(name), "").unwrap());
        go(out.path()).settle(None).unwrap();
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_build_that_makes_nothing_is_named() {
        let out = tempfile::tempdir().unwrap();
        go(out.path()).settle(None).unwrap();
        let reason = fs::read_to_string(out.path().join("taskweight-go-1.reason")).unwrap();
        assert_eq!(reason, "workloads/go/build did not make it\n");
    }
}
