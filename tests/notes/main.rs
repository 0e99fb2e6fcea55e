//! Every note code: a small cluster in which it stands where it should; none in a healthy cluster; and for conditions that
//! are easily drawn too wide, what is just beside them.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

mod endpoints;
mod others;
mod policies;
mod rules;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use calicoq::note::codes;
use serde_json::{Value, json};

const V3: &str = "projectcalico.org/v3";

/// An object as a server stores it.
fn stored(api: &str, kind: &str, namespace: &str, name: &str, spec: Value) -> Value {
    let mut metadata = json!({"name": name, "uid": "5e0c7c6e-0e0e-4c2f-9c38-0e3b6f3d2a01", "resourceVersion": "7"});
    if !namespace.is_empty() {
        metadata["namespace"] = namespace.into();
    }
    json!({"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec})
}

fn labelled(mut object: Value, labels: Value) -> Value {
    object["metadata"]["labels"] = labels;
    object
}

fn annotated(mut object: Value, annotations: Value) -> Value {
    object["metadata"]["annotations"] = annotations;
    object
}

fn pod(name: &str, spec: Value, status: Value) -> Value {
    let mut object = stored("v1", "Pod", "shop", name, spec);
    object["status"] = status;
    labelled(object, json!({"app": name}))
}

fn running(name: &str) -> Value {
    pod(
        name,
        json!({"nodeName": "node-a", "serviceAccountName": "default"}),
        json!({"phase": "Running", "podIP": "10.65.0.1"}),
    )
}

fn gnp(spec: Value) -> Value {
    stored(V3, "GlobalNetworkPolicy", "", "g", spec)
}

fn np(spec: Value) -> Value {
    stored(V3, "NetworkPolicy", "shop", "n", spec)
}

fn rule(rule: Value) -> Value {
    gnp(json!({"selector": "all()", "types": ["Ingress"], "ingress": [rule]}))
}

fn hep(name: &str, spec: Value) -> Value {
    let mut spec = spec;
    if spec["node"].is_null() {
        spec["node"] = "node-a".into();
    }
    labelled(
        stored(V3, "HostEndpoint", "", name, spec),
        json!({"role": "host"}),
    )
}

fn felix(name: &str, spec: Value) -> Value {
    stored(V3, "FelixConfiguration", "", name, spec)
}

/// A healthy cluster with one pod.
fn healthy() -> Vec<Value> {
    vec![
        stored(
            V3,
            "ClusterInformation",
            "",
            "default",
            json!({"calicoVersion": "v3.32.1", "datastoreReady": true}),
        ),
        stored(
            V3,
            "Tier",
            "",
            "default",
            json!({"order": 1_000_000, "defaultAction": "Deny"}),
        ),
        stored("v1", "Namespace", "", "shop", json!({})),
        stored("v1", "ServiceAccount", "shop", "default", json!({})),
        stored("v1", "Node", "", "node-a", json!({})),
        running("web"),
        gnp(
            json!({"selector": "all()", "order": 1, "types": ["Ingress"], "ingress": [{"action": "Allow"}]}),
        ),
    ]
}

/// Codes, and causes of dropped policies, in the answer.
fn codes_of(objects: &[Value], args: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&answer_of(objects, args).1, &mut found);
    found
}

/// Exit code and answer.
fn answer_of(objects: &[Value], args: &[&str]) -> (Option<i32>, Value) {
    // A later object of the same kind and name takes the place of an earlier one.
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(["endpoint", "-f", "-", "-o", "json"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(list.to_string().as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let answer =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{list}: {error}"));
    (output.status.code(), answer)
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(code) if key == "code" || key == "cause" => {
                        found.insert(code.clone());
                    }
                    value => collect(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// What to add to the healthy cluster, how to ask, and the code that must then stand in the answer.
type Case = (&'static str, Vec<Value>, &'static [&'static str]);

fn cases() -> Vec<Case> {
    [
        policies::whole_policies(),
        rules::rules(),
        endpoints::pods(),
        endpoints::hosts(),
        endpoints::further_cases(),
        others::kubernetes(),
        others::the_rest(),
    ]
    .concat()
}

#[test]
fn a_healthy_cluster_has_nothing_to_say() {
    assert_eq!(codes_of(&healthy(), &[]), BTreeSet::new());
}

#[test]
fn each_code_stands_where_its_condition_does() {
    let mut wrong = Vec::new();
    for (code, added, args) in cases() {
        let found = codes_of(&[healthy(), added].concat(), args);
        if !found.contains(code) {
            wrong.push(format!("{code}: found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_code_ends_where_its_condition_does() {
    for (code, added, args) in endpoints::near_misses() {
        let found = codes_of(&[healthy(), added].concat(), args);
        assert!(!found.contains(code), "{code}");
    }
}

/// `answers.md` UnknownFields: what open-source Calico ignores, another product may act on.
#[test]
fn unknown_fields_of_another_product_are_a_gap() {
    let odd =
        json!({"action": "Allow", "source": {"selector": "all()", "domains": ["example.org"]}});
    let ask = |variant: &str| {
        let information = stored(
            V3,
            "ClusterInformation",
            "",
            "default",
            json!({"calicoVersion": "v3.32.1", "datastoreReady": true, "variant": variant}),
        );
        answer_of(
            &[healthy(), vec![information, rule(odd.clone())]].concat(),
            &["web"],
        )
    };
    let effects = |answer: &Value| -> Vec<Value> {
        let matches = answer["items"][0]["ruleMatches"].as_array().unwrap();
        matches
            .iter()
            .map(|found| found["effect"].clone())
            .collect()
    };

    let (exit, answer) = ask("AnotherProduct");
    assert_eq!(exit, Some(3));
    assert_eq!(answer["complete"], false);
    let gap = &answer["gaps"][0];
    assert_eq!(
        (&gap["code"], &gap["resource"]),
        (&json!("UnknownFields"), &json!("gnp/g"))
    );
    assert_eq!(gap["missingFrom"], json!(["unmatched", "ruleMatches"]));
    assert_eq!(effects(&answer), ["Unknown"]);
    let mut codes = BTreeSet::new();
    collect(&answer, &mut codes);
    assert!(!codes.contains("unknown-field-ignored"), "{codes:?}");

    let (exit, answer) = ask("Calico");
    assert_eq!(exit, Some(0));
    assert_eq!(answer["gaps"], json!([]));
    assert_eq!(effects(&answer), ["Applies"]);
    collect(&answer, &mut codes);
    assert!(codes.contains("unknown-field-ignored"), "{codes:?}");
}

/// A code that nothing shows would be a promise that is not kept.
#[test]
fn every_code_has_a_case() {
    // What a live server alone can show: `tests/live` and the source's own tests.
    let elsewhere = [
        "both-crd-groups",
        "undecodable-etcd-value",
        "profile-default-allow-overridden",
        "etcd-kubernetes-kinds-not-read",
    ];
    let shown: BTreeSet<&str> = cases()
        .iter()
        .map(|(code, ..)| *code)
        .chain(elsewhere)
        .collect();
    let missing: Vec<_> = codes::ALL
        .iter()
        .map(|code| code.id())
        .filter(|id| !shown.contains(id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
