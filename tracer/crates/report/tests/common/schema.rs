//! Reports against their schema.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// What of a report as JSON is not as the schema has it: place and reason.
pub fn violations(report: &Value) -> Vec<String> {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let validator = VALIDATOR.get_or_init(|| {
        let schema = taskweight_report::schema::text().unwrap();
        jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
    });
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
