//! A line to an event.

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::error::{Excerpt, Problem, Step};
use super::stacks;
use taskweight_core::protocol::{Done, Durations, Ready};

/// The largest number: programs in all languages have it, and so have the readers of reports.
pub(super) const MOST: u64 = i64::MAX.unsigned_abs();

/// The longest text, in characters; the rest of a longer one is cut off.
const LONGEST_TEXT: usize = 200;

/// Reads `ready`. There must be as many tasks as were asked for, or figures per task would be wrong; fewer only with the
/// limit that was hit.
pub(super) fn ready(line: &[u8], expected: u64) -> Result<Ready, Problem> {
    let fields = Fields::of(line, Step::Ready)?;
    let tasks = fields.number("tasks", 0)?;
    let [stopped_by, runtime] = ["stopped_by", "runtime"].map(|field| fields.text_if_any(field));
    if tasks != expected && (stopped_by.is_none() || tasks > expected) {
        return Err(Problem::WrongTasks { found: tasks, expected });
    }
    Ok(Ready {
        tasks,
        stopped_by,
        warm_up_ns: fields.number_if_any("warm_up_ns")?,
        runtime,
        stacks: fields.stacks("stacks", stacks::series)?,
        runtime_stacks: fields.stacks("runtime_stacks", stacks::runtime)?,
    })
}

/// Reads `done`.
pub(super) fn done(line: &[u8]) -> Result<Done, Problem> {
    let fields = Fields::of(line, Step::Done)?;
    Ok(Done {
        operations: fields.number("operations", 0)?,
        logical_switches: fields.number("logical_switches", 0)?,
        elapsed_ns: fields.number("elapsed_ns", 1)?,
        hand_over_ns: fields.durations("hand_over_ns")?,
        hand_overs: fields.durations("hand_overs")?,
        clock_ns: fields.number_if_any("clock_ns")?,
        lateness_ns: fields.durations("lateness_ns")?,
        latency_ns: fields.durations("latency_ns")?,
        checksum: fields.number_if_any("checksum")?,
    })
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// The fields of an event, and the line they stand in, for errors.
struct Fields<'a> {
    line: &'a [u8],
    values: Map<String, Value>,
}

impl<'a> Fields<'a> {
    fn of(line: &'a [u8], due: Step) -> Result<Self, Problem> {
        let text = std::str::from_utf8(line).map_err(|_| Problem::NotUtf8 { line: Excerpt::of(line) })?;
        let not_json =
            |error: serde_json::Error| Problem::NotJson { line: Excerpt::of(line), reason: error.to_string() };
        let values: Map<String, Value> = serde_json::from_str(text).map_err(not_json)?;
        if values.get("event").and_then(Value::as_str) == Some(due.name()) {
            Ok(Self { line, values })
        } else {
            Err(Problem::WrongEvent { due, line: Excerpt::of(line) })
        }
    }

    fn number(&self, field: &'static str, least: u64) -> Result<u64, Problem> {
        let line = || Excerpt::of(self.line);
        let value = self.values.get(field).ok_or_else(|| Problem::MissingField { field, line: line() })?;
        // Fractions and what exceeds 64 bits are floating point to the parser, and no u64 here.
        let number = value.as_u64().filter(|number| (least..=MOST).contains(number));
        number.ok_or_else(|| Problem::BadNumber { field, least, line: line() })
    }
}

impl Fields<'_> {
    fn text_if_any(&self, field: &str) -> Option<String> {
        self.values.get(field).and_then(Value::as_str).map(shortened)
    }

    fn number_if_any(&self, field: &'static str) -> Result<Option<u64>, Problem> {
        self.values.contains_key(field).then(|| self.number(field, 0)).transpose()
    }

    fn stacks<T>(&self, field: &'static str, read: impl Fn(Option<&Value>) -> Result<T, String>) -> Result<T, Problem> {
        read(self.values.get(field)).map_err(|reason| Problem::BadStacks {
            field,
            reason,
            line: Excerpt::of(self.line),
        })
    }

    fn durations(&self, field: &'static str) -> Result<Option<Durations>, Problem> {
        let Some(value) = self.values.get(field) else { return Ok(None) };
        let durations = Durations::deserialize(value).ok();
        let durations = durations.filter(|pairs| pairs.iter().all(|(ns, count)| (*ns).max(*count) <= MOST));
        durations.map(Some).ok_or_else(|| Problem::BadDurations { field, line: Excerpt::of(self.line) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use taskweight_core::protocol::{RuntimeStacks, StackSeries};

    fn done_with(operations: &str, elapsed_ns: &str) -> Result<Done, Problem> {
        let line = format!(
            r#"{{"event":"done","operations":{operations},"logical_switches":5,"elapsed_ns":{elapsed_ns},"mood":"good"}}"#
        );
        done(line.as_bytes())
    }

    #[test]
    fn numbers_are_whole_and_in_range() {
        let expected = Done { logical_switches: 5, elapsed_ns: MOST, ..Done::default() };
        assert_eq!(done_with("0", "9223372036854775807").unwrap(), expected);
        for bad in ["-1", "1.5", "1e3", "9223372036854775808", "18446744073709551616", "\"7\"", "true", "[]", "null"] {
            let problem = done_with(bad, "1").unwrap_err();
            assert!(matches!(problem, Problem::BadNumber { field: "operations", .. }), "{bad}: {problem:?}");
        }
        assert!(matches!(done_with("1", "0"), Err(Problem::BadNumber { field: "elapsed_ns", least: 1, .. })));
        assert!(matches!(done_with("NaN", "1"), Err(Problem::NotJson { .. })));
        assert!(matches!(done_with("1e999", "1"), Err(Problem::NotJson { .. })));
    }

    #[test]
    fn the_number_of_tasks_is_the_one_asked_for() {
        assert_eq!(
            ready(br#" {"tasks":3, "event":"ready", "pid":1} "#, 3).unwrap(),
            Ready { tasks: 3, ..Ready::default() }
        );
        let problem = ready(br#"{"event":"ready","tasks":2}"#, 3).unwrap_err();
        assert!(matches!(problem, Problem::WrongTasks { found: 2, expected: 3 }), "{problem:?}");
        assert!(matches!(ready(br#"{"event":"ready"}"#, 3), Err(Problem::MissingField { field: "tasks", .. })));
    }

    #[test]
    fn fewer_tasks_need_the_limit_that_was_hit() {
        let line = br#"{"event":"ready","tasks":2,"stopped_by":"pid_max 32768"}"#;
        assert_eq!(ready(line, 3).unwrap().stopped_by.as_deref(), Some("pid_max 32768"));
        assert!(matches!(ready(line, 1), Err(Problem::WrongTasks { found: 2, expected: 1 })));
    }

    #[test]
    fn a_runtime_may_be_stated() {
        let stated = |runtime: &str| {
            let line = format!(r#"{{"event":"ready","tasks":1,"runtime":{runtime}}}"#);
            ready(line.as_bytes(), 1).unwrap().runtime
        };
        assert_eq!(stated(r#""go1.27 linux/amd64""#).as_deref(), Some("go1.27 linux/amd64"));
        assert_eq!(stated("127"), None);
        assert_eq!(stated(&format!("{:?}", "µ".repeat(500_000))), Some("µ".repeat(LONGEST_TEXT)));
    }

    #[test]
    fn stacks_may_be_stated() {
        let with = |fields: &str| ready(format!(r#"{{"event":"ready","tasks":1,{fields}}}"#).as_bytes(), 1);
        let stated = with(r#""stacks":[[4096,100,200,9]],"runtime_stacks":{"bytes":7,"source":"GC"}"#).unwrap();
        assert_eq!(stated.stacks, [StackSeries { base: 4096, length: 100, stride: 200, count: 9 }]);
        assert_eq!(stated.runtime_stacks, Some(RuntimeStacks { bytes: 7, source: "GC".to_owned() }));
        let problem = with(r#""stacks":[[4096]]"#).unwrap_err();
        assert!(matches!(problem, Problem::BadStacks { field: "stacks", .. }), "{problem:?}");
        let message = problem.to_string();
        assert!(message.starts_with(r#"printed `{"event":"ready","tasks":1,"stacks":[[4096]]}`, where "#), "{message}");
        assert!(message.contains(r#""stacks" is invalid: `[4096]` is neither [base, length] nor "#), "{message}");
        assert!(matches!(with(r#""runtime_stacks":7"#), Err(Problem::BadStacks { field: "runtime_stacks", .. })));
    }

    #[test]
    fn what_a_program_of_this_workspace_writes_is_read_as_it_is() {
        let line = |event: &str, fields: serde_json::Result<Value>| {
            let mut fields = fields.unwrap();
            fields["event"] = event.into();
            fields.to_string().into_bytes()
        };
        let series = StackSeries { base: 4096, length: 100, stride: -200, count: 9 };
        let stacks = vec![StackSeries { stride: 0, count: 1, ..series }, StackSeries { base: 8192, ..series }];
        let runtime_stacks = Some(RuntimeStacks { bytes: 7, source: "GC".to_owned() });
        let stated = Ready { tasks: 3, runtime: Some("rustc".to_owned()), stacks, runtime_stacks, ..Ready::default() };
        assert_eq!(ready(&line("ready", serde_json::to_value(&stated)), 3).unwrap(), stated);
        let counts = || Some(vec![(120, 3)]);
        let figures = Done { operations: 7, elapsed_ns: 9, hand_over_ns: counts(), ..Done::default() };
        let stated = Done { hand_overs: Some(vec![(1, 2)]), clock_ns: Some(5), checksum: Some(8), ..figures };
        assert_eq!(done(&line("done", serde_json::to_value(&stated))).unwrap(), stated);
    }

    #[test]
    fn durations_are_pairs_of_whole_numbers() {
        let with = |durations: &str| {
            let line = format!(
                r#"{{"event":"done","operations":1,"logical_switches":1,"elapsed_ns":1,"hand_over_ns":{durations}}}"#
            );
            done(line.as_bytes()).map(|done| done.hand_over_ns)
        };
        assert_eq!(with("[[120,3],[130,1]]").unwrap(), Some(vec![(120, 3), (130, 1)]));
        assert_eq!(with("[]").unwrap(), Some(vec![]));
        for bad in ["[[1]]", "[[1,-1]]", "[1]", "{}", "[[1,2,3]]", "[[0.5,1]]", "[[1,9223372036854775808]]", "null"] {
            assert!(matches!(with(bad), Err(Problem::BadDurations { field: "hand_over_ns", .. })), "{bad}");
        }
    }

    #[test]
    fn other_lines_are_refused() {
        assert!(matches!(ready(b"", 1), Err(Problem::NotJson { .. })));
        assert!(matches!(ready(b"[]", 1), Err(Problem::NotJson { .. })));
        assert!(matches!(ready(b"{\"event\":\"\xff\"}", 1), Err(Problem::NotUtf8 { .. })));
        assert!(matches!(ready(br#"{"event":"done","operations":1}"#, 1), Err(Problem::WrongEvent { .. })));
        assert!(matches!(ready(br#"{"tasks":1}"#, 1), Err(Problem::WrongEvent { .. })));
        assert!(matches!(ready("[".repeat(60_000).as_bytes(), 1), Err(Problem::NotJson { .. })));
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in proptest::collection::vec(any::<u8>(), 0..300)) {
            let shown = ready(&line, 1).map_err(|problem| problem.to_string()).unwrap_err();
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert!(done(&line).is_err());
        }

        #[test]
        fn an_event_survives_any_values(operations in 0..=MOST, switches in 0..=MOST, elapsed in 1..=MOST, extra: String) {
            let line = serde_json::json!({
                "event": "done", "operations": operations, "logical_switches": switches, "elapsed_ns": elapsed,
                "extra": extra,
            });
            let expected = Done { operations, logical_switches: switches, elapsed_ns: elapsed, ..Done::default() };
            prop_assert_eq!(done(line.to_string().as_bytes()).unwrap(), expected);
        }
    }
}
