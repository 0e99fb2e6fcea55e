//! 403, discovery, the two groups of Calico.

use super::stub::{Answer, Request, World, named, pod};
use super::*;
use crate::note::{GapCode, Part};

const GNP: &str = "/apis/crd.projectcalico.org/v1/globalnetworkpolicies";
const GNP_V3: &str = "/apis/projectcalico.org/v3/globalnetworkpolicies";

fn with_policies() -> World {
    let mut world = World::small();
    world.put(GNP, vec![named("one")]);
    world
}

fn refused(paths: &'static [&'static str]) -> impl Fn(&Request) -> Option<Answer> + Send + Sync {
    move |request| {
        let refused = paths.contains(&request.path());
        refused.then(|| Answer::forbidden(request))
    }
}

#[test]
fn a_forbidden_kind_is_a_gap_with_its_rule() {
    let stub = with_policies().serve(refused(&[GNP]));
    let mut source = source(&stub);
    let (kept, _) = whole(
        &mut source,
        &two_stages(&[Kind::GlobalNetworkPolicy, Kind::Pod]),
    )
    .unwrap();
    let [(Kind::GlobalNetworkPolicy, gap)] = kept.gaps.as_slice() else {
        panic!("{:?}", kept.gaps);
    };
    assert_eq!(gap.code, GapCode::Forbidden);
    assert_eq!(gap.resource, "globalnetworkpolicies.crd.projectcalico.org");
    assert_eq!(
        (gap.verb.as_deref(), gap.scope.as_deref()),
        (Some("list"), Some("cluster"))
    );
    assert_eq!(
        gap.missing_from,
        [Part::Policies, Part::RuleMatches, Part::Unmatched]
    );
    assert_eq!(gap.message, "User \"dev\" may not list it");
    let rule = gap.rule.as_ref().unwrap();
    assert_eq!(rule.api_groups, ["crd.projectcalico.org"]);
    assert_eq!(rule.resources, ["globalnetworkpolicies"]);
    assert!(source.provenance().pinned);
}

#[test]
fn a_kind_that_is_not_served_is_no_gap() {
    // A narrow user gets 403 for what is not there, too.
    let stub = World::small().serve(|request| {
        let other = !["/apis", "/api/v1/pods"].contains(&request.path())
            && request.path().split('/').count() != 4
            && !request.path().ends_with("/clusterinformations");
        other.then(|| Answer::forbidden(request))
    });
    let kinds = [
        Kind::GlobalNetworkPolicy,
        Kind::AdminNetworkPolicy,
        Kind::Pod,
    ];
    let (kept, _) = whole(&mut source(&stub), &two_stages(&kinds)).unwrap();
    assert!(kept.gaps.is_empty(), "{:?}", kept.gaps);
    assert!(kept.progress.contains(&(Kind::AdminNetworkPolicy, 0, None)));
}

#[test]
fn a_forbidden_kind_is_tried_in_calicos_api_server() {
    let mut world = with_policies();
    world.groups.push("projectcalico.org");
    world.put(GNP_V3, vec![named("two")]);
    world.put("/apis/projectcalico.org/v3/profiles", Vec::new());
    let stub = world.clone().serve(refused(&[GNP]));
    let mut source = source(&stub);
    let (kept, _) = whole(&mut source, &two_stages(&[Kind::GlobalNetworkPolicy])).unwrap();
    assert_eq!(kept.objects[1..], ["projectcalico.org/v3 two"]);
    assert_eq!(kept.gaps[0].1.code, GapCode::TiersFiltered);
    assert!(kept.notes.is_empty());
    assert!(
        stub.asked_for(GNP_V3)
            .iter()
            .all(|uri| !uri.contains("resourceVersion"))
    );
    assert!(!source.provenance().pinned);

    let stub = world.serve(refused(&[GNP, GNP_V3]));
    let (kept, _) = whole(
        &mut super::source(&stub),
        &two_stages(&[Kind::GlobalNetworkPolicy]),
    )
    .unwrap();
    assert_eq!(
        kept.gaps[0].1.message,
        "User \"dev\" may not list it; tried projectcalico.org/v3 too"
    );
}

#[test]
fn what_may_not_be_listed_everywhere_is_listed_in_the_namespace() {
    const EVERYWHERE: &str = "/apis/crd.projectcalico.org/v1/networkpolicies";
    let mut world = World::small();
    world.put(EVERYWHERE, Vec::new());
    world.put(
        "/apis/crd.projectcalico.org/v1/namespaces/shop/networkpolicies",
        vec![named("np")],
    );
    let stub = world.serve(refused(&[EVERYWHERE]));
    let mut settings = settings(&stub.url);
    settings.fallback_namespace = Some("shop".to_owned());
    let mut source = Connection::configure(&settings).unwrap().connect();
    let (kept, _) = whole(&mut source, &two_stages(&[Kind::NetworkPolicy])).unwrap();
    assert_eq!(kept.objects.len(), 2);
    let gap = &kept.gaps[0].1;
    assert_eq!(gap.missing_from, [Part::RuleMatches]);
    assert_eq!(
        gap.message,
        "User \"dev\" may not list it; only namespace shop was read"
    );
    assert!(source.provenance().pinned);
}

#[test]
fn unreadable_pods_are_no_answer() {
    let stub = World::small().serve(refused(&["/api/v1/pods"]));
    let error = whole(&mut source(&stub), &two_stages(&[Kind::Pod, Kind::Tier]))
        .err()
        .unwrap();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
    assert_eq!(error.to_string(), "pods: User \"dev\" may not list it");
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("resources: [\"pods\"], verbs: [\"list\"]"),
        "{hint}"
    );
}

#[test]
fn other_owners_of_an_address_are_only_wished_for() {
    let stub = World::small().serve(refused(&["/api/v1/pods"]));
    let mut source = source(&stub);
    let owners = Read {
        kind: Kind::Pod,
        scope: ReadScope::Address(std::net::IpAddr::from([10, 0, 0, 1])),
        labels: None,
    };
    let stages = vec![
        all(&[Kind::ClusterInformation]),
        vec![one_pod("web-1")],
        vec![owners],
    ];
    let (kept, _) = whole(&mut source, &stages).unwrap();
    assert!(kept.gaps.is_empty(), "{:?}", kept.gaps);
    assert!(!source.provenance().shared_ips_checked);
    assert_eq!(
        stub.asked_for("/api/v1/namespaces/shop/pods"),
        [
            "/api/v1/namespaces/shop/pods?limit=500&resourceVersion=100&resourceVersionMatch=Exact&fieldSelector=metadata.name=web-1"
        ]
    );
}

#[test]
fn some_pods_unreadable_is_a_gap() {
    let stub = World::small().serve(refused(&["/api/v1/namespaces/pay/pods"]));
    let mut other = one_pod("db-0");
    other.scope = ReadScope::Namespace("pay".to_owned());
    let stages = vec![
        all(&[Kind::ClusterInformation]),
        vec![one_pod("web-1"), other],
    ];
    let (kept, _) = whole(&mut source(&stub), &stages).unwrap();
    assert_eq!(kept.gaps[0].1.missing_from, [Part::Items]);
    assert_eq!(kept.gaps[0].1.scope.as_deref(), Some("pay"));
}

fn v3_only() -> World {
    let mut world = World::small();
    world.groups = vec!["projectcalico.org"];
    world
        .lists
        .retain(|path, _| !path.contains("crd.projectcalico.org"));
    world.put(
        "/apis/projectcalico.org/v3/clusterinformations",
        vec![ready("default", true)],
    );
    world.put(GNP_V3, vec![named("two")]);
    world
}

fn ready(name: &str, ready: bool) -> serde_json::Value {
    serde_json::json!({"metadata": {"name": name}, "spec": {"datastoreReady": ready}})
}

#[test]
fn the_v3_group_alone_is_read_and_pinned() {
    let stub = v3_only().serve(|_| None);
    let mut source = source(&stub);
    let (kept, _) = whole(&mut source, &two_stages(&[Kind::GlobalNetworkPolicy])).unwrap();
    assert_eq!(kept.objects, ["information", "projectcalico.org/v3 two"]);
    assert!(source.provenance().pinned);
    assert_eq!(
        source.provenance().calico_api.as_deref(),
        Some("projectcalico.org/v3")
    );
}

#[test]
fn two_stored_groups_are_noted_and_the_locked_one_is_left() {
    const CRD: &str = "/apis/crd.projectcalico.org/v1/clusterinformations";
    let both = |locked: bool| {
        let mut world = v3_only();
        world.groups.push("crd.projectcalico.org");
        world.put(CRD, vec![ready("default", !locked)]);
        world.put(GNP, vec![named("one")]);
        world.serve(|_| None)
    };
    for (locked, read) in [
        (false, "crd.projectcalico.org/v1 one"),
        (true, "projectcalico.org/v3 two"),
    ] {
        let stub = both(locked);
        let (kept, _) = whole(
            &mut source(&stub),
            &two_stages(&[Kind::GlobalNetworkPolicy]),
        )
        .unwrap();
        assert_eq!(kept.notes[0].code.id(), "both-crd-groups");
        assert_eq!(kept.objects[1..], [read]);
    }
    let stub = both(false);
    let mut settings = settings(&stub.url);
    settings.api_group = Some("ProjectCalico.org/v3".to_owned());
    let mut source = Connection::configure(&settings).unwrap().connect();
    let (kept, _) = whole(&mut source, &two_stages(&[Kind::GlobalNetworkPolicy])).unwrap();
    assert_eq!(kept.objects[1..], ["projectcalico.org/v3 two"]);
    assert!(stub.asked_for(CRD).is_empty());
}

#[test]
fn a_cluster_without_calico_is_said_so() {
    let stub = World {
        groups: vec!["apps", "networking.k8s.io", "cilium.io"],
        ..World::default()
    }
    .serve(|_| None);
    let error = whole(&mut source(&stub), &two_stages(&[Kind::Pod]))
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("is served, but cilium.io"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("etcdv3"));
}

#[test]
fn pods_are_read_in_the_namespace_when_only_that_is_allowed() {
    let stub = World::small().serve(|request| match request.path() {
        "/api/v1/pods" => Some(Answer::forbidden(request)),
        "/api/v1/namespaces/shop/pods" => Some(Answer::list(
            request.query("resourceVersion").unwrap_or("100"),
            &[pod("web-1")],
        )),
        _ => None,
    });
    let mut settings = settings(&stub.url);
    settings.fallback_namespace = Some("shop".to_owned());
    let mut source = Connection::configure(&settings).unwrap().connect();
    let (kept, _) = whole(&mut source, &two_stages(&[Kind::Pod])).unwrap();
    assert!(kept.objects.contains(&"pod web-1".to_owned()));
    assert_eq!(kept.gaps[0].1.code, GapCode::Forbidden);
}
