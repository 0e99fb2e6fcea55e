//! A generated cluster as a source: pages as an API server sends them, made beforehand, and read as those of a server
//! are.

use std::time::Instant;

use calicoq::convert::ManifestMode;
use calicoq::load::{self, Loaded, Watcher};
use calicoq::need::{Kind, Read};
use calicoq::note::{Datastore, Provenance, VersionFrom};
use calicoq::question::{About, Hide, Question, Scope};
use calicoq::raw::{self, Object};
use calicoq::source::{ReadError, Sink, Source};

use crate::cluster::Cluster;

/// Objects of a page.
pub const PAGE: usize = 500;

/// Pages of the kinds that a cluster has.
pub struct Feed {
    pub pages: Vec<(Kind, &'static str, &'static str, Vec<Vec<u8>>)>,
}

impl Feed {
    /// Makes every page.
    pub fn of(cluster: &Cluster) -> Self {
        let mut feed = Self::of_others(cluster);
        feed.pages
            .push((Kind::Pod, "v1", "Pod", pod_pages(cluster)));
        feed
    }

    /// Makes every page but those of pods.
    pub fn of_others(cluster: &Cluster) -> Self {
        let v1 = "crd.projectcalico.org/v1";
        let kinds: [(Kind, &str, &str, Vec<String>); 8] = [
            (
                Kind::ClusterInformation,
                v1,
                "ClusterInformation",
                vec![cluster.information()],
            ),
            (Kind::Tier, v1, "Tier", cluster.each_tier().collect()),
            (
                Kind::Namespace,
                "v1",
                "Namespace",
                cluster.each_namespace().collect(),
            ),
            (
                Kind::ServiceAccount,
                "v1",
                "ServiceAccount",
                cluster.each_service_account().collect(),
            ),
            (
                Kind::NetworkSet,
                v1,
                "NetworkSet",
                cluster.each_network_set().collect(),
            ),
            (
                Kind::KubernetesNetworkPolicy,
                "networking.k8s.io/v1",
                "NetworkPolicy",
                cluster.each_kubernetes_policy().collect(),
            ),
            (
                Kind::NetworkPolicy,
                v1,
                "NetworkPolicy",
                cluster.each_calico_policy().collect(),
            ),
            (
                Kind::GlobalNetworkPolicy,
                v1,
                "GlobalNetworkPolicy",
                cluster.each_global_policy().collect(),
            ),
        ];
        let pages = kinds.map(|(kind, version, name, objects)| {
            (kind, version, name, pages(version, name, &objects))
        });
        Self {
            pages: pages.into(),
        }
    }
}

/// The pages of some objects, at least one.
pub fn pages(version: &str, kind: &str, objects: &[String]) -> Vec<Vec<u8>> {
    let last = objects.len().saturating_sub(1) / PAGE;
    (0..=last)
        .map(|at| {
            let items = objects.iter().skip(at * PAGE).take(PAGE);
            page((version, kind), (at, last), items.map(String::as_str))
        })
        .collect()
}

/// The pages of all pods.
pub fn pod_pages(cluster: &Cluster) -> Vec<Vec<u8>> {
    let starts = (0..cluster.0.pods.max(1)).step_by(PAGE);
    starts.map(|from| pod_page(cluster, from)).collect()
}

/// The page of pods that begins with this one.
pub fn pod_page(cluster: &Cluster, from: usize) -> Vec<u8> {
    let to = cluster.0.pods.min(from + PAGE);
    let pods: Vec<String> = (from..to).map(|index| cluster.pod(index)).collect();
    let last = cluster.0.pods.saturating_sub(1) / PAGE;
    let at = (from / PAGE, last);
    page(("v1", "Pod"), at, pods.iter().map(String::as_str))
}

/// A page, which one of them and the number of the last; the token of the next is its number.
fn page<'a>(
    (version, kind): (&str, &str),
    (at, last): (usize, usize),
    items: impl Iterator<Item = &'a str>,
) -> Vec<u8> {
    let items: Vec<&str> = items.collect();
    let next = match at < last {
        true => format!(r#","continue":"{}""#, at + 1),
        false => String::new(),
    };
    format!(
        r#"{{"kind":"{kind}List","apiVersion":"{version}","metadata":{{"resourceVersion":"1"{next}}},"items":[{}]}}"#,
        items.join(",")
    )
    .into_bytes()
}

/// Hands the objects of a page over, as the source of a server does.
pub fn hand_over(page: &[u8], version: &str, kind: &str, sink: &mut dyn Sink) {
    if kind == "Pod" {
        let (_, read) = raw::pods(page, &mut |pod| sink.object(Object::Pod(pod), &[]));
        return assert!(read.is_ok());
    }
    let Ok(page) = raw::items(page) else { return };
    for item in page.items {
        match raw::decode(item, Some((version, kind))) {
            Ok(Some(object)) => sink.object(object, item),
            Ok(None) => {}
            Err(broken) => sink.broken(*broken, item),
        }
    }
}

/// Watches nothing.
pub struct Quiet;

impl Watcher for Quiet {
    fn progress(&mut self, _: Kind, _: u64, _: Option<&str>, _: Instant) {}
}

/// `endpoint -A`
pub fn everything() -> Question {
    Question {
        about: About::Endpoints,
        what: Vec::new(),
        scope: Scope {
            namespace: None,
            typed: false,
            hosts: true,
        },
        labels: None,
        hide: Hide {
            rule_matches: false,
            selectors: false,
            details: false,
        },
    }
}

/// Reads everything that `endpoint -A` needs.
pub fn loaded(source: &mut dyn Source) -> Loaded {
    answering(&everything(), source)
}

/// Reads what a question needs.
pub fn answering(question: &Question, source: &mut dyn Source) -> Loaded {
    let settings = load::Settings {
        calico_version: None,
        manifests: ManifestMode::Auto,
        default_namespace: "default".to_owned(),
        unfold_v3: false,
    };
    load::load(question, source, &settings, &mut Quiet).unwrap()
}

impl Source for &Feed {
    fn read(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        for (kind, version, name, pages) in &self.pages {
            if reads.iter().any(|read| read.kind == *kind) {
                for page in pages {
                    hand_over(page, version, name, sink);
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn Sink) -> Result<(), ReadError> {
        Ok(())
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            basis: "datastore",
            datastore: Datastore::Kubernetes,
            source: "a generated cluster".to_owned(),
            calico_api: None,
            calico_version: None,
            version_from: VersionFrom::Assumed,
            pinned: true,
            revision: Some("1".to_owned()),
            revisions: Default::default(),
            read_at: String::new(),
            shared_ips_checked: true,
        }
    }
}
