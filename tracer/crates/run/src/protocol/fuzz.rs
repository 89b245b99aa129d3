//! Lines that are nearly right: whatever the numbers are, a line is refused in a few words or means what it says.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::event::{self, MOST};
use super::stacks::MOST_STACKS;
use taskweight_core::protocol::{Done, Durations, Ready};
use taskweight_core::stats::histogram::of_durations;

const TASKS: u64 = 3;

/// Fields of a good `ready`, with values as they stand in JSON.
const READY: [(&str, &str); 7] = [
    ("event", r#""ready""#),
    ("tasks", "3"),
    ("warm_up_ns", "1500000"),
    ("runtime", r#""go1.27""#),
    ("stopped_by", r#""pid_max 32768""#),
    ("stacks", "[[4096,8192],[1048576,65536,131072,2]]"),
    ("runtime_stacks", r#"{"bytes":8192,"source":"stack_inuse"}"#),
];

/// The same of a good `done`.
const DONE: [(&str, &str); 9] = [
    ("event", r#""done""#),
    ("operations", "101"),
    ("logical_switches", "202"),
    ("elapsed_ns", "303"),
    ("hand_over_ns", "[[120,3],[130,1]]"),
    ("hand_overs", "[[10,20],[30,40]]"),
    ("lateness_ns", "[[5,7]]"),
    ("latency_ns", "[[6,8]]"),
    ("checksum", "4294967295"),
];

/// Whole numbers at the edges of what there is, as text: JSON has no limit.
fn number() -> impl Strategy<Value = String> {
    let edges = [0_i128, 1, 1 << 31, 1 << 32, 1 << 53, 1 << 62, 1 << 63, 1 << 64, 1 << 100];
    let edge = (select(edges.to_vec()), -2..=2_i128, any::<bool>());
    let edge = edge.prop_map(|(edge, off, negative)| if negative { -edge + off } else { edge + off });
    prop_oneof![
        4 => edge.prop_map(|number| number.to_string()),
        2 => any::<i64>().prop_map(|number| number.to_string()),
        1 => select(vec!["1.5", "-0", "0.0", "1e18", "1e400", "-1e-400", "3.0", "00", "1_000", "+1"]).prop_map(String::from),
    ]
}

/// Values of all kinds, lists of numbers above all.
fn value() -> impl Strategy<Value = String> {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let pair = proptest::collection::vec(number(), 0..6).prop_map(list);
    let pairs = proptest::collection::vec(pair, 0..6).prop_map(list);
    let named = number().prop_map(|number| format!(r#"{{"bytes":{number},"source":"s"}}"#));
    prop_oneof![
        4 => number(),
        4 => pairs,
        1 => named,
        1 => any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => select(vec!["null", "true", "[]", "{}", "[[]]", "[null]", r#""ready""#, r#""done""#, "NaN"]).prop_map(String::from),
    ]
}

/// What is done to the fields of a line.
#[derive(Clone, Debug)]
enum Change {
    Replace(Index, String),
    Remove(Index),
    Repeat(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any::<Index>(), value()).prop_map(|(place, value)| Change::Replace(place, value)),
        1 => any::<Index>().prop_map(Change::Remove),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ]
}

fn changed(fields: &[(&str, &str)], changes: Vec<Change>) -> String {
    let mut fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for change in changes {
        let length = fields.len();
        match change {
            Change::Replace(place, value) if length > 0 => fields[place.index(length)].1 = value,
            Change::Remove(place) if length > 0 => drop(fields.remove(place.index(length))),
            Change::Repeat(from, to) if length > 0 => {
                fields.insert(to.index(length), fields[from.index(length)].clone())
            }
            _ => {}
        }
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

fn check_ready(ready: &Ready) {
    assert!(ready.tasks == TASKS || ready.tasks < TASKS && ready.stopped_by.is_some(), "{ready:?}");
    assert!(ready.warm_up_ns.is_none_or(|ns| ns <= MOST), "{ready:?}");
    assert!(ready.stacks.iter().map(|series| series.count).sum::<u64>() <= MOST_STACKS, "{ready:?}");
    for series in &ready.stacks {
        let [first, last] = [series.bases().next(), series.bases().last()].map(Option::unwrap);
        assert!(first.max(last).checked_add(series.length).is_some_and(|end| end <= MOST), "{series:?}");
    }
    assert!(ready.runtime_stacks.as_ref().is_none_or(|stacks| stacks.bytes <= MOST), "{ready:?}");
}

fn check_done(done: &Done) {
    let numbers = [done.operations, done.logical_switches, done.checksum.unwrap_or(0), done.clock_ns.unwrap_or(0)];
    assert!(numbers.iter().all(|number| *number <= MOST) && (1..=MOST).contains(&done.elapsed_ns), "{done:?}");
    let pairs = [&done.hand_over_ns, &done.lateness_ns, &done.latency_ns];
    pairs.into_iter().flatten().for_each(check_durations);
}

/// A distribution that can be made, and is within its own bounds.
fn check_durations(durations: &Durations) {
    let histogram = of_durations(durations);
    let counted = durations.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    assert_eq!(histogram.count, counted);
    let quantiles = [histogram.min, histogram.p50, histogram.p90, histogram.p99, histogram.p999, histogram.max];
    assert!(quantiles.is_sorted(), "{durations:?}: {quantiles:?}");
}

fn check_refusal(problem: &super::error::Problem) {
    let shown = problem.to_string();
    assert!(!shown.chars().any(char::is_control) && shown.chars().count() < 1500, "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn ready_with_fields_changed(changes in proptest::collection::vec(change(), 0..4)) {
        event::ready(changed(&READY, changes).as_bytes(), TASKS).map_or_else(|problem| check_refusal(&problem), |ready| check_ready(&ready));
    }

    #[test]
    fn done_with_fields_changed(changes in proptest::collection::vec(change(), 0..4)) {
        event::done(changed(&DONE, changes).as_bytes()).map_or_else(|problem| check_refusal(&problem), |done| check_done(&done));
    }
}

#[test]
fn the_lines_that_are_changed_are_good() {
    check_ready(&event::ready(changed(&READY, Vec::new()).as_bytes(), TASKS).unwrap());
    check_done(&event::done(changed(&DONE, Vec::new()).as_bytes()).unwrap());
}
