//! Subjects and peers of the cluster-scoped Kubernetes policies
//! (`libcalico-go/lib/backend/k8s/conversion/clusternetworkpolicy.go`).

use serde::Serialize;
use serde_json::json;

use super::draft::DraftRule;
use super::draft::{Draft, Selectors};
use super::kubernetes_ports::PortGroups;
use super::kubernetes_rule::{Failed, Peer, WrittenRule};
use super::{Converter, label_selector};
use crate::intern::Symbol;
use crate::model::net::parse_cidr;
use crate::model::{Direction, Directions, ObjectRef, PolicyId, PolicyKind, Treatment};
use crate::note::Note;
use crate::raw::cluster_policy::{ClusterPeer, NamespacedPod, Subject};
use crate::raw::kubernetes_policy::LabelSelector;
use crate::raw::value::{List, Text};

/// A cluster-scoped Kubernetes policy without its rules, and whether it has a subject.
pub(super) fn draft(
    converter: &mut Converter,
    kind: PolicyKind,
    object: ObjectRef,
    subject: Option<&Subject>,
) -> (Draft, HasSubject) {
    let none = Subject::default();
    let subject = subject.unwrap_or(&none);
    let (selectors, written) = subject_selectors(subject);
    let has_subject = match subject {
        Subject {
            namespaces: None,
            pods: None,
        } => HasSubject::No,
        _ => HasSubject::Yes,
    };
    let mut draft = Draft {
        id: PolicyId {
            kind,
            namespace: converter.symbol(""),
            stored: converter.symbol(&object.name),
        },
        name: Symbol::from(object.name.as_str()),
        tier: String::new(),
        order: None,
        governs: Directions::BOTH,
        treatment: Treatment::Normal,
        selectors,
        written,
        hints: Vec::new(),
        ingress: Vec::new(),
        egress: Vec::new(),
        notes: Vec::new(),
        object,
    };
    for selector in selectors_of(subject.namespaces.as_ref(), subject.pods.as_ref()) {
        label_selector::note_quote(selector, "spec.subject", &draft.object, &mut draft.notes);
    }
    (draft, has_subject)
}

/// Whether the subject names namespaces or pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HasSubject {
    Yes,
    No,
}

/// Namespaces win over pods.
fn subject_selectors(subject: &Subject) -> (Selectors, Selectors) {
    if let Some(namespaces) = &subject.namespaces {
        let composed = Selectors {
            selector: label_selector::of_pods(None),
            namespace: label_selector::of_namespaces(Some(namespaces)),
            ..Selectors::default()
        };
        let written = Selectors {
            namespace: label_selector::as_kubectl(namespaces),
            ..Selectors::default()
        };
        return (composed, written);
    }
    let pods = subject.pods.clone().unwrap_or_default();
    let namespaces = pods.namespace_selector.unwrap_or_default();
    let pods = pods.pod_selector.unwrap_or_default();
    let composed = Selectors {
        selector: label_selector::of_pods(Some(&pods)),
        namespace: label_selector::of_namespaces(Some(&namespaces)),
        ..Selectors::default()
    };
    let written = Selectors {
        selector: label_selector::as_kubectl(&pods),
        namespace: label_selector::as_kubectl(&namespaces),
        ..Selectors::default()
    };
    (composed, written)
}

fn selectors_of<'a>(
    namespaces: Option<&'a LabelSelector>,
    pods: Option<&'a NamespacedPod>,
) -> impl Iterator<Item = &'a LabelSelector> {
    let pods = pods.into_iter();
    let inner = pods.flat_map(|pods| [&pods.namespace_selector, &pods.pod_selector]);
    namespaces.into_iter().chain(inner.flatten())
}

/// The rules that a written one becomes; one peer that is unsupported fails all of it.
pub(super) fn expand<T: Serialize>(
    written: &WrittenRule<'_, ClusterPeer, T>,
    list: &str,
    action: &str,
    groups: PortGroups,
    object: &ObjectRef,
    notes: &mut Vec<Note>,
) -> Result<Vec<DraftRule>, Failed> {
    let peers_path = written.peers_path();
    let read = |(at, of): (usize, &ClusterPeer)| {
        let path = format!("{peers_path}[{at}]");
        for selector in selectors_of(of.namespaces.as_ref(), of.pods.as_ref()) {
            label_selector::note_quote(selector, &path, object, notes);
        }
        peer(of, written.direction, path)
    };
    let peers: Vec<Peer> = written
        .peers
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()?;
    let ports = written.traffic_path(list);
    Ok(written.expand(list, action, &ports, groups, &peers))
}

/// The directions that have rules; none is both.
pub(super) fn governs<I, E>(ingress: &[I], egress: &[E]) -> Directions {
    match (ingress.is_empty(), egress.is_empty()) {
        (true, true) => Directions::BOTH,
        (ingress, egress) => Directions {
            ingress: !ingress,
            egress: !egress,
        },
    }
}

/// Pods override namespaces; networks, for egress, stand beside either.
fn peer(peer: &ClusterPeer, direction: Direction, path: String) -> Result<Peer, Failed> {
    let mut made = Peer {
        entity: Default::default(),
        path,
        written: Default::default(),
    };
    let mut known = false;
    if let Some(namespaces) = &peer.namespaces {
        known = true;
        made.entity.namespace_selector = Text(label_selector::of_namespaces(Some(namespaces)));
        let text = label_selector::as_kubectl(namespaces);
        made.written
            .insert("namespaceSelector".to_owned(), json!(text));
    }
    if let Some(pods) = &peer.pods {
        known = true;
        let namespaces = pods.namespace_selector.clone().unwrap_or_default();
        let pods = pods.pod_selector.clone().unwrap_or_default();
        made.entity.selector = Text(label_selector::of_pods(Some(&pods)));
        made.entity.namespace_selector = Text(label_selector::of_namespaces(Some(&namespaces)));
        for (key, selector) in [("podSelector", &pods), ("namespaceSelector", &namespaces)] {
            let text = label_selector::as_kubectl(selector);
            made.written.insert(key.to_owned(), json!(text));
        }
    }
    if direction == Direction::Egress {
        made.entity.nets = networks(peer, &made.path)?;
        known |= made.entity.nets.is_some();
    }
    if known {
        return Ok(made);
    }
    let message = match (&peer.nodes, &peer.domain_names) {
        (Some(_), _) => "peers of nodes are not supported",
        (_, Some(_)) => "peers of domain names are not supported",
        _ => "the peer is empty",
    };
    Err(Failed {
        field: made.path,
        message: message.to_owned(),
    })
}

/// The networks of a peer; an empty list is none.
fn networks(peer: &ClusterPeer, path: &str) -> Result<Option<List<Text>>, Failed> {
    let networks = peer.networks.as_deref().unwrap_or_default();
    match networks.iter().position(|text| parse_cidr(text).is_none()) {
        Some(index) => Err(Failed {
            field: format!("{path}.networks[{index}]"),
            message: "it is no network".to_owned(),
        }),
        None if networks.is_empty() => Ok(None),
        None => Ok(Some(List(networks.to_vec()))),
    }
}
