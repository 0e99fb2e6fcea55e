//! Notes about a host endpoint: what it covers, what does not reach it, what it cuts off.

use std::collections::BTreeSet;

use super::item::{Known, Maker};
use crate::matcher::Rival;
use crate::model::{Action, Direction, Endpoint, Policy, Port, Rule, Treatment};
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
    if covers_something(maker, endpoint) {
        notes.extend(default_deny(known));
    }
    notes.extend(forwarded(known));
    notes
}

/// Whether any interface is its own, as far as the datastore tells.
fn covers_something(maker: &Maker<'_>, endpoint: &Endpoint) -> bool {
    let inactive = maker
        .matcher
        .rivals(endpoint)
        .iter()
        .any(Rival::makes_inactive);
    let nothing = endpoint.nets.is_empty()
        && endpoint
            .host()
            .is_some_and(|host| host.interface_name.is_empty());
    !inactive && !nothing && !maker.snapshot.absent_nodes.contains(endpoint.id.node())
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
    let policies: Vec<_> = known
        .selected
        .policies
        .iter()
        .filter(|policy| policy.treatment == Treatment::Untracked)
        .collect();
    let mut notes = Vec::new();
    if covers_all(endpoint) {
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

/// Untracked rules: replies need rules of their own, and forwarded packets break at the pod. Where untracked policy is
/// not programmed, neither happens.
fn untracked_ways(known: &Known<'_, '_>) -> Vec<Note> {
    if covers_all(known.endpoint) {
        return Vec::new();
    }
    let untracked = |policy: &&&Policy| policy.treatment == Treatment::Untracked;
    let policies: Vec<_> = known.selected.policies.iter().filter(untracked).collect();
    let allowing = |direction: Direction| -> Vec<&Rule> {
        let acting = policies.iter().filter(|policy| policy.acts_on(direction));
        let rules = acting.flat_map(|policy| policy.rules(direction));
        rules.filter(|rule| rule.action == Action::Allow).collect()
    };
    let (ingress, egress) = (allowing(Direction::Ingress), allowing(Direction::Egress));
    let mut notes = Vec::new();
    for policy in &policies {
        let unanswered = Direction::BOTH.into_iter().find(|direction| {
            let replies = if *direction == Direction::Ingress {
                &egress
            } else {
                &ingress
            };
            let rules = policy.rules(*direction).iter();
            let mut allowed =
                rules.filter(|rule| rule.action == Action::Allow && policy.acts_on(*direction));
            allowed.any(|rule| !replies.iter().any(|reply| answers(reply, rule)))
        });
        if let Some(direction) = unanswered {
            let message = format!(
                "no untracked rule allows the replies to what its {} rules allow, so that they meet normal policy",
                direction.field()
            );
            notes.push(Note::new(codes::UNTRACKED_ONE_WAY, &policy.object, message));
        }
        let mut rules = policy.ingress.iter();
        let anywhere = |rule: &Rule| rule.action == Action::Allow && rule.destination.is_empty();
        if policy.acts_on(Direction::Ingress) && rules.any(anywhere) {
            let message =
                "untracked packets that are forwarded to pods of this host are dropped there";
            notes.push(Note::new(codes::UNTRACKED_TO_PODS, &policy.object, message));
        }
    }
    notes
}

/// Whether a rule's protocol and ports let pass the replies to what `rule` allows.
fn answers(reply: &Rule, rule: &Rule) -> bool {
    let held = |wide: &[Port], narrow: &[Port]| {
        wide.is_empty()
            || (!narrow.is_empty()
                && narrow
                    .iter()
                    .all(|port| wide.iter().any(|wide| wide.holds(port))))
    };
    (reply.protocol.is_none() || reply.protocol == rule.protocol)
        && held(&reply.source.ports, &rule.destination.ports)
        && held(&reply.destination.ports, &rule.source.ports)
}

fn covers_all(endpoint: &Endpoint) -> bool {
    endpoint
        .host()
        .is_some_and(|host| &*host.interface_name == "*")
}

/// Whether the eBPF dataplane attaches to the interface (`felix/dataplane/linux/bpf_ep_mgr.go`, `isDataIface`).
fn bpf_interface(maker: &Maker<'_>, endpoint: &Endpoint) -> Option<Note> {
    let name = endpoint.host().map(|host| &*host.interface_name)?;
    let (felix, node) = (maker.snapshot, endpoint.id.node());
    felix.felix_field(node, |felix| felix.bpf_enabled.then_some(()))?;
    let data = felix.felix_field(node, |felix| felix.bpf_data_iface_pattern.as_deref());
    let l3 = felix.felix_field(node, |felix| felix.bpf_l3_iface_pattern.as_deref());
    let pattern = data.map_or(felix.data_interfaces, |(pattern, _)| pattern);
    // What cannot be read here may match.
    let differs =
        |pattern: &str| regex_lite::Regex::new(pattern).is_ok_and(|regex| !regex.is_match(name));
    let l3 = l3
        .map(|(pattern, _)| pattern)
        .filter(|pattern| !pattern.is_empty());
    let handled = !differs(pattern) || l3.is_some_and(|pattern| !differs(pattern));
    let message =
        format!("in eBPF mode interface {name} is not handled: it does not match {pattern}");
    (!name.is_empty() && name != "*" && !handled).then(|| {
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
