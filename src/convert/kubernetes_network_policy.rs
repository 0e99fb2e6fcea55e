//! Kubernetes' NetworkPolicy as a Calico NetworkPolicy (`K8sNetworkPolicyToCalico`).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::draft::{Draft, DraftRule, Fields, Place, Selectors};
use super::kubernetes_ports::PortGroups;
use super::validation_filter::Fault;
use super::{Converter, Fact, label_selector, policy};
use crate::behaviour::FailedRule;
use crate::intern::Symbol;
use crate::model::net::parse_cidr;
use crate::model::{Direction, Directions, ObjectRef, PolicyId, PolicyKind, Treatment};
use crate::note::{Code, Note, codes};
use crate::raw::Kubernetes;
use crate::raw::calico_policy::{EntityRule, Rule};
use crate::raw::kubernetes_policy::{
    IpBlock, KubernetesPeer, KubernetesPolicySpec, KubernetesPort, LabelSelector,
};
use crate::raw::number_or_string::Protocol;
use crate::raw::value::{List, Text};

/// What identifies a policy of this form.
pub(super) struct Header<'a> {
    pub(super) kind: PolicyKind,
    pub(super) object: ObjectRef,
    pub(super) stored: &'a str,
}

/// A rule that does not convert.
pub(super) struct Failed {
    pub(super) field: String,
    pub(super) message: String,
}

/// A rule of either direction.
struct Written<'a> {
    direction: Direction,
    index: usize,
    peers: &'a [KubernetesPeer],
    ports: &'a [KubernetesPort],
}

pub(super) fn convert(
    converter: &mut Converter,
    object: &Kubernetes<'_, KubernetesPolicySpec>,
    out: &mut Vec<Fact>,
) {
    let metadata = &object.metadata;
    let namespace = &*metadata.namespace;
    let header = Header {
        kind: PolicyKind::KubernetesNetworkPolicy,
        object: ObjectRef::new(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            namespace,
            &metadata.name,
        ),
        stored: &metadata.name,
    };
    let (mut draft, failed) = draft(converter, header, &object.spec);
    let drops = converter.behaviour().failed_kubernetes_rule() == FailedRule::DropsPolicy;
    for Failed { field, message } in failed {
        if drops {
            let fault = Fault::new(codes::KNP_RULE_FAILS, field, message);
            return policy::drop(converter, draft, fault, out);
        }
        let message = format!("the rule is ignored: {message}");
        let note = Note::new(codes::KNP_RULE_FAILS, &draft.object, message);
        draft.notes.push(note.field(field));
    }
    policy::finish(converter, draft, out);
}

/// The policy in v3 terms without the rules that fail, which stand beside it.
pub(super) fn draft(
    converter: &mut Converter,
    header: Header<'_>,
    spec: &KubernetesPolicySpec,
) -> (Draft, Vec<Failed>) {
    let pods = spec.pod_selector.clone().unwrap_or_default();
    let mut draft = Draft {
        id: PolicyId {
            kind: header.kind,
            namespace: converter.symbol(header.object.namespace.as_deref().unwrap_or_default()),
            stored: converter.symbol(header.stored),
        },
        name: Symbol::from(header.object.name.as_str()),
        tier: "default".to_owned(),
        order: Some(1000.0),
        governs: governs(spec.policy_types.as_deref().unwrap_or_default()),
        treatment: Treatment::Normal,
        selectors: Selectors {
            selector: label_selector::of_pods(Some(&pods)),
            ..Selectors::default()
        },
        written: Selectors {
            selector: label_selector::as_kubectl(&pods),
            ..Selectors::default()
        },
        hints: Vec::new(),
        ingress: Vec::new(),
        egress: Vec::new(),
        notes: Vec::new(),
        object: header.object,
    };
    note_quote(&pods, "spec.podSelector", &draft.object, &mut draft.notes);
    let mut failed = Vec::new();
    for written in rules(spec) {
        match rule(&written, &draft.object, &mut draft.notes) {
            Ok(rules) if written.direction == Direction::Ingress => draft.ingress.extend(rules),
            Ok(rules) => draft.egress.extend(rules),
            Err(failure) => failed.push(failure),
        }
    }
    (draft, failed)
}

/// A value that closes Calico's quotes and goes on behind them.
pub(super) fn note_quote(
    selector: &LabelSelector,
    field: &str,
    object: &ObjectRef,
    notes: &mut Vec<Note>,
) {
    if let Some(value) = label_selector::value_with_quote(selector) {
        let message =
            format!("the value \"{value}\" ends a quoted text and is read as more of the selector");
        let note = Note::new(codes::SELECTOR_UNBALANCED_ESCAPE, object, message);
        notes.push(note.field(field));
    }
}

/// Nothing recognised is Ingress.
fn governs(types: &[Text]) -> Directions {
    let has = |direction: Direction| types.iter().any(|word| **word == *direction.type_name());
    let egress = has(Direction::Egress);
    Directions {
        ingress: has(Direction::Ingress) || !egress,
        egress,
    }
}

fn rules(spec: &KubernetesPolicySpec) -> Vec<Written<'_>> {
    let ingress = spec.ingress.as_deref().unwrap_or_default().iter();
    let egress = spec.egress.as_deref().unwrap_or_default().iter();
    let ingress = ingress.enumerate().map(|(index, rule)| Written {
        direction: Direction::Ingress,
        index,
        peers: rule.from.as_deref().unwrap_or_default(),
        ports: rule.ports.as_deref().unwrap_or_default(),
    });
    let egress = egress.enumerate().map(|(index, rule)| Written {
        direction: Direction::Egress,
        index,
        peers: rule.to.as_deref().unwrap_or_default(),
        ports: rule.ports.as_deref().unwrap_or_default(),
    });
    ingress.chain(egress).collect()
}

/// One rule for each protocol and peer.
fn rule(
    written: &Written<'_>,
    object: &ObjectRef,
    notes: &mut Vec<Note>,
) -> Result<Vec<DraftRule>, Failed> {
    let path = format!("spec.{}[{}]", written.direction.field(), written.index);
    let groups = PortGroups::of_rule(written.ports).map_err(|bad| Failed {
        field: format!("{path}.ports[{}]", bad.index),
        message: bad.cause,
    })?;
    let list = peer_list(written.direction);
    let peers: Vec<Peer> = if written.peers.is_empty() {
        vec![Peer::anyone(match written.ports {
            [] => format!("{path}.{list}"),
            _ => format!("{path}.ports"),
        })]
    } else {
        let peers = written.peers.iter().enumerate();
        let read = |(at, of): (usize, &KubernetesPeer)| {
            peer(of, format!("{path}.{list}[{at}]"), object, notes)
        };
        peers.map(read).collect()
    };
    let template = Expansion {
        direction: written.direction,
        index: written.index,
        action: "Allow",
        traffic: traffic("ports", written.ports),
        ports: format!("{path}.ports"),
        path,
    };
    Ok(template.rules(groups, &peers))
}

/// The field of a rule that lists the other ends.
pub(super) fn peer_list(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    }
}

/// What is shown of a rule beside its peers.
pub(super) fn traffic<T: Serialize>(key: &str, ports: &[T]) -> Map<String, Value> {
    let mut traffic = Map::new();
    if !ports.is_empty() {
        traffic.insert(key.to_owned(), json!(ports));
    }
    traffic
}

/// The other end of a rule, in v3 terms.
pub(super) struct Peer {
    pub(super) entity: EntityRule,
    pub(super) path: String,
    pub(super) written: Map<String, Value>,
}

impl Peer {
    fn anyone(path: String) -> Self {
        Self {
            entity: EntityRule::default(),
            path,
            written: Map::new(),
        }
    }
}

fn peer(peer: &KubernetesPeer, path: String, object: &ObjectRef, notes: &mut Vec<Note>) -> Peer {
    let mut made = Peer::anyone(path);
    if let Some(block) = &peer.ip_block {
        made.entity = ip_block(block, &made.path, object, notes);
        return made;
    }
    for (key, selector) in [
        ("podSelector", &peer.pod_selector),
        ("namespaceSelector", &peer.namespace_selector),
    ] {
        if let Some(selector) = selector {
            note_quote(selector, &format!("{}.{key}", made.path), object, notes);
            let text = label_selector::as_kubectl(selector);
            made.written.insert(key.to_owned(), json!(text));
        }
    }
    made.entity.selector = Text(label_selector::of_pods(peer.pod_selector.as_ref()));
    made.entity.namespace_selector = Text(label_selector::of_namespaces(
        peer.namespace_selector.as_ref(),
    ));
    made
}

/// An unreadable network makes the peer anyone; an unreadable exception ends the exceptions.
fn ip_block(block: &IpBlock, path: &str, object: &ObjectRef, notes: &mut Vec<Note>) -> EntityRule {
    let mut note = |code: Code, field: String, message: String| {
        notes.push(Note::new(code, object, message).field(field));
    };
    if parse_cidr(&block.cidr).is_none() {
        let message = format!(
            "\"{}\" is no network, so the rule allows every address",
            &*block.cidr
        );
        note(
            codes::KNP_IPBLOCK_BAD_CIDR,
            format!("{path}.ipBlock.cidr"),
            message,
        );
        return EntityRule::default();
    }
    let except = block.except.as_deref().unwrap_or_default();
    let bad = except.iter().position(|text| parse_cidr(text).is_none());
    if let Some((index, text)) = bad.and_then(|index| Some((index, except.get(index)?))) {
        let message = format!(
            "\"{}\" is no network, so exceptions from here on are ignored",
            &**text
        );
        let field = format!("{path}.ipBlock.except[{index}]");
        note(codes::KNP_IPBLOCK_BAD_EXCEPT, field, message);
    }
    let kept = except.iter().take(bad.unwrap_or(except.len())).cloned();
    let kept: Vec<Text> = kept.collect();
    EntityRule {
        nets: Some(List(vec![block.cidr.clone()])),
        not_nets: (!kept.is_empty()).then_some(List(kept)),
        ..EntityRule::default()
    }
}

/// A rule of a Kubernetes kind that becomes one for each protocol and peer.
pub(super) struct Expansion {
    pub(super) direction: Direction,
    pub(super) index: usize,
    pub(super) path: String,
    /// The path of its ports.
    pub(super) ports: String,
    pub(super) action: &'static str,
    pub(super) traffic: Map<String, Value>,
}

impl Expansion {
    /// Protocols first, then peers; ports always stand at the destination.
    pub(super) fn rules(&self, groups: PortGroups, peers: &[Peer]) -> Vec<DraftRule> {
        let mut rules = Vec::new();
        for (protocol, ports) in groups.into_simplified() {
            for peer in peers {
                let mut rule = Rule {
                    action: self.action.into(),
                    protocol: (!protocol.is_empty()).then(|| Protocol::Name(protocol.clone())),
                    ..Rule::default()
                };
                let theirs = self.place(peer.path.clone(), peer.written.clone());
                let ours = self.place(self.ports.clone(), Map::new());
                let (source, destination) = match self.direction {
                    Direction::Ingress => {
                        rule.source = peer.entity.clone();
                        (theirs, ours)
                    }
                    Direction::Egress => {
                        rule.destination = peer.entity.clone();
                        (ours, theirs)
                    }
                };
                rule.destination.ports = (!ports.is_empty()).then(|| List(ports.clone()));
                rules.push(DraftRule {
                    index: self.index,
                    path: self.path.clone(),
                    rule,
                    traffic: self.traffic.clone(),
                    source,
                    destination,
                    unknown_fields: false,
                });
            }
        }
        rules
    }

    fn place(&self, path: String, written: Map<String, Value>) -> Place {
        let ports = self.ports.clone();
        Place {
            path,
            written,
            fields: Fields::Kubernetes { ports },
        }
    }
}
