//! Files that claim to be reports: whatever is in them, they are read and shown, or refused in one line, without a panic.

#![expect(clippy::unwrap_used, reason = "a step that fails is a failed test")]

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use taskweight_core::report::Report;
use taskweight_report::document::Options;
use taskweight_report::json::{self, ReadError};
use taskweight_report::paint::text::render;
use tempfile::NamedTempFile;

const FIXTURES: [&str; 4] = ["compare.json", "command.json", "anatomy.json", "hostile.json"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Bytes of the reports that others are made from.
fn reports() -> &'static [Vec<u8>] {
    static REPORTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    REPORTS.get_or_init(|| FIXTURES.iter().map(|name| fs::read(path(name)).unwrap()).collect())
}

fn read(text: &[u8]) -> Result<Report, ReadError> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    json::read(file.path())
}

/// What is read can be shown, written and read again; what is not is refused in one line of bounded length.
fn check(read: Result<Report, ReadError>) {
    match read {
        Ok(report) => {
            let shown = render(&report, &Options { verbose: true, ..Options::default() });
            assert!(!shown.contains(|character: char| character != '\n' && character.is_control()), "{shown:?}");
        }
        Err(error) => assert!(error.to_string().chars().count() < 1500, "{error}"),
    }
}

/// Values at the edges of what a field can hold, and of other kinds.
fn value() -> impl Strategy<Value = Value> {
    let numbers = prop_oneof![
        Just(Value::from(0)),
        Just(Value::from(u64::MAX)),
        Just(Value::from(i64::MIN)),
        Just(Value::from(1e308)),
        Just(Value::from(-1e-308)),
        any::<u64>().prop_map(Value::from),
    ];
    prop_oneof![
        4 => numbers,
        1 => any::<String>().prop_map(Value::from),
        1 => any::<Option<bool>>().prop_map(|value| value.map_or(Value::Null, Value::from)),
        1 => Just(serde_json::json!([])),
        1 => Just(serde_json::json!({})),
    ]
}

/// Every place in a report where a value is no object and no list.
fn leaves<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| leaves(value, found)),
        Value::Object(fields) => fields.values_mut().for_each(|value| leaves(value, found)),
        leaf => found.push(leaf),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn bytes(text in proptest::collection::vec(any::<u8>(), 0..2000)) {
        check(read(&text));
    }

    #[test]
    fn reports_with_bytes_changed(which: Index, changes in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..8)) {
        let mut text = which.get(reports()).clone();
        for (place, byte) in changes {
            *place.get_mut(&mut text) = byte;
        }
        check(read(&text));
    }

    #[test]
    fn reports_with_values_changed(which: Index, changes in proptest::collection::vec((any::<Index>(), value()), 1..20)) {
        let mut report: Value = serde_json::from_slice(which.get(reports()).as_slice()).unwrap();
        let mut found = Vec::new();
        leaves(&mut report, &mut found);
        for (place, value) in changes {
            **place.get_mut(&mut found) = value;
        }
        report["schema_version"] = 1.into();
        check(read(report.to_string().as_bytes()));
    }

    #[test]
    fn reports_with_numbers_at_their_edges(which: Index, numbers in proptest::collection::vec((any::<Index>(), any::<Index>()), 1..40)) {
        let mut report: Value = serde_json::from_slice(which.get(reports()).as_slice()).unwrap();
        let mut found = Vec::new();
        leaves(&mut report, &mut found);
        found.retain(|leaf| leaf.is_number());
        for (place, number) in numbers {
            **place.get_mut(&mut found) = (*number.get(&[0, 1, u64::from(u32::MAX), i64::MAX as u64, u64::MAX])).into();
        }
        report["schema_version"] = 1.into();
        check(read(report.to_string().as_bytes()));
    }
}

fn refusal(text: &[u8]) -> String {
    let error = read(text).unwrap_err().to_string();
    assert!(error.lines().count() == 1 && error.len() < 1500, "{error}");
    error.split_once(": ").unwrap().1.to_owned()
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(10_000_000);
    assert!(!refusal(deep.as_bytes()).is_empty());
    for field in ["schema_version", "runs"] {
        let text = format!(r#"{{"schema_version":1,"{field}":{deep}"#);
        assert!(!refusal(text.as_bytes()).is_empty());
    }
}

#[test]
fn what_is_quoted_from_a_file_is_not_as_long_as_the_file() {
    let long = "x".repeat(5_000_000);
    assert!(refusal(format!(r#"{{"schema_version":"{long}"}}"#).as_bytes()).contains("schema_version is"));
    let text = format!(r#"{{"schema_version":1,"taskweight_version":"1","command_line":"{long}"}}"#);
    assert!(refusal(text.as_bytes()).starts_with("field `command_line`: invalid type"));
}

#[test]
fn a_file_larger_than_any_report_is_refused() {
    let mut file = NamedTempFile::new().unwrap();
    file.seek(SeekFrom::Start(8 << 30)).unwrap();
    file.write_all(b"}").unwrap();
    let error = json::read(file.path()).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
    let endless = json::read(Path::new("/dev/zero")).unwrap_err();
    assert!(matches!(endless, ReadError::TooLarge { .. }), "{endless}");
}
