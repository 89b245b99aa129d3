//! Packets, written one by one: a trace is the same whether its packets are encoded together or one after the other.

use std::collections::HashMap;
use std::io::{self, Write};

use nix::time::{ClockId, clock_gettime};
use prost::Message as _;

use super::proto::{
    Clock, ClockSnapshot, DebugAnnotation, EventName, InternedData, Trace, TracePacket, TracePacketDefaults,
    TrackDescriptor, TrackEvent, slice,
};

/// `BuiltinClock` of Perfetto, and the clock itself. Events are in the first.
const CLOCKS: [(u32, ClockId); 3] =
    [(3, ClockId::CLOCK_MONOTONIC), (6, ClockId::CLOCK_BOOTTIME), (1, ClockId::CLOCK_REALTIME)];
/// Any number but 0: there is one writer.
const SEQUENCE: u32 = 1;
/// `SEQ_INCREMENTAL_STATE_CLEARED`: names begin anew.
const CLEARED: u32 = 1;
/// `SEQ_NEEDS_INCREMENTAL_STATE`: refers to names.
const NEEDS_STATE: u32 = 2;

/// What an event is drawn with besides its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    pub(super) annotations: Vec<DebugAnnotation>,
    /// An arrow that begins here.
    pub(super) flow: Option<u64>,
    /// An arrow that ends here.
    pub(super) ended_flow: Option<u64>,
}

impl Details {
    pub(super) fn text(name: &str, value: impl Into<String>) -> Self {
        let annotation =
            DebugAnnotation { name: Some(name.to_owned()), string_value: Some(value.into()), uint_value: None };
        Self { annotations: vec![annotation], ..Self::default() }
    }

    pub(super) fn number(name: &str, value: u64) -> Self {
        let annotation = DebugAnnotation { name: Some(name.to_owned()), string_value: None, uint_value: Some(value) };
        Self { annotations: vec![annotation], ..Self::default() }
    }
}

/// A trace file under way.
pub(super) struct Writer<Out> {
    out: Out,
    names: HashMap<String, u64>,
}

impl<Out: Write> Writer<Out> {
    /// Begins with the clocks as they are now, so that events have a wall-clock time.
    pub(super) fn begin(out: Out) -> io::Result<Self> {
        let mut writer = Self { out, names: HashMap::new() };
        let reading = |(id, clock): (u32, ClockId)| {
            let now = std::time::Duration::from(clock_gettime(clock).ok()?);
            Some(Clock { clock_id: Some(id), timestamp: Some(now.as_nanos() as u64) })
        };
        let clocks = CLOCKS.into_iter().filter_map(reading).collect();
        let monotonic = Some(CLOCKS[0].0);
        writer.packet(TracePacket {
            sequence_flags: Some(CLEARED),
            clock_snapshot: Some(ClockSnapshot { clocks, primary_trace_clock: monotonic }),
            trace_packet_defaults: Some(TracePacketDefaults { timestamp_clock_id: monotonic }),
            ..TracePacket::default()
        })?;
        Ok(writer)
    }

    pub(super) fn track(&mut self, track: TrackDescriptor) -> io::Result<()> {
        self.packet(TracePacket { track_descriptor: Some(track), ..TracePacket::default() })
    }

    pub(super) fn slice_begins(&mut self, track: u64, ns: u64, name: &str, details: Details) -> io::Result<()> {
        self.event(slice::BEGIN, track, ns, Some(name), details)
    }

    pub(super) fn slice_ends(&mut self, track: u64, ns: u64, details: Details) -> io::Result<()> {
        self.event(slice::END, track, ns, None, details)
    }

    pub(super) fn instant(&mut self, track: u64, ns: u64, name: &str, details: Details) -> io::Result<()> {
        self.event(slice::INSTANT, track, ns, Some(name), details)
    }

    fn event(&mut self, kind: u32, track: u64, ns: u64, name: Option<&str>, details: Details) -> io::Result<()> {
        let (name_iid, interned_data) = name.map_or((None, None), |name| self.intern(name));
        let event = TrackEvent {
            debug_annotations: details.annotations,
            r#type: Some(kind),
            name_iid,
            track_uuid: Some(track),
            flow_ids: details.flow.into_iter().collect(),
            terminating_flow_ids: details.ended_flow.into_iter().collect(),
        };
        let flags = Some(NEEDS_STATE);
        let packet =
            TracePacket { timestamp: Some(ns), sequence_flags: flags, interned_data, ..TracePacket::default() };
        self.packet(TracePacket { track_event: Some(event), ..packet })
    }

    /// The number of a name, and what makes it known where it is new.
    fn intern(&mut self, name: &str) -> (Option<u64>, Option<InternedData>) {
        if let Some(number) = self.names.get(name) {
            return (Some(*number), None);
        }
        let number = self.names.len() as u64 + 1;
        self.names.insert(name.to_owned(), number);
        let known = EventName { iid: Some(number), name: Some(name.to_owned()) };
        (Some(number), Some(InternedData { event_names: vec![known] }))
    }

    fn packet(&mut self, packet: TracePacket) -> io::Result<()> {
        let packet = vec![TracePacket { trusted_packet_sequence_id: Some(SEQUENCE), ..packet }];
        self.out.write_all(&Trace { packet }.encode_to_vec())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
