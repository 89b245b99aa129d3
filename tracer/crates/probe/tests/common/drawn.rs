//! A timeline, read back from Perfetto's format.

use std::collections::{BTreeMap, HashMap};

use prost::Message as _;
use taskweight_probe::timeline::{Trace, TrackEvent, slice};

/// A slice, or with `until_ns` equal to `from_ns` perhaps an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Name of the track, or of its thread; those of scheduling end in ` scheduling`.
    pub track: String,
    pub name: String,
    pub from_ns: u64,
    /// `None` for one that is still open at the end.
    pub until_ns: Option<u64>,
    /// What is said of it, at its beginning and at its end: texts and numbers.
    pub notes: BTreeMap<String, String>,
    /// Arrows that begin and that end there.
    pub flows: (Vec<u64>, Vec<u64>),
}

/// What is drawn.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    pub slices: Vec<Slice>,
    pub instants: Vec<Slice>,
}

impl Drawn {
    /// Slices of this name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Slice> {
        self.slices.iter().filter(move |slice| slice.name == name)
    }

    /// Instants of this name.
    pub fn instants<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Slice> {
        self.instants.iter().filter(move |slice| slice.name == name)
    }

    /// Time in the slices of this name, in nanoseconds.
    pub fn time_ns(&self, name: &str) -> u64 {
        self.named(name).filter_map(|slice| Some(slice.until_ns? - slice.from_ns)).sum()
    }
}

/// Reads a file: every event is on a track that was described before, in a clock that is said, and ends what began.
pub fn read(bytes: &[u8]) -> Drawn {
    let trace = Trace::decode(bytes).unwrap();
    let clocks = trace.packet[0].clock_snapshot.as_ref().unwrap();
    assert!(clocks.clocks.len() == 3 && clocks.primary_trace_clock == Some(3), "{clocks:?}");
    assert_eq!(trace.packet[0].trace_packet_defaults.as_ref().unwrap().timestamp_clock_id, Some(3));
    let (mut tracks, mut names) = (HashMap::new(), HashMap::new());
    let (mut drawn, mut open): (Drawn, HashMap<u64, Vec<usize>>) = Default::default();
    for packet in &trace.packet {
        assert_eq!(packet.trusted_packet_sequence_id, Some(1));
        names.extend(packet.interned_data.iter().flat_map(|data| &data.event_names).map(|name| (name.iid, &name.name)));
        if let Some(track) = &packet.track_descriptor {
            let thread = track.thread.as_ref().and_then(|thread| thread.thread_name.clone());
            assert!(track.parent_uuid.is_none_or(|parent| tracks.contains_key(&parent)));
            assert!(tracks.insert(track.uuid.unwrap(), track.name.clone().or(thread).unwrap()).is_none());
        }
        let Some(event) = &packet.track_event else { continue };
        let (uuid, ns) = (event.track_uuid.unwrap(), packet.timestamp.unwrap());
        let begun = || Slice {
            track: tracks[&uuid].clone(),
            name: names[&event.name_iid].clone().unwrap(),
            from_ns: ns,
            until_ns: None,
            notes: notes(event).collect(),
            flows: (event.flow_ids.clone(), event.terminating_flow_ids.clone()),
        };
        match event.r#type {
            Some(slice::BEGIN) => {
                open.entry(uuid).or_default().push(drawn.slices.len());
                drawn.slices.push(begun());
            }
            Some(slice::END) => {
                let slice = &mut drawn.slices[open.get_mut(&uuid).unwrap().pop().unwrap()];
                assert!(ns >= slice.from_ns, "{slice:?} until {ns}");
                slice.until_ns = Some(ns);
                slice.notes.extend(notes(event));
            }
            Some(slice::INSTANT) => drawn.instants.push(begun()),
            kind => panic!("{kind:?}"),
        }
    }
    drawn
}

fn notes(event: &TrackEvent) -> impl Iterator<Item = (String, String)> {
    event.debug_annotations.iter().map(|note| {
        let number = note.uint_value.map(|value| value.to_string());
        (note.name.clone().unwrap(), note.string_value.clone().or(number).unwrap())
    })
}
