//! ClusterNetworkPolicy, read since v3.32 (`K8sClusterNetworkPolicyToCalico`).

use super::cluster_peer::{self, HasSubject};
use super::draft::{Draft, DraftRule};
use super::kubernetes_ports::{BadPort, PortGroups};
use super::kubernetes_rule::{Failed, WrittenRule};
use super::validation_filter::Fault;
use super::{Converter, Fact, policy};
use crate::behaviour::ClusterPolicies;
use crate::model::{Direction, ObjectRef, PolicyKind};
use crate::note::{Note, codes};
use crate::raw::Kubernetes;
use crate::raw::cluster_policy::{
    ClusterPeer, ClusterPolicySpec, ClusterPort, ClusterProtocol, ProtocolPorts,
};
use crate::raw::number_or_string::Port;

const API_VERSION: &str = "policy.networking.k8s.io/v1alpha2";

type Written<'a> = WrittenRule<'a, ClusterPeer, ClusterProtocol>;

pub(super) fn convert(
    converter: &mut Converter,
    object: &Kubernetes<'_, ClusterPolicySpec>,
    out: &mut Vec<Fact>,
) {
    let name = &*object.metadata.name;
    let reference = ObjectRef::new(API_VERSION, "ClusterNetworkPolicy", "", name);
    let kind = PolicyKind::KubernetesClusterNetworkPolicy;
    if converter.behaviour().cluster_policies() != ClusterPolicies::Cluster {
        let message = "this version of Calico does not read ClusterNetworkPolicies";
        out.push(Fact::Note(Note::new(
            codes::CNP_OLD_CALICO,
            &reference,
            message,
        )));
        let subject = object.spec.subject.as_ref();
        let (mut draft, _) = cluster_peer::draft(converter, kind, reference, subject);
        draft.order = Some(f64::from(object.spec.priority.unwrap_or(0)));
        draft.tier.clone_from(&object.spec.tier.0);
        policy::skip(converter, draft, out);
        return;
    }
    let spec = &object.spec;
    let (mut draft, has_subject) =
        cluster_peer::draft(converter, kind, reference, spec.subject.as_ref());
    draft.order = Some(f64::from(spec.priority.unwrap_or(0)));
    let tier = match &*spec.tier {
        "Admin" => Some("kube-admin"),
        "Baseline" => Some("kube-baseline"),
        _ => None,
    };
    draft.tier = tier.unwrap_or(&spec.tier).to_owned();
    for written in rules(spec) {
        let rules = rule_or_replacement(&written, &mut draft);
        draft.rules_mut(written.direction).extend(rules);
    }
    draft.governs = cluster_peer::governs(&draft.ingress, &draft.egress);
    match fault(spec, tier, has_subject) {
        Some(fault) => policy::drop(converter, draft, fault, out),
        None => policy::finish(converter, draft, out),
    }
}

fn fault(spec: &ClusterPolicySpec, tier: Option<&str>, has_subject: HasSubject) -> Option<Fault> {
    let code = codes::CNP_TIER_OR_SUBJECT_INVALID;
    if tier.is_none() {
        let message = format!("tier \"{}\" is neither Admin nor Baseline", &*spec.tier);
        return Some(Fault::new(code, "spec.tier", message));
    }
    let message = "the subject names neither namespaces nor pods";
    (has_subject == HasSubject::No).then(|| Fault::new(code, "spec.subject", message))
}

fn rules(spec: &ClusterPolicySpec) -> Vec<Written<'_>> {
    let ingress = spec.ingress.as_deref().unwrap_or_default().iter();
    let egress = spec.egress.as_deref().unwrap_or_default().iter();
    let ingress = ingress.enumerate().map(|(index, rule)| {
        let (peers, protocols) = (rule.from.as_deref(), rule.protocols.as_deref());
        Written::new(Direction::Ingress, index, &rule.action, peers, protocols)
    });
    let egress = egress.enumerate().map(|(index, rule)| {
        let (peers, protocols) = (rule.to.as_deref(), rule.protocols.as_deref());
        Written::new(Direction::Egress, index, &rule.action, peers, protocols)
    });
    ingress.chain(egress).collect()
}

/// A Deny or Pass that fails becomes a Deny of everything in its place; an Accept vanishes.
fn rule_or_replacement(written: &Written<'_>, draft: &mut Draft) -> Vec<DraftRule> {
    let failed = match rule(written, &draft.object, &mut draft.notes) {
        Ok(rules) => return rules,
        Err(failed) => failed,
    };
    let denies = matches!(written.action, "Deny" | "Pass");
    let (code, message) = if denies {
        let direction = written.direction.field();
        let message = format!(
            "it denies all {direction} traffic instead: {}",
            failed.message
        );
        (codes::CNP_DENY_PASS_FAILS, message)
    } else {
        let message = format!("the rule is ignored: {}", failed.message);
        (codes::CNP_ACCEPT_FAILS, message)
    };
    draft
        .notes
        .push(Note::new(code, &draft.object, message).field(failed.field));
    if denies {
        vec![DraftRule::bare(written.index, written.path.clone(), "Deny")]
    } else {
        Vec::new()
    }
}

fn rule(
    written: &Written<'_>,
    object: &ObjectRef,
    notes: &mut Vec<Note>,
) -> Result<Vec<DraftRule>, Failed> {
    let path = &written.path;
    let action = match written.action {
        "Accept" => "Allow",
        "Deny" => "Deny",
        "Pass" => "Pass",
        other => {
            return Err(Failed {
                field: format!("{path}.action"),
                message: format!("\"{other}\" is no action"),
            });
        }
    };
    let groups = groups(written.traffic).map_err(|bad| written.bad_port("protocols", bad))?;
    cluster_peer::expand(written, "protocols", action, groups, object, notes)
}

/// Ports by protocol; named ports stand without one. An empty entry is everything and ends the list.
fn groups(protocols: &[ClusterProtocol]) -> Result<PortGroups, BadPort> {
    if protocols.is_empty() {
        return Ok(PortGroups::any());
    }
    let mut groups = PortGroups::default();
    for (index, entry) in protocols.iter().enumerate() {
        let fails = |cause: String| BadPort { index, cause };
        if !entry.destination_named_port.is_empty() {
            let name = &*entry.destination_named_port;
            groups.add("", named_port(name).map_err(fails)?);
            continue;
        }
        let known = [
            ("TCP", &entry.tcp),
            ("UDP", &entry.udp),
            ("SCTP", &entry.sctp),
        ];
        let given = known
            .into_iter()
            .find_map(|(name, ports)| Some((name, ports.as_ref()?)));
        let Some((name, ports)) = given else {
            return Ok(PortGroups::any());
        };
        match port(ports).map_err(fails)? {
            Some(port) => groups.add(name, port),
            None => groups.add_all(name),
        }
    }
    Ok(groups)
}

fn named_port(name: &str) -> Result<Port, String> {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if name.len() <= 128 && name.bytes().all(known) {
        Ok(Port::Name(name.to_owned()))
    } else {
        Err(format!("\"{name}\" is no port name"))
    }
}

/// `None` is all ports of the protocol.
fn port(ports: &ProtocolPorts) -> Result<Option<Port>, String> {
    let Some(ClusterPort { number, range }) = &ports.destination_port else {
        return Ok(None);
    };
    match (number.filter(|number| *number != 0), range) {
        (Some(number), _) => Ok(Some(Port::Number(cut(number)))),
        (None, Some(range)) if cut(range.start) > cut(range.end) => Err(format!(
            "{} to {} is no range of ports",
            range.start, range.end
        )),
        (None, Some(range)) => Ok(Some(Port::Range(cut(range.start), cut(range.end)))),
        (None, None) => Ok(None),
    }
}

/// Calico keeps the lower 16 bits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what Calico does"
)]
pub(super) fn cut(number: i32) -> u16 {
    number as u16
}
