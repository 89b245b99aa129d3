//! What limits on processes count, as /proc and the cgroup file system tell it.

use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::getuid;

/// The capabilities that lift the limit of processes: CAP_SYS_ADMIN and CAP_SYS_RESOURCE.
const UNLIMITED: u64 = 1 << 21 | 1 << 24;

/// Threads that exist on the system.
pub fn threads_of_all() -> Option<u64> {
    let load = fs::read_to_string("/proc/loadavg").ok()?;
    load.split_whitespace().nth(3)?.split_once('/')?.1.parse().ok()
}

/// Threads of this process's user, where their number is limited.
pub fn threads_of_user() -> Option<u64> {
    let own = fs::read_to_string("/proc/self/status").ok()?;
    let capabilities = u64::from_str_radix(field(&own, "CapEff:")?, 16).ok()?;
    if getuid().is_root() || capabilities & UNLIMITED != 0 {
        return None;
    }
    let user = field(&own, "Uid:")?;
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let threads = processes.filter_map(|process| {
        let status = fs::read_to_string(process.path().join("status")).ok()?;
        let threads = field(&status, "Threads:")?.parse::<u64>().ok()?;
        (field(&status, "Uid:")? == user).then_some(threads)
    });
    Some(threads.sum())
}

/// Bytes of address space that this process has mapped.
pub fn address_space() -> Option<u64> {
    let own = fs::read_to_string("/proc/self/status").ok()?;
    field(&own, "VmSize:")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// The directories of the cgroups, from this process's own upwards, that may limit the number of threads.
pub fn pid_groups() -> Vec<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    groups.lines().filter_map(directory).flat_map(|(root, group)| upwards(&root, group)).collect()
}

/// Where the file system has the group of a line of /proc/PID/cgroup: the pids controller's, or that of version 2.
fn directory(line: &str) -> Option<(PathBuf, &str)> {
    match line.splitn(3, ':').collect::<Vec<_>>()[..] {
        [_, "pids", group] => Some((PathBuf::from("/sys/fs/cgroup/pids"), group)),
        [_, "", group] => Some((PathBuf::from("/sys/fs/cgroup"), group)),
        _ => None,
    }
}

fn upwards(root: &Path, group: &str) -> Vec<PathBuf> {
    Path::new(group.trim_start_matches('/')).ancestors().map(|ancestor| root.join(ancestor)).collect()
}

/// The first word of a field in a file like /proc/PID/status.
fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_both_versions() {
        assert_eq!(directory("8:pids:/a/b"), Some((PathBuf::from("/sys/fs/cgroup/pids"), "/a/b")));
        assert_eq!(directory("0::/a"), Some((PathBuf::from("/sys/fs/cgroup"), "/a")));
        assert_eq!(directory("4:memory:/a"), None);
        let root = Path::new("/sys/fs/cgroup");
        assert_eq!(upwards(root, "/a/b"), ["a/b", "a", ""].map(|path| root.join(path)));
    }

    #[test]
    fn this_process_is_among_all() {
        assert!(threads_of_all().is_some_and(|threads| threads > 0));
        assert!(address_space().is_some_and(|bytes| bytes > 0));
        assert_eq!(field("Uid:\t7\t8\nThreads:\t3\n", "Threads:"), Some("3"));
    }
}
