//! The limits of the machine that many tasks run into: which one it was.

use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::{Context, Result};
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit, setrlimit};

use crate::arguments::Arguments;
use crate::processes;
use crate::scenario::Work as _;

/// Descriptors left for what is not a task: the standard streams, the runtime's own.
const SPARE_DESCRIPTORS: u64 = 32;
/// The lowest pids are not given again once they have been used (RESERVED_PIDS of the kernel).
const RESERVED_PIDS: u64 = 300;
/// Address space left for what is not a task.
const SPARE_BYTES: u64 = 4 << 20;
/// A limit with room for at most this number of tasks counts as reached: others come and go.
const ROOM: u64 = 16;

/// Raises the limit of open files where every task has a descriptor.
pub fn allow_descriptors_for(arguments: &Arguments) -> Result<()> {
    if arguments.scenario.needs_descriptors() { allow_descriptors(arguments.tasks) } else { Ok(()) }
}

/// Raises the limit of open files so that every task can have a descriptor: up to the hard limit, or beyond it where
/// the process may (root).
pub fn allow_descriptors(tasks: u32) -> Result<()> {
    let needed = u64::from(tasks) + SPARE_DESCRIPTORS;
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("read RLIMIT_NOFILE")?;
    let limit = hard.max(needed);
    setrlimit(Resource::RLIMIT_NOFILE, limit, limit).with_context(|| {
        format!(
            "{tasks} tasks need {needed} file descriptors, the hard limit RLIMIT_NOFILE is {hard}: raise it \
             (`ulimit -Hn {needed}` as root) or use fewer tasks"
        )
    })
}

/// What one more task takes from the limits.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Threads of the kernel.
    pub threads: u64,
    /// Mappings of memory.
    pub mappings: u64,
    /// Bytes of address space.
    pub bytes: u64,
}

/// A limit, in units of which a task needs some.
#[derive(Debug)]
struct Limit {
    name: String,
    value: u64,
    used: u64,
    need: u64,
}

impl Limit {
    /// How many more tasks there would be room for.
    fn room(&self) -> u64 {
        self.value.saturating_sub(self.used).checked_div(self.need).unwrap_or(u64::MAX)
    }
}

/// Whether the address space has room for a task and for what the program itself still needs: without it, the failure
/// to create a task would not be the only one.
pub fn has_address_space(need: Need) -> bool {
    match getrlimit(Resource::RLIMIT_AS) {
        Ok((limit, _)) if limit != RLIM_INFINITY => {
            processes::address_space().is_none_or(|used| used + need.bytes + SPARE_BYTES <= limit)
        }
        _ => true,
    }
}

/// The limit that stopped the creation of a task, with its value. To be asked while the tasks exist that did fit.
pub fn reached(need: Need) -> String {
    name_reached(&all(need))
}

fn name_reached(limits: &[Limit]) -> String {
    match limits.iter().min_by_key(|limit| limit.room()) {
        Some(limit) if limit.room() <= ROOM => format!("{} {}", limit.name, limit.value),
        _ => "none of the known limits, perhaps memory".to_owned(),
    }
}

/// The limits that can be read. What is in use is rounded up where the kernel's own count cannot be seen.
fn all(need: Need) -> Vec<Limit> {
    let Need { threads, mappings, bytes } = need;
    let sysctl = |name: &str, used: Option<u64>, need| {
        let value = number(Path::new("/proc/sys").join(name.replace('.', "/")).as_ref())?;
        Some(Limit { name: name.to_owned(), value, used: used?, need })
    };
    let everybody = processes::threads_of_all();
    let mut limits: Vec<Limit> = [
        sysctl("kernel.pid_max", everybody.map(|threads| threads + RESERVED_PIDS), threads),
        sysctl("kernel.threads-max", everybody, threads),
        sysctl("vm.max_map_count", mapping_count(), mappings),
        rlimit("RLIMIT_NPROC", Resource::RLIMIT_NPROC, processes::threads_of_user, threads),
        rlimit("RLIMIT_AS", Resource::RLIMIT_AS, processes::address_space, bytes),
    ]
    .into_iter()
    .flatten()
    .collect();
    let groups = processes::pid_groups().into_iter();
    limits.extend(groups.filter_map(|group| {
        let (value, used) = (number(&group.join("pids.max"))?, number(&group.join("pids.current"))?);
        Some(Limit { name: format!("pids.max of {}", group.display()), value, used, need: threads })
    }));
    limits
}

fn rlimit(name: &str, resource: Resource, used: fn() -> Option<u64>, need: u64) -> Option<Limit> {
    let (value, _) = getrlimit(resource).ok().filter(|(soft, _)| *soft != RLIM_INFINITY)?;
    Some(Limit { name: name.to_owned(), value, used: used()?, need })
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Mappings of this process, counted without asking for memory: there may be none to be had.
fn mapping_count() -> Option<u64> {
    let (mut maps, mut buffer, mut count) = (BufReader::new(File::open("/proc/self/maps").ok()?), [0; 4096], 0);
    loop {
        match maps.read(&mut buffer).ok()? {
            0 => return Some(count),
            length => count += buffer[..length].iter().filter(|byte| **byte == b'\n').count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(name: &str, value: u64, used: u64, need: u64) -> Limit {
        Limit { name: name.to_owned(), value, used, need }
    }

    #[test]
    fn the_limit_with_the_least_room_is_named() {
        let pids = |used| limit("kernel.pid_max", 32_768, used, 1);
        let maps = |used| limit("vm.max_map_count", 65_530, used, 2);
        assert_eq!(name_reached(&[pids(32_767), maps(65_000)]), "kernel.pid_max 32768");
        assert_eq!(name_reached(&[pids(32_700), maps(65_529)]), "vm.max_map_count 65530");
        assert_eq!(name_reached(&[pids(33_000), maps(65_000)]), "kernel.pid_max 32768");
        assert!(name_reached(&[pids(100), maps(100)]).contains("none"));
        assert!(name_reached(&[limit("unneeded", 1, 1, 0)]).contains("none"));
    }
}
