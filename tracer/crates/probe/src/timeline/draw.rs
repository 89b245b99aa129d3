//! One run as tracks: a group with its window and what was lost, and below it the threads.

use std::collections::HashMap;
use std::io::{self, Write};

use tracer_ebpf::{TimelineEvent, TimelineKind};

use super::proto::TrackDescriptor;
use super::thread::Rows;
use super::writer::{Details, Writer};
use super::{NamedThread, Piece, Recorded};

/// Numbers of tracks, and of arrows, that a run has to itself.
const UUIDS_PER_PIECE: u64 = 1 << 40;

/// Draws a run, and leaves its events sorted by time. Numbers of tracks begin at 1: 0 is Perfetto's own.
pub(super) fn draw<Out: Write>(piece: &mut Piece, index: u64, out: &mut Writer<Out>) -> io::Result<()> {
    let mut lost = Gaps::default();
    piece.recorded.events.sort_by_key(|event| event.sequence);
    lost.find(&piece.recorded.events, piece.recorded.window_ns.0);
    piece.recorded.events.sort_by_key(|event| event.ns);
    let Piece { title, recorded: window, .. } = &*piece;
    let group = index * UUIDS_PER_PIECE + 1;
    let name = Some(format!("run {index}: {title}"));
    out.track(TrackDescriptor { uuid: Some(group), name, ..TrackDescriptor::default() })?;
    out.slice_begins(group, window.window_ns.0, "window", Details::default())?;
    let mut drawing = Drawing { group, threads: HashMap::new(), next_uuid: group + 3, lost };
    drawing.events(window, out)?;
    drawing.losses(window, out)?;
    hand_overs(piece, group, out)?;
    out.slice_ends(group, window.window_ns.1.max(window.window_ns.0), Details::default())
}

/// What the program itself reported, on a track of its own: one token is in one place at a time.
fn hand_overs<Out: Write>(piece: &Piece, group: u64, out: &mut Writer<Out>) -> io::Result<()> {
    let (opened_ns, closed_ns) = piece.recorded.window_ns;
    let is_inside = |(from, until): &&(u64, u64)| opened_ns <= *from && from <= until && *until <= closed_ns;
    let inside: Vec<_> = piece.hand_overs.iter().filter(is_inside).collect();
    if inside.is_empty() {
        return Ok(());
    }
    let (track, parent) = (Some(group + 2), Some(group));
    let name = Some("self-timed switches".to_owned());
    out.track(TrackDescriptor { uuid: track, parent_uuid: parent, name, ..TrackDescriptor::default() })?;
    for (from, until) in inside {
        out.slice_begins(group + 2, *from, "switch", Details::default())?;
        out.slice_ends(group + 2, *until, Details::default())?;
    }
    Ok(())
}

struct Drawing {
    group: u64,
    threads: HashMap<u32, Rows>,
    next_uuid: u64,
    lost: Gaps,
}

impl Drawing {
    fn events<Out: Write>(&mut self, window: &Recorded, out: &mut Writer<Out>) -> io::Result<()> {
        let names: HashMap<u32, &NamedThread> =
            window.threads.iter().map(|thread| (thread.state.pid, thread)).collect();
        let mut gaps = self.lost.ends_ns.clone().into_iter().peekable();
        for event in &window.events {
            while let Some(end) = gaps.next_if(|end| *end <= event.ns) {
                self.threads.values_mut().for_each(|rows| rows.forget_before(end));
            }
            let Some(thread) = names.get(&event.tid) else { continue };
            self.make_known(thread, window, out)?;
            match TimelineKind::of(event.kind) {
                Some(TimelineKind::Waking) => self.waking(event, thread, &names, out)?,
                _ => self.rows(event.tid).map_or(Ok(()), |rows| rows.react(event, out))?,
            }
        }
        Ok(())
    }

    fn rows(&mut self, tid: u32) -> Option<&mut Rows> {
        self.threads.get_mut(&tid)
    }

    fn make_known<Out: Write>(
        &mut self,
        thread: &NamedThread,
        window: &Recorded,
        out: &mut Writer<Out>,
    ) -> io::Result<()> {
        if !self.threads.contains_key(&thread.state.pid) {
            let rows = Rows::new(thread, window, self.next_uuid, self.group, out)?;
            self.threads.insert(thread.state.pid, rows);
            self.next_uuid += 2;
        }
        Ok(())
    }

    /// An arrow begins at the waker, where that is a thread of the run; at the wake-up it ends.
    fn waking<Out: Write>(
        &mut self,
        event: &TimelineEvent,
        woken: &NamedThread,
        names: &HashMap<u32, &NamedThread>,
        out: &mut Writer<Out>,
    ) -> io::Result<()> {
        let waker = names.get(&event.detail);
        let flow = waker.map(|_| self.group + event.sequence + 1);
        if let Some(row) = self.rows(event.detail).map(|rows| rows.scheduling()) {
            let whom = Details::text("whom", format!("{} {}", woken.name, woken.state.pid));
            out.instant(row, event.ns, "wakes", Details { flow, ..whom })?;
        }
        let waker = match (waker, event.detail) {
            (Some(thread), _) => format!("{} {}", thread.name, thread.state.pid),
            (None, 0) => "interrupt on an idle CPU".to_owned(),
            (None, stranger) => format!("thread {stranger}, or an interrupt during it"),
        };
        if let Some(rows) = self.rows(event.tid) {
            rows.is_being_woken(waker, flow);
        }
        Ok(())
    }

    /// What is not in the timeline, on a track of its own.
    fn losses<Out: Write>(&self, window: &Recorded, out: &mut Writer<Out>) -> io::Result<()> {
        let last_ns = window.events.iter().map(|event| event.ns).max().unwrap_or(window.window_ns.0);
        let tail = window.lost_count.saturating_sub(self.lost.gaps.iter().map(|(.., count)| count).sum());
        if window.lost_count + window.left_out_count == 0 {
            return Ok(());
        }
        let track = self.group + 1;
        let name = Some("not in this timeline".to_owned());
        out.track(TrackDescriptor {
            uuid: Some(track),
            parent_uuid: Some(self.group),
            name,
            ..TrackDescriptor::default()
        })?;
        for (from, until, count) in &self.lost.gaps {
            out.slice_begins(track, *from, "events lost", Details::number("count", *count))?;
            out.slice_ends(track, (*until).max(*from), Details::default())?;
        }
        if tail > 0 {
            out.slice_begins(track, last_ns, "events lost", Details::number("count", tail))?;
            out.slice_ends(track, window.window_ns.1.max(last_ns), Details::default())?;
        }
        if window.left_out_count > 0 {
            let count = Details::number("count", window.left_out_count);
            out.instant(track, last_ns, "limit of events reached", count)?;
        }
        Ok(())
    }
}

/// Where numbers of events are missing.
#[derive(Default)]
struct Gaps {
    /// From and until when, in nanoseconds, and how many.
    gaps: Vec<(u64, u64, u64)>,
    /// Ends of the gaps, ascending.
    ends_ns: Vec<u64>,
}

impl Gaps {
    /// `events` are in the order of their numbers.
    fn find(&mut self, events: &[TimelineEvent], opened_ns: u64) {
        let (mut expected, mut before_ns) = (0, opened_ns);
        for event in events {
            if event.sequence > expected {
                self.gaps.push((before_ns, event.ns.max(before_ns), event.sequence - expected));
            }
            (expected, before_ns) = (event.sequence + 1, before_ns.max(event.ns));
        }
        self.ends_ns = self.gaps.iter().map(|(_, until, _)| *until).collect();
        self.ends_ns.sort_unstable();
    }
}
