//! OpenMetrics text, which Prometheus and its relatives read; also valid as Prometheus' own text format 0.0.4.
//!
//! A report is a finished measurement: its counts do not go on growing, so they are gauges, not counters.

mod family;

use std::fmt::Write as _;

use schemars::Schema;

use super::metric::{Record, records};
use super::{ExportError, File, Source};
use crate::schema;
use family::{Families, Name};
use taskweight_core::case::Case;
use taskweight_core::report::{Anatomy, Environment, LedgerRow, Regime, Run};

/// One file for the report.
pub(super) fn files(source: &Source<'_>) -> Result<Vec<File>, ExportError> {
    let model = Model::default();
    let mut families = Families::default();
    environment(source, &mut families);
    for record in records(source.report)? {
        let labels = labels(&record);
        for metric in &record.metrics {
            let name = Name::of(&metric.name, metric.unit);
            let mut labels = labels.clone();
            labels.extend(metric.item.as_ref().map(|item| ("item", item.clone())));
            families.add(&name, || model.help(&metric.name, metric.unit.to_string().as_str()), labels, &metric.value);
        }
    }
    let mut text = families.finish();
    text.push_str("# EOF\n");
    Ok(vec![source.file("om", text.into_bytes())])
}

/// The machine, as labels of a figure that is always 1.
fn environment(source: &Source<'_>, families: &mut Families) {
    let Environment { kernel, architecture, cpu_model, virtualisation, .. } = &source.report.environment;
    let labels = vec![
        ("version", source.report.taskweight_version.clone()),
        ("kernel", kernel.clone()),
        ("architecture", architecture.clone()),
        ("cpu_model", cpu_model.clone().unwrap_or_default()),
        ("virtualisation", virtualisation.clone().unwrap_or_default()),
    ];
    let help = || "Version of taskweight, and the machine.".to_owned();
    families.add(&Name::info("taskweight_environment_info"), help, labels, &1.into());
}

/// What tells a run from the others; what is `null` has no label.
fn labels(record: &Record<'_>) -> Vec<(&'static str, String)> {
    let mut labels: Vec<_> = Case::NAMES.into_iter().zip(record.case.values()).collect();
    labels.retain(|(_, value)| !value.is_empty());
    if let Some((index, repetition)) = record.run {
        labels.extend([("run", index.to_string()), ("repetition", repetition.to_string())]);
    }
    labels
}

/// What the model says of its fields.
struct Model {
    sections: [(&'static str, Schema); 3],
    run: Schema,
}

impl Default for Model {
    fn default() -> Self {
        let sections = [
            ("ledger", schema::of::<LedgerRow>()),
            ("regimes", schema::of::<Regime>()),
            ("anatomy", schema::of::<Anatomy>()),
        ];
        Self { sections, run: schema::of::<Run>() }
    }
}

impl Model {
    /// The field's description, after that of the object which it is in, and its unit in the report.
    fn help(&self, metric: &str, unit: &str) -> String {
        let path: Vec<&str> = metric.split('.').collect();
        let section = self.sections.iter().find(|(name, _)| path.first() == Some(name));
        let (root, path) = section.map_or((&self.run, &path[..]), |(_, schema)| (schema, &path[1..]));
        let object = path.split_last().map(|(_, object)| object).filter(|object| !object.is_empty());
        let object = object.and_then(|object| schema::description(root, object));
        let mut help = object.map_or(String::new(), |object| format!("{} - ", object.trim_end_matches('.')));
        help += &schema::description(root, path).unwrap_or_default();
        let _ = write!(help, " [{metric}, {unit}]");
        help
    }
}
