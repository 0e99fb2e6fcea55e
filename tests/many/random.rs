//! Random small clusters: few labels and values, so that much matches, and every form of selector.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

const KEYS: [&str; 3] = ["a", "b", "projectcalico.org/namespace"];
const VALUES: [&str; 4] = ["", "x", "xy", "one"];

fn text(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

/// A selector, up to three levels deep.
pub fn selector() -> impl Strategy<Value = String> {
    let test = (text(&KEYS), text(&VALUES), text(&VALUES), 0..9_usize);
    let leaf = test.prop_map(|(key, one, other, form)| match form {
        0 => format!("{key} == '{one}'"),
        1 => format!("{key} != '{one}'"),
        2 => format!("{key} in {{'{one}', '{other}'}}"),
        3 => format!("{key} not in {{'{one}', '{other}'}}"),
        4 => format!("has({key})"),
        5 => format!("{key} starts with '{one}'"),
        6 => format!("{key} ends with '{one}'"),
        7 => format!("{key} contains '{one}'"),
        _ => "all()".to_owned(),
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|operand| format!("!({operand})")),
            vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" && "))),
            vec(inner, 2..4).prop_map(|all| format!("({})", all.join(" || "))),
        ]
    })
}

fn labels() -> impl Strategy<Value = Value> {
    vec((text(&["a", "b"]), text(&VALUES)), 0..3)
        .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k, v.into())).collect()))
}

/// One side of a rule.
fn side() -> impl Strategy<Value = Value> {
    let given = |probability| prop::option::weighted(probability, selector());
    (
        given(0.6),
        given(0.2),
        given(0.2),
        prop::option::weighted(0.2, 0..3_u8),
        prop::option::weighted(0.2, text(&["http", "dns"])),
    )
        .prop_map(|(selector, not, namespaces, net, port)| {
            let mut side = json!({});
            let fields = [
                ("selector", selector),
                ("notSelector", not),
                ("namespaceSelector", namespaces),
            ];
            for (field, text) in fields {
                if let Some(text) = text {
                    side[field] = text.into();
                }
            }
            if let Some(net) = net {
                side["nets"] = json!([format!("10.0.{net}.0/30")]);
            }
            if let Some(port) = port {
                side["ports"] = json!([port]);
            }
            side
        })
}

fn rule() -> impl Strategy<Value = Value> {
    (side(), side()).prop_map(|(source, destination)| {
        json!({"action": "Allow", "protocol": "TCP", "source": source, "destination": destination})
    })
}

/// Pods, namespaces, network sets and policies as a list of manifests.
pub fn cluster() -> impl Strategy<Value = Value> {
    let pods = vec(
        (labels(), text(&["one", "two"]), text(&["http", "dns"])),
        1..12,
    );
    let namespaces = [labels(), labels()];
    let sets = vec((labels(), 0..3_u8), 0..3);
    let policies = vec(
        (
            selector(),
            any::<bool>(),
            vec(rule(), 0..3),
            vec(rule(), 0..2),
        ),
        1..8,
    );
    (pods, namespaces, sets, policies).prop_map(|(pods, namespaces, sets, policies)| {
        let v3 = "projectcalico.org/v3";
        let mut items = vec![json!({"apiVersion": v3, "kind": "Tier", "metadata": {"name": "default"}, "spec": {"order": 1e6}})];
        for (name, labels) in ["one", "two"].into_iter().zip(namespaces) {
            items.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}));
        }
        for (at, (labels, namespace, port)) in pods.into_iter().enumerate() {
            items.push(json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": format!("pod-{at}"), "namespace": namespace, "labels": labels},
                "spec": {"nodeName": "n", "containers": [{"name": "c", "ports": [{"name": port, "containerPort": 80}]}]},
                "status": {"phase": "Running", "podIP": format!("10.0.{}.{}", at % 3, at / 3), "podIPs": [{"ip": format!("10.0.{}.{}", at % 3, at / 3)}]}}));
        }
        for (at, (labels, net)) in sets.into_iter().enumerate() {
            items.push(json!({"apiVersion": v3, "kind": "GlobalNetworkSet",
                "metadata": {"name": format!("set-{at}"), "labels": labels}, "spec": {"nets": [format!("10.0.{net}.1/32")]}}));
        }
        for (at, (selector, global, ingress, egress)) in policies.into_iter().enumerate() {
            let mut policy = json!({"apiVersion": v3, "kind": "GlobalNetworkPolicy", "metadata": {"name": format!("p-{at}")},
                "spec": {"order": at % 3, "selector": selector, "types": ["Ingress", "Egress"], "ingress": ingress, "egress": egress}});
            if !global {
                policy["kind"] = "NetworkPolicy".into();
                policy["metadata"]["namespace"] = "one".into();
            }
            items.push(policy);
        }
        json!({"apiVersion": "v1", "kind": "List", "items": items})
    })
}
