//! Pods, namespaces, service accounts, host endpoints, sets, tiers, services.

use super::*;
use crate::model::{EndpointKind, NamedPort};

fn pod(metadata: Value, spec: Value, status: Value) -> Value {
    let mut object = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0", "namespace": "shop"},
        "spec": {"nodeName": "n1"}, "status": {"podIP": "10.0.0.5"}});
    for (key, more) in [("metadata", metadata), ("spec", spec), ("status", status)] {
        for (field, value) in more.as_object().unwrap() {
            object[key][field] = value.clone();
        }
    }
    object
}

fn annotated(key: &str, value: &str) -> Value {
    json!({"annotations": {key: value}})
}

fn endpoint(facts: &[Fact]) -> Option<&Endpoint> {
    facts.iter().find_map(|fact| match fact {
        Fact::Endpoint(endpoint) => Some(endpoint),
        _ => None,
    })
}

fn reason(facts: &[Fact]) -> Option<Reason> {
    facts.iter().find_map(|fact| match fact {
        Fact::NotEndpoint { reason, .. } => Some(*reason),
        _ => None,
    })
}

fn labels(labels: &LabelSet) -> Vec<String> {
    labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect()
}

fn ports(ports: &[NamedPort]) -> Vec<String> {
    let text = |port: &NamedPort| format!("{} {} {}", port.name, port.protocol, port.port);
    ports.iter().map(text).collect()
}

fn nets(nets: &[ipnet::IpNet]) -> Vec<String> {
    nets.iter().map(ToString::to_string).collect()
}

#[test]
fn a_pod_is_a_workload_endpoint() {
    let facts = convert(&pod(
        json!({}),
        json!({"nodeName": "node-1.example.com", "serviceAccountName": "default"}),
        json!({}),
    ));
    let endpoint = endpoint(&facts).unwrap();
    assert_eq!(
        endpoint.id.to_string(),
        "node-1.example.com/k8s/shop.web-0/eth0"
    );
    assert_eq!(
        endpoint.profiles,
        ["kns.shop".into(), "ksa.shop.default".into()].into()
    );
    assert_eq!(nets(&endpoint.nets), ["10.0.0.5/32"]);
    let EndpointKind::Workload(workload) = &endpoint.kind else {
        panic!("no workload")
    };
    assert_eq!(&*workload.interface_name, "calia4fc3c48bd8");
    assert_eq!(&*workload.service_account, "default");
}

#[test]
fn which_pods_are_endpoints() {
    let (none, released) = (json!({}), json!({"podIP": ""}));
    let deleted = json!({"deletionTimestamp": "2026-01-01T00:00:00Z", "annotations": {"cni.projectcalico.org/podIP": ""}});
    let aws = json!({"deletionTimestamp": "2026-01-01T00:00:00Z", "annotations": {"vpc.amazonaws.com/pod-ips": ""}});
    let terminating = json!({"deletionTimestamp": "2026-01-01T00:00:00Z"});
    for (metadata, spec, status, want) in [
        (json!({}), json!({}), json!({"phase": "Pending"}), None),
        (json!({}), json!({}), json!({"phase": "Unknown"}), None),
        (
            json!({}),
            json!({}),
            json!({"phase": "Succeeded"}),
            Some(Reason::Finished),
        ),
        (
            json!({}),
            json!({}),
            json!({"phase": "Failed"}),
            Some(Reason::Finished),
        ),
        (deleted, none.clone(), none.clone(), Some(Reason::Finished)),
        (aws, none.clone(), none.clone(), Some(Reason::Finished)),
        (terminating, none.clone(), none.clone(), None),
        (
            annotated("cni.projectcalico.org/podIP", ""),
            none.clone(),
            none.clone(),
            None,
        ),
        (
            annotated("cni.projectcalico.org/podIP", "10.0.0.9/32"),
            none.clone(),
            released.clone(),
            None,
        ),
        (
            none.clone(),
            none.clone(),
            released.clone(),
            Some(Reason::NoIp),
        ),
        (
            none.clone(),
            json!({"hostNetwork": true}),
            none.clone(),
            Some(Reason::HostNetwork),
        ),
        (
            none.clone(),
            json!({"nodeName": ""}),
            none.clone(),
            Some(Reason::NotScheduled),
        ),
        (
            none.clone(),
            none.clone(),
            json!({"podIP": "x"}),
            Some(Reason::Invalid),
        ),
        (
            annotated("cni.projectcalico.org/floatingIPs", "1.2.3.4"),
            none.clone(),
            none.clone(),
            Some(Reason::Invalid),
        ),
        (
            annotated("cni.projectcalico.org/floatingIPs", "[\"x\"]"),
            none.clone(),
            none.clone(),
            None,
        ),
        (
            annotated("cni.projectcalico.org/floatingIPs", "[]"),
            none.clone(),
            json!({"podIP": "10.0.0.0/24"}),
            Some(Reason::Invalid),
        ),
        (
            annotated(
                "cni.projectcalico.org/allowedSourcePrefixes",
                "[\"8.8.8.8/32\"]",
            ),
            none.clone(),
            none.clone(),
            Some(Reason::SpoofingDisabled),
        ),
        (
            annotated(
                "cni.projectcalico.org/allowedSourcePrefixes",
                "[\"8.8.8.8\"]",
            ),
            none.clone(),
            none.clone(),
            Some(Reason::Invalid),
        ),
        (
            annotated("cni.projectcalico.org/allowedSourcePrefixes", "x"),
            none.clone(),
            none.clone(),
            Some(Reason::Invalid),
        ),
        (
            annotated("cni.projectcalico.org/allowedSourcePrefixes", "[]"),
            none.clone(),
            none.clone(),
            None,
        ),
    ] {
        let object = pod(metadata, spec, status);
        let facts = convert(&object);
        assert_eq!(reason(&facts), want, "{object}");
        assert_eq!(endpoint(&facts).is_some(), want.is_none(), "{object}");
    }
}

#[test]
fn spoofing_is_allowed_by_the_nodes_own_configuration_first() {
    let object = pod(
        annotated(
            "cni.projectcalico.org/allowedSourcePrefixes",
            "[\"8.8.8.8/32\"]",
        ),
        json!({}),
        json!({}),
    );
    let felix = |name: &str, value: &str| FelixConfiguration {
        name: name.to_owned(),
        workload_source_spoofing: Some(value.to_owned()),
        ..FelixConfiguration::default()
    };
    for (felix, want) in [
        (vec![felix("default", "Any")], None),
        (
            vec![felix("default", "Any"), felix("node.n1", "Disabled")],
            Some(Reason::SpoofingDisabled),
        ),
        (vec![felix("node.n1", "any")], None),
        (
            vec![felix("node.n2", "Any")],
            Some(Reason::SpoofingDisabled),
        ),
    ] {
        let settings = Settings {
            felix,
            ..settings("v3.33.0")
        };
        assert_eq!(reason(&convert_with(settings, &object)), want);
    }
}

#[test]
fn addresses_come_from_the_first_place_and_ipv4_stands_first() {
    let both = json!({"podIPs": [{"ip": "fd00::5"}, {"ip": "10.0.0.6"}]});
    let facts = convert(&pod(json!({}), json!({}), both));
    assert_eq!(
        nets(&endpoint(&facts).unwrap().nets),
        ["10.0.0.6/32", "fd00::5/128"]
    );
    let listed = annotated("cni.projectcalico.org/podIPs", "10.0.0.7/32,fd00::7/128");
    let facts = convert(&pod(listed, json!({}), json!({"podIP": ""})));
    assert_eq!(
        nets(&endpoint(&facts).unwrap().nets),
        ["10.0.0.7/32", "fd00::7/128"]
    );
}

#[test]
fn a_pod_cannot_forge_labels() {
    let metadata = json!({"labels": {"app": "x", "pcns.team": "evil", "projectcalico.org/namespace": "kube-system"}});
    let facts = convert(&pod(
        metadata,
        json!({"serviceAccountName": "sa"}),
        json!({}),
    ));
    let endpoint = endpoint(&facts).unwrap();
    assert_eq!(
        labels(&endpoint.labels),
        [
            "app=x",
            "projectcalico.org/namespace=shop",
            "projectcalico.org/orchestrator=k8s",
            "projectcalico.org/serviceaccount=sa"
        ]
    );
    assert_eq!(endpoint.object_labels.get("pcns.team"), Some("evil"));
    assert_eq!(
        codes(&facts),
        [
            "pod-labels-stripped metadata.labels[pcns.team]",
            "pod-labels-stripped metadata.labels[projectcalico.org/namespace]"
        ]
    );
}

#[test]
fn a_long_service_account_is_a_label_all_the_same() {
    let account = "s".repeat(70);
    let facts = convert(&pod(
        json!({}),
        json!({"serviceAccountName": account}),
        json!({}),
    ));
    let label = endpoint(&facts)
        .unwrap()
        .labels
        .get("projectcalico.org/serviceaccount");
    assert_eq!(label, Some(account.as_str()));
}

#[test]
fn named_container_ports_count() {
    let spec = json!({
        "containers": [{"ports": [{"name": "http", "containerPort": 8080}, {"containerPort": 9090},
            {"containerPort": 53, "hostPort": 53, "protocol": "UDP"}, {"name": "odd", "containerPort": 1, "protocol": "X"},
            {"name": "zero", "containerPort": 0}]}],
        "initContainers": [{"ports": [{"name": "pre", "containerPort": 7000, "protocol": "SCTP"}]}]});
    let object = pod(json!({}), spec, json!({}));
    let facts = convert(&object);
    assert_eq!(
        ports(&endpoint(&facts).unwrap().ports),
        ["http tcp 8080", "pre sctp 7000"]
    );
    let facts = convert_as("v3.29.0", &object);
    assert_eq!(ports(&endpoint(&facts).unwrap().ports), ["http tcp 8080"]);
}

fn profile(facts: &[Fact]) -> &Profile {
    let profile = facts.iter().find_map(|fact| match fact {
        Fact::Profile(profile) => Some(profile),
        _ => None,
    });
    profile.unwrap()
}

#[test]
fn namespaces_and_service_accounts_are_profiles() {
    let facts = convert(&json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "shop", "labels": {"team": "a", "projectcalico.org/name": "fake"}}}));
    let kns = profile(&facts);
    assert_eq!(&*kns.name, "kns.shop");
    assert_eq!(
        labels(&kns.labels),
        ["pcns.projectcalico.org/name=shop", "pcns.team=a"]
    );
    assert!(kns.rules.ingress[0].is_unconditional() && kns.rules.egress[0].is_unconditional());
    let facts = convert(&json!({"apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": {"name": "ci.x", "namespace": "shop", "labels": {"k": "v"}}}));
    let ksa = profile(&facts);
    assert_eq!(&*ksa.name, "ksa.shop.ci.x");
    assert_eq!(
        labels(&ksa.labels),
        ["pcsa.k=v", "pcsa.projectcalico.org/name=ci.x"]
    );
    assert!(ksa.rules.ingress.is_empty() && ksa.rules.egress.is_empty());
    assert!(super::super::profile::default_allow().rules.egress[0].is_unconditional());
}

#[test]
fn a_long_key_takes_all_labels_of_a_namespace() {
    for (key, kept) in [
        ("k".repeat(58), true),
        ("k".repeat(59), false),
        (format!("x.io/{}", "k".repeat(63)), true),
    ] {
        let facts = convert(&json!({"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "shop", "labels": {key.clone(): "v"}}}));
        assert_eq!(!profile(&facts).labels.is_empty(), kept, "{key}");
        assert_eq!(profile(&facts).rules.ingress.len(), 1);
        assert_eq!(codes(&facts).len(), usize::from(!kept));
    }
}

fn hep(spec: Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint", "metadata": {"name": "h", "labels": {"a": "b"}}, "spec": spec})
}

#[test]
fn which_host_endpoints_felix_has() {
    for (spec, want) in [
        (
            json!({"node": "n", "interfaceName": "eth0", "ports": [{"name": "http", "protocol": 6, "port": 80}]}),
            Some("spec.ports[0].protocol"),
        ),
        (
            json!({"node": "n", "interfaceName": "eth0", "ports": [{"name": "http", "protocol": "TCP", "port": 80}]}),
            None,
        ),
        (
            json!({"node": "n", "interfaceName": "eth0", "ports": [{"name": "http", "protocol": "TCP", "port": 0}]}),
            Some("spec.ports[0].port"),
        ),
        (
            json!({"node": "n", "interfaceName": "eth0", "ports": [{"name": "a b", "protocol": "TCP", "port": 1}]}),
            Some("spec.ports[0].name"),
        ),
        (json!({"interfaceName": "eth0"}), Some("spec.node")),
        (
            json!({"node": "n", "interfaceName": "eth0:1"}),
            Some("spec.interfaceName"),
        ),
        (json!({"node": "n", "interfaceName": "*"}), None),
        (
            json!({"node": "n", "interfaceName": "*", "profiles": ["a/b"]}),
            Some("spec.profiles[0]"),
        ),
    ] {
        let facts = convert(&hep(spec.clone()));
        assert_eq!(endpoint(&facts).is_some(), want.is_none(), "{spec}");
        if let Some(field) = want {
            assert_eq!(reason(&facts), Some(Reason::Invalid));
            assert_eq!(notes(&facts)[0].field.as_deref(), Some(field), "{spec}");
        }
    }
}

#[test]
fn only_plain_addresses_of_a_host_count() {
    let spec = json!({"node": "n", "expectedIPs": ["fd00::1", "10.0.0.1", "10.0.0.0/24", ""]});
    let facts = convert(&hep(spec));
    let host = endpoint(&facts).unwrap();
    assert_eq!(nets(&host.nets), ["10.0.0.1/32", "fd00::1/128"]);
    assert_eq!(host.host().unwrap().expected_ips.len(), 4);
    assert_eq!(
        codes(&facts),
        [
            "hep-expected-ips-invalid spec.expectedIPs[2]",
            "hep-expected-ips-invalid spec.expectedIPs[3]"
        ]
    );
}

#[test]
fn labels_of_sets_and_hosts_are_kept_as_they_are() {
    let set = |kind: &str, namespace: &str| {
        json!({"apiVersion": "crd.projectcalico.org/v1", "kind": kind,
            "metadata": {"name": "blocked", "namespace": namespace, "labels": {"added": "by-kubectl"},
                "annotations": {"projectcalico.org/metadata": r#"{"creationTimestamp":null,"labels":{"list":"block","added":"api"}}"#}},
            "spec": {"nets": ["10.1.2.3/8", "10.0.0.0/33", "fd00::1"]}})
    };
    for (kind, namespace, id, want) in [
        (
            "GlobalNetworkSet",
            "",
            "gns/blocked",
            vec!["added=api", "list=block"],
        ),
        (
            "NetworkSet",
            "shop",
            "ns/shop/blocked",
            vec![
                "added=api",
                "list=block",
                "projectcalico.org/namespace=shop",
            ],
        ),
    ] {
        let facts = convert(&set(kind, namespace));
        let Some(Fact::Set(set)) = facts.last() else {
            panic!("no set")
        };
        assert_eq!(set.id.to_string(), id);
        assert_eq!(labels(&set.labels), want);
        assert_eq!(nets(&set.nets), ["10.0.0.0/8", "fd00::1/128"]);
        assert_eq!(set.profiles.len(), usize::from(!namespace.is_empty()));
        assert_eq!(
            codes(&facts),
            [
                "networkset-bad-net spec.nets[0]",
                "networkset-bad-net spec.nets[1]"
            ]
        );
    }
}

#[test]
fn label_values_were_validated_once() {
    let object = json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkSet",
        "metadata": {"name": "s", "labels": {"a": "x/y"}}, "spec": {}});
    assert!(matches!(convert_as("v3.31.0", &object)[..], [Fact::Set(_)]));
    let facts = convert_as("v3.30.0", &object);
    assert_eq!(
        codes(&facts),
        ["networkset-label-value-le330 metadata.labels[a]"]
    );
    assert_eq!(facts.len(), 1);
}

#[test]
fn tiers_have_the_clients_defaults() {
    for (spec, order, action) in [
        (json!({}), 1_000_000.0, "Deny"),
        (json!({"order": 5, "defaultAction": "Pass"}), 5.0, "Pass"),
        (json!({"order": 5, "defaultAction": "pass"}), 5.0, "Deny"),
    ] {
        let facts = convert(
            &json!({"apiVersion": "projectcalico.org/v3", "kind": "Tier", "metadata": {"name": "t"}, "spec": spec}),
        );
        let Some(Fact::Tier(tier)) = facts.last() else {
            panic!("no tier")
        };
        assert_eq!(tier.order, Some(order));
        assert_eq!(format!("{:?}", tier.default_action), action);
    }
}

#[test]
fn slices_are_addresses_of_a_service() {
    let facts = convert(
        &json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": "db-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": "db"}},
        "endpoints": [{"addresses": ["10.0.0.1", "example.org"]}, {"addresses": null}], "ports": [{"port": null}, {"port": 80}]}),
    );
    let [
        Fact::Slice {
            service,
            addresses,
            with_ports,
        },
    ] = &facts[..]
    else {
        panic!("no slice")
    };
    assert_eq!(
        (service.as_str(), addresses.len(), *with_ports),
        ("shop/db", 1, true)
    );
    let stray = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "x"}});
    assert!(convert(&stray).is_empty());
}
