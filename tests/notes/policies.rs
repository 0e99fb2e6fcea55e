//! Policies as a whole.

use serde_json::json;

use super::*;

pub fn whole_policies() -> Vec<Case> {
    let staged = |spec| stored(V3, "StagedGlobalNetworkPolicy", "", "s", spec);
    vec![
        (
            "policy-invalid-dropped",
            vec![gnp(json!({"selector": "app is 'x'"}))],
            &[],
        ),
        (
            "selector-unparsable",
            vec![gnp(json!({"selector": "app is 'x'"}))],
            &[],
        ),
        (
            "selector-trailing-newline",
            vec![np(json!({"selector": "all()\n"}))],
            &[],
        ),
        ("selector-blank", vec![np(json!({"selector": " "}))], &[]),
        (
            "selector-unbalanced-escape",
            vec![np(
                json!({"selector": "all()) || (all()", "types": ["Ingress"]}),
            )],
            &[],
        ),
        (
            "selector-label-too-long",
            vec![gnp(
                json!({"selector": "all()", "namespaceSelector": format!("has({})", "x".repeat(510))}),
            )],
            &[],
        ),
        (
            "hints-invalid",
            vec![gnp(
                json!({"selector": "all()", "performanceHints": ["Foo"]}),
            )],
            &[],
        ),
        (
            "policy-nsselector-unparsable",
            vec![gnp(
                json!({"namespaceSelector": "team 'a'", "types": ["Ingress"]}),
            )],
            &[],
        ),
        (
            "policy-saselector-unparsable",
            vec![np(
                json!({"serviceAccountSelector": "team 'a'", "types": ["Ingress"]}),
            )],
            &[],
        ),
        (
            "types-empty-raw",
            vec![gnp(
                json!({"selector": "all()", "ingress": [{"action": "Allow"}]}),
            )],
            &[],
        ),
        (
            "types-unknown-word",
            vec![gnp(json!({"selector": "all()", "types": ["Inbound"]}))],
            &[],
        ),
        (
            "unknown-field-ignored",
            vec![rule(
                json!({"action": "Allow", "destination": {"domains": ["x"]}}),
            )],
            &[],
        ),
        (
            "tier-missing",
            vec![gnp(
                json!({"selector": "all()", "tier": "ghost", "types": ["Ingress"]}),
            )],
            &[],
        ),
        (
            "tier-order-absent",
            vec![
                stored(V3, "Tier", "", "ops", json!({"defaultAction": "Pass"})),
                gnp(json!({"selector": "all()", "tier": "ops", "types": ["Ingress"]})),
            ],
            &[],
        ),
        (
            "tier-default-action-other",
            vec![
                stored(
                    V3,
                    "Tier",
                    "",
                    "ops",
                    json!({"order": 1, "defaultAction": "pass"}),
                ),
                gnp(json!({"selector": "all()", "tier": "ops", "types": ["Ingress"]})),
            ],
            &[],
        ),
        (
            "tier-from-name-prefix",
            vec![stored(
                V3,
                "GlobalNetworkPolicy",
                "",
                "sec.a",
                json!({"selector": "all()", "types": ["Ingress"]}),
            )],
            &["--calico-version", "v3.31.0"],
        ),
        (
            "name-shown-differs",
            vec![annotated(
                stored(
                    "crd.projectcalico.org/v1",
                    "GlobalNetworkPolicy",
                    "",
                    "default.foo",
                    json!({"selector": "all()", "types": ["Ingress"]}),
                ),
                json!({"projectcalico.org/metadata": "{}"}),
            )],
            &[],
        ),
        (
            "cr-metadata-annotation-bad",
            vec![annotated(
                stored(
                    "crd.projectcalico.org/v1",
                    "GlobalNetworkPolicy",
                    "",
                    "x",
                    json!({"selector": "all()"}),
                ),
                json!({"projectcalico.org/metadata": "not json"}),
            )],
            &[],
        ),
        (
            "untracked-prednat-on-pods",
            vec![gnp(
                json!({"selector": "all()", "doNotTrack": true, "types": ["Ingress"]}),
            )],
            &[],
        ),
        (
            "prednat-egress",
            vec![gnp(
                json!({"selector": "all()", "preDNAT": true, "types": ["Ingress", "Egress"]}),
            )],
            &[],
        ),
        (
            "untracked-and-prednat",
            vec![gnp(
                json!({"selector": "all()", "preDNAT": true, "doNotTrack": true}),
            )],
            &[],
        ),
        (
            "staged-never-enforced",
            vec![staged(json!({"selector": "all()", "types": ["Ingress"]}))],
            &[],
        ),
        (
            "staged-only-tier",
            vec![
                stored(V3, "Tier", "", "ops", json!({"order": 1})),
                staged(json!({"selector": "all()", "tier": "ops", "types": ["Ingress"]})),
            ],
            &[],
        ),
        (
            "staged-action-delete",
            vec![staged(
                json!({"selector": "all()", "stagedAction": "Delete"}),
            )],
            &[],
        ),
        (
            "staged-action-other",
            vec![staged(
                json!({"selector": "all()", "stagedAction": "Learn", "types": ["Ingress"]}),
            )],
            &[],
        ),
    ]
}
