//! Answers expected of the Kubernetes datastore, said of the copies that etcd holds of Kubernetes' policies.
//!
//! Only this is translated, and only for policies of Kubernetes; `tests/worlds/README.md` has the list:
//!
//! * `knp/NS/X` is `np/NS/knp.default.X`, of kind NetworkPolicy; the object that it points to stays the original;
//! * its written selectors are those of the copy, so they are not compared; what they come to is;
//! * a match of a rule of the original is a match of each of the Calico rules that it became (`felixRules`), under their paths;
//! * matches by service are gone;
//! * a pod that has no endpoint (finished, on its host's network, without node or address) is not known at all;
//! * notes about what only the original has are gone.
//!
//! Everything else (order, ends of tiers, verdicts, profiles, effects, which endpoints match) is demanded as it stands.

use serde_json::{Value, json};

/// Notes about faults of the original, which its copy does not have.
const OF_ORIGINALS: [&str; 1] = ["knp-rule-fails"];

/// Why a pod has no endpoint on the Kubernetes datastore, where the plugin writes none either.
const NO_ENDPOINT: [&str; 4] = ["Finished", "HostNetwork", "NotScheduled", "NoIP"];

/// What a case demands of etcd.
pub fn of_copies(case: &Value) -> Value {
    let mut case = case.clone();
    if let Some(answer) = case.get_mut("answer") {
        rename(answer);
        unknown_pods(answer);
        for item in list(answer, "items").into_iter().flatten() {
            for policy in list(item, "policies").into_iter().flatten() {
                copied(policy);
            }
            if let Some(matches) = list(item, "ruleMatches") {
                *matches = spread(matches);
            }
            if let Some(notes) = list(item, "notes") {
                notes.retain(|note| !is_of_originals(&note["code"]));
            }
        }
    }
    if let Some(notes) = list(&mut case, "notes") {
        notes.retain(|note| !is_of_originals(note));
    }
    case
}

/// Pods are not in etcd, only the endpoints that the CNI plugin made of them.
fn unknown_pods(answer: &mut Value) {
    let Some(known) = list(answer, "notEndpoints") else {
        return;
    };
    let (unknown, left): (Vec<Value>, Vec<Value>) = std::mem::take(known)
        .into_iter()
        .partition(|pod| NO_ENDPOINT.iter().any(|reason| pod["reason"] == *reason));
    let unknown: Vec<Value> = unknown
        .iter()
        .map(|pod| json!({"what": pod["what"]}))
        .collect();
    if let Some(answer) = answer.as_object_mut() {
        for (key, list) in [("notEndpoints", left), ("notFound", unknown)] {
            let list = if list.is_empty() {
                json!("(absent)")
            } else {
                json!(list)
            };
            answer.insert(key.to_owned(), list);
        }
    }
}

/// A list that is there: what a case does not say must not come to be said.
fn list<'a>(object: &'a mut Value, key: &str) -> Option<&'a mut Vec<Value>> {
    object.get_mut(key)?.as_array_mut()
}

fn is_of_originals(code: &Value) -> bool {
    OF_ORIGINALS.iter().any(|known| code == known)
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
        for criterion in list(&mut found, "criteria").into_iter().flatten() {
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
            group.sort_by_key(|found| (found["ruleIndex"].as_u64(), found["role"] == "source"));
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
