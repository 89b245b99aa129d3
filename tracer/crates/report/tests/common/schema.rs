//! Reports against the documented schema.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

/// Within the program: guests that run the tests of the kernel side have no docs/.
const DOCUMENTED: &str = include_str!("../../../../../docs/report.schema.json");

/// What of a report as JSON is not as the documented schema has it: place and reason.
pub fn violations(report: &Value) -> Vec<String> {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let validator =
        VALIDATOR.get_or_init(|| jsonschema::validator_for(&serde_json::from_str(DOCUMENTED).unwrap()).unwrap());
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
