//! What the tool's speed hangs on, counted: allocations, bytes that are kept, selectors that are evaluated. Seconds are
//! measured in benches (`make bench`); here a counter that grows by a tenth fails.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::panic,
    reason = "a test may panic: that is how it fails; counts are small"
)]

#[path = "bench/cluster.rs"]
mod cluster;
#[path = "bench/feed.rs"]
mod feed;
#[path = "bench/server.rs"]
mod server;
#[path = "bench/streamed.rs"]
mod streamed;

use std::alloc::System;
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::time::Duration;

use calicoq::export::{self, Form};
use calicoq::matcher::Matcher;
use calicoq::need::Kind;
use calicoq::question::{Question, What};
use calicoq::source::kube;
use cluster::{Cluster, Size};
use feed::{Feed, Quiet, everything, loaded};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use streamed::Streamed;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Every counter and its value: one that is more than a tenth above fails, and so does one that is as far below, so
/// that what was won is written down.
const COUNTERS: [(&str, f64); 14] = [
    ("allocations per pod that is read", 27.5),
    ("bytes kept per pod", 655.0),
    ("label shapes of 5,000 pods", 560.0),
    ("selector evaluations per distinct selector", 14.9),
    ("allocations per item of `endpoint -A`", 522.0),
    ("MB at once while 50,000 pods become a snapshot", 6.9),
    ("requests for everything", 47.0),
    ("MB for everything", 35.2),
    ("requests for one pod", 42.0),
    ("kB for one pod", 707.0),
    ("kB of pods for one pod", 14.0),
    ("requests for one namespace", 39.0),
    ("MB of pods for one namespace", 0.86),
    ("requests for one node", 46.0),
];

/// Allocations so far, and bytes that are held.
fn allocated() -> (usize, isize) {
    let stats = ALLOCATOR.stats();
    let held = |bytes: usize| isize::try_from(bytes).unwrap();
    (
        stats.allocations + stats.reallocations,
        held(stats.bytes_allocated) - held(stats.bytes_deallocated),
    )
}

fn size(pods: usize, policies: usize) -> Size {
    Size {
        pods,
        policies,
        full: false,
        seed: 1,
    }
}

/// Allocations and bytes of reading so many pods.
fn reading(pods: usize) -> (usize, isize) {
    let feed = Feed::of(&Cluster(size(pods, 100)));
    let before = allocated();
    let loaded = loaded(&mut &feed);
    let after = allocated();
    assert_eq!(loaded.snapshot.endpoints.len(), pods);
    (after.0 - before.0, after.1 - before.1)
}

/// What a question costs of a server: requests, bytes of all kinds, bytes of pods.
fn asking(server: &server::Server, question: &Question) -> [f64; 3] {
    let settings = kube::Settings {
        kubeconfigs: kube::Kubeconfigs::None,
        server: Some(server.url()),
        ..kube::Settings::default()
    };
    let mut source = kube::Connection::configure(&settings).unwrap().connect();
    feed::answering(question, &mut source);
    let stats = source.stats();
    let pods = stats.bytes.get(&Kind::Pod).copied().unwrap_or_default();
    let all: u64 = stats.bytes.values().sum();
    [stats.requests as f64, all as f64, pods as f64]
}

fn about(what: &str, namespace: Option<&str>) -> Question {
    let mut question = everything();
    question
        .what
        .extend((!what.is_empty()).then(|| What::parse(what).unwrap()));
    question.scope.namespace = namespace.map(str::to_owned);
    question
}

/// The counters of questions to a server with 5,000 pods, which are 36 MB.
fn of_a_server() -> [f64; 8] {
    let cluster = Cluster(Size {
        full: true,
        ..size(5_000, 1_000)
    });
    let server = server::Server::start(Arc::new(Feed::of(&cluster)), Duration::ZERO);
    let (drained, _) = server.drain();
    let pod: serde_json::Value = serde_json::from_str(&cluster.pod(3_333)).unwrap();
    let name = pod["metadata"]["name"].as_str().unwrap();
    let everything = asking(&server, &everything());
    assert!(everything[2] >= drained as f64, "{everything:?}, {drained}");
    let one = asking(&server, &about(&format!("ns-26/{name}"), None));
    let namespace = asking(&server, &about("", Some("ns-26")));
    let node = asking(&server, &about("node/node-7", None));
    [
        everything[0],
        everything[1] / 1e6,
        one[0],
        one[1] / 1e3,
        one[2] / 1e3,
        namespace[0],
        namespace[2] / 1e6,
        node[0],
    ]
}

#[test]
fn no_counter_grows() {
    let of_a_server = of_a_server();
    let (some, more) = (reading(1_000), reading(5_000));
    let feed = Feed::of(&Cluster(size(5_000, 1_000)));
    let loaded = loaded(&mut &feed);
    let before = allocated().0;
    let matcher = Matcher::new(&loaded.snapshot, loaded.behaviour).for_many();
    let effort = matcher.effort();
    let provenance = loaded.provenance.clone();
    let question = everything();
    let answer = calicoq::query::endpoint::answer(&loaded.snapshot, matcher, &question, provenance);
    let lines = answer.items.count();
    let lining = allocated().0 - before;

    let most = Arc::new(AtomicIsize::new(0));
    let seen = Arc::clone(&most);
    let cluster = Cluster(Size {
        full: true,
        ..size(50_000, 100)
    });
    let look = move || {
        seen.fetch_max(allocated().1, Ordering::Relaxed);
    };
    let mut source = Streamed::of(cluster, Box::new(look));
    let before = allocated().1;
    let spool = tempfile::tempfile().unwrap();
    let taken = export::read(&mut source, Form::Json, spool, &mut Quiet).unwrap();
    assert!(taken.objects > 50_000);

    let measured = [
        (more.0 - some.0) as f64 / 4_000.0,
        (more.1 - some.1) as f64 / 4_000.0,
        effort.shapes as f64,
        effort.evaluations as f64 / effort.selectors as f64,
        lining as f64 / lines as f64,
        (most.load(Ordering::Relaxed) - before) as f64 / 1e6,
    ];
    let measured = measured.into_iter().chain(of_a_server);
    let mut wrong = Vec::new();
    for ((name, recorded), measured) in COUNTERS.into_iter().zip(measured) {
        if measured > recorded * 1.1 || measured < recorded * 0.9 {
            wrong.push(format!("{name}: {measured:.2}, recorded {recorded:.2}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
