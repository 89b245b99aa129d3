//! What the whole machine says of its memory: /proc/meminfo.

use procfs::{Current, Meminfo};

/// Bytes of the whole machine. `None` where the kernel has no such line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SystemMemory {
    /// Stacks that threads have in the kernel (`KernelStack`).
    pub kernel_stack_bytes: Option<u64>,
    /// Page tables (`PageTables`).
    pub page_tables_bytes: Option<u64>,
    /// Slab caches (`Slab`).
    pub slab_bytes: u64,
    /// What could be given to programs without swapping (`MemAvailable`).
    pub available_bytes: Option<u64>,
}

impl SystemMemory {
    /// Reads the machine.
    ///
    /// # Errors
    /// Says why it could not be read.
    pub fn read() -> Result<Self, String> {
        Meminfo::current().map(|file| Self::of(&file)).map_err(|error| format!("/proc/meminfo: {error}"))
    }

    fn of(file: &Meminfo) -> Self {
        Self {
            kernel_stack_bytes: file.kernel_stack,
            page_tables_bytes: file.page_tables,
            slab_bytes: file.slab,
            available_bytes: file.mem_available,
        }
    }
}

#[cfg(test)]
mod tests {
    use procfs::FromRead;

    use super::*;

    fn parse(lines: &str) -> SystemMemory {
        let always = "MemTotal: 9 kB\nMemFree: 1 kB\nBuffers: 0 kB\nCached: 0 kB\nSwapCached: 0 kB\nActive: 0 kB\n\
                      Inactive: 0 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nDirty: 0 kB\nWriteback: 0 kB\nMapped: 0 kB\n\
                      Slab: 627780 kB\nCommitted_AS: 0 kB\nVmallocTotal: 0 kB\nVmallocUsed: 0 kB\nVmallocChunk: 0 kB\n";
        SystemMemory::of(&Meminfo::from_read(format!("{always}{lines}").as_bytes()).unwrap())
    }

    #[test]
    fn lines_of_a_kernel_of_today() {
        let memory =
            parse("MemAvailable: 24104044 kB\nKernelStack: 1400 kB\nPageTables: 4272 kB\nSecPageTables: 0 kB\n");
        assert_eq!(memory.kernel_stack_bytes, Some(1_400 << 10));
        assert_eq!(memory.page_tables_bytes, Some(4_272 << 10));
        assert_eq!((memory.slab_bytes, memory.available_bytes), (627_780 << 10, Some(24_104_044 << 10)));
    }

    #[test]
    fn what_an_old_kernel_does_not_say_is_unknown() {
        let memory = parse("");
        assert_eq!((memory.kernel_stack_bytes, memory.available_bytes), (None, None));
    }

    #[test]
    fn this_machine() {
        let memory = SystemMemory::read().unwrap();
        assert!(memory.kernel_stack_bytes > Some(16 << 10) && memory.available_bytes > Some(1 << 20));
    }
}
