//! Comparing an answer with what a world expects of it.

use serde_json::Value;

/// Where `actual` does not have what `expected` demands, each as `path: what`.
///
/// Keys given must be there with their value, lists have exactly this length and order, and a key whose
/// value is the text `(absent)` must not be there.
pub fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(expected, actual, "answer", &mut found);
    found
}

fn compare(expected: &Value, actual: &Value, path: &str, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(given)) => {
            for (key, want) in wanted {
                let path = format!("{path}.{key}");
                match given.get(key) {
                    Some(have) if want == "(absent)" => {
                        found.push(format!("{path}: expected nothing, found {have}"));
                    }
                    Some(have) => compare(want, have, &path, found),
                    None if want == "(absent)" => {}
                    None => found.push(format!("{path}: expected {want}, found nothing")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(given)) => {
            if wanted.len() != given.len() {
                found.push(format!(
                    "{path}: expected {} elements, found {}: {actual}",
                    wanted.len(),
                    given.len()
                ));
            }
            for (at, (want, have)) in wanted.iter().zip(given).enumerate() {
                compare(want, have, &format!("{path}[{at}]"), found);
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        _ if expected == actual => {}
        _ => found.push(format!("{path}: expected {expected}, found {actual}")),
    }
}
