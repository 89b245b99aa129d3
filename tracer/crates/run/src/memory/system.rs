//! What the whole machine says of its memory: /proc/meminfo and /proc/loadavg.

use procfs::{Current, LoadAverage, Meminfo};

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
    /// Threads of all processes and of the kernel.
    pub threads: u64,
}

/// How far the quotient may be off the size of a stack: the kernel adds up `KernelStack` with a delay.
const TOLERANCE: f64 = 1.35;

impl SystemMemory {
    /// Reads the machine.
    ///
    /// # Errors
    /// Says why it could not be read.
    pub fn read() -> Result<Self, String> {
        let meminfo = Meminfo::current().map_err(|error| format!("/proc/meminfo: {error}"))?;
        let load = LoadAverage::current().map_err(|error| format!("/proc/loadavg: {error}"))?;
        Ok(Self::of(&meminfo, &load))
    }

    /// The stack that every thread has in the kernel, bytes. It is a power of two that is fixed when the kernel is
    /// built, and no file says it: it is found from what all threads of the machine have together. `None` where that
    /// is near to no power of two.
    #[must_use]
    pub fn stack_size_bytes(&self) -> Option<u64> {
        let all = self.kernel_stack_bytes.filter(|bytes| *bytes > 0 && self.threads > 0)?;
        let quotient = all as f64 / self.threads as f64;
        let size = quotient.log2().round().exp2();
        let is_near = (quotient / size).max(size / quotient) < TOLERANCE;
        (is_near && size >= procfs::page_size() as f64).then_some(size as u64)
    }

    fn of(file: &Meminfo, load: &LoadAverage) -> Self {
        Self {
            threads: load.max.into(),
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

    use super::super::fixture;
    use super::*;

    fn parse(lines: &str) -> SystemMemory {
        let always = "MemTotal: 9 kB\nMemFree: 1 kB\nBuffers: 0 kB\nCached: 0 kB\nSwapCached: 0 kB\nActive: 0 kB\n\
                      Inactive: 0 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\nDirty: 0 kB\nWriteback: 0 kB\nMapped: 0 kB\n\
                      Slab: 627780 kB\nCommitted_AS: 0 kB\nVmallocTotal: 0 kB\nVmallocUsed: 0 kB\nVmallocChunk: 0 kB\n";
        let load = LoadAverage::from_read("0.15 0.20 0.18 1/90 11206\n".as_bytes()).unwrap();
        SystemMemory::of(&Meminfo::from_read(format!("{always}{lines}").as_bytes()).unwrap(), &load)
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
    fn files_of_real_kernels() {
        for kernel in fixture::KERNELS {
            let meminfo = Meminfo::from_read(fixture::text(kernel, "meminfo").as_bytes()).unwrap();
            let load = LoadAverage::from_read(fixture::text(kernel, "loadavg").as_bytes()).unwrap();
            let memory = SystemMemory::of(&meminfo, &load);
            assert!(
                memory.kernel_stack_bytes > Some(1 << 20) && memory.available_bytes > Some(700 << 20),
                "{memory:?}"
            );
            assert!(memory.page_tables_bytes > Some(400 << 10) && memory.slab_bytes > 9 << 20, "{memory:?}");
            assert_eq!(memory.stack_size_bytes(), Some(16 << 10), "{kernel}");
        }
    }

    #[test]
    fn the_size_of_a_stack_is_a_power_of_two() {
        let size = |kib: u64, threads| {
            let kernel_stack_bytes = Some(kib << 10);
            SystemMemory { kernel_stack_bytes, threads, ..SystemMemory::default() }.stack_size_bytes()
        };
        assert_eq!([size(1_440, 90), size(1_300, 90), size(1_700, 90)], [Some(16 << 10); 3]);
        assert_eq!(
            [size(163_900, 10_090), size(8_000, 1_000), size(64_000, 1_000)],
            [16, 8, 64].map(|kib| Some(kib << 10))
        );
        assert_eq!([size(1_000, 90), size(2_050, 90), size(0, 90), size(90, 90), size(1_440, 0)], [None; 5]);
    }

    #[test]
    fn this_machine() {
        let memory = SystemMemory::read().unwrap();
        if cfg!(target_arch = "x86_64") {
            assert_eq!(memory.stack_size_bytes(), Some(16 << 10), "{memory:?}");
        }
        assert!(memory.kernel_stack_bytes > Some(16 << 10) && memory.available_bytes > Some(1 << 20));
    }
}
