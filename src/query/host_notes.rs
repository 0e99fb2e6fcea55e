//! Notes about a host endpoint: what it covers, what does not reach it, what it cuts off.

use std::collections::BTreeSet;

use super::item::{Known, Maker};
use crate::matcher::Rival;
use crate::model::{Action, Direction, Endpoint, Policy, Treatment};
use crate::note::{Note, codes};

/// Notes that only host endpoints have.
pub(super) fn of_host(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let endpoint = known.endpoint;
    let mut notes: Vec<Note> = maker
        .matcher
        .rivals(endpoint)
        .into_iter()
        .map(|rival| rivalry(endpoint, rival))
        .collect();
    notes.extend(unknown_node(maker, endpoint));
    notes.extend(untracked(maker, known));
    notes.extend(untracked_ways(known));
    notes.extend(bpf_interface(maker, endpoint));
    notes.extend(default_deny(known));
    notes.extend(forwarded(known));
    notes
}

fn rivalry(endpoint: &Endpoint, rival: Rival<'_>) -> Note {
    let (code, message) = match rival {
        Rival::SameInterface(other) => (
            codes::HEP_SEVERAL_PER_INTERFACE,
            format!(
                "it is inactive on its interface: {} has a smaller name",
                other.id
            ),
        ),
        Rival::SameAddress(other) => (
            codes::HEP_SEVERAL_PER_INTERFACE,
            format!(
                "it is inactive on an interface that {} also covers",
                other.id
            ),
        ),
        Rival::SmallerWildcard(other) => (
            codes::HEP_SEVERAL_WILDCARDS,
            format!(
                "it is inactive: {} also covers all interfaces of the node",
                other.id
            ),
        ),
        Rival::Shadows(other) => {
            let name = other.host().map_or("", |host| &*host.interface_name);
            let what = if name.is_empty() {
                "the interfaces with its addresses"
            } else {
                name
            };
            (
                codes::HEP_WILDCARD_SHADOWED,
                format!("it does not cover {what}: {} does", other.id),
            )
        }
    };
    Note::new(code, &endpoint.object(), message).field("spec.interfaceName")
}

fn unknown_node(maker: &Maker<'_>, endpoint: &Endpoint) -> Option<Note> {
    let node = endpoint.id.node();
    let message = format!("no node is called {node}; nothing is protected");
    (maker.snapshot.absent_nodes.contains(node))
        .then(|| Note::new(codes::HEP_UNKNOWN_NODE, &endpoint.object(), message).field("spec.node"))
}

/// Policies that see only what the host's own processes send and receive.
fn forwarded(known: &Known<'_, '_>) -> Vec<Note> {
    let policies = known.selected.policies.iter();
    let local = policies
        .filter(|policy| policy.treatment == Treatment::Normal && !policy.id.kind.is_staged());
    let message =
        "traffic that is forwarded through this host, that of its pods too, is not checked by it";
    local
        .map(|policy| {
            Note::new(codes::AOF_MISSING, &policy.object, message).field("spec.applyOnForward")
        })
        .collect()
}

fn untracked(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let endpoint = known.endpoint;
    let wildcard = endpoint
        .host()
        .is_some_and(|host| &*host.interface_name == "*");
    let policies: Vec<_> = known
        .selected
        .policies
        .iter()
        .filter(|policy| policy.treatment == Treatment::Untracked)
        .collect();
    let mut notes = Vec::new();
    if wildcard {
        let message = "untracked policy is not programmed for a host endpoint of all interfaces";
        notes.extend(policies.iter().map(|policy| {
            Note::new(codes::UNTRACKED_WILDCARD_HEP, &policy.object, message)
                .field("spec.doNotTrack")
        }));
    }
    let tiers: BTreeSet<_> = policies.iter().map(|policy| &policy.tier).collect();
    let bpf = maker
        .snapshot
        .felix_field(endpoint.id.node(), |felix| felix.bpf_enabled.then_some(()));
    if tiers.len() > 1 && bpf.is_some() {
        let message =
            "in eBPF mode untracked ingress rules are not enforced: they span several tiers";
        notes.push(Note::new(
            codes::UNTRACKED_SEVERAL_TIERS_BPF,
            &endpoint.object(),
            message,
        ));
    }
    notes
}

/// Untracked rules: replies need rules of their own, and forwarded packets break at the pod.
fn untracked_ways(known: &Known<'_, '_>) -> Vec<Note> {
    let untracked = |policy: &&&Policy| policy.treatment == Treatment::Untracked;
    let policies: Vec<_> = known.selected.policies.iter().filter(untracked).collect();
    let allows = |policy: &Policy, direction| {
        let mut rules = policy.rules(direction).iter();
        policy.acts_on(direction) && rules.any(|rule| rule.action == Action::Allow)
    };
    let ways =
        Direction::BOTH.map(|direction| policies.iter().any(|policy| allows(policy, direction)));
    let mut notes = Vec::new();
    for policy in policies {
        if ways == [true, false] || ways == [false, true] {
            let message = "it allows one direction only; replies meet normal policy";
            notes.push(Note::new(codes::UNTRACKED_ONE_WAY, &policy.object, message));
        }
        let mut ingress = policy.ingress.iter();
        let anywhere =
            |rule: &crate::model::Rule| rule.action == Action::Allow && rule.destination.is_empty();
        if policy.acts_on(Direction::Ingress) && ingress.any(anywhere) {
            let message =
                "untracked packets that are forwarded to pods of this host are dropped there";
            notes.push(Note::new(codes::UNTRACKED_TO_PODS, &policy.object, message));
        }
    }
    notes
}

/// The interfaces that the eBPF dataplane attaches to by default (`bpfDataIfacePattern`).
fn bpf_interface(maker: &Maker<'_>, endpoint: &Endpoint) -> Option<Note> {
    let name = endpoint.host().map(|host| &*host.interface_name)?;
    let felix = &maker.snapshot;
    felix.felix_field(endpoint.id.node(), |felix| felix.bpf_enabled.then_some(()))?;
    let class = |name: &str| {
        let tail = ["en", "wl", "ww", "sl", "ib"]
            .iter()
            .find_map(|head| name.strip_prefix(head));
        tail.is_some_and(|tail| tail.starts_with(['P', 'o', 'p', 's', 'x']))
    };
    let known = ["eth", "wlan", "wwan", "bond"]
        .iter()
        .any(|head| name.starts_with(head));
    let message = format!("in eBPF mode interface {name} is not handled by the default pattern");
    (!name.is_empty() && name != "*" && !known && !class(name)).then(|| {
        Note::new(codes::HEP_BPF_DATA_IFACE, &endpoint.object(), message)
            .field("spec.interfaceName")
    })
}

/// A host endpoint without profiles whose policies allow nothing in a direction cuts the host off.
fn default_deny(known: &Known<'_, '_>) -> Vec<Note> {
    let endpoint = known.endpoint;
    let allows = |direction| {
        known.selected.policies.iter().any(|policy| {
            !policy.id.kind.is_staged()
                && policy.acts_on(direction)
                && policy
                    .rules(direction)
                    .iter()
                    .any(|rule| rule.action == Action::Allow)
        })
    };
    let closed = Direction::BOTH
        .into_iter()
        .filter(|direction| endpoint.profiles.is_empty() && !allows(*direction));
    closed
        .map(|direction| {
            let message = format!(
                "without profiles all {} traffic but failsafes is dropped",
                direction.field()
            );
            Note::new(codes::HEP_DEFAULT_DENY, &endpoint.object(), message).field("spec.profiles")
        })
        .collect()
}
