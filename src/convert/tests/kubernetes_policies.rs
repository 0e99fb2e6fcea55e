//! Kubernetes' NetworkPolicy.

use super::*;

#[test]
fn everything_at_once() {
    let facts = convert(&knp(json!({
        "podSelector": {"matchLabels": {"tier": "db", "app": "pg"}, "matchExpressions": [
            {"key": "env", "operator": "In", "values": ["prod", "dev"]}, {"key": "legacy", "operator": "DoesNotExist"}]},
        "policyTypes": ["Ingress"],
        "ingress": [{
            "from": [{"podSelector": {}},
                {"namespaceSelector": {"matchLabels": {"team": "a"}}, "podSelector": {"matchLabels": {"role": "web"}}},
                {"namespaceSelector": {}},
                {"ipBlock": {"cidr": "10.1.2.3/16", "except": ["10.1.5.0/24"]}}],
            "ports": [{"port": 5432}, {"protocol": "UDP", "port": "dns"}, {"port": 5433}]}]})));
    let policy = policy(&facts).unwrap();
    assert_eq!(
        policy.effective_selector,
        "(projectcalico.org/orchestrator == 'k8s' && app == 'pg' && tier == 'db' && env in { 'prod', 'dev' } && ! has(legacy)) && projectcalico.org/namespace == 'shop'"
    );
    assert_eq!(
        policy.selector_written,
        "app=pg,env in (dev,prod),!legacy,tier=db"
    );
    assert_eq!((policy.order, &*policy.tier), (Some(1000.0), "default"));
    assert_eq!(policy.id.to_string(), "knp/shop/k");
    let orchestrator = "projectcalico.org/orchestrator == 'k8s'";
    let peers = [
        format!(
            "spec.ingress[0].from[0] (projectcalico.org/namespace == 'shop') && ({orchestrator})"
        ),
        format!(
            "spec.ingress[0].from[1] (pcns.team == \"a\") && ({orchestrator} && role == 'web')"
        ),
        format!("spec.ingress[0].from[2] (has(projectcalico.org/namespace)) && ({orchestrator})"),
        "spec.ingress[0].from[3] 10.1.0.0/16 not 10.1.5.0/24".to_owned(),
    ];
    let want: Vec<_> = [("TCP", "5432:5433"), ("UDP", "dns")]
        .iter()
        .flat_map(|(protocol, ports)| {
            let rule =
                move |peer| format!("0 Allow {protocol} | {peer} | spec.ingress[0].ports {ports}");
            peers.iter().map(rule)
        })
        .collect();
    assert_eq!(lines(&policy.ingress), want);
    let rule = &policy.ingress[1];
    assert_eq!(
        Value::Object(rule.source.written.to_map()),
        json!({"podSelector": "role=web", "namespaceSelector": "team=a"})
    );
    assert_eq!(
        rule.traffic.to_map()["ports"][1],
        json!({"protocol": "UDP", "port": "dns"})
    );
    assert_eq!(policy.ingress[3].source.nets_written, ["10.1.2.3/16"]);
    assert!(notes(&facts).is_empty());
}

#[test]
fn egress_carries_peers_and_ports_on_one_side() {
    let facts = convert(&knp(json!({"policyTypes": ["Egress"], "egress": [
        {"to": [{"ipBlock": {"cidr": "2001:DB8:0::/32"}}], "ports": [{"port": 1}]}, {"ports": [{"protocol": "SCTP", "port": 132}, {"protocol": "UDP", "port": 53}, {"port": 53}]}, {}]})));
    let policy = policy(&facts).unwrap();
    assert_eq!(
        lines(&policy.egress),
        [
            "0 Allow TCP | spec.egress[0].ports | spec.egress[0].to[0] 2001:db8::/32 1",
            "1 Allow SCTP | spec.egress[1].ports | spec.egress[1].ports 132",
            "1 Allow TCP | spec.egress[1].ports | spec.egress[1].ports 53",
            "1 Allow UDP | spec.egress[1].ports | spec.egress[1].ports 53",
            "2 Allow - | spec.egress[2].ports | spec.egress[2].to",
        ]
    );
    assert!(policy.egress[4].is_unconditional());
}

#[test]
fn empty_rules_allow_and_no_rules_isolate() {
    for ingress in [json!([{}]), json!([{"from": []}])] {
        let facts = convert(&knp(
            json!({"policyTypes": ["Ingress"], "ingress": ingress}),
        ));
        let rules = &policy(&facts).unwrap().ingress;
        assert!(rules.len() == 1 && rules[0].is_unconditional());
    }
    let facts = convert(&knp(json!({"policyTypes": ["Ingress", "Egress"]})));
    let policy = policy(&facts).unwrap();
    assert!(policy.governs.ingress && policy.governs.egress && policy.ingress.is_empty());
}

#[test]
fn types_are_ingress_unless_they_say_otherwise() {
    for (types, ingress, egress) in [
        (json!(null), true, false),
        (json!([]), true, false),
        (json!(["egress"]), true, false),
        (json!(["Egress"]), false, true),
    ] {
        let facts = convert(&knp(json!({"policyTypes": types, "egress": [{}]})));
        let policy = policy(&facts).unwrap();
        assert_eq!(
            (policy.governs.ingress, policy.governs.egress),
            (ingress, egress)
        );
        assert_eq!(policy.egress.len(), 1);
    }
}

#[test]
fn a_rule_that_fails_takes_itself_or_everything() {
    let object = knp(json!({"policyTypes": ["Ingress"], "ingress": [
        {"ports": [{"port": 90, "endPort": 80}]}, {"ports": [{"port": 443}]}]}));
    let facts = convert(&object);
    assert_eq!(
        lines(&policy(&facts).unwrap().ingress),
        ["1 Allow TCP | spec.ingress[1].ports | spec.ingress[1].ports 443"]
    );
    assert_eq!(codes(&facts), ["knp-rule-fails spec.ingress[0].ports[0]"]);
    let facts = convert_as("v3.31.9", &object);
    assert!(policy(&facts).is_none() && !dropped(&facts).unwrap().staged_delete);
    assert_eq!(codes(&facts), ["knp-rule-fails spec.ingress[0].ports[0]"]);
}

#[test]
fn networks_that_do_not_parse_widen() {
    let facts = convert(&knp(
        json!({"ingress": [{"from": [{"ipBlock": {"cidr": "010.0.0.0/8"}}]},
        {"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "010.2.0.0/16", "10.3.0.0/16"]}}]}]}),
    ));
    assert_eq!(
        lines(&policy(&facts).unwrap().ingress),
        [
            "0 Allow - | spec.ingress[0].from[0] | spec.ingress[0].ports",
            "1 Allow - | spec.ingress[1].from[0] 10.0.0.0/8 not 10.1.0.0/16 | spec.ingress[1].ports"
        ]
    );
    assert_eq!(
        codes(&facts),
        [
            "knp-ipblock-bad-cidr spec.ingress[0].from[0].ipBlock.cidr",
            "knp-ipblock-bad-except spec.ingress[1].from[0].ipBlock.except[1]"
        ]
    );
}

#[test]
fn odd_values_and_ports_drop_the_policy() {
    for (spec, field, advice) in [
        (
            json!({"podSelector": {"matchLabels": {"a": "it's"}}}),
            "spec.podSelector",
            "use another value",
        ),
        (
            json!({"ingress": [{"from": [{"podSelector": {"matchLabels": {"a": "it's"}}}]}]}),
            "spec.ingress[0].from[0]",
            "use another value",
        ),
        (
            json!({"ingress": [{"ports": [{"port": 0}]}]}),
            "spec.ingress[0].ports",
            "use a port from 1 to 65535",
        ),
        (
            json!({"ingress": [{"ports": [{"port": -1}]}]}),
            "spec.ingress[0].ports",
            "write ranges as 80:90",
        ),
    ] {
        let facts = convert(&knp(spec.clone()));
        assert!(dropped(&facts).is_some(), "{spec}");
        assert_eq!(codes(&facts), [format!("policy-invalid-dropped {field}")]);
        assert_eq!(notes(&facts)[0].advice.as_deref(), Some(advice));
    }
}

#[test]
fn the_staged_kind_loses_everything_with_one_rule() {
    let staged = |spec: Value| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": "StagedKubernetesNetworkPolicy",
            "metadata": {"name": "s", "namespace": "shop"}, "spec": spec})
    };
    let facts = convert(&staged(
        json!({"stagedAction": "Set", "ingress": [{"ports": [{"port": 90, "endPort": 80}]}]}),
    ));
    assert_eq!(
        codes(&facts),
        ["staged-kubernetes-bad-rule spec.ingress[0].ports[0]"]
    );
    let facts = convert(&staged(json!({"podSelector": {}, "egress": [{}]})));
    let policy = policy(&facts).unwrap();
    assert_eq!(policy.id.to_string(), "sknp/shop/s");
    assert_eq!(policy.object.api_version, "projectcalico.org/v3");
    assert!(policy.governs.ingress && !policy.governs.egress);
    assert_eq!(codes(&facts), ["staged-kubernetes-types spec.policyTypes"]);
}
