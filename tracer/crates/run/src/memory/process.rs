//! What a process says of its memory: /proc/PID/smaps_rollup and /proc/PID/status.
//!
//! Resident memory comes from the rollup, which counts pages when it is read. The counters in `status` and `statm`
//! are batched for each CPU, and off by up to 64 pages a CPU.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs;
use std::io;
use std::path::Path;

use procfs::process::{SmapsRollup, Status};
use procfs::{FromRead, ProcError};

/// Bytes of one process, or of several together. `None` where a process does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessMemory {
    /// Address space (`VmSize`).
    pub reserved_bytes: Option<u64>,
    /// Page tables (`VmPTE`).
    pub page_tables_bytes: Option<u64>,
    /// Threads (`Threads`).
    pub threads: u64,
    /// Resident pages.
    pub rollup: Rollup,
}

/// The sums of all mappings, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rollup {
    /// Resident pages, shared ones in full.
    pub rss_bytes: u64,
    /// Resident pages, each divided by the processes that share it.
    pub pss_bytes: u64,
    /// Anonymous pages that are resident, shared ones in full.
    pub anonymous_bytes: u64,
    /// The anonymous part of `pss_bytes`; `None` before Linux 5.4, as the two below.
    pub pss_anonymous_bytes: Option<u64>,
    /// The part of `pss_bytes` that files back.
    pub pss_file_bytes: Option<u64>,
    /// The part of `pss_bytes` that is shared memory or on tmpfs.
    pub pss_shared_bytes: Option<u64>,
    /// Resident pages that no other process has, clean and dirty.
    pub private_bytes: u64,
    /// Pages swapped out.
    pub swap_bytes: u64,
}

impl ProcessMemory {
    /// Reads a process. `Ok(None)` when it has ended.
    ///
    /// # Errors
    /// Says which file could not be read, and why.
    pub fn read(pid: u32) -> Result<Option<Self>, String> {
        let Some(rollup) = Rollup::read(pid)? else { return Ok(None) };
        let Some(status) = contents(pid, "status")? else { return Ok(None) };
        status_of(&status).map(|status| Some(Self::of(&status, rollup))).map_err(|error| reason(pid, "status", &error))
    }

    fn of(status: &Status, rollup: Rollup) -> Self {
        let bytes = |kib: Option<u64>| kib.map(|kib| kib.saturating_mul(1024));
        Self {
            reserved_bytes: bytes(status.vmsize),
            page_tables_bytes: bytes(status.vmpte),
            threads: status.threads,
            rollup,
        }
    }

    /// Both together; what one of them does not say is unknown of both.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            reserved_bytes: sum(self.reserved_bytes, other.reserved_bytes),
            page_tables_bytes: sum(self.page_tables_bytes, other.page_tables_bytes),
            threads: self.threads + other.threads,
            rollup: self.rollup.plus(&other.rollup),
        }
    }
}

impl Rollup {
    /// Reads the sums of a process. `Ok(None)` when it has ended.
    ///
    /// # Errors
    /// Says what the kernel says against it.
    pub fn read(pid: u32) -> Result<Option<Self>, String> {
        let Some(text) = contents(pid, "smaps_rollup")? else { return Ok(None) };
        let file = SmapsRollup::from_read(text.as_slice()).map_err(|error| reason(pid, "smaps_rollup", &error))?;
        Ok(Some(Self::of(&file)))
    }

    fn of(file: &SmapsRollup) -> Self {
        let none = HashMap::new();
        let fields = file.memory_map_rollup.0.first().map_or(&none, |sums| &sums.extension.map);
        let field = |name: &str| fields.get(name).copied();
        let known = |name: &str| field(name).unwrap_or_default();
        Self {
            rss_bytes: known("Rss"),
            pss_bytes: known("Pss"),
            anonymous_bytes: known("Anonymous"),
            pss_anonymous_bytes: field("Pss_Anon"),
            pss_file_bytes: field("Pss_File"),
            pss_shared_bytes: field("Pss_Shmem"),
            private_bytes: known("Private_Clean") + known("Private_Dirty"),
            swap_bytes: known("Swap"),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            rss_bytes: self.rss_bytes + other.rss_bytes,
            pss_bytes: self.pss_bytes + other.pss_bytes,
            anonymous_bytes: self.anonymous_bytes + other.anonymous_bytes,
            pss_anonymous_bytes: sum(self.pss_anonymous_bytes, other.pss_anonymous_bytes),
            pss_file_bytes: sum(self.pss_file_bytes, other.pss_file_bytes),
            pss_shared_bytes: sum(self.pss_shared_bytes, other.pss_shared_bytes),
            private_bytes: self.private_bytes + other.private_bytes,
            swap_bytes: self.swap_bytes + other.swap_bytes,
        }
    }
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    Some(one? + other?)
}

/// A name need not be UTF-8, which `procfs` insists on.
fn status_of(contents: &[u8]) -> Result<Status, ProcError> {
    Status::from_read(String::from_utf8_lossy(contents).as_bytes())
}

/// A file of a process; `None` when the process has ended, be it a zombie yet.
pub(super) fn contents(pid: u32, file: &str) -> Result<Option<Vec<u8>>, String> {
    match fs::read(format!("/proc/{pid}/{file}")) {
        Ok(contents) if contents.is_empty() => Ok(None),
        Ok(contents) => Ok(Some(contents)),
        Err(error) if has_ended(pid, &error) => Ok(None),
        Err(error) => Err(reason(pid, file, &error)),
    }
}

/// Whether an error on a file of a process means that there is no such process any more.
pub(super) fn has_ended(pid: u32, error: &io::Error) -> bool {
    let is_missing = error.kind() == io::ErrorKind::NotFound && !Path::new(&format!("/proc/{pid}")).exists();
    error.raw_os_error() == Some(libc::ESRCH) || is_missing
}

fn reason(pid: u32, file: &str, error: &dyn Display) -> String {
    let text = error.to_string();
    format!("/proc/{pid}/{file}: {}", text.split(" (os error").next().unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    fn rollup(text: &str) -> Rollup {
        Rollup::of(&SmapsRollup::from_read(text.as_bytes()).unwrap())
    }

    const LINUX_4_19: &str = "\
00400000-7ffdd9ffe000 ---p 00000000 00:00 0                              [rollup]
Rss:                1884 kB
Pss:                 430 kB
Shared_Clean:       1484 kB
Shared_Dirty:          0 kB
Private_Clean:        12 kB
Private_Dirty:       388 kB
Referenced:         1884 kB
Anonymous:           388 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
ShmemPmdMapped:        0 kB
Shared_Hugetlb:        0 kB
Private_Hugetlb:       0 kB
Swap:                  8 kB
SwapPss:               8 kB
Locked:                0 kB
";

    const LINUX_6_18: &str = "\
5609ca6aa000-7ffe73f56000 ---p 00000000 00:00 0                          [rollup]
Rss:                9928 kB
Pss:                8522 kB
Pss_Dirty:          8400 kB
Pss_Anon:           8388 kB
Pss_File:            134 kB
Pss_Shmem:             4 kB
Shared_Clean:       1528 kB
Shared_Dirty:          0 kB
Private_Clean:         0 kB
Private_Dirty:      8400 kB
Referenced:         9928 kB
Anonymous:          8388 kB
KSM:                   0 kB
LazyFree:              0 kB
AnonHugePages:         0 kB
Swap:                  0 kB
SwapPss:               0 kB
Locked:                0 kB
";

    #[test]
    fn a_rollup_before_linux_5_4_has_no_parts_of_pss() {
        let old = rollup(LINUX_4_19);
        assert_eq!((old.rss_bytes, old.pss_bytes, old.anonymous_bytes), (1_884 << 10, 430 << 10, 388 << 10));
        assert_eq!((old.private_bytes, old.swap_bytes), (400 << 10, 8 << 10));
        assert_eq!((old.pss_anonymous_bytes, old.pss_file_bytes, old.pss_shared_bytes), (None, None, None));
    }

    #[test]
    fn a_rollup_of_today_has_them() {
        let new = rollup(LINUX_6_18);
        let parts = (new.pss_anonymous_bytes, new.pss_file_bytes, new.pss_shared_bytes);
        assert_eq!(parts, (Some(8_388 << 10), Some(134 << 10), Some(4 << 10)));
        assert_eq!(new.plus(&rollup(LINUX_4_19)).pss_anonymous_bytes, None);
        assert_eq!(new.plus(&new).rss_bytes, (2 * 9_928) << 10);
    }

    #[test]
    fn files_of_real_kernels() {
        for kernel in fixture::KERNELS {
            let status = status_of(fixture::text(kernel, "status").as_bytes()).unwrap();
            let memory = ProcessMemory::of(&status, rollup(&fixture::text(kernel, "smaps_rollup")));
            assert_eq!(memory.threads, 101, "{kernel}");
            // A hundred stacks of 8 MiB with their guards, and little else; of each, two pages.
            let stacks = 100 * ((8 << 20) + 4_096);
            assert!((stacks..stacks + (4 << 20)).contains(&memory.reserved_bytes.unwrap()), "{kernel} {memory:?}");
            assert!((800 << 10..1 << 20).contains(&memory.rollup.pss_anonymous_bytes.unwrap()), "{kernel} {memory:?}");
            assert_eq!(memory.rollup.pss_anonymous_bytes, Some(memory.rollup.anonymous_bytes), "{kernel}");
            assert!((400 << 10..500 << 10).contains(&memory.page_tables_bytes.unwrap()), "{kernel} {memory:?}");
        }
    }

    #[test]
    fn a_status_whose_name_is_no_text() {
        let text = fs::read("/proc/self/status").unwrap();
        let rest = text.iter().position(|byte| *byte == b'\n').unwrap();
        let memory = ProcessMemory::of(
            &status_of(&[b"Name:\t\xff:\x1b[2J", &text[rest..]].concat()).unwrap(),
            rollup(LINUX_6_18),
        );
        assert!(memory.reserved_bytes > Some(1 << 20) && memory.page_tables_bytes > Some(4096) && memory.threads > 0);
    }

    #[test]
    fn this_process_and_one_that_has_ended() {
        let memory = ProcessMemory::read(std::process::id()).unwrap().unwrap();
        assert!(memory.rollup.rss_bytes > 1 << 20 && memory.reserved_bytes > Some(memory.rollup.rss_bytes));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        while !stat().contains(") Z ") {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        assert_eq!(ProcessMemory::read(pid), Ok(None), "a zombie");
        child.wait().unwrap();
        assert_eq!(ProcessMemory::read(pid), Ok(None), "nobody");
    }
}
