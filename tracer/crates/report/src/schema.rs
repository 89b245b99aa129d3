//! The JSON schema of the report, generated from the model.

use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::Value;

use taskweight_core::report::{Report, SCHEMA_VERSION};

/// The schema of the reports that this version writes, as `taskweight schema` prints it: JSON Schema 2020-12, indented,
/// with a line break at its end.
///
/// Every field is required, since none is left out when a report is written; what could not be had is `null`.
///
/// # Errors
/// When the schema is no JSON, which the model rules out.
pub fn text() -> serde_json::Result<String> {
    let mut schema = of::<Report>();
    schema.insert("title".to_owned(), "taskweight report".into());
    if let Some(version) = schema.pointer_mut("/properties/schema_version").and_then(Value::as_object_mut) {
        version.insert("const".to_owned(), SCHEMA_VERSION.into());
    }
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// The schema of a type as it is written.
pub(super) fn of<Type: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Type>()
}

/// What the model says of the field at `path`, on one line; `None` when there is no such field. Names of list entries
/// are not part of a path.
pub(super) fn description(root: &Schema, path: &[&str]) -> Option<String> {
    let mut field = root.as_value();
    for name in path {
        field = property(root, field, name)?;
    }
    let text = field.get("description").and_then(Value::as_str)?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The field of that name in an object, in the entries of a list, or in what may be `null` instead.
fn property<'a>(root: &'a Schema, schema: &'a Value, name: &str) -> Option<&'a Value> {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) {
        return Some(property);
    }
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    let inside =
        [reference.and_then(|pointer| root.pointer(pointer)), schema.get("additionalProperties"), schema.get("items")];
    let alternatives = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    inside.into_iter().flatten().chain(alternatives).find_map(|inside| property(root, inside, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use taskweight_core::report::Run;

    #[test]
    fn descriptions_are_found_through_lists_and_what_may_be_absent() {
        let root = of::<Run>();
        let described = |path: &[&str]| description(&root, path);
        assert_eq!(described(&["kernel", "switches", "voluntary"]).unwrap(), "The thread blocked.");
        assert_eq!(described(&["kernel", "syscalls", "by_name", "count"]).unwrap(), "Calls entered.");
        assert_eq!(
            described(&["memory", "done", "slab_bytes"]).unwrap(),
            "All other memory that the kernel needs for the run."
        );
        assert_eq!(described(&["threads", "tid"]).unwrap(), "Thread id.");
        assert_eq!(described(&["kernel", "switches", "involuntary"]), None);
    }
}
