//! The report as JSON.

use std::collections::BTreeMap;

use serde_json::Value;
use taskweight_report::json;

use crate::digest::digest;
use crate::{assert_is, reports};

#[test]
fn short_reports_as_they_are_written() {
    for name in ["anatomy", "command"] {
        let mut written = Vec::new();
        json::write(&without_nulls(serde_json::to_value(reports::fixture(name)).unwrap()), &mut written).unwrap();
        assert_is(&format!("{name}-json"), &String::from_utf8(written).unwrap());
    }
}

#[test]
fn every_field_with_its_first_value() {
    for (name, report) in reports::all() {
        let written = without_nulls(serde_json::to_value(report).unwrap());
        let mut fields = BTreeMap::new();
        collect(String::new(), &written, &mut fields);
        let shown: String = fields.iter().map(|(path, value)| format!("{path}: {value}\n")).collect();
        assert_is(&format!("{name}-json-fields"), &format!("{shown}{}", digest(written.to_string().as_bytes())));
    }
}

/// The same without what is `null`: a field that a report of an older version does not have changes no snapshot.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(entries) => entries.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

/// Entries of lists have the same path, and the first is kept.
fn collect(path: String, value: &Value, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| collect(format!("{path}.{name}"), value, fields));
        }
        Value::Array(entries) if !entries.is_empty() => {
            entries.iter().for_each(|entry| collect(format!("{path}[]"), entry, fields));
        }
        value => drop(fields.entry(path).or_insert_with(|| value.clone())),
    }
}
