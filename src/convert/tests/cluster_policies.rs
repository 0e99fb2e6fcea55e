//! ClusterNetworkPolicy, AdminNetworkPolicy and its baseline.

use super::*;

fn cnp(spec: Value) -> Value {
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy", "metadata": {"name": "c"}, "spec": spec})
}

fn admin(kind: &str, spec: Value) -> Value {
    json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": kind, "metadata": {"name": "a"}, "spec": spec})
}

#[test]
fn everything_at_once() {
    let facts = convert(&cnp(
        json!({"tier": "Admin", "priority": 10, "subject": {"namespaces": {}}, "ingress": [
        {"name": "mon", "action": "Accept",
            "from": [{"namespaces": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
                {"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "probe"}}}}],
            "protocols": [{"tcp": {"destinationPort": {"number": 9090}}}, {"tcp": {"destinationPort": {"range": {"start": 9091, "end": 9095}}}},
                {"destinationNamedPort": "metrics"}]},
        {"action": "Pass", "from": [{"namespaces": {"matchLabels": {"team": "a"}}}]}]}),
    ));
    let policy = policy(&facts).unwrap();
    assert_eq!((&*policy.tier, policy.order), ("kube-admin", Some(10.0)));
    assert!(policy.governs.ingress && !policy.governs.egress);
    assert_eq!(
        policy.effective_selector,
        "(projectcalico.org/orchestrator == 'k8s') && has(projectcalico.org/namespace)"
    );
    assert_eq!(policy.namespace_selector_written, "<none>");
    let monitoring = "spec.ingress[0].from[0] pcns.kubernetes.io/metadata.name == \"monitoring\"";
    let probe = "spec.ingress[0].from[1] (has(projectcalico.org/namespace)) && (projectcalico.org/orchestrator == 'k8s' && app == 'probe')";
    let path = "spec.ingress[0].protocols";
    assert_eq!(
        lines(&policy.ingress),
        [
            format!("0 Allow - | {monitoring} | {path} metrics"),
            format!("0 Allow - | {probe} | {path} metrics"),
            format!("0 Allow TCP | {monitoring} | {path} 9090:9095"),
            format!("0 Allow TCP | {probe} | {path} 9090:9095"),
            "1 Pass - | spec.ingress[1].from[0] pcns.team == \"a\" | spec.ingress[1].from"
                .to_owned(),
        ]
    );
}

#[test]
fn rules_that_calico_cannot_express() {
    let facts = convert(&cnp(
        json!({"tier": "Baseline", "priority": 5, "subject": {"pods": {"podSelector": {"matchLabels": {"app": "x"}}}},
        "egress": [{"action": "Accept", "to": [{"nodes": {}}]}, {"action": "Pass", "to": [{"domainNames": ["a.b"]}]},
            {"action": "Deny", "to": [{"networks": ["10.0.0.7/8", "2001:db8::1/64"]}]}]}),
    ));
    let policy = policy(&facts).unwrap();
    assert_eq!(
        policy.effective_selector,
        "(projectcalico.org/orchestrator == 'k8s' && app == 'x') && has(projectcalico.org/namespace)"
    );
    assert!(!policy.governs.ingress && policy.governs.egress);
    assert_eq!(
        lines(&policy.egress),
        [
            "1 Deny - | spec.egress[1] | spec.egress[1]",
            "2 Deny - | spec.egress[2].to | spec.egress[2].to[0] 10.0.0.0/8 2001:db8::/64"
        ]
    );
    assert!(policy.egress[0].is_unconditional());
    assert_eq!(
        codes(&facts),
        [
            "cnp-accept-fails spec.egress[0].to[0]",
            "cnp-deny-pass-fails spec.egress[1].to[0]"
        ]
    );
}

#[test]
fn further_causes_of_failure() {
    for (rule, field) in [
        (json!({"action": "Deny", "to": [{"networks": []}]}), "to[0]"),
        (
            json!({"action": "Deny", "to": [{"networks": ["10.0.0.0"]}]}),
            "to[0].networks[0]",
        ),
        (json!({"action": "Deny", "to": [{}]}), "to[0]"),
        (
            json!({"action": "Deny", "to": [{"namespaces": {}}], "protocols": [{"tcp": {}}, {"tcp": {"destinationPort": {"range": {"start": 2, "end": 1}}}}]}),
            "protocols[1]",
        ),
        (
            json!({"action": "Deny", "to": [{"namespaces": {}}], "protocols": [{"destinationNamedPort": "a b"}]}),
            "protocols[0]",
        ),
    ] {
        let facts = convert(&cnp(
            json!({"tier": "Admin", "subject": {"namespaces": {}}, "egress": [rule]}),
        ));
        assert!(
            policy(&facts).unwrap().egress[0].is_unconditional(),
            "{rule}"
        );
        assert_eq!(
            codes(&facts),
            [format!("cnp-deny-pass-fails spec.egress[0].{field}")]
        );
    }
    let facts = convert(&cnp(
        json!({"tier": "Admin", "subject": {"namespaces": {}}, "egress": [{"action": "Allow", "to": [{"namespaces": {}}]}]}),
    ));
    assert!(policy(&facts).unwrap().egress.is_empty());
    assert_eq!(codes(&facts), ["cnp-accept-fails spec.egress[0].action"]);
}

#[test]
fn without_rules_it_governs_both_directions() {
    let facts = convert(&cnp(
        json!({"tier": "Admin", "subject": {"namespaces": {}}, "ingress": [{"action": "Deny", "from": []}]}),
    ));
    let policy = policy(&facts).unwrap();
    assert!(policy.governs.ingress && policy.governs.egress && policy.ingress.is_empty());
}

#[test]
fn without_tier_or_subject_it_is_dropped() {
    for (spec, field) in [
        (
            json!({"tier": "Other", "subject": {"namespaces": {}}}),
            "spec.tier",
        ),
        (json!({"tier": "Admin", "subject": {}}), "spec.subject"),
        (json!({"tier": "Admin"}), "spec.subject"),
    ] {
        let facts = convert(&cnp(spec));
        assert!(dropped(&facts).is_some());
        assert_eq!(codes(&facts), [format!("policy-invalid-dropped {field}")]);
    }
}

#[test]
fn versions_read_one_form_each() {
    let cluster = cnp(json!({"tier": "Admin", "subject": {"namespaces": {}}}));
    let spec = json!({"priority": 3, "subject": {"namespaces": {}}});
    let (anp, banp) = (
        admin("AdminNetworkPolicy", spec.clone()),
        admin("BaselineAdminNetworkPolicy", spec),
    );
    for (version, reads) in [
        ("v3.28.0", [false, false, false]),
        ("v3.29.0", [true, false, false]),
        ("v3.31.0", [true, true, false]),
        ("v3.32.0", [false, false, true]),
    ] {
        for (object, read) in [&anp, &banp, &cluster].into_iter().zip(reads) {
            let facts = convert_as(version, object);
            assert_eq!(policy(&facts).is_some(), read, "{version} {object}");
            assert_eq!(notes(&facts).len(), usize::from(!read));
        }
    }
    let facts = convert_as("v3.31.0", &anp);
    let policy = policy(&facts).unwrap();
    assert_eq!(
        (policy.id.to_string(), &*policy.tier, policy.order),
        ("kanp/a".to_owned(), "adminnetworkpolicy", Some(3.0))
    );
    let facts = convert(&anp);
    assert_eq!(codes(&facts), ["anp-ignored -"]);
}

#[test]
fn admin_rules() {
    let spec =
        |rules: Value| json!({"priority": 1, "subject": {"namespaces": {}}, "egress": rules});
    let facts = convert_as(
        "v3.31.0",
        &admin(
            "AdminNetworkPolicy",
            spec(json!([
        {"action": "Allow", "to": [{"namespaces": {}}], "ports": [{"namedPort": "web"}]},
        {"action": "Deny", "to": [{"networks": ["10.0.0.0/8"]}], "ports": [{"portNumber": {"port": 80}}, {"portRange": {"start": 81, "end": 90, "protocol": "TCP"}}]}])),
        ),
    );
    let policy = policy(&facts).unwrap();
    assert_eq!(
        lines(&policy.egress),
        [
            "0 Allow - | spec.egress[0].ports | spec.egress[0].to[0] has(projectcalico.org/namespace)",
            "1 Deny TCP | spec.egress[1].ports | spec.egress[1].to[0] 10.0.0.0/8 80:90"
        ]
    );
    assert_eq!(codes(&facts), ["anp-named-port spec.egress[0].ports[0]"]);
    let facts = convert_as(
        "v3.31.0",
        &admin(
            "AdminNetworkPolicy",
            spec(json!([
        {"action": "Deny", "to": [{"nodes": {}}]}, {"action": "Deny", "to": [{"namespaces": {}}]}])),
        ),
    );
    assert!(dropped(&facts).is_some());
    assert_eq!(
        codes(&facts),
        ["policy-invalid-dropped spec.egress[0].to[0]"]
    );
    let pass = json!([{"action": "Pass", "to": [{"namespaces": {}}]}]);
    assert!(
        dropped(&convert_as(
            "v3.31.0",
            &admin("BaselineAdminNetworkPolicy", spec(pass))
        ))
        .is_some()
    );
}
