//! Why the kernel side cannot be used, and what to do about it.

use thiserror::Error;

/// Why the kernel side cannot be used.
#[derive(Debug, Error)]
pub enum KernelError {
    /// A file in /proc cannot be read.
    #[error("read {path}: {source}")]
    Proc {
        /// The file.
        path: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The eBPF object was refused as a whole.
    #[error("load the eBPF object: {0} ({advice})", advice = advice(.0))]
    Load(#[from] aya::EbpfError),
    /// A probe without which there is nothing to report is missing.
    #[error("attach {probe}: {reason}")]
    RequiredProbe {
        /// Name of the probe.
        probe: String,
        /// Why, and what to do next.
        reason: String,
    },
    /// Threads can be known neither by pointers nor by the records of plain tracepoints.
    #[error("attach the probes: {refused}; as plain tracepoints: {reason}")]
    NoForm {
        /// Why not by pointers.
        refused: String,
        /// Why not by records, and what to do next.
        reason: String,
    },
    /// A timeline needs programs that follow pointers.
    #[error("record a timeline: {0}: not possible on this kernel, omit --timeline")]
    Timeline(String),
    /// Run-time statistics of programs cannot be had.
    #[error("enable run-time statistics of eBPF programs: {0} (needs CAP_SYS_ADMIN: try sudo)")]
    Statistics(String),
    /// A map of ours cannot be used.
    #[error("map {name}: {reason}")]
    Map {
        /// Name of the map.
        name: &'static str,
        /// Why.
        reason: String,
    },
}

fn advice(error: &aya::EbpfError) -> &'static str {
    let causes = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |error| error.source());
    let errno = |error: &(dyn std::error::Error + 'static)| error.downcast_ref::<std::io::Error>()?.raw_os_error();
    match causes.filter_map(errno).next() {
        Some(libc::ENOMEM) => {
            "its maps need more memory than available: raise the memory limit of its cgroup, or lower --max-threads"
        }
        Some(libc::E2BIG) => "its maps are too large: lower --max-threads",
        _ => "needs CAP_BPF and CAP_PERFMON: try sudo",
    }
}
