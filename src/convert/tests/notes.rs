//! Notes about objects that Calico does not drop.

use super::*;

fn rule(rule: Value) -> Value {
    json!({"types": ["Ingress"], "ingress": [rule]})
}

fn with_source(source: Value) -> Value {
    rule(json!({"action": "Allow", "source": source}))
}

#[test]
fn of_policies() {
    let source = |field: &str, code: &str| format!("{code} spec.ingress[0].source.{field}");
    for (spec, want) in [
        (json!({"types": ["Ingress"]}), vec![]),
        (
            json!({"ingress": [{"action": "Allow"}]}),
            vec!["types-empty-raw spec.types".to_owned()],
        ),
        (
            json!({"ingress": [{"action": "Allow"}], "egress": [{"action": "Allow"}]}),
            vec![],
        ),
        (
            json!({"types": ["Ingress", "Outbound"]}),
            vec!["types-unknown-word spec.types[1]".to_owned()],
        ),
        (
            json!({"types": ["Ingress"], "namespaceSelector": "team 'a'"}),
            vec!["policy-nsselector-unparsable spec.namespaceSelector".to_owned()],
        ),
        (
            json!({"types": ["Ingress"], "serviceAccountSelector": "team 'a'"}),
            vec!["policy-saselector-unparsable spec.serviceAccountSelector".to_owned()],
        ),
        (
            json!({"types": ["Ingress"], "selector": "all()) || (all()", "namespaceSelector": "has(a)"}),
            vec!["selector-unbalanced-escape spec.selector".to_owned()],
        ),
        (
            json!({"types": ["Egress"], "preDNAT": true}),
            vec!["prednat-egress spec.preDNAT".to_owned()],
        ),
        (json!({"types": ["Ingress"], "preDNAT": true}), vec![]),
        (
            json!({"types": ["Ingress"], "preDNAT": true, "doNotTrack": true}),
            vec!["untracked-and-prednat spec.preDNAT".to_owned()],
        ),
        (
            rule(json!({"action": ""})),
            vec!["action-empty-allows spec.ingress[0].action".to_owned()],
        ),
        (
            rule(json!({"action": "Drop"})),
            vec!["action-unknown-crash spec.ingress[0].action".to_owned()],
        ),
        (rule(json!({"action": "pass"})), vec![]),
        (
            with_source(json!({"nets": []})),
            vec![source("nets", "nets-empty-list")],
        ),
        (
            with_source(json!({"nets": ["10.1.2.3/8"]})),
            vec![source("nets[0]", "nets-host-bits")],
        ),
        (
            with_source(json!({"notNets": ["0.0.0.0/0"]})),
            vec![source("notNets[0]", "notnets-catch-all")],
        ),
        (
            with_source(json!({"notNets": ["x"]})),
            vec![source("notNets", "nets-all-bad")],
        ),
        (
            with_source(json!({"serviceAccounts": {"names": ["a'b"]}})),
            vec![source("serviceAccounts.names", "sa-names-unparsable")],
        ),
        (
            with_source(json!({"services": {"name": "db"}})),
            vec![source("services.namespace", "services-namespace-empty")],
        ),
        (
            with_source(json!({"nets": ["10.0.0.0/8", "fd00::/8"]})),
            vec![],
        ),
        (
            with_source(json!({"nets": ["10.0.0.0/8", "fd00::/8"], "notNets": ["10.1.0.0/16"]})),
            vec!["nets-mixed-families spec.ingress[0]".to_owned()],
        ),
        (
            rule(json!({"action": "Allow", "ipVersion": 6, "source": {"nets": ["10.0.0.0/8"]}})),
            vec!["nets-ipversion-conflict spec.ingress[0]".to_owned()],
        ),
        (
            rule(json!({"action": "Allow", "ipVersion": 6, "protocol": "ICMP"})),
            vec!["nets-ipversion-conflict spec.ingress[0]".to_owned()],
        ),
        (
            rule(
                json!({"action": "Allow", "ipVersion": 4, "source": {"nets": ["10.0.0.0/8", "fd00::/8"]}}),
            ),
            vec![],
        ),
    ] {
        let facts = convert(&gnp(spec.clone()));
        assert!(policy(&facts).is_some(), "{spec}");
        assert_eq!(codes(&facts), want, "{spec}");
        assert!(
            notes(&facts)
                .iter()
                .all(|note| note.object.as_ref().unwrap().name == "g")
        );
    }
}

#[test]
fn messages_are_lower_case_fragments() {
    for spec in [
        json!({"selector": "app = 'web'"}),
        json!({"ingress": [{"action": "", "source": {"nets": ["10.1.2.3/8", "x"]}}]}),
        json!({"types": ["Inbound"], "namespaceSelector": "("}),
    ] {
        for note in notes(&convert(&gnp(spec))) {
            assert!(!note.message.ends_with('.'), "{}", note.message);
            let first = note.message.chars().next().unwrap();
            assert!(!first.is_uppercase(), "{}", note.message);
        }
    }
}

#[test]
fn of_unknown_fields() {
    let facts = convert(&np(
        json!({"types": ["Egress"], "egress": [{"action": "Allow"}, {"action": "Allow", "destination": {"domains": ["a.b"]}}], "preDNAT": true}),
    ));
    assert_eq!(
        codes(&facts),
        [
            "unknown-field-ignored spec.egress[1].destination.domains",
            "unknown-field-ignored spec.preDNAT"
        ]
    );
    let rules = &policy(&facts).unwrap().egress;
    assert_eq!(
        (rules[0].unknown_fields, rules[1].unknown_fields),
        (false, true)
    );
}

#[test]
fn of_the_other_kinds() {
    let calico = |kind: &str, labels: Value, spec: Value| {
        json!({"apiVersion": "projectcalico.org/v3", "kind": kind,
            "metadata": {"name": "default", "namespace": "shop", "labels": labels}, "spec": spec})
    };
    let hep = |labels: Value, spec: Value| calico("HostEndpoint", labels, spec);
    for (object, want) in [
        (
            calico("Tier", json!({}), json!({})),
            vec!["tier-order-absent spec.order"],
        ),
        (
            calico(
                "Tier",
                json!({}),
                json!({"order": 1, "defaultAction": "Allow"}),
            ),
            vec!["tier-default-action-other spec.defaultAction"],
        ),
        (
            calico(
                "ClusterInformation",
                json!({}),
                json!({"datastoreReady": true}),
            ),
            vec![],
        ),
        (
            calico("ClusterInformation", json!({}), json!({})),
            vec!["datastore-not-ready spec.datastoreReady"],
        ),
        (
            calico(
                "FelixConfiguration",
                json!({}),
                json!({"failsafeInboundHostPorts": []}),
            ),
            vec!["failsafe-list-null-vs-empty spec.failsafeInboundHostPorts"],
        ),
        (
            calico(
                "NetworkSet",
                json!({"projectcalico.org/namespace": "x", "pcns.a": "b"}),
                json!({}),
            ),
            vec!["networkset-forged-labels metadata.labels[pcns.a]"],
        ),
        (
            calico(
                "GlobalNetworkSet",
                json!({"projectcalico.org/orchestrator": "k8s"}),
                json!({}),
            ),
            vec!["networkset-forged-labels metadata.labels[projectcalico.org/orchestrator]"],
        ),
        (
            hep(json!({}), json!({"node": "n", "interfaceName": "eth0"})),
            vec!["hep-no-expected-ips spec.expectedIPs"],
        ),
        (
            hep(json!({}), json!({"node": "n"})),
            vec!["hep-no-interface-no-ips spec.interfaceName"],
        ),
        (
            hep(
                json!({}),
                json!({"node": "n", "interfaceName": "cali1", "expectedIPs": ["10.0.0.1"]}),
            ),
            vec![
                "hep-name-and-ips spec.expectedIPs",
                "hep-workload-interface spec.interfaceName",
            ],
        ),
        (
            hep(
                json!({"pcns.a": "b", "projectcalico.org/created-by": "calico-kube-controllers"}),
                json!({"node": "n", "interfaceName": "*", "expectedIPs": ["10.0.0.1"]}),
            ),
            vec![
                "hep-forged-labels metadata.labels[pcns.a]",
                "hep-auto-managed metadata.labels[projectcalico.org/created-by]",
            ],
        ),
    ] {
        assert_eq!(codes(&convert(&object)), want, "{object}");
    }
}

#[test]
fn of_felix_configurations_that_no_node_reads() {
    let named = |name: &str, spec: Value| json!({"apiVersion": "projectcalico.org/v3", "kind": "FelixConfiguration", "metadata": {"name": name}, "spec": spec});
    let selecting = named("x", json!({"nodeSelector": "all()"}));
    assert!(codes(&convert(&selecting)).is_empty());
    assert_eq!(
        codes(&convert_as("v3.31.0", &selecting)),
        ["felixconfig-name metadata.name"]
    );
    assert_eq!(
        codes(&convert(&named("x", json!({})))),
        ["felixconfig-name metadata.name"]
    );
    assert!(codes(&convert(&named("node.n1", json!({})))).is_empty());
    let facts = convert(&named(
        "default",
        json!({"bpfEnabled": true, "failsafeInboundHostPorts": [{"port": 22}, {"protocol": "UDP", "port": 68, "net": "10.0.0.0/8"}]}),
    ));
    let [Fact::FelixConfiguration(felix)] = &facts[..] else {
        panic!("no configuration")
    };
    let ports: Vec<_> = felix
        .failsafe_inbound
        .as_ref()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(ports, ["tcp/22", "udp/68@10.0.0.0/8"]);
    assert!(felix.bpf_enabled);
}

#[test]
fn of_peers_whose_values_end_the_quotes() {
    let facts = convert(&knp(
        json!({"podSelector": {"matchLabels": {"a": "x' || has(b) || a == 'y"}}}),
    ));
    assert!(policy(&facts).is_some());
    assert_eq!(
        codes(&facts),
        ["selector-unbalanced-escape spec.podSelector"]
    );
}
