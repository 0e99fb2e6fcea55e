//! Rules of policies.

use serde_json::{Value, json};

use super::*;

pub fn rules() -> Vec<Case> {
    let from = |source: Value| rule(json!({"action": "Allow", "source": source}));
    let to = |protocol: Value, ports: Value| {
        rule(json!({"action": "Allow", "protocol": protocol, "destination": {"ports": ports}}))
    };
    vec![
        (
            "action-empty-allows",
            vec![rule(json!({"action": ""}))],
            &[],
        ),
        (
            "action-unknown-crash",
            vec![rule(json!({"action": "Drop"}))],
            &[],
        ),
        (
            "rule-selector-unparsable",
            vec![from(json!({"namespaceSelector": "team 'a'"}))],
            &[],
        ),
        (
            "rule-notselector-blank-crash",
            vec![from(json!({"selector": "all()", "notSelector": " "}))],
            &[],
        ),
        (
            "sa-names-unparsable",
            vec![from(json!({"serviceAccounts": {"names": ["a'b"]}}))],
            &[],
        ),
        (
            "services-namespace-empty",
            vec![np(json!({"types": ["Egress"], "egress": [
            {"action": "Allow", "destination": {"services": {"name": "db"}}}]}))],
            &[],
        ),
        (
            "nets-all-bad",
            vec![from(json!({"nets": ["10.0.0.0/33"]}))],
            &[],
        ),
        (
            "nets-some-bad",
            vec![from(json!({"nets": ["10.0.0.0/33", "10.1.0.0/16"]}))],
            &[],
        ),
        (
            "nets-host-bits",
            vec![from(json!({"nets": ["10.1.2.3/16"]}))],
            &[],
        ),
        ("nets-empty-list", vec![from(json!({"nets": []}))], &[]),
        (
            "nets-empty-string-crash",
            vec![from(json!({"nets": ["", "10.0.0.0/16"]}))],
            &[],
        ),
        (
            "nets-cover-pods",
            vec![from(json!({"nets": ["0.0.0.0/0"]}))],
            &[],
        ),
        (
            "nets-mixed-families",
            vec![rule(
                json!({"action": "Allow", "source": {"nets": ["10.0.0.0/8"]},
            "destination": {"nets": ["fd00::/8"]}}),
            )],
            &[],
        ),
        (
            "nets-ipversion-conflict",
            vec![rule(
                json!({"action": "Allow", "ipVersion": 6, "source": {"nets": ["10.0.0.0/8"]}}),
            )],
            &[],
        ),
        (
            "notnets-catch-all",
            vec![from(json!({"notNets": ["0.0.0.0/0"]}))],
            &[],
        ),
        (
            "ports-numeric-without-protocol",
            vec![rule(
                json!({"action": "Allow", "destination": {"ports": [80]}}),
            )],
            &[],
        ),
        (
            "ports-protocol-without-ports",
            vec![to(json!("ICMP"), json!([8]))],
            &[],
        ),
        ("ports-zero", vec![to(json!("TCP"), json!([0]))], &[]),
        (
            "ports-dash-range",
            vec![to(json!("TCP"), json!(["80-90"]))],
            &[],
        ),
        (
            "ports-name-no-protocol",
            vec![rule(
                json!({"action": "Allow", "destination": {"ports": ["dns"]}}),
            )],
            &["--calico-version", "v3.31.0"],
        ),
        (
            "protocol-unknown",
            vec![rule(json!({"action": "Allow", "protocol": "AH"}))],
            &[],
        ),
        (
            "icmp-out-of-range",
            vec![rule(
                json!({"action": "Allow", "protocol": "ICMP", "icmp": {"type": 255}}),
            )],
            &[],
        ),
        (
            "ipversion-invalid",
            vec![rule(json!({"action": "Allow", "ipVersion": 5}))],
            &[],
        ),
        (
            "list-poisoned",
            vec![to(json!("TCP"), json!(["90:80"]))],
            &[],
        ),
    ]
}
