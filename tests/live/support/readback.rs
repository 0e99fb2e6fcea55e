//! Does the server return what a world stores? A world whose objects the server changes would prove nothing.

use serde_json::{Map, Value};

use super::kinds::Source;

/// Where `read` differs from `written`, as a path with both values; `None` if it does not.
///
/// Custom resources agree in all but what the server keeps for itself. Built-in ones may gain fields (defaults),
/// and may lose empty ones, which the server's types do not tell from absent ones; their labels and annotations agree exactly.
pub fn difference(written: &Value, read: &Value, source: Source) -> Option<String> {
    let (Value::Object(written), Value::Object(read)) = (written, read) else {
        return Some("not an object".to_owned());
    };
    let metadata =
        |object: &Map<String, Value>| object.get("metadata").cloned().unwrap_or_default();
    metadata_difference(&metadata(written), &metadata(read)).or_else(|| {
        let rest = |object: &Map<String, Value>| {
            // Items of a built-in list leave apiVersion and kind out.
            let skipped = ["apiVersion", "kind", "metadata"];
            Value::Object(
                object
                    .clone()
                    .into_iter()
                    .filter(|(name, _)| !skipped.contains(&name.as_str()))
                    .collect(),
            )
        };
        value_difference("", &rest(written), &rest(read), source)
    })
}

fn metadata_difference(written: &Value, read: &Value) -> Option<String> {
    let compared = [
        "name",
        "namespace",
        "uid",
        "labels",
        "annotations",
        "deletionTimestamp",
        "finalizers",
        "ownerReferences",
    ];
    compared.into_iter().find_map(|name| {
        let (written, read) = (&written[name], &read[name]);
        let both_empty = is_empty(written) && is_empty(read);
        if both_empty {
            None
        } else {
            value_difference(&format!(".metadata.{name}"), written, read, Source::Custom)
        }
    })
}

fn value_difference(path: &str, written: &Value, read: &Value, source: Source) -> Option<String> {
    match (written, read) {
        (Value::Object(left), Value::Object(right)) => {
            let gained = right
                .keys()
                .find(|name| source == Source::Custom && !left.contains_key(*name));
            if let Some(name) = gained {
                return Some(format!("{path}.{name}: gained {}", right[name]));
            }
            left.iter().find_map(|(name, value)| match right.get(name) {
                None if source == Source::BuiltIn && is_empty(value) => None,
                None => Some(format!("{path}.{name}: lost {value}")),
                Some(read) => value_difference(&format!("{path}.{name}"), value, read, source),
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| {
                value_difference(&format!("{path}[{index}]"), left, right, source)
            }),
        // 10 and 10.0 are one number in JSON.
        (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => None,
        _ if written == read => None,
        _ => Some(format!("{path}: wrote {written}, read {read}")),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(value) => value.is_empty(),
        Value::Array(value) => value.is_empty(),
        Value::Object(value) => value.is_empty(),
    }
}
