//! Options of timelines.

use std::path::PathBuf;

use clap::Args;

use taskweight_probe::timeline::Limits;

/// Events that a timeline keeps unless said otherwise.
const EVENTS: u32 = 2_000_000;
/// Bytes of the ring buffer unless said otherwise.
const RING_BYTES: u32 = 16 << 20;

/// Options of `run` and `compare` that record a timeline.
#[derive(Clone, Debug, Args)]
pub struct TimelineArgs {
    /// Record every context switch, wakeup and system call to a file for ui.perfetto.dev; slows them down
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<PathBuf>,
    /// Maximum number of events in the timeline, about 30 bytes each in the file
    #[arg(long, value_name = "N", requires = "timeline", default_value_t = EVENTS, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub timeline_events: u32,
    /// Size of the buffer between kernel and taskweight, in bytes: a power of two
    #[arg(long = "timeline-ring", value_name = "BYTES", requires = "timeline", hide_short_help = true, default_value_t = RING_BYTES, value_parser = ring_bytes)]
    pub timeline_ring_bytes: u32,
}

impl Default for TimelineArgs {
    /// No timeline.
    fn default() -> Self {
        Self { timeline: None, timeline_events: EVENTS, timeline_ring_bytes: RING_BYTES }
    }
}

impl TimelineArgs {
    /// How much is kept.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits { ring_bytes: self.timeline_ring_bytes, event_count: self.timeline_events as usize }
    }
}

fn ring_bytes(text: &str) -> Result<u32, String> {
    let bytes = text.parse::<u32>().ok().filter(|bytes| bytes.is_power_of_two() && *bytes >= 4096);
    bytes.filter(|bytes| *bytes <= 1 << 30).ok_or_else(|| format!("`{text}` is not a power of two from 4096 to 2^30"))
}
