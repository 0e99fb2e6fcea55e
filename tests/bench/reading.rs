//! Pods out of pages: how fast, and beside what the bytes alone cost.

use calicoq::behaviour::Behaviour;
use calicoq::convert::{Converter, Fact, ManifestMode, Settings};
use calicoq::need::Kind;
use calicoq::note::{Datastore, Gap, Note};
use calicoq::raw::{Broken, Object, Undecodable};
use calicoq::source::Sink;

use crate::cluster::Cluster;
use crate::feed;
use crate::rows::{Row, Rows, best, milliseconds, rate};

pub fn rows(rows: &mut Rows) {
    let work = "50,000 pods of 7 kB parsed from pages, one core";
    if !rows.wants(work) {
        return;
    }
    let cluster = Cluster(rows.size(50_000, 0, true));
    let pages = feed::pod_pages(&cluster);
    let bytes: usize = pages.iter().map(Vec::len).sum();
    let (floor, ()) = best(5, || {
        for page in &pages {
            let _: serde::de::IgnoredAny = serde_json::from_slice(page).unwrap();
        }
    });
    let (took, count) = best(5, || {
        let mut taken = Taken::new();
        for page in &pages {
            feed::hand_over(page, "v1", "Pod", &mut taken);
        }
        taken.facts.len()
    });
    assert_eq!(count, cluster.0.pods);
    let share = floor.as_secs_f64() / took.as_secs_f64();
    let gigabytes = bytes as f64 / 1e9 / took.as_secs_f64();
    rows.row(&Row {
        work,
        measured: format!("{} {:.0} %", rate(bytes, took), share * 100.0),
        target: "1.00 GB/s and 50 %".to_owned(),
        beside: format!("{} {} to skip it", rate(bytes, floor), milliseconds(floor)),
        times: (1.0 / gigabytes).max(0.5 / share),
        why: "the rate follows the machine's, the share does not",
    });
}

/// Takes pods as the loader does.
struct Taken {
    converter: Converter,
    facts: Vec<Fact>,
}

impl Taken {
    fn new() -> Self {
        Self {
            converter: Converter::new(Settings {
                behaviour: Behaviour::of(None),
                datastore: Datastore::Kubernetes,
                felix: Vec::new(),
                manifests: ManifestMode::Auto,
                default_namespace: "default".to_owned(),
                unfold_v3: false,
            }),
            facts: Vec::new(),
        }
    }
}

impl Sink for Taken {
    fn object(&mut self, object: Object<'_>, _: &[u8]) {
        self.converter.convert(object, &mut self.facts);
    }
    fn broken(&mut self, _: Broken, _: &[u8]) {}
    fn undecodable(&mut self, _: Undecodable, _: &[u8]) {}
    fn gap(&mut self, _: Kind, _: Gap) {}
    fn note(&mut self, _: Note) {}
    fn progress(&mut self, _: Kind, _: u64, _: Option<&str>) {}
}
