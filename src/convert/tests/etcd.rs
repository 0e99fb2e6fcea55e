//! What only etcd holds, and what is read otherwise there (`facts` on etcd, T and A).

use super::*;
use crate::model::{Endpoint, Profile};
use crate::raw::{ROOT, decode_etcd};

/// Facts of one key of etcd.
fn facts_of(version: &str, key: &str, spec: Value, metadata: Value) -> Vec<Fact> {
    let settings = Settings {
        datastore: Datastore::Etcdv3,
        ..settings(version)
    };
    let value = json!({"metadata": metadata, "spec": spec}).to_string();
    let key = format!("{ROOT}{key}");
    let object = decode_etcd(&key, value.as_bytes(), 7).unwrap().unwrap();
    let mut facts = Vec::new();
    Converter::new(settings).convert(object, &mut facts);
    facts
}

fn policy(version: &str, key: &str, spec: Value, annotation: Option<&str>) -> Vec<Fact> {
    let metadata = match annotation {
        Some(text) => json!({"annotations": {"projectcalico.org/metadata": text}}),
        None => json!({}),
    };
    facts_of(version, key, spec, metadata)
}

fn policy_of(facts: &[Fact]) -> &Policy {
    let found = facts.iter().find_map(|fact| match fact {
        Fact::Policy(policy) => Some(policy),
        _ => None,
    });
    found.unwrap()
}

fn workload(name: &str, spec: Value, labels: Value) -> Vec<Fact> {
    facts_of(
        "v3.32.1",
        &format!("workloadendpoints/shop/{name}"),
        spec,
        json!({"labels": labels}),
    )
}

fn endpoint_of(facts: &[Fact]) -> &Endpoint {
    let found = facts.iter().find_map(|fact| match fact {
        Fact::Endpoint(endpoint) => Some(endpoint),
        _ => None,
    });
    found.unwrap()
}

fn profile_of(facts: &[Fact]) -> Option<&Profile> {
    facts.iter().find_map(|fact| match fact {
        Fact::Profile(profile) => Some(profile),
        _ => None,
    })
}

fn codes_of(facts: &[Fact]) -> Vec<&'static str> {
    let code = |fact: &Fact| match fact {
        Fact::Note(note) => Some(note.code.id()),
        _ => None,
    };
    facts.iter().filter_map(code).collect()
}

#[test]
fn policies_are_shown_under_the_name_that_their_user_typed() {
    let none = json!({});
    for (row, version, key, spec, annotation, shown, tier) in [
        ("T-7", "v3.32.1", "default.x", &none, None, "x", "default"),
        (
            "T-8",
            "v3.26.4",
            "default.default.x",
            &none,
            None,
            "default.x",
            "default",
        ),
        (
            "T-8",
            "v3.32.1",
            "default.default.x",
            &none,
            None,
            "default.x",
            "default",
        ),
        (
            "T-9",
            "v3.26.4",
            "default.foo.bar",
            &none,
            None,
            "foo.bar",
            "default",
        ),
        (
            "T-9",
            "v3.32.1",
            "default.foo.bar",
            &none,
            None,
            "foo.bar",
            "default",
        ),
        (
            "T-10",
            "v3.32.1",
            "default.x",
            &none,
            Some(r#"{"name":"x"}"#),
            "x",
            "default",
        ),
        (
            "T-11",
            "v3.32.1",
            "default.x",
            &none,
            Some(r#"{"name":"default.x"}"#),
            "default.x",
            "default",
        ),
        (
            "T-12",
            "v3.32.1",
            "security.y",
            &json!({"tier": "security"}),
            None,
            "security.y",
            "security",
        ),
        (
            "T-13",
            "v3.32.1",
            "knp.default.deny",
            &json!({"tier": "default"}),
            None,
            "knp.default.deny",
            "default",
        ),
        (
            "T-15",
            "v3.32.1",
            "default.x",
            &none,
            Some("{}"),
            "default.x",
            "default",
        ),
    ] {
        let facts = policy(
            version,
            &format!("networkpolicies/shop/{key}"),
            spec.clone(),
            annotation,
        );
        let policy = policy_of(&facts);
        assert_eq!(
            (&*policy.name, &*policy.tier, &*policy.id.stored),
            (shown, tier, key),
            "{row} {version}"
        );
    }
}

#[test]
fn a_staged_kubernetes_policy_is_never_renamed() {
    let facts = policy(
        "v3.32.1",
        "stagedkubernetesnetworkpolicies/shop/default.z",
        json!({}),
        None,
    );
    assert_eq!(&*policy_of(&facts).name, "default.z", "T-16");
}

#[test]
fn a_copy_is_edited_where_its_original_is() {
    let facts = policy(
        "v3.32.1",
        "networkpolicies/shop/knp.default.deny",
        json!({}),
        None,
    );
    let policy = policy_of(&facts);
    assert_eq!(policy.id.to_string(), "np/shop/knp.default.deny");
    assert_eq!(
        policy.object,
        ObjectRef::new("networking.k8s.io/v1", "NetworkPolicy", "shop", "deny")
    );
}

#[test]
fn a_damaged_annotation_makes_calico_skip_the_policy() {
    let facts = policy(
        "v3.32.1",
        "networkpolicies/shop/x",
        json!({}),
        Some("not json"),
    );
    assert_eq!(codes_of(&facts), ["cr-metadata-annotation-bad"], "T-14");
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Dropped(_))));
    // Other kinds have no such annotation in etcd.
    let folded = json!({"annotations": {"projectcalico.org/metadata": "not json"}});
    let facts = facts_of("v3.32.1", "tiers/sec", json!({"order": 1}), folded);
    assert!(codes_of(&facts).is_empty());
}

#[test]
fn security_groups_without_types_govern_both_directions() {
    let facts = policy(
        "v3.32.1",
        "networkpolicies/openstack/ossg.default.id",
        json!({"ingress": [{"action": "Allow"}], "selector": "all()"}),
        None,
    );
    let governs = policy_of(&facts).governs;
    assert!(governs.ingress && governs.egress, "T-51");
}

#[test]
fn a_tier_without_an_order_is_last() {
    let facts = facts_of("v3.32.1", "tiers/t", json!({}), json!({}));
    let order = facts.iter().find_map(|fact| match fact {
        Fact::Tier(tier) => Some(tier.order),
        _ => None,
    });
    assert_eq!(order, Some(None), "T-46");
}

#[test]
fn workload_endpoints_of_every_orchestrator() {
    let spec = json!({"ipNetworks": ["fd00::1/128", "10.0.0.1/32"], "profiles": ["kns.shop", "mine"], "interfaceName": "cali1"});
    for (row, name, id, short, object) in [
        (
            "T-1",
            "node--1-k8s-pod--name-eth0",
            "node-1/k8s/shop.pod-name/eth0",
            "pod/shop/pod-name",
            "v1 Pod pod-name",
        ),
        (
            "T-2",
            "n1-k8s-a----b-eth0",
            "n1/k8s/shop.a--b/eth0",
            "pod/shop/a--b",
            "v1 Pod a--b",
        ),
        (
            "T-4",
            "n1-cni-0123abcd-eth0",
            "n1/cni/shop.0123abcd/eth0",
            "cni/shop.0123abcd/eth0",
            "projectcalico.org/v3 WorkloadEndpoint n1-cni-0123abcd-eth0",
        ),
        (
            "T-5",
            "h1-libnetwork-libnetwork-ep1",
            "h1/libnetwork/shop.libnetwork/ep1",
            "libnetwork/shop.libnetwork/ep1",
            "projectcalico.org/v3 WorkloadEndpoint h1-libnetwork-libnetwork-ep1",
        ),
        (
            "A.6",
            "c--1-openstack-0a--b-9f--8",
            "c-1/openstack/shop.0a-b/9f-8",
            "openstack/shop.0a-b/9f-8",
            "projectcalico.org/v3 WorkloadEndpoint c--1-openstack-0a--b-9f--8",
        ),
    ] {
        let facts = workload(name, spec.clone(), json!({}));
        let endpoint = endpoint_of(&facts);
        assert_eq!(endpoint.id.to_string(), id, "{row}");
        assert_eq!(endpoint.id.short_ref(), short, "{row}");
        let shown = endpoint.object();
        assert_eq!(
            format!("{} {} {}", shown.api_version, shown.kind, shown.name),
            object,
            "{row}"
        );
        let nets: Vec<String> = endpoint.nets.iter().map(ToString::to_string).collect();
        assert_eq!(nets, ["10.0.0.1/32", "fd00::1/128"], "{row}");
    }
}

#[test]
fn which_workload_endpoints_felix_has() {
    let nets = || json!(["10.0.0.1/32"]);
    for (row, name, spec, reason) in [
        (
            "T-3",
            "n1-k8s-pod-eth0-extra",
            json!({"ipNetworks": nets()}),
            Reason::Invalid,
        ),
        ("T-17", "n1-k8s-pod-eth0", json!({}), Reason::NoIp),
        (
            "",
            "n1-k8s-pod-eth0",
            json!({"ipNetworks": ["10.0.0"]}),
            Reason::Invalid,
        ),
        (
            "",
            "n1-k8s-pod-eth0",
            json!({"ipNetworks": nets(), "allowSpoofedSourcePrefixes": ["8.8.8.0/24"]}),
            Reason::SpoofingDisabled,
        ),
        (
            "",
            "n1-k8s-pod-eth0",
            json!({"ipNetworks": nets(), "ports": [{"name": "x", "protocol": 6, "port": 1}]}),
            Reason::Invalid,
        ),
    ] {
        let facts = workload(name, spec, json!({}));
        let found = facts.iter().find_map(|fact| match fact {
            Fact::NotEndpoint { reason, .. } => Some(*reason),
            _ => None,
        });
        assert_eq!(found, Some(reason), "{row} {name}");
    }
}

#[test]
fn labels_and_ports_are_what_felix_makes_of_them() {
    let spec = json!({
        "ipNetworks": ["10.0.0.1/32"], "serviceAccountName": "new",
        "ports": [{"name": "http", "protocol": "TCP", "port": 8080, "hostPort": 0, "hostIP": ""}, {"protocol": "UDP", "port": 53}],
    });
    let labels =
        json!({"app": "web", "pcns.env": "prod", "projectcalico.org/serviceaccount": "old"});
    let facts = workload("n1-k8s-web-eth0", spec, labels);
    let endpoint = endpoint_of(&facts);
    let labels: Vec<_> = endpoint.labels.iter().collect();
    assert_eq!(
        labels,
        [("app", "web"), ("projectcalico.org/serviceaccount", "new")],
        "T-18, T-19"
    );
    let ports: Vec<_> = endpoint
        .ports
        .iter()
        .map(|port| (&*port.name, &*port.protocol, port.port))
        .collect();
    assert_eq!(ports, [("http", "tcp", 8080)]);
}

#[test]
fn profiles_have_rules_and_labels() {
    let spec = json!({"ingress": [{"action": "Deny", "source": {"selector": "role == 'x'"}}], "labelsToApply": {"team": "a"}});
    let facts = facts_of("v3.32.1", "profiles/mine", spec, json!({}));
    let profile = profile_of(&facts).unwrap();
    assert_eq!(
        (profile.rules.ingress.len(), profile.rules.egress.len()),
        (1, 0)
    );
    assert_eq!(
        profile.rules.ingress[0].source.path,
        "spec.ingress[0].source"
    );
    assert_eq!(profile.labels.get("team"), Some("a"));
}

#[test]
fn a_profile_with_a_bad_rule_is_missing_and_the_built_in_one_wins() {
    let bad = json!({"egress": [{"action": "Allow", "destination": {"selector": "a b"}}]});
    let facts = facts_of("v3.32.1", "profiles/mine", bad, json!({}));
    assert!(profile_of(&facts).is_none());
    assert_eq!(codes_of(&facts), ["profile-missing"]);
    let deny = json!({"ingress": [{"action": "Deny"}]});
    let facts = facts_of(
        "v3.32.1",
        "profiles/projectcalico-default-allow",
        deny,
        json!({}),
    );
    assert!(profile_of(&facts).is_none());
    assert_eq!(
        codes_of(&facts),
        ["profile-default-allow-overridden"],
        "T-22"
    );
}
