//! Who matches: all endpoints and all policies, and one endpoint.

use std::time::{Duration, Instant};

use calicoq::load::Loaded;
use calicoq::matcher::Matcher;
use calicoq::query;
use calicoq::render::{self, Format, Options, Shape, Style};

use crate::cluster::{Cluster, Size};
use crate::feed::{self, Feed, everything};
use crate::rows::{Row, Rows, best, milliseconds, times};

/// A generated cluster, loaded.
fn loaded(size: Size) -> Loaded {
    let feed = Feed::of(&Cluster(size));
    feed::loaded(&mut &feed)
}

pub fn rows(rows: &mut Rows) {
    one(rows);
    all(rows);
    answer(rows);
}

fn one(rows: &mut Rows) {
    let work = "one endpoint x 10,000 policies, snapshot in memory";
    if !rows.wants(work) {
        return;
    }
    let loaded = loaded(rows.size(20_000, 10_000, false));
    let (ready, matcher) = best(5, || Matcher::new(&loaded.snapshot, loaded.behaviour));
    let endpoint = &loaded.snapshot.endpoints[loaded.snapshot.endpoints.len() / 2];
    let (took, (policies, hits)) = best(5, || {
        let labels = matcher.labels(endpoint);
        let selected = matcher.policies_of(endpoint, &labels);
        (selected.policies.len(), matcher.scan(endpoint).len())
    });
    let took = took + ready;
    rows.row(&Row {
        work,
        measured: milliseconds(took),
        target: "1 ms".to_owned(),
        beside: format!(
            "{policies} policies, {hits} rules; {} of it to sort policies and addresses",
            milliseconds(ready)
        ),
        times: times(took, Duration::from_millis(1)),
        why: "each policy and both sides of each rule are looked at, and none of them lies in a cache",
    });
}

fn all(rows: &mut Rows) {
    let work = "250,000 endpoints x 10,000 policies x 60,000 selectors, set-up in";
    if !rows.wants(work) {
        return;
    }
    let loaded = loaded(rows.size(250_000, 10_000, false));
    let mut took = Duration::MAX;
    let mut matcher = Matcher::new(&loaded.snapshot, loaded.behaviour);
    for _ in 0..5 {
        let began = Instant::now();
        matcher = Matcher::new(&loaded.snapshot, loaded.behaviour).for_many();
        took = took.min(began.elapsed());
    }
    let pairs: usize = loaded
        .snapshot
        .endpoints
        .iter()
        .map(|endpoint| {
            matcher
                .policies_of(endpoint, &matcher.labels(endpoint))
                .policies
                .len()
        })
        .sum();
    let effort = matcher.effort();
    rows.row(&Row {
        work,
        measured: milliseconds(took),
        target: "120 ms".to_owned(),
        beside: format!(
            "{pairs} pairs, {} shapes, {} selectors, {} evaluations",
            effort.shapes, effort.selectors, effort.evaluations
        ),
        times: times(took, Duration::from_millis(120)),
        why: "two walks over the trees of all selectors, which lie in no cache, are half of it",
    });
}

fn answer(rows: &mut Rows) {
    let work = "endpoint -A -o json, 50,000 pods x 5,000 policies";
    if !rows.wants(work) {
        return;
    }
    let loaded = loaded(rows.size(50_000, 5_000, false));
    let style = Style {
        format: Some(Format::Json),
        shape: Shape::Lines,
        width: None,
        options: Options::default(),
    };
    let question = everything();
    let answer = || {
        let matcher = Matcher::new(&loaded.snapshot, loaded.behaviour);
        let provenance = loaded.provenance.clone();
        query::endpoint::answer(&loaded.snapshot, matcher, &question, provenance)
    };
    let (took, (count, bytes)) = best(3, || {
        let mut out = Counted(0);
        let count = render::endpoint(answer(), &style, &mut out).unwrap();
        (count, out.0)
    });
    let (made, _) = best(3, || answer().items.count());
    rows.row(&Row {
        work,
        measured: milliseconds(took),
        target: "1500 ms".to_owned(),
        beside: format!(
            "{count} items, {} MB; {} to make them in one thread, unwritten",
            bytes / 1_000_000,
            milliseconds(made)
        ),
        times: times(took, Duration::from_millis(1500)),
        why: "it takes both cores, which others may use",
    });
}

struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
