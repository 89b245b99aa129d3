//! One thread's two rows: the calls that it is in, and whether it runs or waits for a CPU.

use std::io::{self, Write};

use tracer_ebpf::{Departed, SYSCALL_ROWS, TimelineEvent, TimelineKind};

use super::proto::{ThreadDescriptor, TrackDescriptor};
use super::writer::{Details, Writer};
use super::{NamedThread, Recorded};
use crate::syscalls;

/// What the thread is doing, as far as it is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing, or nothing known.
    Away,
    Runnable,
    Running,
}

/// A thread while its events are drawn.
pub(super) struct Rows {
    calls: u64,
    scheduling: u64,
    state: State,
    is_in_call: bool,
    /// Since when its present state may have lasted, in nanoseconds.
    since_ns: u64,
    /// Who woke it, and the arrow that began there.
    waker: Option<(String, Option<u64>)>,
}

impl Rows {
    /// Two rows below `parent`, numbered from `uuid`.
    pub(super) fn new<Out: Write>(
        thread: &NamedThread,
        window: &Recorded,
        uuid: u64,
        parent: u64,
        out: &mut Writer<Out>,
    ) -> io::Result<Self> {
        let NamedThread { state, name } = thread;
        let (pid, tid) = (i32::try_from(state.tgid).ok(), Some(i64::from(state.pid)));
        let row = TrackDescriptor { uuid: Some(uuid), parent_uuid: Some(parent), ..TrackDescriptor::default() };
        let descriptor = ThreadDescriptor { pid, tid, thread_name: Some(name.clone()) };
        out.track(TrackDescriptor { thread: Some(descriptor), ..row })?;
        let below = TrackDescriptor { uuid: Some(uuid + 1), parent_uuid: Some(uuid), ..TrackDescriptor::default() };
        out.track(TrackDescriptor { name: Some(format!("{name} {} scheduling", state.pid)), ..below })?;
        let since_ns = state.born_ns.max(window.window_ns.0);
        Ok(Self { calls: uuid, scheduling: uuid + 1, state: State::Away, is_in_call: false, since_ns, waker: None })
    }

    /// The row on which the thread's doings on a CPU are drawn.
    pub(super) fn scheduling(&self) -> u64 {
        self.scheduling
    }

    /// Somebody begins to wake the thread; the arrow is there if it is drawn.
    pub(super) fn is_being_woken(&mut self, waker: String, flow: Option<u64>) {
        self.waker = Some((waker, flow));
    }

    /// What was open may have ended meanwhile: events were lost.
    pub(super) fn forget_before(&mut self, ns: u64) {
        self.since_ns = self.since_ns.max(ns);
    }

    /// Draws an event of the thread.
    pub(super) fn react<Out: Write>(&mut self, event: &TimelineEvent, out: &mut Writer<Out>) -> io::Result<()> {
        match TimelineKind::of(event.kind) {
            Some(TimelineKind::Arrived) => self.arrives(event, out),
            Some(TimelineKind::Departed) => self.departs(event, out),
            Some(TimelineKind::Woken) => self.becomes_runnable("woken", event.ns, out),
            Some(TimelineKind::Started) => self.becomes_runnable("started", event.ns, out),
            Some(TimelineKind::Entered) => self.enters(event, out),
            Some(TimelineKind::Returned) => self.returns(event.ns, out),
            Some(TimelineKind::Waking) | None => Ok(()),
        }
    }

    fn arrives<Out: Write>(&mut self, event: &TimelineEvent, out: &mut Writer<Out>) -> io::Result<()> {
        if self.state != State::Away {
            out.slice_ends(self.scheduling, event.ns, Details::default())?;
        }
        self.runs(event.ns, event.cpu, out)
    }

    fn runs<Out: Write>(&mut self, ns: u64, cpu: u32, out: &mut Writer<Out>) -> io::Result<()> {
        (self.state, self.since_ns) = (State::Running, ns);
        out.slice_begins(self.scheduling, ns, "on CPU", Details::number("cpu", u64::from(cpu)))
    }

    /// A thread that was on its CPU before the window, or whose arrival was lost, has been there for as long as is known.
    fn departs<Out: Write>(&mut self, event: &TimelineEvent, out: &mut Writer<Out>) -> io::Result<()> {
        if self.state == State::Runnable {
            out.slice_ends(self.scheduling, event.ns, Details::default())?;
        }
        if self.state != State::Running {
            self.runs(self.since_ns.min(event.ns), event.cpu, out)?;
        }
        let departures = [Departed::Voluntarily, Departed::Preempted, Departed::Yielding, Departed::Exiting];
        let departed = departures.into_iter().find(|departed| *departed as u32 == event.detail);
        let (name, can_go_on) = match departed {
            Some(Departed::Preempted) => ("preempted", true),
            Some(Departed::Yielding) => ("yielded", true),
            Some(Departed::Exiting) => ("exit", false),
            Some(Departed::Voluntarily) | None => ("voluntary", false),
        };
        out.slice_ends(self.scheduling, event.ns, Details::text("left", name))?;
        (self.state, self.since_ns) = (State::Away, event.ns);
        if can_go_on { self.waits(event.ns, out) } else { Ok(()) }
    }

    fn waits<Out: Write>(&mut self, ns: u64, out: &mut Writer<Out>) -> io::Result<()> {
        self.state = State::Runnable;
        out.slice_begins(self.scheduling, ns, "runnable", Details::default())
    }

    /// A thread may be woken while it is still on its CPU.
    fn becomes_runnable<Out: Write>(&mut self, name: &str, ns: u64, out: &mut Writer<Out>) -> io::Result<()> {
        let mut details = Details::default();
        if let Some((waker, flow)) = self.waker.take() {
            details = Details { ended_flow: flow, ..Details::text("by", waker) };
        }
        out.instant(self.scheduling, ns, name, details)?;
        if self.state == State::Away { self.waits(ns, out) } else { Ok(()) }
    }

    fn enters<Out: Write>(&mut self, event: &TimelineEvent, out: &mut Writer<Out>) -> io::Result<()> {
        self.returns(event.ns, out)?;
        self.is_in_call = true;
        let name = if event.detail < SYSCALL_ROWS { syscalls::name(event.detail) } else { String::from("?") };
        out.slice_begins(self.calls, event.ns, &name, Details::default())
    }

    /// A call that was entered before the window is not drawn.
    fn returns<Out: Write>(&mut self, ns: u64, out: &mut Writer<Out>) -> io::Result<()> {
        if !std::mem::take(&mut self.is_in_call) {
            return Ok(());
        }
        out.slice_ends(self.calls, ns, Details::default())
    }
}
