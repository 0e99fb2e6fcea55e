use super::*;
use crate::question::{About, Hide, Scope, What};

fn question(what: &[&str], namespace: Option<&str>) -> Question {
    Question {
        about: About::Endpoints,
        what: what
            .iter()
            .filter_map(|text| What::parse(text).ok())
            .collect(),
        scope: Scope {
            namespace: namespace.map(str::to_owned),
            typed: false,
            hosts: namespace.is_none(),
        },
        labels: None,
        hide: Hide::default(),
    }
}

/// The reads of pods of every stage until nothing more is wanted, with nothing ever found.
fn pod_reads(what: &[&str], namespace: Option<&str>) -> Vec<ReadScope> {
    let (question, known) = (question(what, namespace), Snapshot::default());
    let mut done: Vec<Read> = Vec::new();
    loop {
        let reads = next(&question, &known, &done);
        if reads.is_empty() {
            break;
        }
        done.extend(reads);
    }
    done.into_iter()
        .filter(|read| read.kind == Kind::Pod)
        .map(|read| read.scope)
        .collect()
}

fn name(namespace: &str, name: &str) -> ReadScope {
    ReadScope::Name {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    }
}

#[test]
fn each_form_reads_as_few_pods_as_it_names() {
    let shop = || ReadScope::Namespace("shop".to_owned());
    let address = IpAddr::from([10, 0, 0, 1]);
    for (what, want) in [
        // Of a pod that is not there, the others' names may be nearly its own.
        (&["pod/web"][..], vec![name("shop", "web"), shop()]),
        (
            &["pay/web"],
            vec![name("pay", "web"), ReadScope::Namespace("pay".to_owned())],
        ),
        (&["node-a/k8s/pay.web/eth0"], vec![name("pay", "web")]),
        (&["hep/x"], vec![]),
        (&["node/node-a"], vec![ReadScope::Node("node-a".to_owned())]),
        // A name that nothing has may be a part of an id, an address a second one.
        (&["web"], vec![name("shop", "web"), shop()]),
        (
            &["10.0.0.1"],
            vec![ReadScope::Address(address), ReadScope::All],
        ),
        (&["web-*"], vec![shop()]),
        (&[], vec![shop()]),
    ] {
        assert_eq!(pod_reads(what, Some("shop")), want, "{what:?}");
    }
    assert_eq!(pod_reads(&[], None), [ReadScope::All]);
}

#[test]
fn the_first_stage_decides_how_the_rest_is_read() {
    let kinds: Vec<Kind> = next(&question(&[], None), &Snapshot::default(), &[])
        .iter()
        .map(|read| read.kind)
        .collect();
    assert_eq!(kinds, [Kind::ClusterInformation, Kind::FelixConfiguration]);
}

#[test]
fn sets_are_not_read_when_rule_matches_are_hidden() {
    let mut hidden = question(&[], None);
    hidden.hide.rule_matches = true;
    let done = next(&hidden, &Snapshot::default(), &[]);
    let reads = next(&hidden, &Snapshot::default(), &done);
    assert!(
        !reads
            .iter()
            .any(|read| matches!(read.kind, Kind::NetworkSet | Kind::GlobalNetworkSet))
    );
    assert!(
        reads
            .iter()
            .any(|read| read.kind == Kind::GlobalNetworkPolicy)
    );
}

#[test]
fn nothing_is_read_twice() {
    let all_pods = all(Kind::Pod);
    assert!(covers(&all_pods, &pods(name("shop", "web"))));
    assert!(covers(
        &pods(ReadScope::Namespace("shop".to_owned())),
        &pods(name("shop", "web"))
    ));
    assert!(!covers(
        &pods(ReadScope::Namespace("shop".to_owned())),
        &pods(name("pay", "web"))
    ));
    let labelled = Read {
        labels: Some("app=web".to_owned()),
        ..all_pods
    };
    assert!(!covers(&labelled, &pods(name("shop", "web"))));
}

#[test]
fn many_of_a_kind_are_one_list() {
    let namespaces = |count: usize| (0..count).map(|at| of_namespace(&format!("ns-{at}")));
    let accounts = (0..3).map(|at| of_profile(&format!("ksa.shop.a-{at}")));
    let few: BTreeSet<Read> = namespaces(LOOKED_UP_ONE_BY_ONE).chain(accounts).collect();
    assert_eq!(many_at_once(few.clone()), few);

    let more = namespaces(LOOKED_UP_ONE_BY_ONE + 1).chain(few.clone());
    let reads = many_at_once(more.collect());
    let of_namespaces: Vec<&Read> = reads
        .iter()
        .filter(|read| read.kind == Kind::Namespace)
        .collect();
    assert_eq!(of_namespaces, [&all(Kind::Namespace)]);
    assert_eq!(reads.len(), 4);
}
