//! The directory of a cgroup, and its removal.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::usage;

/// How often the removal is tried again, and after which pause: a process that has ended leaves its cgroup a moment
/// after its parent could wait for it.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(10);

/// The file with the processes of a cgroup.
const PROCESSES: &str = "cgroup.procs";

/// Removed when dropped. None of its processes is killed: one that outlives the run, such as a daemon, is moved to where
/// taskweight is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) path: PathBuf,
    /// Where processes go that are still in it when it is removed.
    pub(crate) home: PathBuf,
}

impl Directory {
    /// Moves a process into it, with all its threads.
    pub(super) fn add(&self, pid: u32) -> Result<(), String> {
        let file = self.path.join(PROCESSES);
        fs::write(&file, pid.to_string())
            .map_err(|error| format!("move process {pid} to {}: {}", file.display(), super::advice(&error)))
    }

    /// The processes in it.
    pub(super) fn pids(&self) -> Result<Vec<u32>, String> {
        let text = usage::text(&self.path, PROCESSES)?;
        // A process of another pid namespace is shown as 0.
        Ok(text.lines().filter_map(|line| line.parse().ok()).filter(|&pid| pid != 0).collect())
    }

    /// Moves what has outlived the run out of its cgroup.
    fn move_out(&self) {
        for pid in self.pids().unwrap_or_default() {
            let _ended_meanwhile = fs::write(self.home.join(PROCESSES), pid.to_string());
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        for _ in 0..ATTEMPTS {
            match fs::remove_dir(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                    self.move_out();
                    thread::sleep(PAUSE);
                }
                // What cannot be removed now, the next run removes.
                Ok(()) | Err(_) => return,
            }
        }
    }
}
