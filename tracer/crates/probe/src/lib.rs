//! The kernel side, seen from user space: what can be used, loading and attaching, reading what was counted.

use std::{path::Path, time::Instant};

use aya::{Btf, Endianness};
use tracer_ebpf::Settings;

pub mod anatomy;
mod attach;
pub mod btf;
pub mod calibration;
mod empty;
mod error;
pub mod footprint;
mod grace_period;
pub mod hardware;
pub mod hook;
pub mod interrupts;
mod loaded;
pub mod namespace;
pub mod preflight;
pub mod program;
mod records;
pub mod session;
pub mod snapshot;
pub mod syscalls;
pub mod threads;
pub mod timeline;
pub mod tracefs;

use btf::{BtfError, KernelTypes};
use namespace::PidNamespace;

pub use error::KernelError;

/// What is the same for every session on this kernel; read once.
#[derive(Debug)]
pub struct RunningKernel {
    /// How its structures are laid out, or why that is not known.
    pub types: Result<TypeInformation, String>,
    /// Every pid of the kernel's is below it.
    pub pid_max: u32,
    /// The PID namespace of this process; `None` where it is the kernel's first.
    pub namespace: Option<PidNamespace>,
    /// Whether it is preemptible nearly everywhere (PREEMPT_RT), also where it does its own bookkeeping.
    pub is_real_time: bool,
    /// Time it took to read all this, in nanoseconds.
    pub read_in_ns: u64,
}

/// How the structures of the running kernel are laid out.
#[derive(Debug)]
pub struct TypeInformation {
    /// For loading: ids of types.
    pub aya: Btf,
    /// For member offsets and tracepoint arguments.
    pub members: KernelTypes,
    offsets: Settings,
}

impl RunningKernel {
    /// Reads the type information of the running kernel.
    ///
    /// # Errors
    /// Where /proc cannot be read. Without type information there are plain tracepoints.
    pub fn read() -> Result<Self, KernelError> {
        let started = Instant::now();
        let types = TypeInformation::read(Path::new(btf::VMLINUX));
        let namespace = PidNamespace::own();
        // Since Linux 6.14 the file is that of the namespace, and says nothing of the pids outside.
        let pid_max = if namespace.is_none() { pid_max()? } else { namespace::PID_LIMIT };
        let version = nix::sys::utsname::uname().map(|name| name.version().to_string_lossy().into_owned());
        let is_real_time = version.is_ok_and(|version| version.contains("PREEMPT_RT"));
        Ok(Self { types, pid_max, namespace, is_real_time, read_in_ns: started.elapsed().as_nanos() as u64 })
    }

    /// Constants for the programs, the member offsets filled in where they are known.
    pub fn settings(&self) -> Settings {
        let offsets = self.types.as_ref().map_or_else(|_| Settings::default(), |types| types.offsets);
        Settings {
            sched_yield_number: syscalls::SCHED_YIELD,
            compat_sched_yield_row: syscalls::COMPAT_SCHED_YIELD_ROW,
            pid_namespace_device: self.namespace.map_or(0, |namespace| namespace.device),
            pid_namespace_inode: self.namespace.map_or(0, |namespace| namespace.inode),
            ..offsets
        }
    }
}

impl TypeInformation {
    fn read(path: &Path) -> Result<Self, String> {
        let members = KernelTypes::read(path).map_err(|error| error.to_string())?;
        let offsets = offsets(&members).map_err(|error| error.to_string())?;
        let aya = Btf::parse(members.bytes(), Endianness::default())
            .map_err(|error| format!("read {}: {error}", path.display()))?;
        Ok(Self { aya, members, offsets })
    }
}

fn offsets(types: &KernelTypes) -> Result<Settings, BtfError> {
    let members = [
        "pid",
        "tgid",
        "nvcsw",
        "nivcsw",
        "min_flt",
        "maj_flt",
        "comm",
        "sighand",
        "signal",
        "flags",
        "thread_pid",
        "thread_info",
    ];
    let at = types.member_offsets("task_struct", &members)?;
    let pid = types.member_offsets("pid", &["level", "numbers"])?;
    // x86 alone has it, and 32-bit programs of its own there.
    let status = types.member_offsets("thread_info", &["status"]).ok();
    Ok(Settings {
        pid_offset: at["pid"],
        tgid_offset: at["tgid"],
        nvcsw_offset: at["nvcsw"],
        nivcsw_offset: at["nivcsw"],
        min_flt_offset: at["min_flt"],
        maj_flt_offset: at["maj_flt"],
        comm_offset: at["comm"],
        sighand_offset: at["sighand"],
        signal_offset: at["signal"],
        flags_offset: at["flags"],
        thread_pid_offset: at["thread_pid"],
        pid_level_offset: pid["level"],
        pid_numbers_offset: pid["numbers"],
        thread_status_offset: status.map_or(0, |status| at["thread_info"] + status["status"]),
        binprm_p_offset: types.member_offsets("linux_binprm", &["p"])?["p"],
        group_exec_task_offset: types.member_offsets("signal_struct", &["group_exec_task"])?["group_exec_task"],
        ..Settings::default()
    })
}

fn pid_max() -> Result<u32, KernelError> {
    let path = "/proc/sys/kernel/pid_max";
    let text = std::fs::read_to_string(path).map_err(|source| KernelError::Proc { path, source })?;
    text.trim().parse().map_err(|_| KernelError::Proc { path, source: std::io::ErrorKind::InvalidData.into() })
}
