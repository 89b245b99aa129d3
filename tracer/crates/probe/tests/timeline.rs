//! Timelines of made-up events: what is drawn of each, of what came before the window, and of what was lost.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "common/drawn.rs"]
mod drawn;

use drawn::{Drawn, Slice, read};
use taskweight_probe::timeline::{Limits, NamedThread, Piece, Recorded, Timeline};
use tracer_ebpf::{Departed, ThreadState, TimelineEvent, TimelineKind};

const LIMITS: Limits = Limits { ring_bytes: 4096, event_count: 100 };

fn thread(tid: u32, name: &str) -> NamedThread {
    NamedThread {
        state: ThreadState { pid: tid, tgid: 10, born_ns: 50, ..ThreadState::default() },
        name: name.to_owned(),
    }
}

/// Events in their order: when, of which thread, what, and its detail.
fn events(list: &[(u64, u32, TimelineKind, u32)]) -> Vec<TimelineEvent> {
    let event = |(number, (ns, tid, kind, detail)): (usize, &(u64, u32, TimelineKind, u32))| {
        let (sequence, kind) = (number as u64, *kind as u32);
        TimelineEvent { ns: *ns, sequence, tid: *tid, pid: 10, kind, detail: *detail, cpu: 3, unused: 0 }
    };
    list.iter().enumerate().map(event).collect()
}

fn draw(recorded: Recorded) -> Drawn {
    draw_with(recorded, Vec::new())
}

fn draw_with(recorded: Recorded, hand_overs: Vec<(u64, u64)>) -> Drawn {
    let timeline = Timeline::new(LIMITS);
    timeline.add(Piece { title: "work".to_owned(), recorded, hand_overs });
    let mut bytes = Vec::new();
    timeline.write(&mut bytes).unwrap();
    read(&bytes)
}

fn window(events: Vec<TimelineEvent>) -> Recorded {
    let threads = vec![thread(11, "ann"), thread(12, "bob")];
    Recorded { window_ns: (100, 900), threads, events, ..Recorded::default() }
}

fn spans<'a>(slices: impl Iterator<Item = &'a Slice>) -> Vec<(&'a str, u64, Option<u64>)> {
    slices.map(|slice| (slice.track.as_str(), slice.from_ns, slice.until_ns)).collect()
}

#[test]
fn a_thread_runs_waits_and_is_woken() {
    let (away, preempted) = (Departed::Voluntarily as u32, Departed::Preempted as u32);
    let drawn = draw(window(events(&[
        (110, 11, TimelineKind::Arrived, 0),
        (120, 11, TimelineKind::Departed, preempted),
        (130, 12, TimelineKind::Departed, away),
        (150, 11, TimelineKind::Arrived, 0),
        (160, 12, TimelineKind::Waking, 11),
        (165, 12, TimelineKind::Woken, 0),
        (180, 12, TimelineKind::Arrived, 0),
        (190, 11, TimelineKind::Departed, Departed::Exiting as u32),
    ])));
    let (ann, bob) = ("ann 11 scheduling", "bob 12 scheduling");
    // It was there when the window opened, and is there when it closes.
    let on_cpu = [(ann, 110, Some(120)), (bob, 100, Some(130)), (ann, 150, Some(190)), (bob, 180, None)];
    assert_eq!(spans(drawn.named("on CPU")), on_cpu);
    assert_eq!(spans(drawn.named("runnable")), [(ann, 120, Some(150)), (bob, 165, Some(180))]);
    assert_eq!((drawn.time_ns("runnable"), drawn.time_ns("on CPU")), (45, 10 + 30 + 40));
    let [wakes, woken] = ["wakes", "woken"].map(|name| drawn.instants(name).next().unwrap());
    assert_eq!((wakes.track.as_str(), wakes.from_ns, wakes.notes["whom"].as_str()), (ann, 160, "bob 12"));
    assert_eq!((woken.track.as_str(), woken.from_ns, woken.notes["by"].as_str()), (bob, 165, "ann 11"));
    assert!(wakes.flows.0.len() == 1 && wakes.flows.0 == woken.flows.1, "{wakes:?} {woken:?}");
    let left: Vec<_> = drawn.named("on CPU").filter_map(|slice| slice.notes.get("left")).collect();
    assert_eq!(left, ["preempted", "voluntary", "exit"]);
    assert!(drawn.named("on CPU").all(|slice| slice.notes["cpu"] == "3"));
    assert_eq!(spans(drawn.named("window")), [("run 0: work", 100, Some(900))]);
}

#[test]
fn calls_are_named_and_those_of_before_are_not_drawn() {
    let number = |call: syscalls::Sysno| call as u32;
    let (read, exit) = (number(syscalls::Sysno::read), number(syscalls::Sysno::exit));
    let drawn = draw(window(events(&[
        (110, 11, TimelineKind::Returned, read),
        (120, 11, TimelineKind::Entered, read),
        (130, 11, TimelineKind::Returned, read),
        (140, 11, TimelineKind::Entered, exit),
    ])));
    assert_eq!(spans(drawn.named("read")), [("ann", 120, Some(130))]);
    assert_eq!(spans(drawn.named("exit")), [("ann", 140, None)]);
}

#[test]
fn what_was_lost_is_marked_where_it_is_missing() {
    let mut some = events(&[(200, 11, TimelineKind::Arrived, 0), (300, 11, TimelineKind::Departed, 0)]);
    some[0].sequence = 2;
    some[1].sequence = 7;
    let lost = Recorded { lost_count: 2 + 4 + 3, left_out_count: 5, ..window(some) };
    let drawn = draw(lost);
    let marked = |slice: &Slice| (slice.from_ns, slice.until_ns, slice.notes["count"].clone());
    let marked: Vec<_> = drawn.named("events lost").map(marked).collect();
    let expected = [(100, 200, "2"), (200, 300, "4"), (300, 900, "3")];
    assert_eq!(marked, expected.map(|(from, until, count)| (from, Some(until), count.to_owned())));
    assert_eq!(drawn.instants("limit of events reached").next().unwrap().notes["count"], "5");
}

#[test]
fn hand_overs_of_the_program_are_drawn_where_they_are_in_the_window() {
    let drawn = draw_with(window(Vec::new()), vec![(90, 95), (110, 130), (140, 140), (200, 150), (890, 910)]);
    let track = "self-timed switches";
    assert_eq!(spans(drawn.named("switch")), [(track, 110, Some(130)), (track, 140, Some(140))]);
}

#[test]
fn a_timeline_keeps_no_more_than_it_may() {
    let timeline = Timeline::new(LIMITS);
    assert_eq!(timeline.limits().unwrap().event_count, 100);
    let forty = events(&[(110, 11, TimelineKind::Arrived, 0); 40]);
    for left in [60, 20] {
        timeline.add(Piece { title: String::new(), recorded: window(forty.clone()), hand_overs: Vec::new() });
        assert_eq!(timeline.limits().unwrap().event_count, left);
    }
    assert_eq!(timeline.remarks(), [""; 0]);
    let recorded = Recorded { lost_count: 7, left_out_count: 9, ..window(forty) };
    timeline.add(Piece { title: String::new(), recorded, hand_overs: Vec::new() });
    assert_eq!(timeline.limits().unwrap().event_count, 0);
    let remarks = timeline.remarks();
    assert!(
        remarks.len() == 2
            && remarks[0].starts_with("7 timeline events")
            && remarks[1].contains(" 9 more were dropped"),
        "{remarks:?}"
    );
    timeline.close();
    assert!(timeline.limits().is_none());
}
