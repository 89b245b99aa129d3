//! Memory in the report: what a run weighs at a moment, over time, and one task by regression.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::metric::Metric;

/// The columns of the ledger, bytes. Each is `null` where it could not be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryFigures {
    /// Address space, all of it.
    pub reserved_bytes: Option<u64>,
    /// Of it, stacks.
    pub stack_reserved_bytes: Option<u64>,
    /// Resident pages of stacks.
    pub stack_resident_bytes: Option<u64>,
    /// Resident anonymous and shared memory that is no stack.
    pub other_resident_bytes: Option<u64>,
    /// Page tables.
    pub page_tables_bytes: Option<u64>,
    /// Stacks that threads have in the kernel.
    pub kernel_stack_bytes: Option<u64>,
    /// All other memory that the kernel needs for the run.
    pub slab_bytes: Option<u64>,
    /// Sum of the columns that are resident: from stacks to slab.
    pub total_bytes: Option<u64>,
    /// The same by an independent counter.
    pub witness_bytes: Option<u64>,
}

impl MemoryFigures {
    /// Names and values, in the order of [`METRICS`].
    #[must_use]
    pub fn columns(&self) -> [(&'static str, Option<u64>); METRICS.len()] {
        std::array::from_fn(|column| (METRICS[column].path, (METRICS[column].get)(self).map(|bytes| bytes as u64)))
    }
}

/// Memory by column; paths are below `memory.done`, `memory.ready` and, as slopes, below `ledger[].per_task`.
pub const METRICS: &[Metric<MemoryFigures>] = &[
    Metric::bytes("reserved_bytes", "address space", |figures: &MemoryFigures| Some(figures.reserved_bytes? as f64))
        .from("`VmSize` of /proc/PID/status"),
    Metric::bytes("stack_reserved_bytes", "stack reserved", |figures: &MemoryFigures| Some(figures.stack_reserved_bytes? as f64))
        .under("reserved_bytes")
        .from("see [stacks](#stacks)")
        .not("guard pages")
        .checked("tests"),
    Metric::bytes("stack_resident_bytes", "user stacks", |figures: &MemoryFigures| Some(figures.stack_resident_bytes? as f64))
        .under("total_bytes")
        .from("see [stacks](#stacks)")
        .not("swapped pages")
        .checked("tests"),
    Metric::bytes("other_resident_bytes", "other resident", |figures: &MemoryFigures| Some(figures.other_resident_bytes? as f64))
        .under("total_bytes")
        .from(
            "`Pss_Anon` + `Pss_Shmem` of /proc/PID/smaps_rollup less `stack_resident_bytes`; before Linux 5.4 `Anonymous`",
        )
        .not("code and other file pages")
        .checked("`witness_bytes`"),
    Metric::bytes("page_tables_bytes", "page tables", |figures: &MemoryFigures| Some(figures.page_tables_bytes? as f64))
        .under("total_bytes")
        .from("`VmPTE` of /proc/PID/status")
        .checked("`witness_bytes`"),
    Metric::bytes("kernel_stack_bytes", "kernel stacks", |figures: &MemoryFigures| Some(figures.kernel_stack_bytes? as f64))
        .under("total_bytes")
        .from(
            "cgroup v2: `kernel_stack` of memory.stat. Otherwise: the run's threads × `KernelStack` of /proc/meminfo / all \
             threads (/proc/loadavg), to the nearest power of two; where that quotient is near none, the machine-wide change \
             of `KernelStack` since before the run",
        )
        .checked("`witness_bytes`"),
    Metric::bytes("slab_bytes", "kernel slab", |figures: &MemoryFigures| Some(figures.slab_bytes? as f64))
        .under("total_bytes")
        .from(
            "cgroup v2: `slab` + `percpu` + `vmalloc` + `sock` of memory.stat. v1: memory.kmem.usage_in_bytes less the two \
             columns above. Without a cgroup: the change of `Slab` in /proc/meminfo",
        )
        .not("memory charged elsewhere: the process itself is created in taskweight's cgroup")
        .checked("`witness_bytes`"),
    Metric::bytes("total_bytes", "total", |figures: &MemoryFigures| Some(figures.total_bytes? as f64))
        .from("sum of `stack_resident`, `other_resident`, `page_tables`, `kernel_stack`, `slab`")
        .not("file pages")
        .checked("`witness_bytes`"),
    Metric::bytes("witness_bytes", "cgroup counter", |figures: &MemoryFigures| Some(figures.witness_bytes? as f64)).from(
        "memory.usage_in_bytes (v1) or memory.current (v2) less file pages; without a cgroup the decrease of `MemAvailable`",
    ),
];

/// What a run weighs at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// The columns.
    #[serde(flatten)]
    pub figures: MemoryFigures,
    /// Where each column comes from; for one that is `null`, why.
    pub sources: BTreeMap<String, String>,
}

/// The memory of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunMemory {
    /// Tasks that were alive at the samples; `null` for a command.
    pub tasks: Option<u64>,
    /// When all tasks were parked; `null` for a command.
    pub ready: Option<Sample>,
    /// When the work was done; for a command, the last sample before its end.
    pub done: Option<Sample>,
    /// Resident memory over the window.
    pub over_time: Option<OverTime>,
    /// Stacks of threads.
    pub stacks: Option<StackSummary>,
    /// Why something of these is `null`.
    pub reason: Option<String>,
}

/// Resident memory of a run's processes over time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverTime {
    /// Least distance of two samples, nanoseconds; it grows where reading is costly, and in long runs.
    pub interval_ns: u64,
    /// (nanoseconds since the first moment, resident bytes).
    pub samples: Vec<(u64, u64)>,
    /// Largest sample, those thinned out included; `null` without any.
    pub peak_rss_bytes: Option<u64>,
    /// Samples taken, those thinned out included.
    pub sampling_count: u64,
    /// What they cost, nanoseconds of CPU time.
    pub sampling_ns: u64,
}

/// Stacks of the threads of a run, or of its tasks where the workload says where they lie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StackSummary {
    /// Threads alive.
    pub threads: u64,
    /// Of these, the ones whose stack was found.
    pub found: u64,
    /// Threads whose stack cannot be told from those of other threads in the same mapping.
    pub merged: u64,
    /// Address space of the stacks found, bytes; `null` where none was.
    pub reserved_bytes: Option<u64>,
    /// Their resident pages, bytes.
    pub resident_bytes: Option<u64>,
    /// Of the deepest one, from its top to its lowest resident page, bytes.
    pub deepest_bytes: Option<u64>,
    /// What is not in these figures.
    pub reason: Option<String>,
}

/// One row of the ledger: a model, with a scenario and a depth of call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerRow {
    /// Concurrency model.
    pub model: String,
    /// The work given to it.
    pub scenario: String,
    /// Stack that each task had in use, bytes; `null` where the scenario has no depth.
    pub depth_bytes: Option<u64>,
    /// Whether tasks were parked at that depth, or had returned from it; `null` where there is no depth.
    pub held: Option<bool>,
    /// What was measured, by number of tasks, without runs that were stopped before they had as many as asked for.
    pub points: Vec<LedgerPoint>,
    /// Most tasks that were alive in a run.
    pub tasks_reached: u64,
    /// What kept it from more, where it was asked for more.
    pub stopped_by: Option<String>,
    /// What one task weighs, by column. A column that is not there was measured at fewer than three points.
    pub per_task: BTreeMap<String, PerTask>,
}

/// A run's columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerPoint {
    /// Tasks that were alive.
    pub tasks: u64,
    /// The columns.
    #[serde(flatten)]
    pub figures: MemoryFigures,
}

/// Bytes that one more task adds, by least squares over the number of tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PerTask {
    /// Bytes a task.
    pub slope: f64,
    /// 95 % interval: lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Share of the variation that the line explains.
    pub r2: f64,
    /// Whether the points support a line; where they do not, the slope is no weight.
    pub is_line: bool,
}
