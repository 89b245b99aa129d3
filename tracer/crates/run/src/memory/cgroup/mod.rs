//! A memory cgroup of its own for each run, so that what the kernel charges to it is the run's and nobody else's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::guardian;

mod directory;
mod name;
mod place;
mod usage;

pub(crate) use directory::Directory;
use name::Owner;
use place::Place;
pub use place::Version;
pub use usage::CgroupMemory;

/// A fresh cgroup; removed when dropped, or by the [guardian](crate::guardian) of a taskweight that is killed. None of its processes is
/// killed: one that outlives the run, such as a daemon, is moved to where taskweight is.
#[derive(Debug)]
pub struct RunCgroup {
    directory: Directory,
    version: Version,
}

/// The cgroup that this process is in.
///
/// # Errors
/// Says why it is not known.
pub fn own() -> Result<PathBuf, String> {
    place::own(Path::new("/")).map(|(_, own, _)| own)
}

impl RunCgroup {
    /// Makes one beside or below taskweight's own, and removes what killed runs of taskweight left there.
    ///
    /// # Errors
    /// Says why there can be none: the run goes on without.
    pub fn create() -> Result<Self, String> {
        Self::create_at(&place::find(Path::new("/"))?)
    }

    fn create_at(place: &Place) -> Result<Self, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let owner = Owner::this_process()?;
        remove_leftovers(&place.parent, &owner);
        let path = place.parent.join(owner.name(NUMBER.fetch_add(1, Ordering::Relaxed)));
        let directory = Directory { path, home: place.own.clone() };
        // First, so that there is no moment at which it is there and nobody would remove it.
        guardian::tell_of_cgroup(&directory.path, &directory.home);
        fs::create_dir(&directory.path)
            .map_err(|error| format!("make {}: {}", directory.path.display(), advice(&error)))?;
        Ok(Self { directory, version: place.version })
    }

    /// Moves a process into it, with all its threads; what it starts later is in it from the beginning. What was
    /// charged before stays where it was: move it before its first instruction.
    ///
    /// # Errors
    /// Says why it could not be moved.
    pub fn add(&self, pid: u32) -> Result<(), String> {
        self.directory.add(pid)
    }

    /// The processes in it, those that the first one started included.
    ///
    /// # Errors
    /// Says why they could not be read.
    pub fn pids(&self) -> Result<Vec<u32>, String> {
        self.directory.pids()
    }

    /// What is charged to it now.
    ///
    /// # Errors
    /// Says which file could not be read.
    pub fn memory(&self) -> Result<CgroupMemory, String> {
        CgroupMemory::read(self.version, &self.directory.path)
    }

    /// Which interface it has.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Its directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.directory.path
    }
}

/// Removes cgroups that a taskweight made which lives no more. One with processes in it stays: the kernel sees to it.
fn remove_leftovers(parent: &Path, me: &Owner) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    for name in names.filter(|name| me.finds_left_over(name)) {
        let _stays_if_in_use = fs::remove_dir(parent.join(name));
    }
}

fn advice(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM) => {
            String::from("permission denied: run as root, or have the cgroup delegated")
        }
        Some(libc::EROFS) => String::from("cgroups are mounted read-only, as in most containers"),
        Some(libc::EOPNOTSUPP) => String::from("the cgroup is threaded, and has no memory of its own"),
        Some(libc::EAGAIN) => String::from("the limit of cgroups is reached (cgroup.max.descendants)"),
        Some(libc::ENOSPC) => String::from("there are too many cgroups (memory: 65,535)"),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_owned()
        }
    }
}

#[cfg(test)]
mod tests;
