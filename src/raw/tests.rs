#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use super::*;

fn read(json: &str) -> Object<'_> {
    decode(json.as_bytes(), None).unwrap().unwrap()
}

fn broken(json: &str) -> Broken {
    *decode(json.as_bytes(), None).unwrap_err()
}

#[test]
fn a_page_is_split_into_its_items() {
    let page =
        br#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":""},
        "items":[{"metadata":{"name":"a"}}, {"metadata":{"name":"b"}}]}"#;
    let page = items(page).unwrap();
    assert_eq!(
        (page.head.kind.as_str(), page.head.resource_version.as_str()),
        ("PodList", "7")
    );
    assert_eq!(page.head.next, None);
    assert_eq!(
        page.items,
        [
            br#"{"metadata":{"name":"a"}}"#,
            br#"{"metadata":{"name":"b"}}"#
        ]
    );
    let object = decode(page.items.first().unwrap(), Some(("v1", "Pod"))).unwrap();
    assert_eq!(&*object.unwrap().metadata().name, "a");
    let more = items(br#"{"metadata":{"continue":"x"},"items":null}"#).unwrap();
    assert_eq!(
        (more.head.next.as_deref(), more.items.len()),
        (Some("x"), 0)
    );
}

#[test]
fn kinds_that_nobody_reads_are_nothing() {
    for json in [
        r#"{"apiVersion":"v1","kind":"Secret"}"#,
        r#"{"apiVersion":"example.org/v1","kind":"NetworkPolicy"}"#,
        r#"{"apiVersion":"crd.projectcalico.org/v1","kind":"IPPool","spec":{"cidr":"10.0.0.0/8"}}"#,
        "{}",
    ] {
        assert_eq!(decode(json.as_bytes(), None), Ok(None), "{json}");
    }
}

#[test]
fn what_go_cannot_decode_is_broken_and_says_where() {
    let policy = |ports: &str| {
        format!(
            r#"{{"apiVersion":"projectcalico.org/v3","kind":"NetworkPolicy",
            "metadata":{{"namespace":"shop","name":"web"}},
            "spec":{{"ingress":[{{}},{{"destination":{{"ports":[80,{ports}]}}}}]}}}}"#
        )
    };
    for (ports, cause) in [
        ("70000", "port 70000 is not from 0 to 65535"),
        ("\"90:80\"", "\"90:80\" is no range of ports"),
        ("\"\"", "\"\" is no port, range or port name"),
    ] {
        let broken = broken(&policy(ports));
        assert_eq!(broken.cause, cause);
        assert_eq!(
            broken.field.as_deref(),
            Some("spec.ingress[1].destination.ports[1]")
        );
        assert_eq!(
            (broken.namespace.as_str(), broken.name.as_str()),
            ("shop", "web")
        );
        assert_eq!(
            (broken.api_version.as_str(), broken.kind.as_str()),
            ("projectcalico.org/v3", "NetworkPolicy")
        );
    }
}

#[test]
fn a_wrong_type_is_broken_and_says_where() {
    for (spec, field) in [
        (r#"{"selector":5}"#, "spec.selector"),
        (r#"{"order":"1"}"#, "spec.order"),
        (r#"{"types":{}}"#, "spec.types"),
        (
            r#"{"ingress":[{"protocol":300}]}"#,
            "spec.ingress[0].protocol",
        ),
        (
            r#"{"ingress":[{"icmp":{"type":1.5}}]}"#,
            "spec.ingress[0].icmp.type",
        ),
        (r#"{"ingress":[{"source":"x"}]}"#, "spec.ingress[0].source"),
    ] {
        let json = format!(
            r#"{{"apiVersion":"crd.projectcalico.org/v1","kind":"GlobalNetworkPolicy","metadata":{{"name":"a"}},"spec":{spec}}}"#
        );
        assert_eq!(broken(&json).field.as_deref(), Some(field), "{spec}");
    }
}

#[test]
fn null_is_absent() {
    let object = read(
        r#"{"apiVersion":"projectcalico.org/v3","kind":"NetworkPolicy","metadata":{"name":"a","labels":null},
        "spec":{"selector":null,"types":null,"ingress":[null,{"source":null,"destination":{"ports":[null]}}]}}"#,
    );
    let Object::NetworkPolicy(policy) = object else {
        panic!("not a policy")
    };
    assert!(policy.spec.types.is_none() && policy.spec.selector.is_empty());
    let rules = policy.spec.ingress.unwrap();
    let ports = rules.last().unwrap().destination.ports.as_deref().unwrap();
    assert_eq!(ports, [number_or_string::Port::Number(0)]);
    let none =
        read(r#"{"apiVersion":"projectcalico.org/v3","kind":"Tier","metadata":null,"spec":null}"#);
    assert_eq!(&*none.metadata().name, "");
}

#[test]
fn unknown_fields_of_a_spec_are_reported() {
    let object = read(
        r#"{"apiVersion":"projectcalico.org/v3","kind":"NetworkPolicy","status":{"x":1},"metadata":{"x":1},
        "spec":{"egress":[{"destination":{"domains":["a.b"]}}],"preDNAT":true,"namespaceSelector":"all()","nope":1}}"#,
    );
    let Object::NetworkPolicy(policy) = object else {
        panic!("not a policy")
    };
    assert_eq!(
        policy.unknown_fields,
        [
            "spec.egress[0].destination.domains",
            "spec.nope",
            "spec.namespaceSelector",
            "spec.preDNAT"
        ]
    );
    assert_eq!(policy.spec.pre_dnat, None);
}

#[test]
fn every_kind_survives_the_way_to_json_and_back() {
    for json in [
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"b","labels":{"x":"y"}},"spec":{"nodeName":"n","containers":[{"ports":[{"name":"http","containerPort":80}]}]},"status":{"phase":"Running","podIPs":[{"ip":"10.0.0.1"}]}}"#,
        r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"}}"#,
        r#"{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"a"},"endpoints":[{"addresses":["10.0.0.1"]}],"ports":[{"port":80}]}"#,
        r#"{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"a"},"spec":{"podSelector":{"matchLabels":{"a":"b"}},"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":"dns","protocol":"UDP"},{"port":1,"endPort":2}]}]}}"#,
        r#"{"apiVersion":"policy.networking.k8s.io/v1alpha2","kind":"ClusterNetworkPolicy","metadata":{"name":"a"},"spec":{"tier":"Admin","priority":1,"subject":{"namespaces":{}},"egress":[{"action":"Deny","to":[{"networks":["10.0.0.0/8"]}],"protocols":[{"tcp":{"destinationPort":{"number":80}}}]}]}}"#,
        r#"{"apiVersion":"policy.networking.k8s.io/v1alpha1","kind":"AdminNetworkPolicy","metadata":{"name":"a"},"spec":{"priority":1,"egress":[{"action":"Deny","to":[{"nodes":{}}],"ports":[{"portNumber":{"port":80,"protocol":"TCP"}}]}]}}"#,
        r#"{"apiVersion":"policy.networking.k8s.io/v1alpha1","kind":"BaselineAdminNetworkPolicy","metadata":{"name":"default"},"spec":{}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"NetworkPolicy","metadata":{"name":"a"},"spec":{"tier":"t","order":1.5,"ingress":[{"action":"Allow","protocol":"TCP","notICMP":{"type":8},"source":{"nets":["10.0.0.0/8"],"serviceAccounts":{"names":["x"]}},"destination":{"ports":[80,"1:2","http"],"services":{"name":"s"}}}]}}"#,
        r#"{"apiVersion":"crd.projectcalico.org/v1","kind":"GlobalNetworkPolicy","metadata":{"name":"a"},"spec":{"doNotTrack":true,"preDNAT":false,"applyOnForward":true}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"StagedNetworkPolicy","metadata":{"name":"a"},"spec":{"stagedAction":"Set"}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"StagedGlobalNetworkPolicy","metadata":{"name":"a"},"spec":{"stagedAction":"Delete"}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"StagedKubernetesNetworkPolicy","metadata":{"name":"a"},"spec":{"podSelector":{}}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"Tier","metadata":{"name":"a"},"spec":{"order":1.5,"defaultAction":"Pass"}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"HostEndpoint","metadata":{"name":"a"},"spec":{"node":"n","interfaceName":"*","expectedIPs":["10.0.0.1"],"profiles":["p"],"ports":[{"name":"ssh","protocol":"TCP","port":22}]}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"NetworkSet","metadata":{"name":"a"},"spec":{"nets":["10.0.0.0/8"]}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"GlobalNetworkSet","metadata":{"name":"a"},"spec":{"nets":["10.0.0.0/8"]}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"ClusterInformation","metadata":{"name":"default"},"spec":{"calicoVersion":"v3.32.1","datastoreReady":true}}"#,
        r#"{"apiVersion":"projectcalico.org/v3","kind":"FelixConfiguration","metadata":{"name":"default"},"spec":{"failsafeInboundHostPorts":[],"bpfEnabled":true}}"#,
    ] {
        let object = read(json);
        let written = serde_json::to_string(&object).unwrap();
        assert_eq!(read(&written), object, "{json}");
        assert!(json.contains(&format!("\"kind\":\"{}\"", object.kind())));
        assert!(json.contains(&format!("\"apiVersion\":\"{}\"", object.api_version())));
    }
}

#[test]
fn a_page_says_what_it_is_in_front_of_its_items() {
    let page = br#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"x"},"items":[{"me"#;
    let begin = page.len() - br#"":[{"me"#.len();
    let found = head(page).unwrap();
    assert_eq!(
        (
            &*found.kind,
            &*found.resource_version,
            found.next.as_deref()
        ),
        ("PodList", "7", Some("x"))
    );
    // Neither before the items begin, nor where they come first.
    for end in 0..=begin {
        assert_eq!(head(page.get(..end).unwrap()), None, "{end}");
    }
    assert_eq!(
        head(br#"{"items":[],"metadata":{"resourceVersion":"7"}}"#),
        None
    );
    assert_eq!(head(b"garbage"), None);
}

#[test]
fn pods_are_handed_over_up_to_what_is_wrong() {
    let named = |page: &str| {
        let mut names = Vec::new();
        let (taken, read) = pods(page.as_bytes(), &mut |pod| {
            names.push(pod.metadata.name.to_string());
        });
        assert_eq!(taken, names.len());
        (names.join(" "), read.is_ok())
    };
    let list = |items: &str| format!(r#"{{"metadata":{{}},"items":[{items}],"kind":"PodList"}}"#);
    let pod =
        |name: &str| format!(r#"{{"metadata":{{"name":"{name}","x":[1]}},"spec":{{"a":{{}}}}}}"#);
    let (a, b) = (pod("a"), pod("b"));
    assert_eq!(
        named(&list(&format!("{a},null,{b}"))),
        ("a b".to_owned(), true)
    );
    assert_eq!(named(r#"{"items":null}"#), (String::new(), true));
    for wrong in [
        r#"{"metadata":{"name":7}}"#,
        r#"["a"]"#,
        r#"{"spec":{"nodeName":[]}}"#,
        "7",
    ] {
        assert_eq!(
            named(&list(&format!("{a},{wrong},{b}"))),
            ("a".to_owned(), false),
            "{wrong}"
        );
    }
    let whole = list(&format!("{a},{b}"));
    assert_eq!(
        named(whole.get(..whole.len() - 10).unwrap()),
        ("a b".to_owned(), false)
    );
    assert_eq!(named(&format!("{whole}x")), ("a b".to_owned(), false));
}
