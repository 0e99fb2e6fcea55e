//! The texts that Calico composes: of policies and of sides of rules.

use super::*;

const NS: &str = "projectcalico.org/namespace";
const SA: &str = "projectcalico.org/serviceaccount";

fn replaced(text: &str) -> String {
    text.replace("$NS", NS).replace("$SA", SA)
}

#[test]
fn selectors_of_global_policies() {
    for (selector, namespace, account, want) in [
        ("", "", "", ""),
        (
            "role == 'a'",
            "team == 'x'",
            "",
            r#"(role == 'a') && pcns.team == "x""#,
        ),
        ("", "all()", "", "has($NS)"),
        ("all()", "all()", "", "(has($NS)) && has($NS)"),
        (
            "all()",
            "team == 'x'",
            "",
            r#"(has($NS)) && pcns.team == "x""#,
        ),
        (
            "all()",
            "",
            r#"name == "x""#,
            r#"(has($SA)) && pcsa.name == "x""#,
        ),
        ("", "all()", "all()", "(has($NS)) && has($SA)"),
        (
            "role == 'db'",
            "team in {'b','a'} || env != 'dev'",
            "has(pci)",
            r#"((role == 'db') && (pcns.team in {"a", "b"} || pcns.env != "dev")) && has(pcsa.pci)"#,
        ),
        ("", "!has(team)", "", "!has(pcns.team)"),
        (
            "role == 'all()'",
            "team == 'x'",
            "",
            r#"(role == 'has($NS)') && pcns.team == "x""#,
        ),
        ("has(x)", "team 'a'", "", "has(x)"),
        (" ", "", "", " "),
        ("", " ", "", "has($NS)"),
    ] {
        let spec = json!({"selector": selector, "namespaceSelector": namespace, "serviceAccountSelector": account, "types": ["Ingress"]});
        let facts = convert(&gnp(spec));
        let policy = policy(&facts).unwrap();
        assert_eq!(policy.effective_selector, replaced(want));
        assert_eq!(policy.selector_written, selector);
        assert_eq!(policy.namespace_selector_written, namespace);
        assert_eq!(policy.service_account_selector_written, account);
    }
}

#[test]
fn canonical_selectors_of_global_policies() {
    for (selector, namespace, account, want) in [
        ("", "", "", "all()"),
        (
            "role == 'a'",
            "team == 'x'",
            "",
            r#"(role == "a" && pcns.team == "x")"#,
        ),
        ("", "all()", "all()", "(has($NS) && has($SA))"),
        (
            "a == 'b' || c == 'd'",
            "team == 'x'",
            "x == 'y'",
            r#"(((a == "b" || c == "d") && pcns.team == "x") && pcsa.x == "y")"#,
        ),
    ] {
        let spec = json!({"selector": selector, "namespaceSelector": namespace, "serviceAccountSelector": account});
        let facts = convert(&gnp(spec));
        let selector = policy(&facts).unwrap().selector.as_ref().unwrap();
        assert_eq!(selector.to_string(), replaced(want));
    }
}

#[test]
fn selectors_of_namespaced_policies() {
    for (selector, account, want) in [
        ("", "", "$NS == 'shop'"),
        ("all()", "", "(all()) && $NS == 'shop'"),
        (
            "role == 'a'",
            "x == 'y'",
            r#"((role == 'a') && $NS == 'shop') && pcsa.x == "y""#,
        ),
        (
            "",
            r#"a == "1" || b == "2""#,
            r#"($NS == 'shop') && (pcsa.a == "1" || pcsa.b == "2")"#,
        ),
        ("has(x)", "all()", "((has(x)) && $NS == 'shop') && all()"),
        ("", "all()", "($NS == 'shop') && all()"),
        ("", "broken '", "$NS == 'shop'"),
    ] {
        let facts = convert(&np(
            json!({"selector": selector, "serviceAccountSelector": account}),
        ));
        assert_eq!(policy(&facts).unwrap().effective_selector, replaced(want));
    }
}

/// Where the policy of a row lives.
enum In {
    Shop,
    Global,
}

fn source(place: &In, entity: &Value) -> EntityRule {
    let spec = json!({"types": ["Ingress"], "ingress": [{"action": "Allow", "source": entity}]});
    let facts = match place {
        In::Shop => convert(&np(spec)),
        In::Global => convert(&gnp(spec)),
    };
    policy(&facts).unwrap().ingress[0].source.clone()
}

#[test]
fn selectors_of_rules_as_text() {
    for (place, entity, want) in [
        (
            In::Shop,
            json!({"selector": "a == '1' || b == '2'"}),
            "($NS == 'shop') && (a == '1' || b == '2')",
        ),
        (
            In::Shop,
            json!({"notSelector": "has(x)"}),
            "($NS == 'shop') && (!(has(x)))",
        ),
        (In::Shop, json!({"nets": ["10.0.0.0/8"]}), ""),
        (In::Shop, json!({}), ""),
        (
            In::Shop,
            json!({"namespaceSelector": "projectcalico.org/name == 'ns1'"}),
            r#"pcns.projectcalico.org/name == "ns1""#,
        ),
        (
            In::Shop,
            json!({"namespaceSelector": "global()", "selector": "has(corp)"}),
            "(!has($NS)) && (has(corp))",
        ),
        (
            In::Shop,
            json!({"namespaceSelector": "all() || has(x)"}),
            "(has($NS) || has(pcns.x))",
        ),
        (
            In::Shop,
            json!({"namespaceSelector": "!all()"}),
            "!has($NS)",
        ),
        (
            In::Shop,
            json!({"serviceAccounts": {"names": ["b", "a"]}}),
            r#"($NS == 'shop') && ($SA in {"a", "b"})"#,
        ),
        (
            In::Global,
            json!({"serviceAccounts": {"names": ["b", "a"]}}),
            r#"$SA in {"a", "b"}"#,
        ),
        (
            In::Shop,
            json!({"serviceAccounts": {"names": ["sa3"], "selector": "key == 'v'"}, "namespaceSelector": "n == 'm'", "selector": "has(l)"}),
            r#"(pcns.n == "m") && (((pcsa.key == "v") && ($SA in {"sa3"})) && (has(l)))"#,
        ),
        (In::Global, json!({"serviceAccounts": {}}), ""),
        (In::Shop, json!({"serviceAccounts": {}}), ""),
        (In::Shop, json!({"serviceAccounts": {"names": ["a'b"]}}), ""),
        (
            In::Global,
            json!({"serviceAccounts": {"names": ["a'b"], "selector": "has(x)"}}),
            "",
        ),
        (
            In::Global,
            json!({"serviceAccounts": {"names": ["x', 'y"]}}),
            r#"$SA in {"x", "y"}"#,
        ),
        (
            In::Global,
            json!({"serviceAccounts": {"selector": "all()"}}),
            "all()",
        ),
        (In::Shop, json!({"namespaceSelector": " "}), "has($NS)"),
    ] {
        assert_eq!(text(&source(&place, &entity)), replaced(want), "{entity}");
    }
}

#[test]
fn canonical_selectors_of_rules() {
    let names = json!({"names": ["sa2", "sa1"]});
    let both = json!({"names": ["sa2", "sa1"], "selector": "a == 'b'"});
    for (place, entity, positive, negative) in [
        (In::Global, json!({}), "", ""),
        (
            In::Global,
            json!({"selector": "role == 'a'"}),
            r#"role == "a""#,
            "",
        ),
        (
            In::Shop,
            json!({"selector": "role == 'a'"}),
            r#"($NS == "shop" && role == "a")"#,
            "",
        ),
        (
            In::Shop,
            json!({"notSelector": "role == 'a'"}),
            r#"($NS == "shop" && !role == "a")"#,
            "",
        ),
        (
            In::Global,
            json!({"notSelector": "role == 'a'"}),
            "",
            r#"role == "a""#,
        ),
        (
            In::Shop,
            json!({"namespaceSelector": "all()"}),
            "has($NS)",
            "",
        ),
        (
            In::Global,
            json!({"namespaceSelector": "all()", "selector": "role == 'a'"}),
            r#"(has($NS) && role == "a")"#,
            "",
        ),
        (
            In::Shop,
            json!({"namespaceSelector": "global()", "selector": "role == 'a'"}),
            r#"(!has($NS) && role == "a")"#,
            "",
        ),
        (
            In::Global,
            json!({"namespaceSelector": "team == 'x' || all()"}),
            r#"(pcns.team == "x" || has($NS))"#,
            "",
        ),
        (
            In::Global,
            json!({"namespaceSelector": "!has(team)"}),
            "!has(pcns.team)",
            "",
        ),
        (
            In::Shop,
            json!({"serviceAccounts": names}),
            r#"($NS == "shop" && $SA in {"sa1", "sa2"})"#,
            "",
        ),
        (
            In::Shop,
            json!({"serviceAccounts": both}),
            r#"($NS == "shop" && (pcsa.a == "b" && $SA in {"sa1", "sa2"}))"#,
            "",
        ),
        (
            In::Shop,
            json!({"namespaceSelector": "team == 'x'", "selector": "role == 'a'", "serviceAccounts": {"selector": "all()"}}),
            r#"(pcns.team == "x" && (all() && role == "a"))"#,
            "",
        ),
        (
            In::Global,
            json!({"selector": "a == 'b'", "notSelector": "c == 'd'"}),
            r#"(a == "b" && !c == "d")"#,
            "",
        ),
    ] {
        let side = source(&place, &entity);
        let canonical =
            |set: Option<Arc<SetSelector>>| set.map_or(String::new(), |s| s.selector.to_string());
        assert_eq!(
            canonical(side.selector.clone()),
            replaced(positive),
            "{entity}"
        );
        assert_eq!(
            canonical(side.not_selector.clone()),
            replaced(negative),
            "{entity}"
        );
    }
}

#[test]
fn what_is_written_is_kept() {
    let entity = json!({"selector": "a == '1'", "notSelector": "b == '2'", "serviceAccounts": {"names": ["x"]}, "nets": ["10.1.2.3/8"]});
    let side = source(&In::Global, &entity);
    assert_eq!(side.path, "spec.ingress[0].source");
    assert_eq!(
        Value::Object(side.written.to_map()),
        json!({"selector": "a == '1'", "notSelector": "b == '2'", "serviceAccounts": {"names": ["x"]}})
    );
    assert_eq!(side.nets_written, ["10.1.2.3/8"]);
    assert_eq!(side.nets[0].to_string(), "10.0.0.0/8");
}

#[test]
fn equal_texts_share_one_selector() {
    let rule = json!({"action": "Allow", "source": {"selector": "has(a)"}});
    let facts = convert(&gnp(json!({"ingress": [rule, rule], "egress": [rule]})));
    let policy = policy(&facts).unwrap();
    let of = |rule: &Rule| rule.source.selector.clone().unwrap();
    assert!(Arc::ptr_eq(&of(&policy.ingress[0]), &of(&policy.egress[0])));
}
