//! Every figure of a report as a list: what the exports that are lists have in common.
//!
//! The names are the paths of the fields in the JSON report, so that a new field is exported as soon as it exists. What
//! is `null` is not in the list: absent is not zero. Lists of threads, buckets, samples and points are not in it either.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Number, Value};

use taskweight_core::case::Case;
use taskweight_core::metric;
use taskweight_core::report::{Probe, Report};
use taskweight_core::unit::Unit;

/// Objects whose keys are names of entries, by the end of their path.
const BY_NAME: [&str; 7] =
    ["by_name", "by_kind", "syscall_histograms", "witness", "loss", "anatomy.interrupts", "per_task"];
/// Lists of objects that have a name of their own.
const NAMED: &str = "segments";
/// Fields that say which run it is.
const IDENTITY: [&str; 3] = ["repetition", "thread_model", "coroutine_model"];

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Path of the field in the report, without names of entries: `kernel.syscalls.by_name.count`.
    pub name: String,
    /// The entry of a list by name, such as `futex`.
    pub item: Option<String>,
    /// The figure; `true` is 1.
    pub value: Number,
    /// What it counts.
    pub unit: Unit,
}

/// The figures of a run, or of several runs of a case together.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Index in `runs`, and the repetition; `None` for what was made from several runs.
    pub run: Option<(usize, u32)>,
    /// What was measured.
    pub case: Cow<'a, Case>,
    /// In the order of the report.
    pub metrics: Vec<Metric>,
}

/// All figures of the report: of each run, then of the ledger, the regimes and the anatomy.
///
/// # Errors
/// When a part of the report is no JSON, which the model rules out.
pub fn records(report: &Report) -> serde_json::Result<Vec<Record<'_>>> {
    let unfed = unfed(&report.probes);
    let mut records = Vec::new();
    for (index, run) in report.runs.iter().enumerate() {
        let mut metrics = of("", run, None)?;
        metrics.retain(|metric| !unfed.contains(&metric.name));
        records.push(Record { run: Some((index, run.repetition)), case: Cow::Borrowed(&run.case), metrics });
    }
    for row in &report.ledger {
        records.push(Record { run: None, case: Cow::Owned(row.into()), metrics: of("ledger", row, None)? });
    }
    for regime in &report.regimes {
        let metrics = of("regimes", regime, Some(&regime.thread_model))?;
        records.push(Record { run: None, case: Cow::Owned(regime.into()), metrics });
    }
    for anatomy in &report.anatomy {
        records.push(Record { run: None, case: Cow::Owned(anatomy.into()), metrics: of("anatomy", anatomy, None)? });
    }
    Ok(records)
}

/// Paths of figures that are 0 because nothing counted them.
fn unfed(probes: &[Probe]) -> Vec<String> {
    let of_run = metric::run().chain(metric::PER_OPERATION).filter(|row| row.is_unfed(probes));
    let by_name = metric::BY_NAME.iter().filter(|row| row.is_unfed(probes));
    let of_run = of_run.map(|row| row.path.to_owned());
    of_run.chain(by_name.map(|row| format!("kernel.syscalls.by_name.{}", row.path))).collect()
}

fn of(section: &str, part: &impl Serialize, item: Option<&str>) -> serde_json::Result<Vec<Metric>> {
    let Value::Object(mut fields) = serde_json::to_value(part)? else { return Ok(Vec::new()) };
    fields.retain(|name, _| !Case::NAMES.contains(&name.as_str()) && !IDENTITY.contains(&name.as_str()));
    let mut metrics = Vec::new();
    let path: Vec<&str> = Some(section).filter(|section| !section.is_empty()).into_iter().collect();
    collect_fields(&fields, &path, item, &mut metrics);
    Ok(metrics)
}

fn collect_fields(fields: &Map<String, Value>, path: &[&str], item: Option<&str>, metrics: &mut Vec<Metric>) {
    for (name, value) in fields {
        let path = [path, &[name.as_str()]].concat();
        match value {
            Value::Object(entries) if is_by_name(&path) => {
                entries.iter().for_each(|(entry, value)| collect(value, &path, Some(entry), metrics));
            }
            Value::Array(entries) if name == NAMED => {
                entries.iter().for_each(|entry| collect(entry, &path, entry["name"].as_str(), metrics));
            }
            value => collect(value, &path, item, metrics),
        }
    }
}

fn is_by_name(path: &[&str]) -> bool {
    let path = path.join(".");
    let ends_in = |end: &str| path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    BY_NAME.iter().any(|end| ends_in(end))
}

fn collect(value: &Value, path: &[&str], item: Option<&str>, metrics: &mut Vec<Metric>) {
    let number = match value {
        Value::Object(fields) => return collect_fields(fields, path, item, metrics),
        Value::Number(number) => number.clone(),
        Value::Bool(is_true) => Number::from(u8::from(*is_true)),
        _ => return,
    };
    let item = item.map(str::to_owned);
    metrics.push(Metric { name: path.join("."), item, value: number, unit: Unit::of(path) });
}
