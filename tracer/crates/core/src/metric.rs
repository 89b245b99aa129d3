//! The registry: one row for one number. Its JSON path, its names, its unit, what feeds it and what it means stand here
//! once; tables, the page, exports, `diff` and `--fail-on` and the tables of docs/metrics.md are made from these rows.
//!
//! A row stands beside the field that it is about, in [`crate::report`]; figures per operation are derived, never declared.

pub mod definitions;

use crate::report::{Probe, ProbeState};
use crate::unit::Unit;

pub use crate::report::metrics::{
    BY_NAME, Distribution, HARDWARE, MEMORY, OF_KERNEL, OF_WORKLOAD, OPERATIONS, PER_OPERATION, STACK, SUBJECTS,
    THREAD, run,
};

/// One number of a run, of a thread, of a system call.
#[derive(Clone, Copy, Debug)]
pub struct Metric<Of: 'static> {
    /// Where it stands in the JSON of the record that it is of, fields joined by `.`; a sum of fields is joined by ` + `.
    pub path: &'static str,
    /// What it is called in a row, and at the head of a column.
    pub label: &'static str,
    /// Path of the metric that it is a part of, and is listed below.
    pub under: Option<&'static str>,
    /// What it counts.
    pub unit: Unit,
    /// Names of the probes that feed it: without any of them it is absent, whatever the field says.
    pub fed_by: &'static [&'static str],
    /// Whether a table shows it only where there is room for everything.
    pub is_detail: bool,
    /// The number; `None` where the record has none.
    pub get: fn(&Of) -> Option<f64>,
    /// A word that stands beside the number, where the record has one.
    pub beside: fn(&Of) -> Option<&str>,
    /// Why the record has none, where all probes are there.
    pub unknown: &'static str,
    /// What it means.
    pub doc: Doc,
}

/// Why a report of an older version lacks a number: tables leave its row out, instead of a row for all that came later.
pub const OLDER: &str = "not counted by the version that measured";

/// The definition of a number, as docs/metrics.md has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Doc {
    /// The event, or the one at which a duration begins.
    pub from: &'static str,
    /// The event at which a duration ends.
    pub to: &'static str,
    /// What a reader might think is in it.
    pub not_in_it: &'static str,
    /// The independent counter.
    pub checked_against: &'static str,
}

impl<Of> Metric<Of> {
    /// A number of events or things.
    pub const fn count(path: &'static str, label: &'static str, get: fn(&Of) -> Option<f64>) -> Self {
        Self::new(path, label, Unit::Count, get)
    }

    /// A duration in nanoseconds.
    pub const fn time(path: &'static str, label: &'static str, get: fn(&Of) -> Option<f64>) -> Self {
        Self::new(path, label, Unit::Nanoseconds, get)
    }

    /// A size in bytes.
    pub const fn bytes(path: &'static str, label: &'static str, get: fn(&Of) -> Option<f64>) -> Self {
        Self::new(path, label, Unit::Bytes, get)
    }

    const fn new(path: &'static str, label: &'static str, unit: Unit, get: fn(&Of) -> Option<f64>) -> Self {
        let doc = Doc { from: "", to: "", not_in_it: "", checked_against: "" };
        Self {
            path,
            label,
            under: None,
            unit,
            fed_by: &[],
            is_detail: false,
            get,
            beside: |_| None,
            unknown: "not measured",
            doc,
        }
    }

    /// Part of the metric at this path.
    #[must_use]
    pub const fn under(self, path: &'static str) -> Self {
        Self { under: Some(path), ..self }
    }

    /// Fed by these probes; one of them is enough.
    #[must_use]
    pub const fn fed_by(self, probes: &'static [&'static str]) -> Self {
        Self { fed_by: probes, ..self }
    }

    /// Shown only where there is room.
    #[must_use]
    pub const fn detail(self) -> Self {
        Self { is_detail: true, ..self }
    }

    /// With a word beside it.
    #[must_use]
    pub const fn beside(self, word: fn(&Of) -> Option<&str>) -> Self {
        Self { beside: word, ..self }
    }

    /// Why it may be absent.
    #[must_use]
    pub const fn unknown(self, reason: &'static str) -> Self {
        Self { unknown: reason, ..self }
    }

    /// The event, or the beginning.
    #[must_use]
    pub const fn from(mut self, event: &'static str) -> Self {
        self.doc.from = event;
        self
    }

    /// The end.
    #[must_use]
    pub const fn to(mut self, event: &'static str) -> Self {
        self.doc.to = event;
        self
    }

    /// What is not in it.
    #[must_use]
    pub const fn not(mut self, what: &'static str) -> Self {
        self.doc.not_in_it = what;
        self
    }

    /// The independent counter.
    #[must_use]
    pub const fn checked(mut self, against: &'static str) -> Self {
        self.doc.checked_against = against;
        self
    }

    /// The number, or why there is none: a probe that is missing, or what the record lacks.
    ///
    /// # Errors
    /// The reason in words.
    pub fn value(&self, probes: &[Probe], record: &Of) -> Result<f64, String> {
        let reason = || self.fed_by.iter().find_map(|name| missing(probes, name));
        let value = (self.get)(record).filter(|_| !self.is_unfed(probes));
        value.ok_or_else(|| reason().unwrap_or_else(|| self.unknown.to_owned()))
    }

    /// The label, two columns further in where it is a part of another metric.
    #[must_use]
    pub fn indented(&self) -> String {
        if self.under.is_some() { format!("  {}", self.label) } else { self.label.to_owned() }
    }

    /// Whether the record is of a version that did not have the number.
    #[must_use]
    pub fn is_later_than(&self, record: &Of) -> bool {
        self.unknown == OLDER && (self.get)(record).is_none()
    }

    /// Whether all probes that feed it are missing: then the field is 0 because nothing counted.
    #[must_use]
    pub fn is_unfed(&self, probes: &[Probe]) -> bool {
        !self.fed_by.is_empty() && self.fed_by.iter().all(|name| missing_of(probes, name).is_some())
    }

    /// The JSON path from the root of the report, the record being at `record`; sums are spelled out.
    #[must_use]
    pub fn origin(&self, record: &str) -> String {
        let fields: Vec<String> = self.path.split(" + ").map(|field| format!("{record}.{field}")).collect();
        fields.join(" + ")
    }
}

fn missing_of<'a>(probes: &'a [Probe], name: &str) -> Option<&'a Probe> {
    probes.iter().find(|probe| probe.name == name && probe.state == ProbeState::Missing)
}

/// Why what a probe counts is absent; `None` when the probe is there. A report does not list probes it never had.
#[must_use]
pub fn missing(probes: &[Probe], name: &str) -> Option<String> {
    let probe = missing_of(probes, name)?;
    Some(format!("probe {name} is missing: {}", probe.reason.as_deref().unwrap_or("no reason given")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{MemoryFigures, Run, SyscallCount, Thread};
    use serde::Serialize;
    use serde_json::Value;

    /// Every row has the value of the field at its path, and its unit.
    fn check<Of: Serialize + 'static>(rows: impl Iterator<Item = &'static Metric<Of>>, record: &Of, below: &[&str]) {
        let json = serde_json::to_value(record).unwrap();
        for row in rows {
            let field = |path: &str| path.split('.').try_fold(&json, |value, name| value.get(name)).cloned();
            let fields: Option<Vec<Value>> = row.path.split(" + ").map(field).collect();
            let fields = fields.unwrap_or_else(|| panic!("{} is no field", row.path));
            let sum = fields.iter().map(Value::as_f64).sum::<Option<f64>>();
            assert_eq!((row.get)(record), sum, "{}", row.path);
            let path: Vec<&str> =
                below.iter().copied().chain(row.path.split(" + ").next().unwrap().split('.')).collect();
            let unit = Unit::of(&path);
            assert!(unit == row.unit || unit.to_string().starts_with(&row.unit.to_string()), "{}: {unit}", row.path);
        }
    }

    /// A record in which every number is another one.
    fn numbered<Of: Default + Serialize + serde::de::DeserializeOwned>(text: &str) -> Of {
        let mut next = 1;
        let mut value: Value = serde_json::from_str(text).unwrap();
        fn number(value: &mut Value, next: &mut u64) {
            match value {
                Value::Object(fields) => fields.values_mut().for_each(|field| number(field, next)),
                Value::Array(_) | Value::String(_) | Value::Bool(_) | Value::Null => {}
                Value::Number(_) => {
                    *next += 1;
                    *value = (*next).into();
                }
            }
        }
        number(&mut value, &mut next);
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn rows_have_value_and_unit_of_their_field() {
        let report: Value = serde_json::from_str(include_str!("../../report/tests/fixtures/command.json")).unwrap();
        let run = &report["runs"][0];
        let whole: Run = numbered(&run.to_string());
        check(run_rows(), &whole, &[]);
        check(PER_OPERATION.iter(), &whole, &[]);
        check(THREAD.iter().chain(STACK), &numbered::<Thread>(&run["threads"][0].to_string()), &["threads"]);
        let call = serde_json::to_string(&SyscallCount::default()).unwrap();
        check(BY_NAME.iter(), &numbered::<SyscallCount>(&call), &["kernel", "syscalls", "by_name"]);
        let columns = serde_json::to_string(&MemoryFigures::default()).unwrap().replace("null", "0");
        check(MEMORY.iter(), &numbered::<MemoryFigures>(&columns), &["memory", "done"]);
    }

    fn run_rows() -> impl Iterator<Item = &'static Metric<Run>> {
        run()
    }

    #[test]
    fn what_is_below_another_row_names_it() {
        for row in run().filter(|row| row.under.is_some()) {
            assert!(run().any(|other| Some(other.path) == row.under), "{}", row.path);
        }
    }

    #[test]
    fn without_its_probes_a_number_is_absent() {
        let probe = |name: &str, state| Probe {
            name: name.to_owned(),
            hook: String::new(),
            state,
            reason: Some(String::from("refused")),
            runs: None,
            net_ns_per_run: None,
            recursion_misses: None,
            verified_instruction_count: None,
        };
        let row = run().find(|row| row.path == "kernel.migrations").unwrap();
        let value = |state| row.value(&[probe("sched_migrate_task", state)], &Run::default());
        assert_eq!(value(ProbeState::Fallback), Ok(0.0));
        assert_eq!(value(ProbeState::Missing).unwrap_err(), "probe sched_migrate_task is missing: refused");
        assert_eq!(row.value(&[], &Run::default()), Ok(0.0));
    }
}
