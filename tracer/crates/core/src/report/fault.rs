//! Page faults in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Run;
use crate::metric::Metric;

/// Page faults from user and from kernel mode; `null` where the probe is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageFaults {
    /// Served without I/O.
    pub minor: Option<u64>,
    /// Served with I/O.
    pub major: Option<u64>,
    /// Of both, those that came from user mode: these are kernel transitions.
    pub from_user_mode: Option<u64>,
    /// Of these, those at an address within the reach of the stack pointer: the stack grew.
    #[serde(default)]
    pub stack: Option<u64>,
}

/// What feeds them: every event, on all CPUs.
const HOOKS: &[&str] = &["page_fault_minor", "page_fault_major"];
const UNKNOWN: &str = "page faults were not counted";

/// Page faults of a run.
pub const METRICS: &[Metric<Run>] = &[
    Metric::count("kernel.page_faults.minor", "minor page faults", |run: &Run| run.kernel.page_faults.minor.map(real))
        .fed_by(HOOKS)
        .unknown(UNKNOWN)
        .from("fault served without I/O, from user or kernel mode")
        .not("failed faults (`SIGSEGV`); pages that the kernel faults in for the program (`MAP_POPULATE`, `get_user_pages`)")
        .checked("`ru_minflt` of `wait4`"),
    Metric::count("kernel.page_faults.major", "major page faults", |run: &Run| run.kernel.page_faults.major.map(real))
        .fed_by(HOOKS)
        .unknown(UNKNOWN)
        .from("fault served with I/O")
        .not("the same")
        .checked("`ru_majflt` of `wait4`"),
    Metric::count("kernel.page_faults.from_user_mode", "user-mode page faults", |run: &Run| {
        run.kernel.page_faults.from_user_mode.map(real)
    })
    .fed_by(HOOKS)
    .unknown(UNKNOWN)
    .from("those of both that interrupted user mode")
    .checked("tests"),
    Metric::count("kernel.page_faults.stack", "that grew a stack", |run: &Run| {
        run.kernel.page_faults.stack.map(real)
    })
    .detail()
    .fed_by(HOOKS)
    .unknown(UNKNOWN)
    .under("kernel.page_faults.from_user_mode")
    .from(
        "those from user mode from 128 bytes below to 64 KiB above the stack pointer, and below the stack pointer of the \
         thread's first instruction",
    )
    .not(
        "frames larger than 64 KiB; stacks that a runtime copies (Go) or keeps on the heap (Java virtual threads); pages that \
         the kernel writes first",
    )
    .checked("tests"),
];

fn real(count: u64) -> f64 {
    count as f64
}
