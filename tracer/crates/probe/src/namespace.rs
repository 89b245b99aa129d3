//! PID namespaces. The programs see the pids of the kernel's first one; inside another, such as a container's, those in
//! /proc are different, and what the programs saw is translated.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process,
};

use tracer_ebpf::ThreadState;

/// The kernel gives its first PID namespace this inode (`PROC_PID_INIT_INO`).
const FIRST: u64 = 0xeffffffc;
/// Most pids that a kernel can have, whatever is allowed in one namespace (`PID_MAX_LIMIT`).
pub const PID_LIMIT: u32 = 1 << 22;

/// A PID namespace that is not the kernel's first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PidNamespace {
    /// Device on which its file lies.
    pub device: u32,
    /// Inode of the file: what it is known by.
    pub inode: u32,
}

impl PidNamespace {
    /// That of this process; `None` where it is the kernel's first.
    pub fn own() -> Option<Self> {
        let file = fs::metadata("/proc/self/ns/pid").ok().filter(|file| file.ino() != FIRST)?;
        Some(Self { device: u32::try_from(file.dev()).ok()?, inode: u32::try_from(file.ino()).ok()? })
    }
}

/// Whether /proc shows the pids of this process's namespace: a new namespace needs a mount of its own.
pub fn is_proc_ours() -> bool {
    fs::read_link("/proc/self").is_ok_and(|link| is_of(&link, process::id()))
}

fn is_of(link: &Path, pid: u32) -> bool {
    link == PathBuf::from(pid.to_string())
}

/// Replaces pids by those of our namespace. `threads` are in order of appearance: the last thread that led a process of a
/// number is the one meant, should the number have been used again.
pub fn translate(threads: &mut [ThreadState]) {
    let mut leaders = HashMap::new();
    for thread in threads.iter_mut() {
        if thread.is_leader != 0 {
            leaders.insert(thread.tgid, thread.local_pid);
        }
        thread.tgid = leaders.get(&thread.tgid).copied().unwrap_or_default();
        thread.pid = thread.local_pid;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thread(pid: u32, tgid: u32, local_pid: u32) -> ThreadState {
        ThreadState { pid, tgid, local_pid, is_leader: u32::from(pid == tgid), ..ThreadState::default() }
    }

    #[test]
    fn threads_get_the_numbers_that_they_have_here() {
        // 700 is used again by a later process.
        let mut threads = [thread(700, 700, 2), thread(701, 700, 3), thread(700, 700, 9), thread(702, 700, 10)];
        translate(&mut threads);
        let ids = threads.map(|thread| (thread.tgid, thread.pid));
        assert_eq!(ids, [(2, 2), (2, 3), (9, 9), (9, 10)]);
    }

    #[test]
    fn a_proc_of_another_namespace_is_told_by_its_link() {
        assert!(is_of(Path::new("17"), 17) && !is_of(Path::new("4117"), 17));
        assert!(is_proc_ours());
    }
}
