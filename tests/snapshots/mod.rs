//! Comparing an answer with the one from a snapshot.

use std::process::Output;

use serde_json::Value;

/// Where two runs differ but for what may: the source, that it is files, when it was read, and whether the same
/// context chose the scope.
pub fn same(about: &str, first: &Output, again: &Output) -> Vec<String> {
    let answer = |output: &Output| {
        let mut answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        if let Some(snapshot) = answer.get_mut("snapshot").and_then(Value::as_object_mut) {
            for field in ["source", "datastore", "readAt"] {
                snapshot.remove(field);
            }
        }
        answer
    };
    let mut wrong = Vec::new();
    let codes = (first.status.code(), again.status.code());
    if codes.0 != codes.1 {
        let said = String::from_utf8_lossy(&again.stderr);
        wrong.push(format!(
            "{about}: exit {:?}, then {:?}: {said}",
            codes.0, codes.1
        ));
    }
    let (first, again) = (answer(first), answer(again));
    compare(&first, &again, about, &mut wrong);
    wrong
}

fn compare(first: &Value, again: &Value, path: &str, wrong: &mut Vec<String>) {
    match (first, again) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or_default()
                };
                compare(&of(a), &of(b), &format!("{path}.{key}"), wrong);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, &format!("{path}[{at}]"), wrong);
            }
        }
        _ if first == again => {}
        _ => wrong.push(format!("{path}: {first}, then {again}")),
    }
}
