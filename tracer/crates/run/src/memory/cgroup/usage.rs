//! What is charged to a cgroup.

use std::fs;
use std::path::Path;

use super::Version;

/// Bytes charged to a cgroup. `None` where the kernel does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CgroupMemory {
    /// Which interface says so.
    pub version: Version,
    /// All of it, with the kernel's memory. The kernel charges in portions of 64 pages for each CPU, so that it may be
    /// too high by that.
    pub usage_bytes: u64,
    /// Memory of the kernel. `None` where it is not accounted.
    pub kernel_bytes: Option<u64>,
    /// Of it, stacks of threads; version 2 only.
    pub kernel_stack_bytes: Option<u64>,
    /// Of it, slab, per-CPU and vmalloc memory, and buffers of sockets; version 2 only.
    pub slab_bytes: Option<u64>,
    /// Pages of files, without shared memory.
    pub page_cache_bytes: Option<u64>,
}

impl CgroupMemory {
    pub(super) fn read(version: Version, cgroup: &Path) -> Result<Self, String> {
        let stat = text(cgroup, "memory.stat")?;
        match version {
            // The file is missing where the kernel was built without it, and on kernels that have given it up.
            Version::V1 => {
                let kernel = number(cgroup, "memory.kmem.usage_in_bytes").ok();
                Ok(Self::of_v1(number(cgroup, "memory.usage_in_bytes")?, kernel, &stat))
            }
            Version::V2 => Ok(Self::of_v2(number(cgroup, "memory.current")?, &stat)),
        }
    }

    fn of_v1(usage_bytes: u64, kernel: Option<u64>, stat: &str) -> Self {
        Self {
            version: Version::V1,
            usage_bytes,
            kernel_bytes: accounted(kernel),
            kernel_stack_bytes: None,
            slab_bytes: None,
            page_cache_bytes: difference(line(stat, "cache"), line(stat, "shmem")),
        }
    }

    /// A thread's stack is charged where it was created: a process that was moved into the cgroup has none there.
    fn of_v2(usage_bytes: u64, stat: &str) -> Self {
        // Lines that came later than 4.18 are optional.
        let optional = ["percpu", "vmalloc", "sock"].map(|name| line(stat, name).unwrap_or_default());
        let slab = line(stat, "slab").map(|slab| slab + optional.iter().sum::<u64>());
        let kernel_stack = line(stat, "kernel_stack");
        let parts = || Some(kernel_stack? + slab? + line(stat, "pagetables").unwrap_or_default());
        let kernel_bytes = accounted(line(stat, "kernel").or_else(parts));
        Self {
            version: Version::V2,
            usage_bytes,
            kernel_bytes,
            kernel_stack_bytes: kernel_stack.filter(|_| kernel_bytes.is_some()),
            slab_bytes: slab.filter(|_| kernel_bytes.is_some()),
            page_cache_bytes: difference(line(stat, "file"), line(stat, "shmem")),
        }
    }
}

/// A process cannot exist without memory of the kernel: 0 says that it is not accounted (`cgroup.memory=nokmem`).
fn accounted(bytes: Option<u64>) -> Option<u64> {
    bytes.filter(|&bytes| bytes > 0)
}

fn difference(all: Option<u64>, part: Option<u64>) -> Option<u64> {
    Some(all?.saturating_sub(part?))
}

/// The number in a line such as `kernel_stack 16384`.
fn line(stat: &str, name: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

pub(super) fn text(cgroup: &Path, file: &str) -> Result<String, String> {
    let path = cgroup.join(file);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn number(cgroup: &Path, file: &str) -> Result<u64, String> {
    let text = text(cgroup, file)?;
    text.trim().parse().map_err(|error| format!("{}: `{}`: {error}", cgroup.join(file).display(), text.trim()))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::*;

    const V1: &str = "cache 704512\nrss 1949696\nrss_huge 0\nshmem 4096\nmapped_file 98304\ndirty 28672\n\
                      total_cache 999999999\ntotal_shmem 99999999\n";
    /// Linux 6.12.
    const V2: &str = "anon 8589312\nfile 1200128\nkernel 28000256\nkernel_stack 16400384\npagetables 4325376\n\
                      sec_pagetables 0\npercpu 5120\nsock 4096\nvmalloc 8192\nshmem 24576\nzswap 0\n\
                      file_mapped 0\nslab_reclaimable 1024\nslab_unreclaimable 7000000\nslab 7001024\n";
    /// Linux 5.4.
    const V2_OLD: &str = "anon 8589312\nfile 1200128\nkernel_stack 16400384\nslab 7001024\nsock 0\nshmem 0\n";

    #[test]
    fn version_1() {
        let memory = CgroupMemory::of_v1(6_553_600, Some(1_724_416), V1);
        assert_eq!((memory.usage_bytes, memory.kernel_bytes), (6_553_600, Some(1_724_416)));
        assert_eq!((memory.kernel_stack_bytes, memory.slab_bytes), (None, None));
        assert_eq!(memory.page_cache_bytes, Some(704_512 - 4_096));
    }

    #[test]
    fn version_2() {
        let memory = CgroupMemory::of_v2(40_000_000, V2);
        assert_eq!((memory.kernel_bytes, memory.kernel_stack_bytes), (Some(28_000_256), Some(16_400_384)));
        assert_eq!(memory.slab_bytes, Some(7_001_024 + 5_120 + 8_192 + 4_096));
        assert_eq!(memory.page_cache_bytes, Some(1_200_128 - 24_576));
    }

    #[test]
    fn version_2_of_an_older_kernel() {
        let memory = CgroupMemory::of_v2(40_000_000, V2_OLD);
        assert_eq!((memory.slab_bytes, memory.kernel_bytes), (Some(7_001_024), Some(7_001_024 + 16_400_384)));
    }

    #[test]
    fn files_of_real_kernels() {
        for (kernel, slab) in [("linux-6.1", 910_064), ("linux-6.12", 932_720)] {
            let memory = CgroupMemory::of_v2(4_177_920, &fixture::text(kernel, "memory.stat"));
            assert_eq!((memory.kernel_stack_bytes, memory.slab_bytes), (Some(100 * 16_384), Some(slab)), "{kernel}");
            assert_eq!(memory.page_cache_bytes, Some(0), "{kernel}");
            assert!((2_900_000..3_100_000).contains(&memory.kernel_bytes.unwrap()), "{kernel} {memory:?}");
        }
        let memory = CgroupMemory::of_v1(1 << 30, Some(1 << 20), &fixture::text("linux-6.18-cgroup-v1", "memory.stat"));
        assert!(memory.page_cache_bytes > Some(4_096), "{memory:?}");
    }

    #[test]
    fn memory_of_the_kernel_that_is_not_accounted_is_not_zero() {
        assert_eq!(CgroupMemory::of_v1(1, Some(0), V1).kernel_bytes, None);
        assert_eq!(CgroupMemory::of_v1(1, None, "").page_cache_bytes, None);
        let memory = CgroupMemory::of_v2(1, "anon 1\nkernel 0\nkernel_stack 0\nslab 0\npercpu 0\n");
        assert_eq!((memory.kernel_bytes, memory.kernel_stack_bytes, memory.slab_bytes), (None, None, None));
    }

    #[test]
    fn files_that_are_missing_or_no_numbers_are_named() {
        let cgroup = tempfile::tempdir().unwrap();
        let path = cgroup.path();
        assert!(CgroupMemory::read(Version::V1, path).unwrap_err().contains("memory.stat: No such file"));
        fs::write(path.join("memory.stat"), V2).unwrap();
        fs::write(path.join("memory.current"), "max\n").unwrap();
        let reason = CgroupMemory::read(Version::V2, path).unwrap_err();
        assert!(reason.contains("memory.current: `max`: invalid digit"), "{reason}");
        fs::write(path.join("memory.usage_in_bytes"), "5\n").unwrap();
        assert_eq!(CgroupMemory::read(Version::V1, path).unwrap().kernel_bytes, None);
    }
}
