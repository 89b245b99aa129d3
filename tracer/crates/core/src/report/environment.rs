//! The machine in the report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The machine and its settings, as far as they change the figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// Kernel release and version, as `uname -rv`.
    pub kernel: String,
    /// Machine architecture, as `uname -m`.
    pub architecture: String,
    /// CPU model name.
    pub cpu_model: Option<String>,
    /// CPUs online.
    pub cpus_online: u32,
    /// CPUs that taskweight may use, as a list such as `0-3`.
    pub cpus_allowed: Option<String>,
    /// Hypervisor, or `none`.
    pub virtualisation: Option<String>,
    /// Container manager or what gave the container away; `none` outside of one.
    pub container: Option<String>,
    /// State of each CPU vulnerability, by name, as in /sys/devices/system/cpu/vulnerabilities.
    pub mitigations: BTreeMap<String, String>,
    /// CPU frequency governor.
    pub governor: Option<String>,
    /// Simultaneous multithreading: `on`, `off`, `notsupported`...
    pub smt: Option<String>,
    /// Transparent huge pages: `always`, `madvise` or `never`.
    pub transparent_huge_pages: Option<String>,
    /// Limit of a stack (`ulimit -s`), which is the size of a C thread's unless the program says otherwise, bytes.
    #[serde(default)]
    pub stack_limit_bytes: Option<u64>,
    /// Settings of the C library's allocator and stacks (`GLIBC_TUNABLES`).
    #[serde(default)]
    pub glibc_tunables: Option<String>,
    /// Clock source of the kernel.
    pub clock_source: Option<String>,
    /// Preemption model, where the kernel tells.
    pub preemption: Option<String>,
    /// /proc/sys/kernel/pid_max.
    pub pid_max: Option<u32>,
    /// Memory in all, bytes.
    pub memory_bytes: Option<u64>,
    /// Memory cgroup: `v1`, `v2` or `none`.
    pub memory_cgroup: Option<String>,
    /// Compilers and runtimes by model, as the programs stated them; a program that states none is not here.
    #[serde(default)]
    pub runtimes: BTreeMap<String, String>,
    /// Reasons for what is `null` above, by field.
    pub reasons: BTreeMap<String, String>,
}
