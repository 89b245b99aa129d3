//! Reading `task_struct`: at offsets that user space took from the running kernel's BTF.

use core::{ffi::c_void, marker::PhantomData};

use aya_ebpf::helpers::generated::bpf_probe_read_kernel;
use tracer_ebpf::{COMM_BYTES, KernelCounters};

use crate::maps::setting;

/// How a member of a kernel structure is read.
pub trait Access {
    /// Reads a `T` at `base + offset`.
    ///
    /// # Safety
    /// `base` is a pointer to a `task_struct` that a tracepoint gave us, and a `T` lies at `offset` in it.
    unsafe fn read<T: Copy + Default>(base: *const u8, offset: u32) -> T;
}

/// By dereference: for pointers that the verifier knows by type (`tp_btf`).
pub struct Direct;

/// Through `bpf_probe_read_kernel`: for pointers that are plain numbers to the verifier (raw tracepoints).
pub struct ByHelper;

impl Access for Direct {
    #[inline(always)]
    unsafe fn read<T: Copy + Default>(base: *const u8, offset: u32) -> T {
        // SAFETY: promised by the caller, and checked by the verifier.
        unsafe { base.add(offset as usize).cast::<T>().read_volatile() }
    }
}

impl Access for ByHelper {
    #[inline(always)]
    unsafe fn read<T: Copy + Default>(base: *const u8, offset: u32) -> T {
        let mut value = T::default();
        // SAFETY: the destination is ours and as long as said; the helper fails softly on a bad source.
        unsafe {
            bpf_probe_read_kernel(
                (&raw mut value).cast::<c_void>(),
                size_of::<T>() as u32,
                base.add(offset as usize).cast::<c_void>(),
            )
        };
        value
    }
}

/// A `task_struct` of the kernel.
pub struct Task<A> {
    pointer: *const u8,
    access: PhantomData<A>,
}

impl<A> Clone for Task<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Task<A> {}

impl<A: Access> Task<A> {
    /// The task whose address is an argument of a tracepoint.
    #[inline(always)]
    pub fn new(argument: u64) -> Self {
        Self { pointer: argument as *const u8, access: PhantomData }
    }

    /// Address of the structure, which identifies the task while it exists.
    #[inline(always)]
    pub fn address(self) -> u64 {
        self.pointer as u64
    }

    /// Thread id.
    #[inline(always)]
    pub fn pid(self) -> u32 {
        self.read(setting!(pid_offset))
    }

    /// Process id.
    #[inline(always)]
    pub fn tgid(self) -> u32 {
        self.read(setting!(tgid_offset))
    }

    /// Voluntary switches as the kernel counts them.
    #[inline(always)]
    pub fn voluntary_count(self) -> u64 {
        self.read(setting!(nvcsw_offset))
    }

    /// The kernel's own counters.
    #[inline(always)]
    pub fn counters(self) -> KernelCounters {
        KernelCounters {
            voluntary_count: self.voluntary_count(),
            involuntary_count: self.read(setting!(nivcsw_offset)),
            minor_fault_count: self.read(setting!(min_flt_offset)),
            major_fault_count: self.read(setting!(maj_flt_offset)),
        }
    }

    /// Whether the kernel has added the thread's counters to its process's and let go of it. In the same critical
    /// section it takes the signal handlers away.
    #[inline(always)]
    pub fn is_released(self) -> bool {
        self.read::<u64>(setting!(sighand_offset)) == 0
    }

    /// The thread that executes a program and has all others of the process end, if there is one.
    #[inline(always)]
    pub fn executing(self) -> Option<Self> {
        let signal = Self::new(self.read(setting!(signal_offset)));
        let task = Self::new(signal.read(setting!(group_exec_task_offset)));
        (task.address() != 0).then_some(task)
    }

    /// Name of the thread, as two words: the verifier knows loads of at most eight bytes.
    #[inline(always)]
    pub fn comm(self) -> [u8; COMM_BYTES] {
        let low: u64 = self.read(setting!(comm_offset));
        let high: u64 = self.read(setting!(comm_offset) + 8);
        let mut comm = [0; COMM_BYTES];
        comm[..8].copy_from_slice(&low.to_ne_bytes());
        comm[8..].copy_from_slice(&high.to_ne_bytes());
        comm
    }

    #[inline(always)]
    fn read<T: Copy + Default>(self, offset: u32) -> T {
        // SAFETY: the pointer came from a tracepoint's argument, the offset from the kernel's BTF.
        unsafe { A::read(self.pointer, offset) }
    }
}
