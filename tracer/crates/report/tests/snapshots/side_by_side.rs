//! Two reports, compared.

use serde_json::{Value, json};
use taskweight_core::report::Report;
use taskweight_report::diff::{Diff, diff};
use taskweight_report::document::{Options, of_diff};
use taskweight_report::paint::text::paint;

use crate::assert_is;
use crate::reports::fixture;

fn text(diff: &Diff, width: usize) -> String {
    paint(&of_diff(diff, ["a.json", "b.json"]), &Options { width, ..Options::default() })
}

fn assert_text(name: &str, diff: &Diff) {
    assert_is(&format!("{name}-diff-80"), &text(diff, 80));
}

/// The report of another kernel, on which each run did more.
fn more(report: &Report) -> Report {
    let mut report = serde_json::to_value(report).unwrap();
    report["environment"]["kernel"] = "7.0.0 elsewhere".into();
    for run in report["runs"].as_array_mut().unwrap() {
        run["pinned"] = 0.into();
        ["kernel", "per_operation", "elapsed_ns", "cpu"].iter().for_each(|part| grow(&mut run[*part]));
    }
    serde_json::from_value(report).unwrap()
}

fn grow(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(grow),
        Value::Array(entries) => entries.iter_mut().for_each(grow),
        Value::Number(number) => {
            *value = number.as_u64().map_or_else(|| json!(number.as_f64().unwrap() * 1.25), |count| json!(count * 2));
        }
        _ => (),
    }
}

#[test]
fn with_itself() {
    for name in ["anatomy", "command", "compare", "hostile"] {
        let report = fixture(name);
        assert_text(&format!("{name}-itself"), &diff(&report, &report, None, 10));
    }
}

#[test]
fn with_another_of_the_same_work() {
    for name in ["anatomy", "command", "compare", "hostile", "page"] {
        let report = fixture(name);
        let diff = diff(&report, &more(&report), None, 10);
        assert_text(&format!("{name}-more"), &diff);
        if name == "compare" {
            assert_is("compare-more-diff-120", &text(&diff, 120));
        }
    }
}

#[test]
fn with_another_of_other_work() {
    assert_text("compare-page", &diff(&fixture("compare"), &fixture("page"), None, 10));
}

#[test]
fn one_model_with_another() {
    for name in ["compare", "hostile", "page"] {
        let report = fixture(name);
        let models = ["os-thread", "tokio"].map(str::to_owned);
        assert_text(&format!("{name}-models"), &diff(&report, &report, Some(&models), 10));
    }
}

#[test]
fn as_json_and_with_conditions() {
    for name in ["command", "compare"] {
        let report = fixture(name);
        let diff = diff(&report, &more(&report), None, 3);
        let conditions =
            ["per_operation.kernel_switches>1.05x", "kernel.switches.voluntary>=2x", "elapsed_ns.traced>0"];
        let met = diff.check(&conditions.map(|condition| condition.parse().unwrap())).unwrap();
        let written = serde_json::to_string_pretty(&json!({ "diff": diff, "conditions_met": met })).unwrap();
        assert_is(&format!("{name}-more-diff-json"), &written);
    }
}
