//! Kubernetes' NetworkPolicy as a Calico NetworkPolicy (`K8sNetworkPolicyToCalico`).

use serde_json::{Map, json};

use super::draft::{Draft, DraftRule, Selectors};
use super::kubernetes_ports::PortGroups;
use super::kubernetes_rule::{Failed, Peer, WrittenRule};
use super::validation_filter::Fault;
use super::{Converter, Fact, label_selector, policy};
use crate::behaviour::FailedRule;
use crate::intern::Symbol;
use crate::model::net::parse_cidr;
use crate::model::{Direction, Directions, ObjectRef, PolicyId, PolicyKind, Treatment};
use crate::note::{Code, Note, codes};
use crate::raw::Kubernetes;
use crate::raw::calico_policy::EntityRule;
use crate::raw::kubernetes_policy::{
    IpBlock, KubernetesPeer, KubernetesPolicySpec, KubernetesPort,
};
use crate::raw::value::{List, Text};

/// What identifies a policy of this form.
pub(super) struct Header<'a> {
    pub(super) kind: PolicyKind,
    pub(super) object: ObjectRef,
    pub(super) stored: &'a str,
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
    label_selector::note_quote(&pods, "spec.podSelector", &draft.object, &mut draft.notes);
    let mut failed = Vec::new();
    for written in rules(spec) {
        match rule(&written, &draft.object, &mut draft.notes) {
            Ok(rules) => draft.rules_mut(written.direction).extend(rules),
            Err(failure) => failed.push(failure),
        }
    }
    (draft, failed)
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

fn rules(spec: &KubernetesPolicySpec) -> Vec<WrittenRule<'_, KubernetesPeer, KubernetesPort>> {
    let ingress = spec.ingress.as_deref().unwrap_or_default().iter();
    let egress = spec.egress.as_deref().unwrap_or_default().iter();
    let ingress = ingress.enumerate().map(|(index, rule)| {
        let (peers, ports) = (rule.from.as_deref(), rule.ports.as_deref());
        WrittenRule::new(Direction::Ingress, index, "Allow", peers, ports)
    });
    let egress = egress.enumerate().map(|(index, rule)| {
        let (peers, ports) = (rule.to.as_deref(), rule.ports.as_deref());
        WrittenRule::new(Direction::Egress, index, "Allow", peers, ports)
    });
    ingress.chain(egress).collect()
}

/// One rule for each protocol and peer.
fn rule(
    written: &WrittenRule<'_, KubernetesPeer, KubernetesPort>,
    object: &ObjectRef,
    notes: &mut Vec<Note>,
) -> Result<Vec<DraftRule>, Failed> {
    let groups =
        PortGroups::of_rule(written.traffic).map_err(|bad| written.bad_port("ports", bad))?;
    notes.extend(written.empty_list_notes("ports", object));
    let list = written.peers_path();
    let peers: Vec<Peer> = if written.peers.is_empty() {
        vec![anyone(written.traffic_path("ports"))]
    } else {
        let peers = written.peers.iter().enumerate();
        let read = |(at, of)| peer(of, format!("{list}[{at}]"), object, notes);
        peers.map(read).collect()
    };
    let ports = format!("{}.ports", written.path);
    Ok(written.expand("ports", written.action, &ports, groups, &peers))
}

fn anyone(path: String) -> Peer {
    Peer {
        entity: EntityRule::default(),
        path,
        written: Map::new(),
    }
}

fn peer(peer: &KubernetesPeer, path: String, object: &ObjectRef, notes: &mut Vec<Note>) -> Peer {
    let mut made = anyone(path);
    if let Some(block) = &peer.ip_block {
        made.entity = ip_block(block, &made.path, object, notes);
        return made;
    }
    for (key, selector) in [
        ("podSelector", &peer.pod_selector),
        ("namespaceSelector", &peer.namespace_selector),
    ] {
        if let Some(selector) = selector {
            label_selector::note_quote(selector, &format!("{}.{key}", made.path), object, notes);
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
