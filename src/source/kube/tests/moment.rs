//! Pins, pages, restarts and what is read as it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::WhenRead;
use super::stub::{Answer, Request, World, named, pod};
use super::*;

const TIERS: &str = "/apis/crd.projectcalico.org/v1/tiers";

fn times(counter: &AtomicUsize) -> usize {
    counter.fetch_add(1, Ordering::SeqCst)
}

#[test]
fn every_list_is_pinned_to_the_first() {
    let stub = World::small().serve(|_| None);
    let mut source = source(&stub);
    let (kept, attempts) = whole(
        &mut source,
        &two_stages(&[Kind::Tier, Kind::Pod, Kind::NetworkSet]),
    )
    .unwrap();
    assert_eq!(attempts, 1);
    let mut objects = kept.objects.clone();
    objects.sort();
    assert_eq!(objects, ["information", "pod web-1", "tier default"]);
    assert!(kept.gaps.is_empty() && kept.notes.is_empty());
    assert!(
        kept.progress
            .contains(&(Kind::Tier, 1, Some("100".to_owned())))
    );
    assert!(
        kept.progress.contains(&(Kind::NetworkSet, 0, None)),
        "{:?}",
        kept.progress
    );

    let asked = stub.asked();
    assert!(
        asked
            .iter()
            .all(|one| one.method == "GET" && one.agent == "kubectl-calicoq/test")
    );
    assert_eq!(
        stub.asked_for(TIERS),
        [format!(
            "{TIERS}?limit=500&resourceVersion=100&resourceVersionMatch=Exact"
        )]
    );
    assert_eq!(
        asked
            .iter()
            .filter(|one| one.uri == format!("{TIERS}?limit=1"))
            .count(),
        1
    );
    assert_eq!(
        asked.last().map(Request::is_guard),
        Some(true),
        "the moment is compared at the end"
    );

    let provenance = source.provenance();
    assert!(provenance.pinned);
    assert_eq!(provenance.revision.as_deref(), Some("100"));
    assert!(provenance.revisions.is_empty());
    assert_eq!(
        provenance.calico_api.as_deref(),
        Some("crd.projectcalico.org/v1")
    );
    assert_eq!(provenance.source, format!("server {}", stub.url));
    let stats = source.stats();
    assert_eq!(stats.requests, u64::try_from(asked.len()).unwrap());
    assert!(stats.bytes[&Kind::Pod] > 0);
}

#[test]
fn further_pages_continue_alone() {
    let stub = World::small().serve(|request| {
        if request.path() != "/api/v1/pods" || request.is_guard() {
            return None;
        }
        Some(match request.query("continue") {
            None => Answer::page("100", &[pod("a"), pod("b")], "one/1"),
            Some("one%2F1") => Answer::page("100", &[pod("c")], "two"),
            Some("two") => Answer::page("100", &[pod("d")], ""),
            Some(_) => Answer::status(400, "token"),
        })
    });
    let mut reads = two_stages(&[Kind::Pod]);
    reads[1][0].labels = Some("app=web".to_owned());
    let (kept, _) = whole(&mut source(&stub), &reads).unwrap();
    assert_eq!(kept.objects[1..], ["pod a", "pod b", "pod c", "pod d"]);
    assert_eq!(
        kept.progress.last(),
        Some(&(Kind::Pod, 4, Some("100".to_owned())))
    );
    assert_eq!(
        stub.asked_for("/api/v1/pods"),
        [
            "/api/v1/pods?limit=500&resourceVersion=100&resourceVersionMatch=Exact&labelSelector=app=web",
            "/api/v1/pods?limit=500&continue=one%2F1&labelSelector=app=web",
            "/api/v1/pods?limit=500&continue=two&labelSelector=app=web",
        ]
    );
}

#[test]
fn a_moment_that_is_gone_is_chosen_anew() {
    let gone = AtomicUsize::new(0);
    let begun = AtomicUsize::new(0);
    let stub = World::small().serve(move |request| {
        if request.path().ends_with("/clusterinformations") && !request.is_guard() {
            let revision = (100 + times(&begun)).to_string();
            return Some(Answer::list(&revision, &[named("default")]));
        }
        if request.is_guard() {
            return Some(Answer::list("101", &[]));
        }
        let tiers = request.path() == TIERS && times(&gone) == 0;
        let body = json_410();
        tiers.then(|| Answer::json(410, &body))
    });
    let mut source = source(&stub);
    let (kept, attempts) = whole(&mut source, &two_stages(&[Kind::Tier])).unwrap();
    assert_eq!(attempts, 2);
    assert_eq!(kept.objects, ["information", "tier default"]);
    assert_eq!(source.provenance().revision.as_deref(), Some("101"));
    assert!(stub.asked().iter().all(|one| !one.uri.contains("mixed")));
}

/// A 410 offers a token that mixes two states.
fn json_410() -> serde_json::Value {
    serde_json::json!({"kind": "Status", "code": 410, "reason": "Expired", "message": "too old",
        "metadata": {"continue": "mixed"}})
}

#[test]
fn a_moment_that_is_gone_three_times_is_an_error() {
    let stub = World::small().serve(|request| {
        let pinned = request.path() == TIERS && request.is_pinned();
        pinned.then(|| Answer::json(410, &json_410()))
    });
    let error = whole(&mut source(&stub), &two_stages(&[Kind::Tier]))
        .err()
        .unwrap();
    assert!(error.hint().unwrap().contains("--latest"), "{error}");
    assert_eq!(stub.asked_for(TIERS).len(), 3);
}

#[test]
fn a_kind_that_cannot_be_pinned_is_read_as_it_is() {
    for refusal in [
        Answer::status(504, "Timeout: Too large resource version: 9, current: 1"),
        Answer::status(500, "oops"),
        Answer::status(422, "forbidden match"),
        Answer::status(400, "invalid resource version"),
        Answer::list("99", &[named("elsewhere")]),
    ] {
        let stub = World::small().serve(move |request| {
            let pinned = request.path() == TIERS && request.is_pinned();
            pinned.then(|| refusal.clone())
        });
        let mut source = source(&stub);
        let (kept, attempts) = whole(&mut source, &two_stages(&[Kind::Tier, Kind::Pod])).unwrap();
        assert_eq!(attempts, 1);
        assert!(kept.objects.contains(&"tier default".to_owned()));
        assert!(!kept.objects.contains(&"tier elsewhere".to_owned()));
        assert!(kept.gaps.is_empty());
        let provenance = source.provenance();
        assert!(!provenance.pinned && provenance.revision.is_none());
        assert_eq!(provenance.revisions["tiers.crd.projectcalico.org"], "100");
        assert_eq!(provenance.revisions["pods"], "100");
    }
}

#[test]
fn what_cannot_be_decoded_is_named() {
    let stub = World::small().serve(|request| {
        let message = "StorageReadError: /registry/crd.projectcalico.org/tiers/broken";
        match request.path() == TIERS {
            true if request.is_pinned() => Some(Answer::status(504, "Too large resource version")),
            true => Some(Answer::status(500, message)),
            false => None,
        }
    });
    let (kept, _) = whole(&mut source(&stub), &two_stages(&[Kind::Tier])).unwrap();
    let (kind, gap) = &kept.gaps[0];
    assert_eq!(*kind, Kind::Tier);
    assert_eq!(gap.code, crate::note::GapCode::Undecodable);
    assert!(gap.message.contains("tiers/broken"), "{}", gap.message);
    assert!(gap.rule.is_none());
}

#[test]
fn a_kind_in_another_store_is_read_again_as_it_is() {
    let stub = World::small().serve(|request| {
        let pods = request.path() == "/api/v1/pods";
        match (pods, request.is_pinned()) {
            (true, true) => Some(Answer::list("100", &[pod("of-the-past")])),
            (true, false) => Some(Answer::list("7", &[pod("present")])),
            _ => None,
        }
    });
    let mut source = source(&stub);
    let (kept, attempts) = whole(&mut source, &two_stages(&[Kind::Tier, Kind::Pod])).unwrap();
    assert_eq!(attempts, 2);
    assert!(kept.objects.contains(&"pod present".to_owned()));
    assert!(!kept.objects.contains(&"pod of-the-past".to_owned()));
    let provenance = source.provenance();
    assert!(!provenance.pinned);
    assert_eq!(provenance.revisions["pods"], "7");
    assert_eq!(provenance.revisions["tiers.crd.projectcalico.org"], "100");
}

#[test]
fn a_kind_that_fails_on_a_later_page_begins_again_as_it_is() {
    let stub = World::small().serve(|request| {
        let pods = request.path() == "/api/v1/pods" && !request.is_guard();
        match request.query("continue") {
            None if pods && request.is_pinned() => Some(Answer::page("100", &[pod("a")], "next")),
            Some(_) if pods => Some(Answer::status(500, "oops")),
            _ => None,
        }
    });
    let (kept, attempts) = whole(&mut source(&stub), &two_stages(&[Kind::Pod])).unwrap();
    assert_eq!(attempts, 2);
    assert_eq!(kept.objects, ["information", "pod web-1"]);
}

#[test]
fn latest_pins_nothing() {
    let stub = World::small().serve(|_| None);
    let mut settings = settings(&stub.url);
    settings.moment = WhenRead::Latest;
    let mut source = Connection::configure(&settings).unwrap().connect();
    whole(&mut source, &two_stages(&[Kind::Tier])).unwrap();
    assert!(
        stub.asked()
            .iter()
            .all(|one| !one.is_pinned() && !one.is_guard())
    );
    assert!(!source.provenance().pinned);
    assert_eq!(source.provenance().revisions.len(), 2);
}

#[test]
fn where_information_is_hidden_another_kind_gives_the_moment() {
    let stub = World::small().serve(|request| {
        let hidden = request.path().ends_with("/clusterinformations");
        hidden.then(|| Answer::forbidden(request))
    });
    let mut source = source(&stub);
    let (kept, attempts) = whole(&mut source, &two_stages(&[Kind::Tier, Kind::Pod])).unwrap();
    assert_eq!(attempts, 1);
    assert_eq!(kept.objects.len(), 2);
    assert_eq!(kept.notes[0].code.id(), "version-unknown");
    assert!(kept.gaps.is_empty());
    assert!(source.provenance().pinned);
    assert!(stub.asked_for("/api/v1/pods")[0].contains("resourceVersion=100"));
}

#[test]
fn objects_that_do_not_decode_are_handed_over_as_broken() {
    let mut world = World::small();
    world.put(
        "/apis/crd.projectcalico.org/v1/globalnetworkpolicies",
        vec![
            named("good"),
            serde_json::json!({"metadata": {"name": "bad"}, "spec": {"order": "x"}}),
        ],
    );
    let stub = world.serve(|_| None);
    let (kept, _) = whole(
        &mut source(&stub),
        &two_stages(&[Kind::GlobalNetworkPolicy]),
    )
    .unwrap();
    assert_eq!(kept.objects[1..], ["crd.projectcalico.org/v1 good"]);
    assert_eq!(kept.broken[0].name, "bad");
    assert_eq!(kept.broken[0].api_version, "crd.projectcalico.org/v1");
}

#[test]
fn at_most_four_requests_are_open_at_once() {
    let open = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (Arc::clone(&open), Arc::clone(&most));
    let stub = World::small().serve(move |_| {
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        None
    });
    let kinds = [
        Kind::Tier,
        Kind::Pod,
        Kind::GlobalNetworkPolicy,
        Kind::NetworkPolicy,
        Kind::NetworkSet,
        Kind::HostEndpoint,
    ];
    whole(&mut source(&stub), &two_stages(&kinds)).unwrap();
    let most = most.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most}");
}
