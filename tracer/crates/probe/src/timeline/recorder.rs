//! Takes events out of the ring buffer while a run goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use aya::maps::{MapData, RingBuf};
use tracer_ebpf::TimelineEvent;

/// How often the ring buffer is emptied: nobody is woken for an event.
const INTERVAL: Duration = Duration::from_millis(2);

/// What came out of it.
#[derive(Debug, Default)]
pub struct Recording {
    /// In the order in which there was room for them.
    pub events: Vec<TimelineEvent>,
    /// Events that were not wanted any more.
    pub left_out_count: u64,
}

/// A thread that empties the ring buffer, and ends with its owner: a run may fail.
#[derive(Debug)]
pub struct Recorder {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Recording>>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _of_a_failed_run = self.end();
    }
}

impl Recorder {
    /// Starts to keep up to `wanted` events.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(ring: RingBuf<MapData>, wanted: usize) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread =
            thread::Builder::new().name("timeline".to_owned()).spawn(move || record(ring, wanted, &stopped))?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Takes what is still there; the window is closed.
    #[must_use]
    pub fn finish(mut self) -> Recording {
        self.end()
    }

    fn end(&mut self) -> Recording {
        self.stop.store(true, Ordering::Release);
        self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

fn record(mut ring: RingBuf<MapData>, wanted: usize, stop: &AtomicBool) -> Recording {
    let mut recording = Recording::default();
    loop {
        // Looked at first, so that what came before the end is taken.
        let is_last = stop.load(Ordering::Acquire);
        while let Some(item) = ring.next() {
            if recording.events.len() >= wanted {
                recording.left_out_count += 1;
            } else if let Some(event) = event(&item) {
                recording.events.push(event);
            }
        }
        if is_last {
            return recording;
        }
        thread::sleep(INTERVAL);
    }
}

/// `None` for what is too short, which the programs never write.
fn event(bytes: &[u8]) -> Option<TimelineEvent> {
    let bytes = bytes.get(..size_of::<TimelineEvent>())?;
    // SAFETY: as many bytes as an event has, which is repr(C), of integers alone: every bit pattern is a value.
    Some(unsafe { bytes.as_ptr().cast::<TimelineEvent>().read_unaligned() })
}
