//! The JSON schema, and the reports that it describes.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use common::{FIXTURES, fixture, schema::violations};
use serde_json::Value;

#[test]
fn every_report_follows_the_schema() {
    for name in FIXTURES {
        let written = serde_json::to_value(fixture(name)).unwrap();
        assert_eq!(violations(&written), [""; 0], "{name}");
    }
}

#[test]
fn what_is_no_report_violates_the_schema() {
    let violated = |change: fn(&mut Value)| {
        let mut report = serde_json::to_value(fixture("command.json")).unwrap();
        change(&mut report);
        violations(&report).join("\n")
    };
    let version = violated(|report| report["schema_version"] = 2.into());
    assert!(version.contains("/schema_version"), "{version}");
    let missing = violated(|report| drop(report["runs"][0].as_object_mut().unwrap().remove("loss")));
    assert!(missing.contains("\"loss\" is a required property"), "{missing}");
    let negative = violated(|report| report["runs"][0]["kernel"]["wakeups"] = (-1).into());
    assert!(negative.contains("/runs/0/kernel/wakeups"), "{negative}");
    let state = violated(|report| report["probes"][0]["state"] = "asleep".into());
    assert!(state.contains("/probes/0/state"), "{state}");
}
