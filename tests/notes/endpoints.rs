//! Pods and host endpoints.

use serde_json::{Value, json};

use super::*;

pub fn pods() -> Vec<Case> {
    let spec = json!({"nodeName": "node-a", "serviceAccountName": "default"});
    let live = json!({"phase": "Running", "podIP": "10.65.0.2"});
    let named: &[&str] = &["pod/shop/odd"];
    vec![
        (
            "pod-host-network",
            vec![pod(
                "odd",
                json!({"nodeName": "node-a", "hostNetwork": true}),
                live.clone(),
            )],
            named,
        ),
        (
            "pod-no-ip",
            vec![pod("odd", spec.clone(), json!({"phase": "Pending"}))],
            named,
        ),
        (
            "pod-finished",
            vec![pod(
                "odd",
                spec.clone(),
                json!({"phase": "Failed", "podIP": "10.65.0.2"}),
            )],
            named,
        ),
        (
            "pod-annotation-bad",
            vec![annotated(
                pod("odd", spec.clone(), live.clone()),
                json!({"cni.projectcalico.org/floatingIPs": "1.2.3.4"}),
            )],
            named,
        ),
        (
            "pod-spoofing-disabled",
            vec![annotated(
                pod("odd", spec.clone(), live.clone()),
                json!({"cni.projectcalico.org/allowedSourcePrefixes": "[\"8.8.8.8/32\"]"}),
            )],
            named,
        ),
        (
            "pod-labels-stripped",
            vec![labelled(
                pod("odd", spec, live.clone()),
                json!({"pcns.team": "x"}),
            )],
            named,
        ),
        (
            "pod-node-lost",
            vec![pod(
                "odd",
                json!({"nodeName": "node-z", "serviceAccountName": "default"}),
                live.clone(),
            )],
            named,
        ),
        (
            "encap-egress-dropped",
            vec![gnp(
                json!({"selector": "all()", "egress": [{"action": "Allow", "protocol": "UDP", "destination": {"ports": [4789]}}]}),
            )],
            &[],
        ),
        (
            "ns-long-label",
            vec![labelled(
                stored("v1", "Namespace", "", "shop", json!({})),
                json!({"x".repeat(59): "y"}),
            )],
            &[],
        ),
    ]
}

pub fn hosts() -> Vec<Case> {
    let eth0 = |name| {
        hep(
            name,
            json!({"interfaceName": "eth0", "expectedIPs": ["192.0.2.1"]}),
        )
    };
    let wildcard = |name| {
        hep(
            name,
            json!({"interfaceName": "*", "expectedIPs": ["192.0.2.1"]}),
        )
    };
    let untracked = |name: &str, tier: &str, extra: Value| {
        let mut spec = json!({"selector": "role == 'host'", "tier": tier, "doNotTrack": true, "types": ["Ingress"],
            "ingress": [{"action": "Allow"}]});
        if let (Some(spec), Some(extra)) = (spec.as_object_mut(), extra.as_object()) {
            spec.extend(extra.clone());
        }
        stored(V3, "GlobalNetworkPolicy", "", name, spec)
    };
    let all: &[&str] = &["-A"];
    vec![
        (
            "profile-missing",
            vec![hep(
                "h",
                json!({"interfaceName": "eth0", "profiles": ["gone"]}),
            )],
            all,
        ),
        (
            "hep-invalid-dropped",
            vec![hep("h", json!({"interfaceName": "eth0:1"}))],
            all,
        ),
        (
            "hep-no-node",
            vec![stored(
                V3,
                "HostEndpoint",
                "",
                "h",
                json!({"interfaceName": "eth0"}),
            )],
            all,
        ),
        (
            "hep-unknown-node",
            vec![hep("h", json!({"node": "Node-A", "interfaceName": "eth0"}))],
            all,
        ),
        ("hep-no-interface-no-ips", vec![hep("h", json!({}))], all),
        (
            "hep-expected-ips-invalid",
            vec![hep(
                "h",
                json!({"interfaceName": "eth0", "expectedIPs": ["10.0.0.0/24"]}),
            )],
            all,
        ),
        (
            "hep-no-expected-ips",
            vec![hep("h", json!({"interfaceName": "eth0"}))],
            all,
        ),
        ("hep-name-and-ips", vec![eth0("h")], all),
        ("hep-several-per-interface", vec![eth0("a"), eth0("b")], all),
        (
            "hep-several-wildcards",
            vec![wildcard("a"), wildcard("b")],
            all,
        ),
        ("hep-wildcard-shadowed", vec![wildcard("a"), eth0("b")], all),
        (
            "hep-workload-interface",
            vec![hep("h", json!({"interfaceName": "cali1"}))],
            all,
        ),
        ("aof-missing", vec![eth0("h")], all),
        (
            "hep-default-deny",
            vec![hep("h", json!({"interfaceName": "eth0"}))],
            all,
        ),
        (
            "hep-forged-labels",
            vec![labelled(eth0("h"), json!({"pcns.team": "x"}))],
            all,
        ),
        (
            "hep-auto-managed",
            vec![labelled(
                eth0("h"),
                json!({"projectcalico.org/created-by": "calico-kube-controllers"}),
            )],
            all,
        ),
        (
            "pod-own-label-hides-inherited",
            vec![labelled(
                hep(
                    "h",
                    json!({"interfaceName": "eth0", "profiles": ["kns.shop"]}),
                ),
                json!({"pcns.projectcalico.org/name": "x"}),
            )],
            all,
        ),
        (
            "hep-bpf-data-iface",
            vec![
                hep("h", json!({"interfaceName": "br0"})),
                felix("default", json!({"bpfEnabled": true})),
            ],
            all,
        ),
        (
            "untracked-wildcard-hep",
            vec![wildcard("h"), untracked("u", "default", json!({}))],
            all,
        ),
        (
            "untracked-several-tiers-bpf",
            vec![
                eth0("h"),
                felix("default", json!({"bpfEnabled": true})),
                stored(V3, "Tier", "", "ops", json!({"order": 1})),
                untracked("u", "default", json!({})),
                untracked("v", "ops", json!({})),
            ],
            all,
        ),
        (
            "untracked-one-way",
            vec![eth0("h"), untracked("u", "default", json!({}))],
            all,
        ),
        (
            "untracked-to-pods",
            vec![eth0("h"), untracked("u", "default", json!({}))],
            all,
        ),
        (
            "failsafe-list-null-vs-empty",
            vec![
                eth0("h"),
                felix("default", json!({"failsafeInboundHostPorts": []})),
            ],
            all,
        ),
        (
            "configuration-unknown",
            vec![eth0("h"), felix("some", json!({"nodeSelector": "all()"}))],
            all,
        ),
        (
            "felixconfig-name",
            vec![felix("some", json!({"nodeSelector": "all()"}))],
            &["--calico-version", "v3.31.0"],
        ),
    ]
}

/// What is just not the condition of a code.
pub fn near_misses() -> Vec<Case> {
    let all: &[&str] = &["-A"];
    let host = || {
        hep(
            "h",
            json!({"interfaceName": "eth0", "expectedIPs": ["192.0.2.1"]}),
        )
    };
    let vxlan = || json!({"selector": "all()", "egress": [{"action": "Allow", "protocol": "UDP", "destination": {"ports": [4789]}}]});
    vec![
        (
            "aof-missing",
            vec![
                host(),
                gnp(
                    json!({"selector": "all()", "applyOnForward": true, "ingress": [{"action": "Allow"}]}),
                ),
            ],
            &["-A"],
        ),
        (
            "encap-egress-dropped",
            vec![
                gnp(vxlan()),
                felix("default", json!({"allowVXLANPacketsFromWorkloads": true})),
            ],
            &[],
        ),
        (
            "encap-egress-dropped",
            vec![
                gnp(vxlan()),
                felix("node.node-a", json!({"vxlanPort": 4790})),
            ],
            &[],
        ),
        ("pod-node-lost", vec![running("odd")], &["pod/shop/odd"]),
        (
            "hep-bpf-data-iface",
            vec![
                bpf(json!({"bpfDataIfacePattern": "^br.*"})),
                named("h", "br0"),
            ],
            all,
        ),
        (
            "hep-bpf-data-iface",
            vec![bpf(json!({})), named("h", "eth0")],
            all,
        ),
        (
            "hep-workload-interface",
            vec![
                felix("default", json!({"interfaceExclude": "/^dum.*/"})),
                named("h", "kube-ipvs0"),
            ],
            all,
        ),
        (
            "hep-wildcard-shadowed",
            vec![named("a", "*"), named("b", "*"), named("c", "eth0")],
            &["hep/b"],
        ),
        (
            "hep-default-deny",
            vec![hep(
                "h",
                json!({"interfaceName": "eth0", "node": "nowhere"}),
            )],
            all,
        ),
        ("hep-default-deny", vec![hep("h", json!({}))], all),
        (
            "untracked-to-pods",
            vec![
                named("h", "*"),
                untracked(json!({"types": ["Ingress"], "ingress": [{"action": "Allow"}]})),
            ],
            all,
        ),
        (
            "untracked-one-way",
            vec![
                named("h", "eth0"),
                untracked(json!({
                    "types": ["Ingress", "Egress"],
                    "ingress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": [80]}},
                                {"action": "Allow", "protocol": "TCP", "source": {"ports": [443]}}],
                    "egress": [{"action": "Allow", "protocol": "TCP", "source": {"ports": [80]}},
                               {"action": "Allow", "protocol": "TCP", "destination": {"ports": [443]}}],
                })),
            ],
            all,
        ),
        (
            "nets-cover-pods",
            vec![gnp(
                json!({"selector": "all()", "ingress": [{"action": "Allow",
                "source": {"nets": ["0.0.0.0/0"], "notNets": ["10.0.0.0/8"]}}]}),
            )],
            &[],
        ),
    ]
}

/// Codes that once did not stand where they should.
pub fn further_cases() -> Vec<Case> {
    let all: &[&str] = &["-A"];
    let knp = |rule: Value| {
        stored(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "shop",
            "k",
            json!({"podSelector": {}, "ingress": [rule]}),
        )
    };
    vec![
        (
            "hep-bpf-data-iface",
            vec![
                bpf(json!({"bpfDataIfacePattern": "^br.*"})),
                named("h", "eth0"),
            ],
            all,
        ),
        (
            "hep-workload-interface",
            vec![
                felix(
                    "default",
                    json!({"interfaceExclude": "kube-ipvs0,/^dum.*/"}),
                ),
                named("h", "dum0"),
            ],
            all,
        ),
        (
            "untracked-one-way",
            vec![
                named("h", "eth0"),
                untracked(json!({
                    "types": ["Ingress", "Egress"],
                    "ingress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": [80]}}],
                    "egress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": [443]}}],
                })),
            ],
            all,
        ),
        ("nets-empty-list", vec![knp(json!({"from": []}))], &[]),
        (
            "nets-empty-list",
            vec![knp(json!({"from": [{"podSelector": {}}], "ports": []}))],
            &[],
        ),
        (
            "nets-empty-list",
            vec![gnp(
                json!({"selector": "all()", "ingress": [{"action": "Deny", "source": {"nets": ["1.2.3.0/24"], "notNets": []}}]}),
            )],
            &[],
        ),
    ]
}

fn named(name: &str, interface: &str) -> Value {
    hep(
        name,
        json!({"interfaceName": interface, "expectedIPs": ["192.0.2.1"]}),
    )
}

fn untracked(mut spec: Value) -> Value {
    spec["doNotTrack"] = true.into();
    spec["applyOnForward"] = true.into();
    spec["selector"] = "role == 'host'".into();
    gnp(spec)
}

fn bpf(mut spec: Value) -> Value {
    spec["bpfEnabled"] = true.into();
    felix("default", spec)
}
