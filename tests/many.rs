//! Questions about many endpoints are answered by an index: it says of each endpoint what looking at it alone says.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

#[path = "bench/cluster.rs"]
mod cluster;
#[path = "bench/feed.rs"]
mod feed;
#[path = "many/random.rs"]
mod random;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use calicoq::load::Loaded;
use calicoq::matcher::{Matcher, RuleHit, RuleOwner};
use calicoq::note::{Gap, GapCode, Part};
use calicoq::source::files;
use cluster::{Cluster, Size};
use feed::{Feed, loaded};
use proptest::test_runner::{Config, TestRunner};

fn world(folder: &Path) -> Loaded {
    let settings = files::Settings {
        paths: vec![folder.join("objects.yaml")],
        recursive: false,
        default_namespace: "default".to_owned(),
    };
    loaded(&mut files::Files::open(&settings).unwrap())
}

fn generated(pods: usize, policies: usize, seed: u64) -> Loaded {
    let feed = Feed::of(&Cluster(Size {
        pods,
        policies,
        full: false,
        seed,
    }));
    loaded(&mut &feed)
}

/// All that a hit says.
fn said(hit: &RuleHit<'_>) -> String {
    let owner = match hit.owner {
        RuleOwner::Policy(policy) => policy.id.to_string(),
        RuleOwner::Profile(profile) => format!("pro/{}", profile.name),
    };
    let criteria = hit.criteria.iter().map(|held| {
        let through: Vec<String> = held.through.iter().map(|owner| owner.id()).collect();
        format!(
            "{} {} {} {through:?} {:?}",
            held.kind.is_negated(),
            held.holds,
            held.unknown,
            held.addresses
        )
    });
    format!(
        "{owner} {:?} {:?} {:?} {} {:?} {:?}",
        hit.direction,
        hit.felix_rules,
        hit.side,
        hit.inert,
        hit.outcome,
        criteria.collect::<Vec<_>>()
    )
}

/// How many policies and rules were the same.
fn compare(about: &str, loaded: &Loaded) -> (usize, usize) {
    let alone = Matcher::new(&loaded.snapshot, loaded.behaviour);
    let many = Matcher::new(&loaded.snapshot, loaded.behaviour).for_many();
    let (mut policies, mut rules) = (0, 0);
    for endpoint in &loaded.snapshot.endpoints {
        let labels = alone.labels(endpoint);
        let (here, there) = (
            alone.policies_of(endpoint, &labels),
            many.policies_of(endpoint, &labels),
        );
        let ids = |selected: &calicoq::matcher::Selected<'_>| {
            let ids = selected.policies.iter().map(|policy| policy.id.to_string());
            ids.collect::<Vec<_>>()
        };
        assert_eq!(ids(&here), ids(&there), "{about}: {}", endpoint.id);
        assert_eq!(here.uncertain, there.uncertain, "{about}: {}", endpoint.id);
        let hits = |matcher: &Matcher<'_>| {
            let hits = matcher.scan(endpoint);
            hits.iter().map(said).collect::<Vec<_>>()
        };
        let (here, there) = (hits(&alone), hits(&many));
        assert_eq!(here, there, "{about}: {}", endpoint.id);
        policies += ids(&many.policies_of(endpoint, &labels)).len();
        rules += there.len();
    }
    (policies, rules)
}

#[test]
fn every_world_is_answered_alike() {
    let mut sum = (0, 0);
    for entry in fs::read_dir("tests/worlds").unwrap() {
        let folder = entry.unwrap().path();
        if folder.join("objects.yaml").is_file() {
            let (policies, rules) = compare(&folder.display().to_string(), &world(&folder));
            sum = (sum.0 + policies, sum.1 + rules);
        }
    }
    assert!(sum.0 > 200 && sum.1 > 200, "{sum:?}");
}

#[test]
fn the_corpus_is_answered_alike() {
    let file = fs::File::open("tests/corpus/clusters.jsonl.gz").unwrap();
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    let folder = tempfile::tempdir().unwrap();
    let (mut policies, mut rules) = (0, 0);
    for (at, line) in lines.enumerate() {
        let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let cluster = line["cluster"].to_string();
        fs::write(folder.path().join("objects.yaml"), cluster).unwrap();
        let (selected, hits) = compare(&format!("cluster {at}"), &world(folder.path()));
        (policies, rules) = (policies + selected, rules + hits);
    }
    assert!(policies > 5_000 && rules > 10_000, "{policies} {rules}");
}

#[test]
fn generated_clusters_are_answered_alike() {
    for (pods, policies, seed) in [(0, 10, 1), (130, 60, 2), (700, 300, 3), (1300, 100, 4)] {
        let about = format!("{pods} pods, {policies} policies, seed {seed}");
        let (matched, rules) = compare(&about, &generated(pods, policies, seed));
        assert!(
            pods == 0 || (matched > pods && rules > pods),
            "{about}: {matched} {rules}"
        );
    }
}

#[test]
fn random_clusters_are_answered_alike() {
    let folder = tempfile::tempdir().unwrap();
    let sum = std::cell::Cell::new((0, 0));
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&random::cluster(), |cluster| {
        fs::write(folder.path().join("objects.yaml"), cluster.to_string()).unwrap();
        let (policies, rules) = compare("random", &world(folder.path()));
        sum.set((sum.get().0 + policies, sum.get().1 + rules));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let (policies, rules) = sum.get();
    assert!(policies > 1_000 && rules > 1_000, "{policies} {rules}");
}

/// Labels of some namespaces and service accounts could not be read: what hangs on them stays open in the same way.
#[test]
fn what_is_unknown_stays_unknown() {
    for lacking in [&["kns."][..], &["ksa."], &["kns.", "ksa."]] {
        for mut loaded in [
            world(Path::new("tests/worlds/shop")),
            generated(500, 250, 5),
        ] {
            let missing_from = match lacking {
                ["kns."] => vec![Part::NamespaceLabels],
                ["ksa."] => vec![Part::ServiceAccountLabels],
                _ => vec![Part::NamespaceLabels, Part::ServiceAccountLabels],
            };
            loaded.snapshot.gaps.push(Gap {
                code: GapCode::Forbidden,
                resource: "namespaces".to_owned(),
                verb: None,
                scope: None,
                missing_from,
                message: String::new(),
                rule: None,
            });
            let mut at = 0;
            loaded.snapshot.profiles.retain(|name, _| {
                at += 1;
                at % 3 == 0 || !lacking.iter().any(|prefix| name.starts_with(prefix))
            });
            let alone = Matcher::new(&loaded.snapshot, loaded.behaviour);
            let open = loaded.snapshot.endpoints.iter().any(|endpoint| {
                alone
                    .policies_of(endpoint, &alone.labels(endpoint))
                    .uncertain
                    || alone
                        .scan(endpoint)
                        .iter()
                        .any(|hit| hit.criteria.iter().any(|held| held.unknown))
            });
            assert!(open || lacking == ["ksa."], "nothing is open: {lacking:?}");
            compare(&format!("{lacking:?}"), &loaded);
        }
    }
}
