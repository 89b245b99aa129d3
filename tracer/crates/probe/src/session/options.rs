//! What a session is opened with.

use tracer_ebpf::Settings;

use crate::{RunningKernel, timeline::Limits};

/// Which form of the tracepoint programs to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProbeForm {
    /// `tp_btf` where the kernel accepts it, else raw, else plain.
    #[default]
    Auto,
    /// Raw tracepoints only.
    Raw,
    /// Plain tracepoints only.
    Plain,
}

/// What a session is opened with.
#[derive(Clone, Copy, Debug)]
pub struct SessionOptions {
    /// Pid of the suspended child.
    pub root_pid: u32,
    /// Form of the tracepoint programs.
    pub form: ProbeForm,
    /// Threads that can be tracked.
    pub thread_capacity: u32,
    /// System call numbers that can have a histogram.
    pub syscall_histogram_capacity: u32,
    /// How much of a timeline is recorded; `None` for none.
    pub timeline: Option<Limits>,
}

impl SessionOptions {
    /// Threads that can be tracked unless said otherwise: 26 MB.
    pub const DEFAULT_THREAD_CAPACITY: u32 = 65_536;

    /// The defaults, for a child.
    pub fn new(root_pid: u32) -> Self {
        Self {
            root_pid,
            form: ProbeForm::Auto,
            thread_capacity: Self::DEFAULT_THREAD_CAPACITY,
            syscall_histogram_capacity: syscall_histogram_capacity(aya::util::nr_cpus().unwrap_or(usize::MAX)),
            timeline: None,
        }
    }

    /// Constants for the programs.
    pub(super) fn settings(&self, kernel: &RunningKernel) -> Settings {
        Settings {
            root_pid: self.root_pid,
            pid_capacity: kernel.pid_max,
            // Row 0 is never used.
            thread_capacity: self.thread_capacity.saturating_add(1),
            syscall_histogram_capacity: self.syscall_histogram_capacity,
            ..kernel.settings()
        }
    }

    /// Entries of the maps, by name.
    pub(super) fn map_sizes(&self, settings: &Settings) -> [(&'static str, u32); 6] {
        [
            ("PID_INDEX", settings.pid_capacity),
            ("THREADS", settings.thread_capacity),
            ("THREAD_INTERRUPTS", settings.thread_capacity),
            ("SYSCALL_OF_HISTOGRAM", settings.syscall_histogram_capacity),
            ("SYSCALL_HISTOGRAMS", settings.syscall_histogram_capacity),
            // aya rounds it up to a page.
            ("TIMELINE_EVENTS", self.timeline.map_or(1, |limits| limits.ring_bytes)),
        ]
    }
}

/// System call numbers that can have a histogram unless said otherwise. Each has one on every CPU, of 10 KB, and they are to
/// take no more than 80 MB where there are up to 256 CPUs.
fn syscall_histogram_capacity(cpus: usize) -> u32 {
    (8192 / cpus).clamp(32, 128) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_of_system_calls_take_no_more_where_there_are_many_cpus() {
        for (cpus, capacity) in [(1, 128), (2, 128), (64, 128), (128, 64), (256, 32), (usize::MAX, 32)] {
            assert_eq!(syscall_histogram_capacity(cpus), capacity, "{cpus} CPUs");
        }
    }
}
