//! Kubernetes' own policies, sets and the cluster.

use serde_json::{Value, json};

use super::*;

pub fn kubernetes() -> Vec<Case> {
    let knp = |spec| stored("networking.k8s.io/v1", "NetworkPolicy", "shop", "k", spec);
    let ingress = |rule: Value| {
        knp(json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [rule]}))
    };
    let cnp = |spec| {
        stored(
            "policy.networking.k8s.io/v1alpha2",
            "ClusterNetworkPolicy",
            "",
            "c",
            spec,
        )
    };
    let everyone = json!({"namespaces": {}});
    let to = |action: &str| {
        cnp(
            json!({"tier": "Admin", "priority": 1, "subject": everyone, "egress": [{"action": action, "to": [{"nodes": {}}]}]}),
        )
    };
    let anp = |rule: Value| {
        stored(
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            "",
            "a",
            json!({"priority": 1, "subject": everyone, "egress": [rule]}),
        )
    };
    let staged = stored(
        V3,
        "StagedKubernetesNetworkPolicy",
        "shop",
        "s",
        json!({"podSelector": {}, "egress": [{}]}),
    );
    let old: &[&str] = &["--calico-version", "v3.31.0"];
    vec![
        (
            "knp-rule-fails",
            vec![ingress(json!({"ports": [{"port": 90, "endPort": 80}]}))],
            &[],
        ),
        (
            "knp-ipblock-bad-cidr",
            vec![ingress(
                json!({"from": [{"ipBlock": {"cidr": "010.0.0.0/8"}}]}),
            )],
            &[],
        ),
        (
            "knp-ipblock-bad-except",
            vec![ingress(
                json!({"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["010.1.0.0/16"]}}]}),
            )],
            &[],
        ),
        (
            "knp-selector-value-quote",
            vec![knp(
                json!({"podSelector": {"matchLabels": {"a": "it's"}}, "policyTypes": ["Ingress"]}),
            )],
            &[],
        ),
        ("staged-kubernetes-types", vec![staged.clone()], &[]),
        (
            "staged-kubernetes-bad-rule",
            vec![stored(
                V3,
                "StagedKubernetesNetworkPolicy",
                "shop",
                "s",
                json!({"podSelector": {}, "ingress": [{"ports": [{"port": 90, "endPort": 80}]}]}),
            )],
            &[],
        ),
        ("cnp-accept-fails", vec![to("Accept")], &[]),
        ("cnp-deny-pass-fails", vec![to("Deny")], &[]),
        (
            "cnp-tier-or-subject-invalid",
            vec![cnp(json!({"tier": "Admin", "priority": 1, "subject": {}}))],
            &[],
        ),
        ("cnp-old-calico", vec![to("Deny")], old),
        (
            "anp-ignored",
            vec![anp(json!({"action": "Deny", "to": [{"namespaces": {}}]}))],
            &[],
        ),
        (
            "anp-any-rule-fails",
            vec![anp(json!({"action": "Deny", "to": [{"nodes": {}}]}))],
            old,
        ),
        (
            "anp-named-port",
            vec![anp(
                json!({"action": "Allow", "to": [{"namespaces": {}}], "ports": [{"namedPort": "web"}]}),
            )],
            old,
        ),
    ]
}

pub fn the_rest() -> Vec<Case> {
    let set = |nets: Value| {
        let set = stored(V3, "GlobalNetworkSet", "", "s", json!({"nets": nets}));
        vec![
            labelled(set, json!({"role": "set"})),
            rule(json!({"action": "Allow", "source": {"selector": "role == 'set'"}})),
        ]
    };
    let mut forged = set(json!(["10.65.0.0/16"]));
    if let Some(first) = forged.first_mut() {
        *first = labelled(first.clone(), json!({"role": "set", "pcns.team": "x"}));
    }
    let mut odd = set(json!(["10.65.0.0/16"]));
    if let Some(first) = odd.first_mut() {
        *first = labelled(first.clone(), json!({"role": "set", "x": "a/b"}));
    }
    vec![
        (
            "networkset-bad-net",
            set(json!(["10.65.0.0/16", "10.0.0.0/33"])),
            &[],
        ),
        ("networkset-forged-labels", forged, &[]),
        (
            "duplicate-after-name-migration",
            vec![
                stored(
                    "crd.projectcalico.org/v1",
                    "GlobalNetworkPolicy",
                    "",
                    "twice",
                    json!({"selector": "all()"}),
                ),
                annotated(
                    stored(
                        "crd.projectcalico.org/v1",
                        "GlobalNetworkPolicy",
                        "",
                        "default.twice",
                        json!({"selector": "all()"}),
                    ),
                    json!({"projectcalico.org/metadata": "{\"name\":\"twice\"}"}),
                ),
            ],
            &[],
        ),
        (
            "networkset-label-value-le330",
            odd,
            &["--calico-version", "v3.30.0"],
        ),
        (
            "datastore-not-ready",
            vec![stored(
                V3,
                "ClusterInformation",
                "",
                "default",
                json!({"calicoVersion": "v3.32.1"}),
            )],
            &[],
        ),
        (
            "version-unknown",
            vec![
                stored(
                    V3,
                    "ClusterInformation",
                    "",
                    "default",
                    json!({"datastoreReady": true}),
                ),
                np(json!({"order": 1, "types": ["Ingress"]})),
            ],
            &[],
        ),
    ]
}
