//! The report as JSON. Its schema needs no snapshot: docs/report.schema.json is one.

use std::collections::BTreeMap;

use serde_json::Value;
use taskweight_report::json;

use crate::digest::digest;
use crate::{assert_is, reports};

#[test]
fn short_reports_as_they_are_written() {
    for name in ["anatomy", "command"] {
        let mut written = Vec::new();
        json::write(&reports::fixture(name), &mut written).unwrap();
        assert_is(&format!("{name}-json"), &String::from_utf8(written).unwrap());
    }
}

#[test]
fn every_field_with_its_first_value() {
    for (name, report) in reports::all() {
        let mut written = Vec::new();
        json::write(&report, &mut written).unwrap();
        let mut fields = BTreeMap::new();
        collect(String::new(), &serde_json::from_slice(&written).unwrap(), &mut fields);
        let shown: String = fields.iter().map(|(path, value)| format!("{path}: {value}\n")).collect();
        assert_is(&format!("{name}-json-fields"), &format!("{shown}{}", digest(&written)));
    }
}

/// Entries of lists have the same path, and the first that is something is kept.
fn collect(path: String, value: &Value, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| collect(format!("{path}.{name}"), value, fields));
        }
        Value::Array(entries) if !entries.is_empty() => {
            entries.iter().for_each(|entry| collect(format!("{path}[]"), entry, fields));
        }
        value => match fields.get(&path) {
            Some(known) if !known.is_null() => (),
            _ => drop(fields.insert(path, value.clone())),
        },
    }
}
