//! Readers of the exports that know nothing of how they are written.

mod hdr;
mod openmetrics;

use std::collections::BTreeMap;

use serde_json::Value;
use taskweight_core::report::Report;

pub use hdr::{hgrm, hlog};
pub use openmetrics::openmetrics;

/// A row of the CSV export.
#[derive(Clone, Debug)]
pub struct Row {
    pub run: String,
    /// Model, scenario, tasks, depth, held, bytes touched, CPU.
    pub case: [String; 7],
    pub repetition: String,
    pub metric: String,
    pub item: String,
    pub value: String,
    pub unit: String,
}

/// Where a figure stands, such as (`runs.3`, `kernel.switches.exit`, ``).
pub type Place = (String, String, String);

impl Row {
    /// Its place in the JSON report, and the number.
    pub fn into_figure(self) -> (Place, String) {
        let section = self.metric.split('.').next().unwrap_or_default();
        let owner = if self.run.is_empty() { format!("{section} {}", self.case.join(" ")) } else { self.run };
        ((owner, self.metric, self.item), self.value)
    }
}

/// The rows of a CSV file, all of which are as long as the head.
pub fn rows(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = "run,model,scenario,tasks,depth_bytes,held,touch_bytes,pinned,repetition,metric,item,value,unit";
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>().join(","), head);
    let row = |record: Result<csv::StringRecord, _>| {
        let record = record.unwrap();
        let cell = |index: usize| record[index].to_owned();
        let case = [1, 2, 3, 4, 5, 6, 7].map(cell);
        let [repetition, metric, item, value, unit] = [8, 9, 10, 11, 12].map(cell);
        Row { run: cell(0), case, repetition, metric, item, value, unit }
    };
    reader.records().map(row).collect()
}

/// Every number of the report that is to be exported, by its place.
pub fn json_figures(report: &Report) -> BTreeMap<Place, String> {
    let report = serde_json::to_value(report).unwrap();
    let mut figures = BTreeMap::new();
    for (index, run) in report["runs"].as_array().unwrap().iter().enumerate() {
        walk(run, "", "", &index.to_string(), &mut figures);
    }
    for section in ["ledger", "regimes", "anatomy"] {
        for row in report[section].as_array().unwrap() {
            let identity = ["model", "scenario", "tasks", "depth_bytes", "held", "touch_bytes", "pinned"];
            let words = identity.map(|name| match &row[name] {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                value => value.to_string(),
            });
            walk(row, section, "", &format!("{section} {}", words.join(" ")), &mut figures);
        }
    }
    figures
}

fn walk(value: &Value, path: &str, item: &str, owner: &str, figures: &mut BTreeMap<Place, String>) {
    const SKIPPED: [&str; 12] = [
        "tasks",
        "depth_bytes",
        "held",
        "touch_bytes",
        "pinned",
        "repetition",
        "threads",
        "buckets",
        "samples",
        "points",
        "interrupts_unseen",
        "merged",
    ];
    let by_name = ["by_name", "by_kind", "syscall_histograms", "witness", "loss", "per_task"];
    let last = path.rsplit('.').next().unwrap_or_default();
    match value {
        Value::Number(number) => {
            figures.insert((owner.to_owned(), path.to_owned(), item.to_owned()), number.to_string());
        }
        Value::Bool(is_true) => {
            figures.insert((owner.to_owned(), path.to_owned(), item.to_owned()), u8::from(*is_true).to_string());
        }
        Value::Array(entries) => {
            for entry in entries {
                walk(entry, path, entry["name"].as_str().unwrap(), owner, figures);
            }
        }
        Value::Object(fields) if (by_name.contains(&last) || path == "anatomy.interrupts") && item.is_empty() => {
            fields.iter().for_each(|(name, value)| walk(value, path, name, owner, figures));
        }
        Value::Object(fields) => {
            let is_own = |name: &str| !["", "ledger", "regimes", "anatomy"].contains(&path) || !SKIPPED.contains(&name);
            for (name, value) in fields.iter().filter(|(name, _)| is_own(name)) {
                let is_list = ["buckets", "samples", "points"].contains(&name.as_str());
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if !is_list {
                    walk(value, &path, item, owner, figures);
                }
            }
        }
        Value::String(_) | Value::Null => {}
    }
}
