#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;
use crate::need::{Kind, ReadScope};
use crate::raw;

/// The offer for a line; what is typed stands behind the last blank.
fn at(line: &str) -> Offer {
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    offer(&words)
}

/// What is offered without looking anything up, and the directive.
fn defined(line: &str) -> (Vec<String>, String) {
    split(&at(line).answer(Vec::new()))
}

fn split(answer: &str) -> (Vec<String>, String) {
    let mut lines: Vec<String> = answer.lines().map(str::to_owned).collect();
    let directive = lines.pop().unwrap();
    let texts = lines
        .iter()
        .map(|line| line.split('\t').next().unwrap().to_owned());
    (texts.collect(), directive)
}

#[test]
fn commands_and_values_are_claps() {
    for (line, want) in [
        ("ho", &["host"][..]),
        ("ep", &["ep"]),
        ("-n shop ev", &["eval"]),
        ("-- pol", &[]),
        ("completion i", &["install"]),
        ("help completion f", &["fish"]),
        ("help e", &["endpoint", "environment", "eval", "exit-codes"]),
        ("help ep", &["ep"]),
        ("help endpoint ", &[]),
        ("help selectors ", &[]),
        ("help completion bash ", &[]),
        ("endpoint -o ps", &["ps", "ps-2017"]),
        ("endpoint --output=y", &["yaml"]),
        ("endpoint -o=y", &["yaml"]),
        ("endpoint -rsoy", &["-rsoyaml"]),
        ("endpoint --color ", &["always", "auto", "never"]),
        ("endpoint --datastore e", &["etcdv3"]),
        ("endpoint --manifests=n", &["never"]),
        ("endpoint --insecure-skip-tls-verify=", &["false", "true"]),
        ("endpoint --nonsense=", &[]),
        ("nonsense ", &[]),
        ("version ", &[]),
        ("eval ", &[]),
        ("endpoint --token ", &[]),
    ] {
        let (found, directive) = defined(line);
        assert_eq!(found, want, "{line}");
        assert_eq!(directive, ":4", "{line}");
    }
}

#[test]
fn every_command_and_form_is_there_with_what_it_is() {
    let command = cli::definition(cli::AS_PLUGIN);
    let shown = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    let answer = at("").answer(Vec::new());
    let mut count = 0;
    for sub in shown {
        let line = format!("{}\t{}\n", sub.get_name(), sub.get_about().unwrap());
        assert!(answer.contains(&line), "{answer}");
        count += 1;
    }
    assert_eq!(answer.lines().count(), count + 1);
}

#[test]
fn flags_are_offered_until_they_are_typed() {
    let has = |line: &str, flag: &str| defined(line).0.iter().any(|found| found == flag);
    for flag in [
        "--namespace",
        "-n",
        "--as-group",
        "--v",
        "-v",
        "--help",
        "-A",
    ] {
        assert!(has("endpoint -", flag), "{flag}");
    }
    assert!(has("-", "--namespace") && has("endpoint --", "--output"));
    assert!(!has("endpoint --", "-n"), "a long one is begun");
    for line in ["-n shop -", "-nshop -", "-rn shop -", "--namespace=shop -"] {
        let line = format!("endpoint {line}");
        assert!(!has(&line, "--namespace") && !has(&line, "-n"), "{line}");
    }
    assert!(!has("endpoint -rs -", "--hide-selectors"));
    assert!(has("endpoint -f a -", "--filename"), "it may be repeated");
    assert!(has("version -", "--client") && !has("endpoint -", "--client"));
    assert!(has("snapshot x -", "--force"));
    assert!(
        !has("completion -", "--context"),
        "what changes nothing is not offered"
    );
    assert!(defined("endpoint -- -").0.is_empty(), "flags have ended");
}

#[test]
fn files_are_left_to_the_shell() {
    for (line, want) in [
        ("endpoint -f ", ":0"),
        ("endpoint --filename=a", ":0"),
        ("--kubeconfig ", ":0"),
        ("-c ", ":0"),
        ("endpoint --client-key ", ":0"),
        ("snapshot ", ":0"),
        ("completion install --dir ", ":16"),
        ("endpoint -l ", ":4"),
    ] {
        assert_eq!(defined(line), (Vec::new(), want.to_owned()), "{line}");
    }
}

#[test]
fn names_are_wanted_where_they_can_stand() {
    let endpoints = |typed: &str| Some(Names::Endpoints(typed.to_owned()));
    let policies = |typed: &str| Some(Names::Policies(typed.to_owned()));
    for (line, want) in [
        ("endpoint ", endpoints("")),
        ("ep we", endpoints("we")),
        ("endpoint web-1 hep/", endpoints("hep/")),
        ("endpoint -n shop -o yaml web-1 x", endpoints("x")),
        ("endpoint -v ", endpoints("")),
        ("endpoint -v=6 ", endpoints("")),
        ("endpoint --disable-compression ", endpoints("")),
        ("endpoint -- we", endpoints("we")),
        ("host ", Some(Names::Nodes)),
        ("host node-a ", None),
        ("policy np/", policies("np/")),
        ("policy a ", None),
        ("endpoint -n ", Some(Names::Namespaces)),
        ("-rsn", None),
        ("-rsnsh", Some(Names::Namespaces)),
        ("--namespace=", Some(Names::Namespaces)),
        ("--context ", Some(Names::Kubeconfig(Entry::Contexts))),
        ("--cluster=x", Some(Names::Kubeconfig(Entry::Clusters))),
        ("policy --user ", Some(Names::Kubeconfig(Entry::Users))),
        ("eval ", None),
        ("endpoint --as ", None),
        ("", None),
    ] {
        assert_eq!(at(line).names, want, "{line}");
    }
}

#[test]
fn the_flags_that_choose_a_source_are_kept() {
    for (line, want) in [
        ("endpoint --context prod -nshop we", "--context prod -nshop"),
        ("-A endpoint --kubeconfig=x --context ", "-A --kubeconfig=x"),
        ("endpoint -f a --filename b ", "-f a --filename b"),
        ("snapshot --force -c x ", "-c x"),
        ("endpoint -f a -rn ", "-f a"),
        ("endpoint web -n shop -- -A ", "-n shop"),
    ] {
        assert_eq!(at(line).flags.join(" "), want, "{line}");
    }
}

/// What is read, and which of the names it gives are offered.
fn reads(names: Names, reach: &Reach) -> Vec<String> {
    let stages = names.wanted(reach);
    let wanted = stages.iter().flatten().map(|wanted| {
        let read = wanted.read();
        match read.scope {
            ReadScope::Namespace(namespace) => format!("{:?} of {namespace}", read.kind),
            _ => format!("{:?}", read.kind),
        }
    });
    wanted.collect()
}

#[test]
fn no_more_is_read_than_can_stand_there() {
    let shop = Reach {
        namespace: Some("shop".to_owned()),
        ..Reach::default()
    };
    let everywhere = Reach::default();
    for (typed, reach, want) in [
        ("", &shop, &["HostEndpoint", "Namespace", "Pod of shop"][..]),
        ("we", &shop, &["Namespace", "Pod of shop"]),
        ("hep/no", &shop, &["HostEndpoint"]),
        ("node/", &shop, &["Node"]),
        ("pay/", &shop, &["Pod of pay"]),
        ("pod/", &shop, &["Namespace", "Pod of shop"]),
        ("pod/pay/x", &shop, &["Pod of pay"]),
        ("", &everywhere, &["HostEndpoint", "Namespace"]),
        ("10.65.0.", &everywhere, &["Namespace"]),
        ("web-*", &shop, &[]),
        ("k8s/shop.web-1/", &shop, &[]),
        ("a//", &shop, &[]),
    ] {
        let found = reads(Names::Endpoints(typed.to_owned()), reach);
        assert_eq!(found, want, "{typed}");
    }
    let typed = Reach {
        typed: true,
        ..shop.clone()
    };
    for (name, reach, want) in [
        ("np/", &shop, &["NetworkPolicy"][..]),
        ("np/", &typed, &["NetworkPolicy of shop"]),
        ("networkpolicies/pay/", &typed, &["NetworkPolicy of pay"]),
        ("kcnp/", &typed, &["ClusterNetworkPolicy"]),
        ("cnp/", &shop, &[]),
        (
            "pay/",
            &shop,
            &[
                "NetworkPolicy of pay",
                "KubernetesNetworkPolicy of pay",
                "StagedNetworkPolicy of pay",
                "StagedKubernetesNetworkPolicy of pay",
            ],
        ),
    ] {
        let found = reads(Names::Policies(name.to_owned()), reach);
        assert_eq!(found, want, "{name}");
    }
    assert_eq!(reads(Names::Policies(String::new()), &shop).len(), 9);
    assert_eq!(reads(Names::Namespaces, &shop), ["Namespace"]);
}

/// Candidates of objects, as a question for `names` takes them.
fn candidates(names: Names, reach: &Reach, objects: &[Named]) -> Vec<String> {
    let stages = names.wanted(reach);
    let wanted = stages.iter().flatten();
    let mut found: Vec<String> = wanted
        .flat_map(|wanted| objects.iter().flat_map(|object| wanted.candidates(object)))
        .collect();
    found.sort();
    found.dedup();
    found
}

fn named(kind: Kind, namespace: &str, name: &str, node: &str) -> Named {
    Named {
        kind,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        node: node.to_owned(),
    }
}

#[test]
fn names_are_spelled_as_the_place_takes_them() {
    let objects = [
        named(Kind::Pod, "shop", "web-1", "node-a"),
        named(Kind::Pod, "shop", "web-2", ""),
        named(Kind::HostEndpoint, "", "eth0", "node-b"),
        named(Kind::Namespace, "", "pay", ""),
        named(Kind::NetworkPolicy, "shop", "in", ""),
        named(Kind::GlobalNetworkPolicy, "", "in", ""),
        named(Kind::NetworkPolicy, "shop", "", ""),
    ];
    let cluster = Reach {
        namespace: Some("shop".to_owned()),
        ..Reach::default()
    };
    let files = Reach {
        at_hand: true,
        ..Reach::default()
    };
    let endpoints =
        |typed: &str, reach| candidates(Names::Endpoints(typed.to_owned()), reach, &objects);
    assert_eq!(
        endpoints("", &cluster),
        ["hep/eth0", "pay/", "web-1", "web-2"]
    );
    assert_eq!(
        endpoints("", &files),
        ["hep/eth0", "shop/", "web-1", "web-2"]
    );
    assert_eq!(
        endpoints("po/", &cluster),
        ["po/pay/", "po/web-1", "po/web-2"]
    );
    assert_eq!(
        endpoints("po/shop/", &cluster),
        ["po/shop/web-1", "po/shop/web-2"]
    );
    assert_eq!(endpoints("hep/", &cluster), ["hep/eth0"]);
    assert_eq!(endpoints("no/", &files), ["no/node-a", "no/node-b"]);
    assert_eq!(
        candidates(Names::Nodes, &files, &objects),
        ["node-a", "node-b"]
    );
    assert_eq!(
        candidates(Names::Namespaces, &files, &objects),
        ["pay", "shop"]
    );
    let policies = |typed: &str| candidates(Names::Policies(typed.to_owned()), &cluster, &objects);
    assert_eq!(policies(""), ["gnp/in", "np/shop/in"]);
    assert_eq!(policies("i"), ["gnp/in", "in", "np/shop/in"]);
    assert_eq!(policies("np/"), ["np/shop/in"]);
    assert_eq!(policies("np/i"), ["np/in", "np/shop/in"]);
    assert_eq!(policies("np/shop/"), ["np/shop/in"]);
    assert_eq!(policies("shop/"), ["shop/in"]);
}

#[test]
fn etcds_objects_are_what_they_stand_for() {
    let of = |kind: &str, namespace: &str, name: &str| {
        let json = format!(
            r#"{{"apiVersion":"projectcalico.org/v3","kind":"{kind}","metadata":{{"name":"{name}","namespace":"{namespace}"}}}}"#
        );
        let object = raw::decode(json.as_bytes(), None).unwrap().unwrap();
        Named::of(&object)
    };
    let pod = named(Kind::Pod, "shop", "web-1", "node-a");
    assert_eq!(
        of("WorkloadEndpoint", "shop", "node--a-k8s-web--1-eth0"),
        Some(pod)
    );
    assert_eq!(of("WorkloadEndpoint", "shop", "x"), None);
    let namespace = named(Kind::Namespace, "", "shop", "");
    assert_eq!(of("Profile", "", "kns.shop"), Some(namespace));
    assert_eq!(of("Profile", "", "ksa.shop.web"), None);
    assert_eq!(of("Tier", "", "default"), None);
}

#[test]
fn names_that_cannot_be_a_line_are_left_out() {
    let names = [
        "a b",
        "a\nb",
        "a\tb",
        "a\u{1b}[2J",
        "",
        "a:4",
        ":4",
        "é",
        "a b",
    ];
    let names: Vec<String> = names.map(str::to_owned).into();
    let (found, directive) = split(&at("endpoint ").answer(names));
    assert_eq!(found, [":4", "a b", "a:4", "é"]);
    assert_eq!(directive, ":4");
}

#[test]
fn a_word_that_goes_on_takes_no_blank() {
    let answer = |line: &str, names: &[&str]| {
        at(line).answer(names.iter().map(ToString::to_string).collect())
    };
    assert_eq!(answer("endpoint sh", &["shop/", "web-1"]), "shop/\n:6\n");
    assert_eq!(answer("endpoint s", &["shop/", "s-1"]), "s-1\nshop/\n:4\n");
    assert_eq!(
        answer("endpoint node/", &["node/", "node/a"]),
        "node/a\n:4\n"
    );
    assert_eq!(
        answer("endpoint web-1 w", &["web-1", "web-2"]),
        "web-2\n:4\n"
    );
    assert_eq!(answer("endpoint -rnsh", &["shop", "pay"]), "-rnshop\n:4\n");
    assert_eq!(answer("endpoint -n=sh", &["shop", "pay"]), "shop\n:4\n");
}
