//! What is filled into manifests.

use super::*;

fn manifest(object: &Value) -> (Vec<Fact>, Vec<String>) {
    let text = object.to_string();
    let settings = Settings {
        manifests: ManifestMode::Auto,
        default_namespace: "shop".to_owned(),
        ..settings("v3.33.0")
    };
    let mut converter = Converter::new(settings);
    let mut facts = Vec::new();
    let object = raw::decode(text.as_bytes(), None).unwrap().unwrap();
    converter.convert(object, &mut facts);
    let filled = converter.filled_in().iter();
    let filled = filled.map(|(field, count)| format!("{field} {count}"));
    (facts, filled.collect())
}

#[test]
fn types_are_filled_in_by_calicos_client_only() {
    let rules = json!([{"action": "Allow"}]);
    for (group, spec, ingress, egress) in [
        ("projectcalico.org/v3", json!({}), true, false),
        (
            "projectcalico.org/v3",
            json!({"egress": rules}),
            false,
            true,
        ),
        (
            "projectcalico.org/v3",
            json!({"egress": rules, "ingress": []}),
            false,
            true,
        ),
        ("projectcalico.org/v3", json!({"egress": []}), true, false),
        (
            "projectcalico.org/v3",
            json!({"egress": rules, "ingress": rules}),
            true,
            true,
        ),
        (
            "crd.projectcalico.org/v1",
            json!({"ingress": rules}),
            true,
            true,
        ),
    ] {
        let object = json!({"apiVersion": group, "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": spec});
        let (facts, filled) = manifest(&object);
        let policy = policy(&facts).unwrap();
        assert_eq!(
            (policy.governs.ingress, policy.governs.egress),
            (ingress, egress),
            "{object}"
        );
        assert_eq!(&*policy.id.namespace, "shop");
        assert!(filled.contains(&"metadata.namespace 1".to_owned()));
        assert_eq!(
            filled.contains(&"spec.types 1".to_owned()),
            group == "projectcalico.org/v3"
        );
    }
}

#[test]
fn an_object_that_a_server_has_seen_is_as_stored() {
    let object = json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy",
        "metadata": {"name": "a", "resourceVersion": "1"}, "spec": {}});
    let (facts, filled) = manifest(&object);
    assert!(policy(&facts).unwrap().governs.egress && filled.is_empty());
}

#[test]
fn kubernetes_fills_in_its_own() {
    let (facts, filled) = manifest(
        &json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "a"}, "spec": {"podSelector": {}, "egress": [{"ports": [{"port": 1}]}]}}),
    );
    let policy = policy(&facts).unwrap();
    assert!(policy.governs.ingress && policy.governs.egress);
    assert_eq!(
        filled,
        [
            "metadata.namespace 1",
            "spec.ingress[].ports[].protocol 1",
            "spec.policyTypes 1"
        ]
    );
    let (facts, _) =
        manifest(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}));
    let Some(Fact::Profile(profile)) = facts.last() else {
        panic!("no profile")
    };
    assert_eq!(
        profile.labels.get("pcns.kubernetes.io/metadata.name"),
        Some("x")
    );
}

#[test]
fn a_pod_without_node_or_address_is_an_assumed_endpoint() {
    let (facts, _) = manifest(
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": []}}),
    );
    let [Fact::Endpoint(endpoint)] = &facts[..] else {
        panic!("no endpoint")
    };
    assert!(endpoint.assumed);
    assert_eq!(endpoint.id.short_ref(), "pod/shop/web");
    assert_eq!(
        endpoint.profiles,
        ["kns.shop".into(), "ksa.shop.default".into()].into()
    );
}

#[test]
fn tiers_get_their_defaults() {
    for (group, want) in [
        ("projectcalico.org/v3", true),
        ("crd.projectcalico.org/v1", false),
    ] {
        let (facts, filled) =
            manifest(&json!({"apiVersion": group, "kind": "Tier", "metadata": {"name": "t"}}));
        assert_eq!(filled.contains(&"spec.order 1".to_owned()), want);
        assert_eq!(codes(&facts).is_empty(), want);
    }
}
