//! What a run weighs at one moment, column by column, each with the place where it comes from.

use std::collections::BTreeMap;

use super::cgroup::{CgroupMemory, Version};
use super::process::ProcessMemory;
use super::system::SystemMemory;
use taskweight_core::report::{MemoryFigures, Sample};

/// A column: bytes and their source, or the reason why there are none.
pub(super) type Figure = Result<(u64, String), String>;

/// Everything that was read at one moment, or why it could not be.
#[derive(Clone, Debug)]
pub(super) struct Readings {
    /// All processes of the run together.
    pub(super) processes: Result<ProcessMemory, String>,
    pub(super) cgroup: Result<CgroupMemory, String>,
    /// The machine before the run, and now.
    pub(super) before: Result<SystemMemory, String>,
    pub(super) now: Result<SystemMemory, String>,
    pub(super) stack_reserved: Figure,
    pub(super) stack_resident: Figure,
}

/// Put behind what is the whole machine's: other processes change it, too.
const WHOLE_MACHINE: &str = "change since before the run, of the whole machine";

impl Readings {
    pub(super) fn sample(mut self) -> Sample {
        self.cap_stacks();
        let mut columns = Columns::default();
        let reserved = self.of_processes("VmSize of /proc/PID/status", |memory| memory.reserved_bytes);
        let other = self.other_resident();
        let page_tables = self.of_processes("VmPTE of /proc/PID/status", |memory| memory.page_tables_bytes);
        let kernel_stack = self.kernel_stack();
        let bytes = |figure: &Figure| figure.as_ref().ok().map(|(bytes, _)| *bytes);
        let slab = self.slab(bytes(&kernel_stack), bytes(&page_tables));
        // Stacks that cannot be told from the rest are in the rest.
        let stack = self.stack_resident.clone().or(Ok((0, String::new())));
        let parts = [
            ("stack_resident_bytes", bytes(&stack)),
            ("other_resident_bytes", bytes(&other)),
            ("page_tables_bytes", bytes(&page_tables)),
            ("kernel_stack_bytes", bytes(&kernel_stack)),
            ("slab_bytes", bytes(&slab)),
        ];
        let witness = self.witness();
        let figures = MemoryFigures {
            reserved_bytes: columns.keep("reserved_bytes", reserved),
            stack_reserved_bytes: columns.keep("stack_reserved_bytes", self.stack_reserved),
            stack_resident_bytes: columns.keep("stack_resident_bytes", self.stack_resident),
            other_resident_bytes: columns.keep("other_resident_bytes", other),
            page_tables_bytes: columns.keep("page_tables_bytes", page_tables),
            kernel_stack_bytes: columns.keep("kernel_stack_bytes", kernel_stack),
            slab_bytes: columns.keep("slab_bytes", slab),
            total_bytes: columns.keep("total_bytes", total(&parts)),
            witness_bytes: columns.keep("witness_bytes", witness),
        };
        Sample { figures, sources: columns.sources }
    }

    fn of_processes(&self, source: &str, bytes: impl Fn(&ProcessMemory) -> Option<u64>) -> Figure {
        let memory = self.processes.as_ref().map_err(String::clone)?;
        let bytes = bytes(memory).ok_or_else(|| format!("no {source}"))?;
        Ok((bytes, source.to_owned()))
    }

    /// Resident memory that is not of files, and the lines that tell.
    fn anonymous(&self) -> Result<(u64, String), String> {
        let rollup = self.processes.as_ref().map_err(String::clone)?.rollup;
        let parts = rollup.pss_anonymous_bytes.zip(rollup.pss_shared_bytes);
        let (bytes, lines) = match parts {
            Some((anonymous, shared)) => (anonymous + shared, "Pss_Anon and Pss_Shmem"),
            None => (rollup.anonymous_bytes, "Anonymous"),
        };
        Ok((bytes, format!("{lines} of /proc/PID/smaps_rollup")))
    }

    /// A runtime may say more of its stacks than has ever been touched.
    fn cap_stacks(&mut self) {
        let Ok((anonymous, _)) = self.anonymous() else { return };
        if let Ok((stack, source)) = &mut self.stack_resident
            && *stack > anonymous
        {
            source.push_str(&format!(" ({stack} bytes), capped at the resident memory of the process"));
            *stack = anonymous;
        }
    }

    fn other_resident(&self) -> Figure {
        let (bytes, source) = self.anonymous()?;
        Ok(match &self.stack_resident {
            Ok((stack, _)) => (bytes.saturating_sub(*stack), format!("{source}, less stack_resident_bytes")),
            Err(_) => (bytes, format!("{source}, including stacks, which cannot be separated")),
        })
    }

    fn kernel_stack(&self) -> Figure {
        match self.cgroup.as_ref().map(|cgroup| cgroup.kernel_stack_bytes) {
            Ok(Some(bytes)) => Ok((bytes, String::from("memory.stat kernel_stack of the run's cgroup"))),
            Ok(None) | Err(_) => self.kernel_stack_of_threads(),
        }
    }

    /// Without the cgroup's word: so many stacks of a size that is the same for all. The change of the machine's sum
    /// would have the threads of all others in it, and lags behind.
    fn kernel_stack_of_threads(&self) -> Figure {
        let size = self.now.as_ref().ok().and_then(SystemMemory::stack_size_bytes);
        let Some(size) = size else {
            return self.system("KernelStack of /proc/meminfo", Change::Rise, |system| system.kernel_stack_bytes);
        };
        let threads = self.processes.as_ref().map_err(String::clone)?.threads;
        let source = "KernelStack of /proc/meminfo divided by the machine's threads, as a power of two";
        Ok((threads * size, format!("{threads} threads of {size} bytes each: {source}")))
    }

    fn slab(&self, kernel_stack: Option<u64>, page_tables: Option<u64>) -> Figure {
        let no_cgroup = match &self.cgroup {
            Ok(CgroupMemory { slab_bytes: Some(bytes), .. }) => {
                let source = "memory.stat slab, percpu, vmalloc and sock of the run's cgroup";
                return Ok((*bytes, source.to_owned()));
            }
            Ok(CgroupMemory { version: Version::V1, kernel_bytes: Some(kernel), .. }) => {
                return rest_of_kernel(*kernel, kernel_stack, page_tables);
            }
            Ok(_) => "the cgroup does not account kernel memory",
            Err(reason) => reason,
        };
        let (bytes, source) = self.system("Slab of /proc/meminfo", Change::Rise, |system| Some(system.slab_bytes))?;
        Ok((bytes, format!("{source}, as a fallback: {no_cgroup}")))
    }

    fn witness(&self) -> Figure {
        let cgroup = match &self.cgroup {
            Ok(cgroup) => cgroup,
            Err(reason) => {
                let line = "MemAvailable of /proc/meminfo";
                let (bytes, source) = self.system(line, Change::Fall, |system| system.available_bytes)?;
                return Ok((bytes, format!("{source}, as a fallback: {reason}")));
            }
        };
        let file = match cgroup.version {
            Version::V1 => "memory.usage_in_bytes",
            Version::V2 => "memory.current",
        };
        let without = if cgroup.kernel_bytes.is_none() { ", which does not include kernel memory" } else { "" };
        Ok(match cgroup.page_cache_bytes {
            Some(cache) => (
                cgroup.usage_bytes.saturating_sub(cache),
                format!(
                    "{file} of the run's cgroup, less {cache} bytes of page cache, which are in no column{without}"
                ),
            ),
            None => (cgroup.usage_bytes, format!("{file} of the run's cgroup, including page cache{without}")),
        })
    }

    /// By how much a figure of the whole machine has changed.
    fn system(&self, line: &str, change: Change, bytes: fn(&SystemMemory) -> Option<u64>) -> Figure {
        let before = bytes(self.before.as_ref().map_err(String::clone)?);
        let now = bytes(self.now.as_ref().map_err(String::clone)?);
        let (before, now) = before.zip(now).ok_or_else(|| format!("no {line}"))?;
        let (from, to) = if change == Change::Rise { (before, now) } else { (now, before) };
        let difference = to.checked_sub(from).ok_or_else(|| {
            let other_way = if change == Change::Rise { "fell" } else { "rose" };
            format!("{line} {other_way} by {} bytes since before the run, because of other processes", from - to)
        })?;
        Ok((difference, format!("{line}, {WHOLE_MACHINE}")))
    }
}

/// Which way a figure goes when the run takes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Rise,
    Fall,
}

/// What of the kernel's memory is neither stacks nor page tables, where the kernel gives only the sum.
fn rest_of_kernel(kernel: u64, kernel_stack: Option<u64>, page_tables: Option<u64>) -> Figure {
    let file = "memory.kmem.usage_in_bytes of the run's cgroup";
    let (stack, tables) = kernel_stack.zip(page_tables).ok_or_else(|| {
        format!("only total kernel memory is known ({kernel} bytes, {file}), not kernel stacks and page tables")
    })?;
    let rest = kernel
        .checked_sub(stack + tables)
        .ok_or_else(|| format!("{file} is {kernel} bytes, less than kernel_stack_bytes and page_tables_bytes"))?;
    Ok((rest, format!("{file}, less kernel_stack_bytes and page_tables_bytes: the remaining kernel memory")))
}

fn total(parts: &[(&str, Option<u64>)]) -> Figure {
    let missing: Vec<&str> = parts.iter().filter(|(_, bytes)| bytes.is_none()).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return Err(format!("the sum lacks {}", missing.join(" and ")));
    }
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.trim_end_matches("_bytes")).collect();
    Ok((parts.iter().filter_map(|(_, bytes)| *bytes).sum(), format!("sum of {}", names.join(", "))))
}

/// Keeps the sources beside the columns.
#[derive(Default)]
struct Columns {
    sources: BTreeMap<String, String>,
}

impl Columns {
    fn keep(&mut self, name: &str, figure: Figure) -> Option<u64> {
        let (bytes, text) = match figure {
            Ok((bytes, source)) => (Some(bytes), source),
            Err(reason) => (None, reason),
        };
        self.sources.insert(name.to_owned(), text);
        bytes
    }
}

#[cfg(test)]
mod tests;
