//! Answers expected of the Kubernetes datastore, said of the copies that etcd holds of Kubernetes' policies.
//!
//! Only this is translated, and only for policies of Kubernetes; `tests/worlds/README.md` has the list:
//!
//! * `knp/NS/X` is `np/NS/knp.default.X`, of kind NetworkPolicy; the object that it points to stays the original;
//! * its written selectors are those of the copy, so they are not compared; what they come to is;
//! * a match of a rule of the original is a match of each of the Calico rules that it became (`felixRules`), under their paths;
//! * matches by service are gone;
//! * notes about what only the original has are gone.
//!
//! Everything else (order, ends of tiers, verdicts, profiles, effects, which endpoints match) is demanded as it stands.

use serde_json::{Value, json};

/// Notes about faults of the original, which its copy does not have.
const OF_ORIGINALS: [&str; 1] = ["knp-rule-fails"];

/// What a case demands of etcd.
pub fn of_copies(case: &Value) -> Value {
    let mut case = case.clone();
    rename(&mut case["answer"]);
    for item in case["answer"]["items"].as_array_mut().into_iter().flatten() {
        for policy in item["policies"].as_array_mut().into_iter().flatten() {
            copied(policy);
        }
        if let Some(matches) = item["ruleMatches"].as_array_mut() {
            *matches = spread(matches);
        }
        retain_notes(&mut item["notes"], |note| &note["code"]);
    }
    retain_notes(&mut case["notes"], |note| note);
    case
}

/// Drops a key that indexing made, and the notes of originals.
fn retain_notes(notes: &mut Value, code: impl Fn(&Value) -> &Value) {
    if let Some(list) = notes.as_array_mut() {
        list.retain(|note| !OF_ORIGINALS.iter().any(|known| code(note) == known));
    }
}

/// The id of a copy for that of its original.
fn copy_id(id: &str) -> Option<String> {
    let (namespace, name) = id.strip_prefix("knp/")?.split_once('/')?;
    Some(format!("np/{namespace}/knp.default.{name}"))
}

/// Every id, wherever it stands.
fn rename(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(copy) = copy_id(text) {
                *text = copy;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(rename),
        Value::Object(map) => map.values_mut().for_each(rename),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A policy as an item or a match names it; its id is that of the copy already.
fn copied(policy: &mut Value) -> bool {
    let id = policy["id"].as_str().unwrap_or_default();
    let Some((_, name)) = id
        .split_once("/knp.default.")
        .filter(|(kind, _)| kind.starts_with("np/"))
    else {
        return false;
    };
    let name = format!("knp.default.{name}");
    if let Some(map) = policy.as_object_mut() {
        for (key, is) in [("kind", "NetworkPolicy"), ("name", &*name)] {
            if let Some(value) = map.get_mut(key) {
                *value = json!(is);
            }
        }
        map.remove("selector");
    }
    true
}

/// Matches as the rules of copies give them: one for each Calico rule, in their order.
fn spread(matches: &[Value]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for found in matches {
        if by_service(found) {
            continue;
        }
        let mut found = found.clone();
        if !copied(&mut found["policy"]) {
            all.push(found);
            continue;
        }
        for criterion in found["criteria"].as_array_mut().into_iter().flatten() {
            if let Some(map) = criterion.as_object_mut() {
                map.remove("written");
            }
        }
        let rules = found["felixRules"].as_array().cloned().unwrap_or_default();
        assert!(!rules.is_empty(), "a match of no Calico rule: {found}");
        for rule in rules {
            let mut one = found.clone();
            let direction = found["direction"].as_str().unwrap_or_default();
            let role = found["role"].as_str().unwrap_or_default();
            one["path"] = json!(format!("spec.{direction}[{rule}].{role}"));
            one["ruleIndex"] = rule.clone();
            one["felixRules"] = json!([rule]);
            all.push(one);
        }
    }
    // The matches of one policy stand together: only among them does the order change.
    for group in all.chunk_by_mut(|a, b| {
        a["policy"]["id"] == b["policy"]["id"] && a["direction"] == b["direction"]
    }) {
        let copy = group[0]["policy"]["id"]
            .as_str()
            .is_some_and(|id| id.contains("/knp.default."));
        if copy {
            group
                .sort_by_key(|found| (found["ruleIndex"].as_u64(), found["role"] == "destination"));
        }
    }
    all
}

/// Services are not in etcd, and a set of none holds nobody.
fn by_service(found: &Value) -> bool {
    let criteria = found["criteria"].as_array();
    criteria.is_some_and(|list| {
        list.iter()
            .any(|one| one["type"] == "services" && one["holds"] == true)
    })
}
