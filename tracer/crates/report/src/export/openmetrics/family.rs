//! Metric families: a name, its metadata, and samples that stand together.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Number;

use taskweight_core::unit::Unit;

/// Percentiles of a distribution, as fields of the report and as quantiles.
const QUANTILES: [(&str, &str); 4] = [("p50", "0.5"), ("p90", "0.9"), ("p99", "0.99"), ("p999", "0.999")];
/// What taskweight's metrics begin with.
const NAMESPACE: &str = "taskweight";

/// Where a metric goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    family: String,
    unit: Option<&'static str>,
    sample: Sample,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sample {
    Gauge,
    /// The quantile of a summary.
    Quantile(&'static str),
    /// How many a summary has.
    Count,
    Info,
}

impl Name {
    /// The name of a figure in the base units of Prometheus: `histograms.run_queue_ns.p99` is a quantile of
    /// `taskweight_run_queue_seconds`.
    pub(super) fn of(metric: &str, unit: Unit) -> Self {
        let path: Vec<&str> = metric.split('.').filter(|name| *name != "histograms").collect();
        let (last, object) = path.split_last().map_or(("", &[][..]), |(last, object)| (*last, object));
        let quantile = QUANTILES.iter().find(|(name, _)| *name == last).map(|(_, quantile)| *quantile);
        let is_distribution = object.last().is_some_and(|name| name.ends_with("_ns") || *name == "syscall_histograms");
        let sample = match quantile {
            Some(quantile) if is_distribution => Sample::Quantile(quantile),
            None if is_distribution && last == "count" => Sample::Count,
            _ => Sample::Gauge,
        };
        // A count of durations belongs to the family of the durations.
        let unit = if sample == Sample::Count { Unit::Nanoseconds } else { unit };
        let named = if sample == Sample::Gauge { &path[..] } else { object };
        Self { family: family(named, unit), unit: base_unit(unit), sample }
    }

    /// A name that stands as it is, for labels that describe something.
    pub(super) fn info(name: &str) -> Self {
        Self { family: name.to_owned(), unit: None, sample: Sample::Info }
    }

    fn kind(&self) -> &'static str {
        match self.sample {
            Sample::Gauge | Sample::Info => "gauge",
            Sample::Quantile(_) | Sample::Count => "summary",
        }
    }
}

/// Suffixes of units, and those that other kinds of metrics have to themselves, are taken off; the base unit is added.
fn family(path: &[&str], unit: Unit) -> String {
    let words = path.iter().map(|name| name.trim_end_matches("_ns").trim_end_matches("_bytes"));
    let words = words.map(|name| name.trim_end_matches("_count").replace("histograms", "durations"));
    let mut words: Vec<String> = std::iter::once(NAMESPACE.to_owned()).chain(words).collect();
    words.retain(|word| word != "count");
    words.extend(base_unit(unit).map(str::to_owned));
    words.join("_")
}

fn base_unit(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Nanoseconds | Unit::NanosecondsPerOperation => Some("seconds"),
        Unit::Bytes | Unit::BytesPerTask => Some("bytes"),
        Unit::Ratio => Some("ratio"),
        Unit::Count | Unit::CountPerOperation | Unit::Boolean | Unit::None => None,
    }
}

/// Families in the order in which they first occurred.
#[derive(Default)]
pub(super) struct Families {
    texts: Vec<String>,
    indices: HashMap<String, usize>,
}

impl Families {
    /// Adds a sample. `help` is asked once a family.
    pub(super) fn add(
        &mut self,
        name: &Name,
        help: impl FnOnce() -> String,
        mut labels: Vec<(&'static str, String)>,
        value: &Number,
    ) {
        let index = *self.indices.entry(name.family.clone()).or_insert_with(|| {
            self.texts.push(head(name, &help()));
            self.texts.len() - 1
        });
        let suffix = if name.sample == Sample::Count { "_count" } else { "" };
        if let Sample::Quantile(quantile) = name.sample {
            labels.push(("quantile", quantile.to_owned()));
        }
        let labels: Vec<_> = labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escape(text))).collect();
        // The exponent keeps every digit that the report has.
        let exponent = if name.unit == Some("seconds") && suffix.is_empty() { "e-9" } else { "" };
        let value = digits(value);
        let _ = writeln!(self.texts[index], "{}{suffix}{{{}}} {value}{exponent}", name.family, labels.join(","));
    }

    pub(super) fn finish(self) -> String {
        self.texts.concat()
    }
}

fn head(name: &Name, help: &str) -> String {
    let mut head = format!("# TYPE {} {}\n", name.family, name.kind());
    if let Some(unit) = name.unit {
        let _ = writeln!(head, "# UNIT {} {unit}", name.family);
    }
    // The two formats disagree on how a double quote is written in a help text.
    let _ = writeln!(head, "# HELP {} {}", name.family, escape(&help.replace('"', "'")));
    head
}

/// A number without an exponent of its own.
fn digits(value: &Number) -> String {
    match value.as_f64() {
        Some(real) if value.is_f64() => real.to_string(),
        _ => value.to_string(),
    }
}

/// The three characters that text may not have as they are.
fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(metric: &str, unit: Unit, value: Number) -> String {
        let mut families = Families::default();
        families.add(&Name::of(metric, unit), || "Help.".to_owned(), vec![("model", "a\"\\\nb".to_owned())], &value);
        families.finish().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn distributions_are_summaries_in_seconds() {
        let labels = r#"model="a\"\\\nb""#;
        assert_eq!(
            written("histograms.run_queue_ns.p99", Unit::Nanoseconds, 1279.into()),
            format!(r#"taskweight_run_queue_seconds{{{labels},quantile="0.99"}} 1279e-9"#)
        );
        assert_eq!(
            written("histograms.run_queue_ns.count", Unit::Count, 7.into()),
            format!("taskweight_run_queue_seconds_count{{{labels}}} 7")
        );
        assert_eq!(
            written("syscall_histograms.max", Unit::Nanoseconds, 7.into()),
            format!("taskweight_syscall_durations_max_seconds{{{labels}}} 7e-9")
        );
        let small = Number::from_f64(4.5e-7).unwrap();
        let line = written("per_operation.elapsed_ns", Unit::NanosecondsPerOperation, small);
        assert_eq!(line, format!("taskweight_per_operation_elapsed_seconds{{{labels}}} 0.00000045e-9"));
    }

    #[test]
    fn names_have_no_suffix_of_another_kind() {
        let family = |metric, unit| Name::of(metric, unit).family;
        assert_eq!(family("kernel.syscalls.by_name.count", Unit::Count), "taskweight_kernel_syscalls_by_name");
        assert_eq!(family("memory.done.slab_bytes", Unit::Bytes), "taskweight_memory_done_slab_bytes");
        assert_eq!(family("elapsed_ns.twin", Unit::Nanoseconds), "taskweight_elapsed_twin_seconds");
        assert_eq!(family("ledger.per_task.r2", Unit::Ratio), "taskweight_ledger_per_task_r2_ratio");
    }
}
