//! Timelines: single events of traced threads, drawn in Perfetto's format. What is drawn, and what it costs:
//! docs/exports.md.

mod draw;
mod proto;
mod recorder;
mod thread;
mod writer;

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

pub use proto::{
    Clock, ClockSnapshot, DebugAnnotation, EventName, InternedData, ProcessDescriptor, ThreadDescriptor, Trace,
    TracePacket, TracePacketDefaults, TrackDescriptor, TrackEvent, slice,
};
pub use recorder::{Recorder, Recording};

use tracer_ebpf::{ThreadState, TimelineEvent};

/// How much of a timeline is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the ring buffer: a power of two, and a multiple of the page size.
    pub ring_bytes: u32,
    /// Events of all runs together.
    pub event_count: usize,
}

/// A thread of a run.
#[derive(Clone, Debug)]
pub struct NamedThread {
    /// What the programs kept of it.
    pub state: ThreadState,
    /// Its name.
    pub name: String,
}

/// What happened in a window.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// When the window opened and closed (`CLOCK_MONOTONIC`), in nanoseconds.
    pub window_ns: (u64, u64),
    /// All threads of it.
    pub threads: Vec<NamedThread>,
    /// Events in the order in which there was room for them.
    pub events: Vec<TimelineEvent>,
    /// Events that there was no room for in the ring buffer.
    pub lost_count: u64,
    /// Events that came when as many as wanted had been kept.
    pub left_out_count: u64,
}

/// The window of one run.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Such as `os-thread switch, 2 tasks, CPU 1`.
    pub title: String,
    /// What happened in it.
    pub recorded: Recorded,
    /// task switches as the program reported them: from and until when (`CLOCK_MONOTONIC`), in nanoseconds.
    pub hand_overs: Vec<(u64, u64)>,
}

/// The timeline of an invocation, run by run.
#[derive(Debug)]
pub struct Timeline {
    limits: Limits,
    is_open: AtomicBool,
    pieces: Mutex<Vec<Piece>>,
}

impl Timeline {
    /// One without runs.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, is_open: AtomicBool::new(true), pieces: Mutex::default() }
    }

    /// What a session that begins now may record; `None` when no more is wanted.
    #[must_use]
    pub fn limits(&self) -> Option<Limits> {
        let kept: usize = self.lock().iter().map(|piece| piece.recorded.events.len()).sum();
        let event_count = self.limits.event_count.saturating_sub(kept);
        self.is_open.load(Ordering::Relaxed).then_some(Limits { event_count, ..self.limits })
    }

    /// Adds a run.
    pub fn add(&self, piece: Piece) {
        self.lock().push(piece);
    }

    /// No more runs belong to it: what follows serves to calibrate.
    pub fn close(&self) {
        self.is_open.store(false, Ordering::Relaxed);
    }

    /// What is to be said of it: where it is not complete.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let pieces = self.lock();
        let (lost, left_out) = pieces.iter().fold((0, 0), |(lost, left_out), piece| {
            (lost + piece.recorded.lost_count, left_out + piece.recorded.left_out_count)
        });
        let lost =
            (lost > 0).then(|| format!("{lost} timeline events were lost and are marked in it: raise --timeline-ring"));
        let left_out = (left_out > 0).then(|| {
            let kept = self.limits.event_count;
            format!("the timeline ends after {kept} events, {left_out} more were dropped: raise --timeline-events")
        });
        lost.into_iter().chain(left_out).collect()
    }

    /// Writes all runs.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let mut writer = writer::Writer::begin(io::BufWriter::new(out))?;
        for (index, piece) in self.lock().iter_mut().enumerate() {
            draw::draw(piece, index as u64, &mut writer)?;
        }
        writer.finish()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Piece>> {
        self.pieces.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
