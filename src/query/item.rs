//! One endpoint of an answer.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{notes, rule_match, stage};
use crate::answer::{
    AppliedPolicy, Covers, EndpointItem, Failsafes, Identity, Order, PolicyType, ProfileItem,
    RuleCounts, Shared, StageName, ToHost, endpoint::EndpointPort,
};
use crate::intern::Symbol;
use crate::matcher::{EffectiveLabels, Matcher, Selected, StageKind};
use crate::model::net::display;
use crate::model::{Action, Direction, Endpoint, EndpointId, Policy, Profile, ProtoPort};
use crate::model::{Directions, EndpointKind};
use crate::question::Hide;
use crate::snapshot::Snapshot;

/// Makes items, one at a time.
pub(super) struct Maker<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) matcher: Arc<Matcher<'a>>,
    hide: Hide,
    shower: rule_match::Shower,
    /// What policies say of hosts, and of workloads, by where they are kept in the snapshot.
    applied: RefCell<FxHashMap<(usize, bool), Shared<AppliedPolicy>>>,
}

/// What is known of an endpoint while its item is made.
pub(super) struct Known<'a, 'm> {
    pub(super) endpoint: &'a Endpoint,
    pub(super) labels: &'m EffectiveLabels<'a>,
    pub(super) selected: &'m Selected<'a>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, matcher: Arc<Matcher<'a>>, hide: Hide) -> Self {
        Self {
            snapshot,
            matcher,
            hide,
            shower: rule_match::Shower::new(hide),
            applied: RefCell::default(),
        }
    }

    pub(super) fn item(&self, endpoint: &'a Endpoint) -> EndpointItem {
        if self.hide.details {
            return blank(endpoint);
        }
        let labels = self.matcher.labels(endpoint);
        let selected = self.matcher.policies_of(endpoint, &labels);
        let known = Known {
            endpoint,
            labels: &labels,
            selected: &selected,
        };
        let mut item = blank(endpoint);
        item.inherited_labels = labels.inherited();
        let policies = selected.policies.iter();
        item.policies = policies
            .map(|policy| self.applied(policy, endpoint))
            .collect();
        item.ingress = stage::direction(&self.matcher, &known, Direction::Ingress);
        item.egress = stage::direction(&self.matcher, &known, Direction::Egress);
        let namespace = match &endpoint.id {
            EndpointId::Workload { namespace, .. }
                if self.snapshot.lacks_profiles() && !self.snapshot.stored_profiles =>
            {
                namespace
            }
            _ => "",
        };
        item.profiles = endpoint
            .profiles
            .iter()
            .map(|name| self.profile(name, namespace))
            .collect();
        if endpoint.is_host() {
            item.failsafes = Some(self.failsafes(endpoint));
        } else {
            item.to_host = Some(self.to_host(endpoint));
        }
        let hits = if self.hide.rule_matches {
            Vec::new()
        } else {
            self.matcher.scan(endpoint)
        };
        item.notes = notes::of_endpoint(self, &known, &hits);
        if !self.hide.rule_matches {
            let shown = hits.iter().map(|hit| self.shower.shown(hit, endpoint));
            item.rule_matches = Some(shown.collect());
        }
        item
    }

    fn applied(&self, policy: &Policy, endpoint: &Endpoint) -> Shared<AppliedPolicy> {
        let place = (std::ptr::from_ref(policy).addr(), endpoint.is_host());
        let mut made = self.applied.borrow_mut();
        let made = made.entry(place);
        made.or_insert_with(|| applied(policy, endpoint, self.hide).into())
            .clone()
    }

    fn profile(&self, name: &Symbol, namespace: &str) -> ProfileItem {
        let profile = self.snapshot.profiles.get(name);
        let found = match profile {
            Some(_) => Some(true),
            // A pod proves that its namespace exists.
            None if **name == *format!("kns.{namespace}") => Some(true),
            None => (!self.snapshot.lacks_profiles()).then_some(false),
        };
        ProfileItem {
            id: format!("pro/{name}"),
            name: name.to_string(),
            found,
            rules: profile.map(|profile| RuleCounts {
                ingress: profile.rules.ingress.len(),
                egress: profile.rules.egress.len(),
            }),
            summary: Direction::BOTH.map(|direction| summary(profile, direction)),
        }
    }

    fn failsafes(&self, endpoint: &Endpoint) -> Failsafes {
        let node = endpoint.id.node();
        let inbound = self
            .snapshot
            .felix_field(node, |felix| felix.failsafe_inbound.as_ref());
        let outbound = self
            .snapshot
            .felix_field(node, |felix| felix.failsafe_outbound.as_ref());
        let from = |name: Option<&str>| {
            name.map_or_else(
                || "default".to_owned(),
                |name| format!("felixconfiguration/{name}"),
            )
        };
        let mut sources = vec![
            from(inbound.map(|(_, name)| name)),
            from(outbound.map(|(_, name)| name)),
        ];
        sources.dedup();
        Failsafes {
            stages: vec![StageName::Untracked, StageName::PreDnat, StageName::Normal],
            ingress: inbound.map_or_else(|| defaults(INBOUND), |(ports, _)| ports.clone()),
            egress: outbound.map_or_else(|| defaults(OUTBOUND), |(ports, _)| ports.clone()),
            from: sources.join(", "),
        }
    }

    fn to_host(&self, endpoint: &Endpoint) -> ToHost {
        let node = endpoint.id.node();
        let field = self.snapshot.felix_field(node, |felix| {
            felix.default_endpoint_to_host_action.as_deref()
        });
        match field {
            Some((action, name)) => ToHost {
                action: action.to_owned(),
                from: format!("felixconfiguration/{name}"),
            },
            None => ToHost {
                action: "Drop".to_owned(),
                from: "default".to_owned(),
            },
        }
    }
}

/// Felix's `FailsafeInboundHostPorts`.
const INBOUND: &[(&str, u16)] = &[
    ("tcp", 22),
    ("udp", 68),
    ("tcp", 179),
    ("tcp", 2379),
    ("tcp", 2380),
    ("tcp", 5473),
    ("tcp", 6443),
    ("tcp", 6666),
    ("tcp", 6667),
];

/// Felix's `FailsafeOutboundHostPorts`.
const OUTBOUND: &[(&str, u16)] = &[
    ("udp", 53),
    ("udp", 67),
    ("tcp", 179),
    ("tcp", 2379),
    ("tcp", 2380),
    ("tcp", 5473),
    ("tcp", 6443),
    ("tcp", 6666),
    ("tcp", 6667),
];

fn defaults(ports: &[(&str, u16)]) -> Vec<ProtoPort> {
    let port = |(protocol, port): &(&str, u16)| ProtoPort {
        protocol: (*protocol).to_owned(),
        port: *port,
        net: None,
    };
    ports.iter().map(port).collect()
}

fn summary(profile: Option<&Profile>, direction: Direction) -> String {
    let rules = profile
        .map(|profile| profile.rules.of(direction))
        .unwrap_or_default();
    match rules {
        [] => String::new(),
        [rule] if rule.is_unconditional() && rule.action != Action::Log => {
            format!("{} all", rule.action)
        }
        [_] => "1 rule".to_owned(),
        rules => format!("{} rules", rules.len()),
    }
}

fn applied(policy: &Policy, endpoint: &Endpoint, hide: Hide) -> AppliedPolicy {
    let written = |text: &str| (!hide.selectors && !text.is_empty()).then(|| text.to_owned());
    AppliedPolicy {
        id: policy.id.clone(),
        kind: policy.id.kind,
        namespace: (!policy.id.namespace.is_empty()).then(|| policy.id.namespace.to_string()),
        name: policy.name.to_string(),
        stored_name: (policy.name != policy.id.stored).then(|| policy.id.stored.to_string()),
        object: policy.object.clone(),
        tier: policy.tier.to_string(),
        order: policy.order.map(Order),
        staged: policy.id.kind.is_staged(),
        treatment: policy.treatment,
        types: types(policy),
        stages: StageKind::of(policy, endpoint)
            .iter()
            .map(|kind| stage::name(*kind))
            .collect(),
        selector: written(&policy.selector_written),
        namespace_selector: written(&policy.namespace_selector_written),
        service_account_selector: written(&policy.service_account_selector_written),
        effective_selector: (!hide.selectors).then(|| effective(policy)),
        rules: RuleCounts {
            ingress: policy.ingress.len(),
            egress: policy.egress.len(),
        },
    }
}

/// `WorkloadEndpoint` or `HostEndpoint`.
fn kind(endpoint: &Endpoint) -> &'static str {
    if endpoint.is_host() {
        "HostEndpoint"
    } else {
        "WorkloadEndpoint"
    }
}

/// Its node, if it has one.
fn node(endpoint: &Endpoint) -> Option<String> {
    let node = endpoint.id.node();
    (!node.is_empty()).then(|| node.to_string())
}

/// Which one it is, as lists show it.
pub(super) fn identity(endpoint: &Endpoint) -> Identity {
    Identity {
        kind: kind(endpoint),
        id: endpoint.id.clone(),
        short_ref: endpoint.id.short_ref(),
        node: node(endpoint),
    }
}

/// Its addresses as answers show them.
pub(super) fn ips(endpoint: &Endpoint) -> Vec<String> {
    endpoint.nets.iter().map(display).collect()
}

/// No selector at all selects everything.
pub(super) fn effective(policy: &Policy) -> String {
    match policy.effective_selector.as_str() {
        "" => "all()".to_owned(),
        text => text.to_owned(),
    }
}

/// The directions that it acts on: a preDNAT policy has no egress half.
pub(super) fn types(policy: &Policy) -> Vec<PolicyType> {
    let acts = Directions {
        ingress: policy.acts_on(Direction::Ingress),
        egress: policy.acts_on(Direction::Egress),
    };
    let ingress = acts.ingress.then_some(PolicyType::Ingress);
    ingress
        .into_iter()
        .chain(acts.egress.then_some(PolicyType::Egress))
        .collect()
}

/// An item with only what the endpoint itself says.
fn blank(endpoint: &Endpoint) -> EndpointItem {
    let text = |symbol: &Symbol| (!symbol.is_empty()).then(|| symbol.to_string());
    let mut item = EndpointItem {
        kind: kind(endpoint),
        id: endpoint.id.clone(),
        short_ref: endpoint.id.short_ref(),
        node: node(endpoint),
        assumed: endpoint.assumed,
        orchestrator: None,
        namespace: None,
        pod: None,
        workload: None,
        endpoint: None,
        name: None,
        covers: None,
        interface_name: None,
        service_account: None,
        expected_ips: None,
        ips: ips(endpoint),
        ports: endpoint.ports.iter().map(port).collect(),
        labels: endpoint.labels.clone(),
        inherited_labels: crate::intern::LabelSet::default(),
        policies: Vec::new(),
        ingress: stage::none(),
        egress: stage::none(),
        failsafes: None,
        to_host: None,
        profiles: Vec::new(),
        rule_matches: None,
        notes: Vec::new(),
    };
    match &endpoint.id {
        EndpointId::Host { name, .. } => item.name = text(name),
        EndpointId::Workload {
            orchestrator,
            namespace,
            workload,
            endpoint,
            ..
        } => {
            item.orchestrator = text(orchestrator);
            item.namespace = text(namespace);
            item.endpoint = text(endpoint);
            let name = text(workload);
            let pod = &**orchestrator == "k8s";
            (item.pod, item.workload) = if pod { (name, None) } else { (None, name) };
        }
    }
    match &endpoint.kind {
        EndpointKind::Host(host) => {
            item.covers = Some(match &*host.interface_name {
                "*" => Covers::AllInterfaces,
                "" => Covers::ByExpectedIps,
                _ => Covers::Interface,
            });
            item.interface_name = text(&host.interface_name);
            item.expected_ips = Some(host.expected_ips.clone());
        }
        EndpointKind::Workload(workload) => {
            item.interface_name = text(&workload.interface_name);
            item.service_account = text(&workload.service_account);
        }
    }
    item
}

fn port(port: &crate::model::NamedPort) -> EndpointPort {
    EndpointPort {
        name: port.name.to_string(),
        protocol: port.protocol.to_uppercase(),
        port: port.port,
    }
}
