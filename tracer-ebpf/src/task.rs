//! Threads as events tell of them: by their `task_struct`, read at offsets that user space took from the running
//! kernel's BTF, or by their pid alone.

use core::{ffi::c_void, marker::PhantomData};

use aya_ebpf::{
    bindings::bpf_pidns_info,
    helpers::{
        bpf_get_current_comm, bpf_get_current_pid_tgid,
        generated::{bpf_get_current_task, bpf_get_ns_current_pid_tgid, bpf_probe_read_kernel},
    },
};
use tracer_ebpf::{COMM_BYTES, KernelCounters};

use crate::maps::setting;

/// `TS_COMPAT`: the thread is in a 32-bit system call of a 64-bit kernel.
const STATUS_COMPAT: u32 = 0x2;
/// `PF_IO_WORKER`.
const FLAG_IO_WORKER: u32 = 0x10;
/// `PF_USER_WORKER`, since Linux 6.4.
const FLAG_USER_WORKER: u32 = 0x4000;
/// Size of `struct upid`: a number and a pointer.
const UPID_BYTES: u32 = 16;

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

/// A thread, as an event tells of it.
pub trait Subject: Copy {
    /// What identifies the thread while it exists: the address of its `task_struct`, 0 where that is not known.
    fn address(self) -> u64;
    /// Thread id.
    fn pid(self) -> u32;
    /// Process id; 0 where the event does not tell.
    fn tgid(self) -> u32;
    /// Voluntary switches as the kernel counts them, where it lets us see.
    fn voluntary_count(self) -> Option<u64>;
    /// The kernel's own counters, where it lets us see.
    fn counters(self) -> Option<KernelCounters>;
    /// Whether the kernel has added the thread's counters to its process's and let go of it.
    fn is_released(self) -> bool;
    /// The thread that executes a program and has all others of the process end, if there is one.
    fn executing(self) -> Option<Self>;
    /// Whether the thread, which is the current one and has just begun a program, executes a 32-bit one on a 64-bit kernel.
    fn is_compat(self) -> bool;
    /// Whether the kernel has made the thread for a process to work for it, such as io_uring does.
    fn is_worker(self) -> bool;
    /// How deep the thread's PID namespace lies below the kernel's first; 0 where it is not asked for.
    fn pid_level(self) -> u32;
    /// Thread id in the PID namespace that is its own or lies above, at this depth.
    fn local_pid(self, level: u32) -> u32;
    /// Name of the thread, which is the current one.
    fn comm(self) -> [u8; COMM_BYTES];
}

/// A thread of which the event's record has the pid, and that is all.
#[derive(Clone, Copy)]
pub struct Named {
    pid: u32,
}

impl Named {
    /// The thread with this pid.
    #[inline(always)]
    pub fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// The current thread.
    #[inline(always)]
    pub fn current() -> Self {
        Self { pid: bpf_get_current_pid_tgid() as u32 }
    }
}

impl Subject for Named {
    #[inline(always)]
    fn address(self) -> u64 {
        0
    }

    #[inline(always)]
    fn pid(self) -> u32 {
        self.pid
    }

    #[inline(always)]
    fn tgid(self) -> u32 {
        let current = bpf_get_current_pid_tgid();
        if current as u32 == self.pid { (current >> 32) as u32 } else { 0 }
    }

    #[inline(always)]
    fn voluntary_count(self) -> Option<u64> {
        None
    }

    #[inline(always)]
    fn counters(self) -> Option<KernelCounters> {
        None
    }

    #[inline(always)]
    fn is_released(self) -> bool {
        false
    }

    #[inline(always)]
    fn executing(self) -> Option<Self> {
        None
    }

    #[inline(always)]
    fn is_compat(self) -> bool {
        // SAFETY: the helper takes no argument and cannot fail.
        Task::<ByHelper>::new(unsafe { bpf_get_current_task() }).is_compat()
    }

    #[inline(always)]
    fn is_worker(self) -> bool {
        false
    }

    #[inline(always)]
    fn pid_level(self) -> u32 {
        0
    }

    #[inline(always)]
    fn local_pid(self, _level: u32) -> u32 {
        self.pid
    }

    #[inline(always)]
    fn comm(self) -> [u8; COMM_BYTES] {
        bpf_get_current_comm().unwrap_or_default()
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

    /// Its `struct pid`.
    #[inline(always)]
    fn thread_pid(self) -> *const u8 {
        self.read::<u64>(setting!(thread_pid_offset)) as *const u8
    }

    #[inline(always)]
    fn read<T: Copy + Default>(self, offset: u32) -> T {
        // SAFETY: the pointer came from a tracepoint's argument, the offset from the kernel's BTF.
        unsafe { A::read(self.pointer, offset) }
    }
}

impl<A: Access> Subject for Task<A> {
    #[inline(always)]
    fn address(self) -> u64 {
        self.pointer as u64
    }

    #[inline(always)]
    fn pid(self) -> u32 {
        self.read(setting!(pid_offset))
    }

    #[inline(always)]
    fn tgid(self) -> u32 {
        self.read(setting!(tgid_offset))
    }

    #[inline(always)]
    fn voluntary_count(self) -> Option<u64> {
        Some(self.read(setting!(nvcsw_offset)))
    }

    #[inline(always)]
    fn counters(self) -> Option<KernelCounters> {
        Some(KernelCounters {
            voluntary_count: self.read(setting!(nvcsw_offset)),
            involuntary_count: self.read(setting!(nivcsw_offset)),
            minor_fault_count: self.read(setting!(min_flt_offset)),
            major_fault_count: self.read(setting!(maj_flt_offset)),
        })
    }

    /// The kernel takes the signal handlers away in the same critical section.
    #[inline(always)]
    fn is_released(self) -> bool {
        self.read::<u64>(setting!(sighand_offset)) == 0
    }

    #[inline(always)]
    fn executing(self) -> Option<Self> {
        let signal = Self::new(self.read(setting!(signal_offset)));
        let task = Self::new(signal.read(setting!(group_exec_task_offset)));
        (task.address() != 0).then_some(task)
    }

    /// The kernel has set the status for the first return to user mode.
    #[inline(always)]
    fn is_compat(self) -> bool {
        let offset = setting!(thread_status_offset);
        offset != 0 && self.read::<u32>(offset) & STATUS_COMPAT != 0
    }

    #[inline(always)]
    fn is_worker(self) -> bool {
        self.read::<u32>(setting!(flags_offset)) & (FLAG_IO_WORKER | FLAG_USER_WORKER) != 0
    }

    #[inline(always)]
    fn pid_level(self) -> u32 {
        if setting!(pid_namespace_inode) == 0 {
            return 0;
        }
        let offset = setting!(pid_level_offset);
        // SAFETY: the offset is from the kernel's BTF, the pointer from a task.
        unsafe { ByHelper::read(self.thread_pid(), offset) }
    }

    #[inline(always)]
    fn local_pid(self, level: u32) -> u32 {
        if setting!(pid_namespace_inode) == 0 {
            return self.pid();
        }
        let offset = setting!(pid_numbers_offset) + level * UPID_BYTES;
        // SAFETY: as above; `nr` is the first member of each of the numbers, of which there is one for each level.
        unsafe { ByHelper::read(self.thread_pid(), offset) }
    }

    /// As two words: the verifier knows loads of at most eight bytes.
    #[inline(always)]
    fn comm(self) -> [u8; COMM_BYTES] {
        let low: u64 = self.read(setting!(comm_offset));
        let high: u64 = self.read(setting!(comm_offset) + 8);
        let mut comm = [0; COMM_BYTES];
        comm[..8].copy_from_slice(&low.to_ne_bytes());
        comm[8..].copy_from_slice(&high.to_ne_bytes());
        comm
    }
}

/// A program that is about to start: a `linux_binprm` of the kernel.
pub struct Program<A> {
    pointer: *const u8,
    access: PhantomData<A>,
}

impl<A: Access> Program<A> {
    /// The program whose address is an argument of a tracepoint.
    #[inline(always)]
    pub fn new(argument: u64) -> Self {
        Self { pointer: argument as *const u8, access: PhantomData }
    }

    /// The stack pointer with which it starts.
    #[inline(always)]
    pub fn stack_top(&self) -> u64 {
        let offset = setting!(binprm_p_offset);
        // SAFETY: the pointer came from a tracepoint's argument, the offset from the kernel's BTF.
        unsafe { A::read(self.pointer, offset) }
    }
}

/// Thread id of the current thread in taskweight's PID namespace; `None` where that is not the thread's own.
#[inline(always)]
pub fn current_local_pid() -> Option<u32> {
    let mut ids = bpf_pidns_info { pid: 0, tgid: 0 };
    let (device, inode) = (setting!(pid_namespace_device), setting!(pid_namespace_inode));
    // SAFETY: the destination is ours and as long as said.
    let error = unsafe {
        bpf_get_ns_current_pid_tgid(device.into(), inode.into(), &raw mut ids, size_of::<bpf_pidns_info>() as u32)
    };
    (error == 0).then_some(ids.pid)
}
