//! AdminNetworkPolicy and BaselineAdminNetworkPolicy, read from v3.29 and v3.30 to v3.31
//! (`K8sAdminNetworkPolicyToCalico` of those versions). Any rule that fails hides the whole policy.

use super::cluster_network_policy::cut;
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
use crate::raw::cluster_policy::{AdminPolicySpec, AdminPort, ClusterPeer};
use crate::raw::number_or_string::Port;

const API_VERSION: &str = "policy.networking.k8s.io/v1alpha1";

/// What sets the two kinds apart.
struct Kind {
    kind: PolicyKind,
    name: &'static str,
    tier: &'static str,
    actions: &'static [&'static str],
}

const ADMIN: Kind = Kind {
    kind: PolicyKind::KubernetesAdminNetworkPolicy,
    name: "AdminNetworkPolicy",
    tier: "adminnetworkpolicy",
    actions: &["Allow", "Deny", "Pass"],
};

const BASELINE: Kind = Kind {
    kind: PolicyKind::KubernetesBaselineAdminNetworkPolicy,
    name: "BaselineAdminNetworkPolicy",
    tier: "baselineadminnetworkpolicy",
    actions: &["Allow", "Deny"],
};

type Written<'a> = WrittenRule<'a, ClusterPeer, AdminPort>;

pub(super) fn convert(
    converter: &mut Converter,
    object: &Kubernetes<'_, AdminPolicySpec>,
    out: &mut Vec<Fact>,
) {
    let order = f64::from(object.spec.priority.unwrap_or(0));
    let read = matches!(
        converter.behaviour().cluster_policies(),
        ClusterPolicies::Admin | ClusterPolicies::AdminAndBaseline
    );
    if read {
        convert_kind(converter, &ADMIN, order, object, out);
    } else {
        ignore(converter, &ADMIN, order, object, out);
    }
}

pub(super) fn convert_baseline(
    converter: &mut Converter,
    object: &Kubernetes<'_, AdminPolicySpec>,
    out: &mut Vec<Fact>,
) {
    if converter.behaviour().cluster_policies() == ClusterPolicies::AdminAndBaseline {
        convert_kind(converter, &BASELINE, 1000.0, object, out);
    } else {
        ignore(converter, &BASELINE, 1000.0, object, out);
    }
}

/// A version that does not read the kind: what the policy would select is known all the same.
fn ignore(
    converter: &mut Converter,
    kind: &Kind,
    order: f64,
    object: &Kubernetes<'_, AdminPolicySpec>,
    out: &mut Vec<Fact>,
) {
    let reference = ObjectRef::new(API_VERSION, kind.name, "", &object.metadata.name);
    let message = format!(
        "this version of Calico ignores objects of kind {}",
        kind.name
    );
    out.push(Fact::Note(Note::new(
        codes::ANP_IGNORED,
        &reference,
        message,
    )));
    let subject = object.spec.subject.as_ref();
    let (mut draft, _) = cluster_peer::draft(converter, kind.kind, reference, subject);
    draft.tier = kind.tier.to_owned();
    draft.order = Some(order);
    policy::skip(converter, draft, out);
}

fn convert_kind(
    converter: &mut Converter,
    kind: &Kind,
    order: f64,
    object: &Kubernetes<'_, AdminPolicySpec>,
    out: &mut Vec<Fact>,
) {
    let spec = &object.spec;
    let reference = ObjectRef::new(API_VERSION, kind.name, "", &object.metadata.name);
    let (mut draft, has_subject) =
        cluster_peer::draft(converter, kind.kind, reference, spec.subject.as_ref());
    draft.tier = kind.tier.to_owned();
    draft.order = Some(order);
    let mut fault = (has_subject == HasSubject::No).then(|| {
        let message = "the subject names neither namespaces nor pods";
        Fault::new(codes::CNP_TIER_OR_SUBJECT_INVALID, "spec.subject", message)
    });
    for written in rules(spec) {
        match rule(kind, &written, &mut draft) {
            Ok(rules) => draft.rules_mut(written.direction).extend(rules),
            Err(Failed { field, message }) => {
                let message = format!("one rule that Calico cannot express hides all: {message}");
                fault.get_or_insert(Fault::new(codes::ANP_ANY_RULE_FAILS, field, message));
            }
        }
    }
    draft.governs = if converter.behaviour().admin_types_from_written_rules() {
        let ingress = spec.ingress.as_deref().unwrap_or_default();
        let egress = spec.egress.as_deref().unwrap_or_default();
        cluster_peer::governs(ingress, egress)
    } else {
        cluster_peer::governs(&draft.ingress, &draft.egress)
    };
    match fault {
        Some(fault) => policy::drop(converter, draft, fault, out),
        None => policy::finish(converter, draft, out),
    }
}

fn rules(spec: &AdminPolicySpec) -> Vec<Written<'_>> {
    let ingress = spec.ingress.as_deref().unwrap_or_default().iter();
    let egress = spec.egress.as_deref().unwrap_or_default().iter();
    let ingress = ingress.enumerate().map(|(index, rule)| {
        let (peers, ports) = (rule.from.as_deref(), rule.ports.as_deref());
        Written::new(Direction::Ingress, index, &rule.action, peers, ports)
    });
    let egress = egress.enumerate().map(|(index, rule)| {
        let (peers, ports) = (rule.to.as_deref(), rule.ports.as_deref());
        Written::new(Direction::Egress, index, &rule.action, peers, ports)
    });
    ingress.chain(egress).collect()
}

fn rule(kind: &Kind, written: &Written<'_>, draft: &mut Draft) -> Result<Vec<DraftRule>, Failed> {
    let path = &written.path;
    let action = kind
        .actions
        .iter()
        .find(|action| **action == written.action);
    let action = action.ok_or_else(|| Failed {
        field: format!("{path}.action"),
        message: format!("\"{}\" is no action", written.action),
    })?;
    if let Some(index) = written
        .traffic
        .iter()
        .position(|port| port.named_port.is_some())
    {
        let message = "named ports are not implemented: the rule matches every protocol and port";
        let note = Note::new(codes::ANP_NAMED_PORT, &draft.object, message);
        draft
            .notes
            .push(note.field(format!("{path}.ports[{index}]")));
    }
    let groups = groups(written.traffic).map_err(|bad| written.bad_port("ports", bad))?;
    let (object, notes) = (&draft.object, &mut draft.notes);
    cluster_peer::expand(written, "ports", action, groups, object, notes)
}

/// Ports by protocol. An entry that says nothing, as a named port does here, is everything and ends the
/// list.
fn groups(ports: &[AdminPort]) -> Result<PortGroups, BadPort> {
    if ports.is_empty() {
        return Ok(PortGroups::any());
    }
    let mut groups = PortGroups::default();
    let protocol = |text: &str| if text.is_empty() { "TCP" } else { text }.to_owned();
    for (index, entry) in ports.iter().enumerate() {
        if let Some(one) = &entry.port_number {
            groups.add(&protocol(&one.protocol), Port::Number(cut(one.port)));
        } else if let Some(range) = &entry.port_range {
            let (start, end) = (cut(range.start), cut(range.end));
            if start > end {
                let cause = format!("{start} to {end} is no range of ports");
                return Err(BadPort { index, cause });
            }
            groups.add(&protocol(&range.protocol), Port::Range(start, end));
        } else {
            return Ok(PortGroups::any());
        }
    }
    Ok(groups)
}
