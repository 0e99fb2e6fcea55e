//! What drops a whole policy, and what does not.

use super::*;

fn rule(rule: Value) -> Value {
    json!({"types": ["Ingress"], "ingress": [rule]})
}

fn ports(protocol: Value, ports: Value) -> Value {
    rule(json!({"action": "Allow", "protocol": protocol, "destination": {"ports": ports}}))
}

#[test]
fn one_fault_drops_all() {
    let long = format!("has({})", "a".repeat(510));
    let port = "spec.ingress[0].destination.ports[0]";
    for (spec, field, advice) in [
        (
            json!({"selector": "app = 'web'"}),
            "spec.selector",
            "correct the selector",
        ),
        (
            json!({"selector": "app == 'web'\n"}),
            "spec.selector",
            "use a plain or folded (`>-`) scalar",
        ),
        (
            json!({"selector": " "}),
            "spec.selector",
            "leave it empty or use all()",
        ),
        (
            json!({"serviceAccountSelector": long}),
            "spec.selector",
            "shorten the label",
        ),
        (
            json!({"performanceHints": ["Foo"]}),
            "spec.performanceHints[0]",
            "remove the performance hint",
        ),
        (
            json!({"performanceHints": ["AssumeNeededOnEveryNode", "AssumeNeededOnEveryNode"]}),
            "spec.performanceHints[1]",
            "remove the performance hint",
        ),
        (
            rule(json!({"source": {"namespaceSelector": "team 'a'"}})),
            "spec.ingress[0].source.namespaceSelector",
            "correct the rule's selector",
        ),
        (
            rule(json!({"source": {"serviceAccounts": {"selector": "("}}})),
            "spec.ingress[0].source.serviceAccounts.selector",
            "correct the rule's selector",
        ),
        (
            rule(json!({"destination": {"notSelector": "a\n"}})),
            "spec.ingress[0].destination.notSelector",
            "use a plain or folded (`>-`) scalar",
        ),
        (
            rule(json!({"source": {"selector": " "}})),
            "spec.ingress[0].source.selector",
            "leave it empty or use all()",
        ),
        (
            rule(json!({"ipVersion": 5})),
            "spec.ingress[0].ipVersion",
            "use 4 or 6",
        ),
        (
            rule(json!({"protocol": "AH"})),
            "spec.ingress[0].protocol",
            "use the protocol number",
        ),
        (
            rule(json!({"notProtocol": 0})),
            "spec.ingress[0].notProtocol",
            "use the protocol number",
        ),
        (
            rule(json!({"protocol": "ICMP", "icmp": {"type": 255}})),
            "spec.ingress[0].icmp.type",
            "use a type from 0 to 254 and a code from 0 to 255",
        ),
        (
            rule(json!({"protocol": "ICMP", "notICMP": {"type": 1, "code": 256}})),
            "spec.ingress[0].notICMP.code",
            "use a type from 0 to 254 and a code from 0 to 255",
        ),
        (
            ports(json!("TCP"), json!([0])),
            port,
            "use a port from 1 to 65535",
        ),
        (
            ports(json!("TCP"), json!([80, null])),
            "spec.ingress[0].destination.ports[1]",
            "use a port from 1 to 65535",
        ),
        (
            ports(json!("TCP"), json!(["HTTP"])),
            port,
            "write ranges as 80:90",
        ),
        (
            ports(json!("TCP"), json!(["80-90"])),
            port,
            "write ranges as 80:90",
        ),
        (
            ports(json!("TCP"), json!(["a-very-long-name"])),
            port,
            "write ranges as 80:90",
        ),
        (ports(json!(null), json!([80])), port, "set protocol"),
        (
            ports(json!(null), json!(["dns", 53])),
            "spec.ingress[0].destination.ports[1]",
            "set protocol",
        ),
        (
            ports(json!("ICMP"), json!([8])),
            port,
            "use TCP, UDP or SCTP",
        ),
        (
            ports(json!("ICMP"), json!(["dns"])),
            port,
            "use TCP, UDP or SCTP",
        ),
    ] {
        let facts = convert(&np(spec.clone()));
        assert!(policy(&facts).is_none(), "{spec}");
        assert_eq!(
            codes(&facts),
            [format!("policy-invalid-dropped {field}")],
            "{spec}"
        );
        assert_eq!(notes(&facts)[0].advice.as_deref(), Some(advice), "{spec}");
        let selects = dropped(&facts).unwrap().policy.selector.is_some();
        assert_eq!(selects, !field.starts_with("spec.selector"), "{spec}");
    }
}

#[test]
fn a_selector_shows_where_it_stops_parsing() {
    let facts = convert(&np(
        json!({"types": ["Egress"], "egress": [{"action": "Allow", "destination": {"selector": "app is 'db'"}}]}),
    ));
    let note = notes(&facts)[0];
    assert_eq!(
        (note.text.as_deref(), note.at),
        (Some("app is 'db'"), Some(4))
    );
    assert_eq!(
        note.field.as_deref(),
        Some("spec.egress[0].destination.selector")
    );
}

#[test]
fn what_is_not_validated() {
    for spec in [
        rule(json!({"action": "Drop"})),
        json!({"tier": "ghost", "types": ["Ingress", "Ingress"]}),
        ports(json!(6), json!(["1:65535", "http-2"])),
        ports(json!("tcp"), json!([80])),
        ports(json!(null), json!(["dns"])),
        json!({"performanceHints": ["AssumeNeededOnEveryNode"]}),
        rule(json!({"protocol": "udplite"})),
        rule(json!({"protocol": "6"})),
        rule(json!({"source": {"notSelector": " "}})),
    ] {
        assert!(policy(&convert(&np(spec.clone()))).is_some(), "{spec}");
    }
    assert!(policy(&convert(&gnp(json!({"selector": " "})))).is_some());
    assert!(
        policy(&convert(&gnp(
            json!({"selector": " ", "namespaceSelector": "all()"})
        )))
        .is_none()
    );
}

#[test]
fn names_without_protocol_are_new() {
    let object = np(ports(json!(null), json!(["dns"])));
    let facts = convert_as("v3.31.0", &object);
    assert_eq!(
        codes(&facts),
        ["policy-invalid-dropped spec.ingress[0].destination.ports[0]"]
    );
    assert_eq!(
        notes(&facts)[0].advice.as_deref(),
        Some("state the protocol")
    );
}

#[test]
fn a_blank_not_selector_leaves_the_positive_one() {
    let facts = convert(&np(rule(
        json!({"action": "Allow", "source": {"selector": "has(a)", "notSelector": " "}}),
    )));
    let source = &policy(&facts).unwrap().ingress[0].source;
    assert_eq!(
        text(source),
        "(projectcalico.org/namespace == 'shop') && (has(a))"
    );
    assert_eq!(
        codes(&facts),
        ["rule-notselector-blank-crash spec.ingress[0].source.notSelector"]
    );
}

#[test]
fn networks_that_do_not_parse_are_left_out() {
    for (nets, want, code) in [
        (
            json!(["10.0.0.0/33"]),
            vec![],
            "nets-all-bad spec.ingress[0].source.nets",
        ),
        (
            json!(["10.0.0.0/33", "10.1.0.0/16"]),
            vec!["10.1.0.0/16"],
            "nets-some-bad spec.ingress[0].source.nets[0]",
        ),
        (json!(["::ffff:10.65.0.0/112"]), vec!["10.65.0.0/16"], ""),
        (json!(["10.1.2.3"]), vec!["10.1.2.3/32"], ""),
    ] {
        let facts = convert(&gnp(rule(
            json!({"action": "Allow", "source": {"nets": nets}}),
        )));
        let source = &policy(&facts).unwrap().ingress[0].source;
        let got: Vec<_> = source.nets.iter().map(ToString::to_string).collect();
        assert_eq!(got, want);
        let codes = codes(&facts);
        assert_eq!(codes.first().map_or("", |code| code), code);
    }
}

#[test]
fn services_are_taken_literally() {
    for (services, want) in [
        (json!({"name": "db"}), Some("/db")),
        (json!({"name": "db", "namespace": "shop"}), Some("shop/db")),
        (json!({"namespace": "shop"}), None),
    ] {
        let facts = convert(&np(
            json!({"types": ["Egress"], "egress": [{"action": "Allow", "destination": {"services": services}}]}),
        ));
        let destination = &policy(&facts).unwrap().egress[0].destination;
        assert_eq!(destination.service.as_deref(), want);
    }
}
