//! Names, tiers, types, flags and staged actions of Calico's policies.

use super::*;
use crate::model::Treatment;

fn stored(name: &str, annotation: Option<&str>, spec: &Value) -> Value {
    let mut object = json!({"apiVersion": "crd.projectcalico.org/v1", "kind": "GlobalNetworkPolicy", "metadata": {"name": name}, "spec": spec});
    if let Some(annotation) = annotation {
        object["metadata"]["annotations"] = json!({"projectcalico.org/metadata": annotation});
    }
    object
}

#[test]
fn the_stored_name_identifies_and_the_other_is_shown() {
    for (annotation, shown) in [
        (None, "default.foo"),
        (Some(r#"{"labels":{}}"#), "foo"),
        (Some(r#"{"name":"default.foo"}"#), "default.foo"),
        (Some(r#"{"name":"foo"}"#), "foo"),
        (Some("null"), "foo"),
    ] {
        let facts = convert(&stored(
            "default.foo",
            annotation,
            &json!({"types": ["Ingress"], "ingress": []}),
        ));
        let policy = policy(&facts).unwrap();
        assert_eq!(&*policy.id.stored, "default.foo");
        assert_eq!((&*policy.name, policy.object.name.as_str()), (shown, shown));
        assert_eq!(policy.object.api_version, "projectcalico.org/v3");
        assert_eq!(
            codes(&facts).contains(&"name-shown-differs metadata.name".to_owned()),
            shown == "foo"
        );
    }
}

#[test]
fn a_damaged_annotation_drops_the_object() {
    for annotation in ["not json", "[]", r#"{"labels":{"a":1}}"#, r#"{"name":1}"#] {
        let facts = convert(&stored(
            "a",
            Some(annotation),
            &json!({"types": ["Ingress"]}),
        ));
        assert!(
            policy(&facts).is_none() && dropped(&facts).is_some(),
            "{annotation}"
        );
        assert_eq!(
            codes(&facts),
            ["cr-metadata-annotation-bad metadata.annotations"]
        );
    }
}

#[test]
fn native_v3_objects_are_not_unfolded_unless_asked() {
    let object = json!({"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint",
        "metadata": {"name": "h1", "annotations": {"projectcalico.org/metadata": r#"{"name":"other","labels":{"a":"b"}}"#}},
        "spec": {"node": "n", "interfaceName": "*"}});
    for (unfold_v3, id, label) in [(false, "hep/h1", None), (true, "hep/other", Some("b"))] {
        let settings = Settings {
            unfold_v3,
            ..settings("v3.33.0")
        };
        let facts = convert_with(settings, &object);
        let Some(Fact::Endpoint(endpoint)) = facts.last() else {
            panic!("no endpoint")
        };
        assert_eq!(endpoint.id.to_string(), id);
        assert_eq!(endpoint.labels.get("a"), label);
    }
}

#[test]
fn the_tier_comes_from_the_name_or_the_spec() {
    for (name, tier, old, new) in [
        ("sec.a", "", "sec", "default"),
        ("a", "sec", "default", "sec"),
        ("sec.a", "sec", "sec", "sec"),
        ("a", "", "default", "default"),
    ] {
        let object = stored(
            name,
            None,
            &json!({"tier": tier, "types": ["Ingress"], "ingress": [{"action": "Deny"}]}),
        );
        let facts = convert_as("v3.31.0", &object);
        assert_eq!(&*policy(&facts).unwrap().tier, old);
        assert_eq!(codes(&facts).len(), usize::from(old != new));
        let facts = convert(&object);
        assert_eq!(&*policy(&facts).unwrap().tier, new);
        assert!(codes(&facts).is_empty());
    }
}

#[test]
fn types_govern() {
    for (types, ingress, egress) in [
        (json!(null), true, true),
        (json!([]), true, true),
        (json!(["Ingress"]), true, false),
        (json!(["egress", "Ingress", "Ingress"]), true, true),
        (json!(["Inbound"]), false, false),
    ] {
        let facts = convert(&np(json!({"types": types})));
        let policy = policy(&facts).unwrap();
        assert_eq!(
            (policy.governs.ingress, policy.governs.egress),
            (ingress, egress)
        );
    }
}

#[test]
fn flags_count_in_their_order() {
    for (spec, want) in [
        (json!({}), Treatment::Normal),
        (json!({"applyOnForward": true}), Treatment::Forward),
        (
            json!({"applyOnForward": true, "preDNAT": true}),
            Treatment::PreDnat,
        ),
        (
            json!({"doNotTrack": true, "preDNAT": true}),
            Treatment::Untracked,
        ),
    ] {
        assert_eq!(
            policy(&convert(&gnp(spec.clone()))).unwrap().treatment,
            want
        );
        assert_eq!(
            policy(&convert(&np(spec))).unwrap().treatment,
            Treatment::Normal
        );
    }
}

#[test]
fn staged_actions() {
    let staged = |action: &str| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": "StagedNetworkPolicy", "metadata": {"name": "s", "namespace": "shop"},
            "spec": {"stagedAction": action, "types": ["Ingress"]}})
    };
    for action in ["Set", "Learn", "Ignore", ""] {
        let facts = convert(&staged(action));
        assert_eq!(policy(&facts).unwrap().id.to_string(), "snp/shop/s");
        assert_eq!(
            codes(&facts).len(),
            usize::from(matches!(action, "Learn" | "Ignore"))
        );
    }
    let facts = convert(&staged("Delete"));
    assert!(dropped(&facts).unwrap().staged_delete);
    assert_eq!(codes(&facts), ["staged-action-delete spec.stagedAction"]);
    let facts = convert_as("v3.29.0", &staged("Set"));
    assert_eq!(codes(&facts), ["staged-never-enforced -"]);
    assert_eq!(facts.len(), 1);
}
