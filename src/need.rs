//! What to read next: the question and what is known so far give reads, as data.
//!
//! Nothing here knows HTTP, keys or files. Reads come in stages: first what decides how everything else is
//! read (ClusterInformation, FelixConfiguration), then all else, then what the policies and endpoints
//! name. No more reads means that enough is known.

mod read;

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

pub use read::{Kind, Read, ReadScope};

use crate::model::{Endpoint, EndpointId};
use crate::question::{About, Form, Question};
use crate::snapshot::Snapshot;

/// The most objects of a kind that are looked up one by one: more are cheaper read at once.
const LOOKED_UP_ONE_BY_ONE: usize = 8;

/// The kinds of policies, and what orders them.
const POLICIES: [Kind; 9] = [
    Kind::Tier,
    Kind::GlobalNetworkPolicy,
    Kind::NetworkPolicy,
    Kind::StagedGlobalNetworkPolicy,
    Kind::StagedNetworkPolicy,
    Kind::StagedKubernetesNetworkPolicy,
    Kind::KubernetesNetworkPolicy,
    Kind::ClusterNetworkPolicy,
    Kind::AdminNetworkPolicy,
];

/// Everything that any question could need, in stages: first what decides how all else is read.
#[must_use]
pub fn everything() -> [Vec<Read>; 2] {
    let (first, rest): (Vec<Read>, Vec<Read>) = Kind::ALL.map(all).into_iter().partition(|read| {
        matches!(
            read.kind,
            Kind::ClusterInformation | Kind::FelixConfiguration
        )
    });
    [first, rest]
}

/// The next reads; none when enough is known.
#[must_use]
pub fn next(question: &Question, known: &Snapshot, done: &[Read]) -> Vec<Read> {
    let wanted = match done {
        [] => first(),
        _ => second(question),
    };
    let covered = |read: &Read| done.iter().any(|done| covers(done, read));
    let open: Vec<Read> = wanted.into_iter().filter(|read| !covered(read)).collect();
    if !open.is_empty() {
        return open;
    }
    let wanted = third(question, known, done);
    wanted.into_iter().filter(|read| !covered(read)).collect()
}

/// Whether every pod that may share an address with an endpoint shown was read.
#[must_use]
pub fn shared_addresses_checked(known: &Snapshot, done: &[Read]) -> bool {
    let all = done.iter().any(|read| {
        read.kind == Kind::Pod && read.scope == ReadScope::All && read.labels.is_none()
    });
    all || known
        .endpoints
        .iter()
        .filter(|endpoint| !endpoint.is_host())
        .all(|endpoint| match addresses(endpoint).as_slice() {
            [address] => {
                let read = Read {
                    kind: Kind::Pod,
                    scope: ReadScope::Address(*address),
                    labels: None,
                };
                done.contains(&read)
            }
            _ => false,
        })
}

/// What decides how everything else is read.
fn first() -> BTreeSet<Read> {
    [Kind::ClusterInformation, Kind::FelixConfiguration]
        .map(all)
        .into()
}

/// All else that the question needs, as little of each as it names.
fn second(question: &Question) -> BTreeSet<Read> {
    match &question.about {
        About::Endpoints | About::Host(_) => {}
        // Nothing else is worth reading before the policy is found.
        About::Policy(_) => {
            let mut reads: BTreeSet<Read> = POLICIES.map(all).into();
            reads.insert(all(Kind::BaselineAdminNetworkPolicy));
            return reads;
        }
        About::Selected { .. } => return selectable(question),
    }
    let mut reads: BTreeSet<Read> = POLICIES.map(all).into();
    reads.extend([Kind::BaselineAdminNetworkPolicy, Kind::HostEndpoint].map(all));
    if !question.hide.rule_matches {
        reads.extend([Kind::GlobalNetworkSet, Kind::NetworkSet].map(all));
    }
    if question.what.is_empty() {
        in_scope(question, &mut reads);
    }
    for what in &question.what {
        match &what.form {
            Form::Pod { namespace, name } => {
                named(
                    namespace.as_ref().or(question.scope.namespace.as_ref()),
                    name,
                    &mut reads,
                );
            }
            Form::Host { .. } => {}
            Form::Node { name } => {
                reads.insert(pods(ReadScope::Node(name.clone())));
                reads.insert(node(name));
            }
            Form::Id { workload, .. } => match workload.split_once('.') {
                Some((namespace, name)) => named(Some(&namespace.to_owned()), name, &mut reads),
                None => in_scope(question, &mut reads),
            },
            Form::Address(address) => {
                reads.insert(pods(ReadScope::Address(*address)));
            }
            Form::Glob(text) => pattern(question, text, &mut reads),
            Form::Name(name) => named(question.scope.namespace.as_ref(), name, &mut reads),
        }
    }
    reads
}

/// All that a selector can select, with what labels come from.
fn selectable(question: &Question) -> BTreeSet<Read> {
    let mut reads =
        BTreeSet::from([Kind::HostEndpoint, Kind::GlobalNetworkSet, Kind::NetworkSet].map(all));
    in_scope(question, &mut reads);
    reads
}

/// A pod by name, in its namespace or in any.
fn named(namespace: Option<&String>, name: &str, reads: &mut BTreeSet<Read>) {
    reads.insert(pods(ReadScope::Name {
        namespace: namespace.cloned().unwrap_or_default(),
        name: name.to_owned(),
    }));
    reads.extend(namespace.map(|namespace| of_namespace(namespace)));
}

/// Every pod that a pattern may name: one with a slash says itself in which namespaces, unless `-n` does.
fn pattern(question: &Question, pattern: &str, reads: &mut BTreeSet<Read>) {
    let scope = &question.scope;
    match pattern.split_once('/') {
        Some((namespace, _)) if !scope.typed && !namespace.contains(['*', '?']) => {
            in_namespace(question, Some(namespace), reads);
        }
        Some(_) if !scope.typed => in_namespace(question, None, reads),
        _ => in_scope(question, reads),
    }
}

/// Every pod in scope, with what its labels come from.
fn in_scope(question: &Question, reads: &mut BTreeSet<Read>) {
    in_namespace(question, question.scope.namespace.as_deref(), reads);
}

/// Every pod of a namespace, or of all, with what its labels come from.
fn in_namespace(question: &Question, namespace: Option<&str>, reads: &mut BTreeSet<Read>) {
    // The server may leave out what `-l` does not select: shared addresses are then not checked.
    let labels = question
        .labels
        .as_ref()
        .map(|labels| labels.text().to_owned());
    let scope = namespace.map_or(ReadScope::All, |name| ReadScope::Namespace(name.to_owned()));
    reads.insert(Read {
        kind: Kind::Pod,
        scope: scope.clone(),
        labels,
    });
    match namespace {
        Some(namespace) => {
            reads.insert(of_namespace(namespace));
            reads.insert(Read {
                kind: Kind::ServiceAccount,
                scope,
                labels: None,
            });
        }
        None => reads.extend([Kind::Namespace, Kind::ServiceAccount].map(all)),
    }
}

/// What the endpoints and policies that were read name.
fn third(question: &Question, known: &Snapshot, done: &[Read]) -> BTreeSet<Read> {
    let mut reads = BTreeSet::new();
    if let About::Policy(name) = &question.about {
        let dropped = known.dropped.iter().map(|dropped| &dropped.policy);
        let mut policies = known.policies.iter().chain(dropped);
        if policies.any(|policy| name.names(policy)) {
            reads.extend(selectable(question));
        }
    }
    for what in &question.what {
        let unfound = match &what.form {
            Form::Name(name) => !is_named(known, name),
            Form::Address(address) => !holds(known, *address),
            _ => false,
        };
        if let Form::Node { name } = &what.form
            && !is_node(known, name)
        {
            // For the names that may have been meant.
            reads.insert(all(Kind::Node));
        }
        if let Form::Pod { namespace, name } = &what.form
            && !is_named(known, name)
            && let Some(namespace) = namespace.as_ref().or(question.scope.namespace.as_ref())
        {
            // For the names that may have been meant.
            in_namespace(question, Some(namespace), &mut reads);
        }
        if unfound && matches!(what.form, Form::Name(_)) {
            in_scope(question, &mut reads);
        } else if unfound {
            reads.extend([Kind::Pod, Kind::Namespace, Kind::ServiceAccount].map(all));
        }
    }
    let owners = known.endpoints.iter().map(|endpoint| &*endpoint.profiles);
    let sets = known.sets.iter().map(|set| &*set.profiles);
    let mut profiles = BTreeSet::new();
    for profile in owners.chain(sets).flatten() {
        // That one always exists; what is stored under its name is to be told.
        if !known.profiles.contains_key(profile) || &**profile == "projectcalico-default-allow" {
            profiles.insert(of_profile(profile));
        }
    }
    profiles.retain(|read| !done.iter().any(|done| covers(done, read)));
    reads.extend(many_at_once(profiles));
    if question.about.is_of_endpoints() {
        reads.extend(nodes_of_shown(question, known));
    }
    if !question.hide.rule_matches {
        reads.extend(services(known));
        // Elsewhere every pod is read.
        if question.about.is_of_endpoints() {
            reads.extend(shared(known, done));
        }
    }
    reads
}

fn is_named(known: &Snapshot, name: &str) -> bool {
    let endpoint = known.endpoints.iter().any(|endpoint| match &endpoint.id {
        EndpointId::Host { name: theirs, .. } => &**theirs == name,
        EndpointId::Workload { workload, .. } => &**workload == name,
    });
    endpoint
        || known
            .not_endpoints
            .iter()
            .any(|other| other.object.name == name)
}

fn is_node(known: &Snapshot, name: &str) -> bool {
    let mut nodes = known.nodes.iter().flatten();
    nodes.any(|node| node == name)
        || known
            .endpoints
            .iter()
            .any(|endpoint| **endpoint.id.node() == *name)
        || known.not_endpoints.iter().any(|other| *other.node == *name)
}

fn holds(known: &Snapshot, address: IpAddr) -> bool {
    let net = IpNet::from(address);
    known
        .endpoints
        .iter()
        .any(|endpoint| endpoint.nets.contains(&net))
}

/// Whether it was asked for a Node of this name.
#[must_use]
pub fn asked_for_node(done: &[Read], name: &str) -> bool {
    let read = node(name);
    done.iter().any(|done| covers(done, &read))
}

/// The Nodes of the endpoints that the answer shows: whether they exist. Those of many host endpoints are cheaper
/// read at once; those of many pods are not looked for.
fn nodes_of_shown(question: &Question, known: &Snapshot) -> Vec<Read> {
    let shown = |endpoint: &&Endpoint| match question.what.as_slice() {
        [] => endpoint.is_host() && question.scope.hosts,
        what => what.iter().any(|what| is_meant(&what.form, endpoint)),
    };
    let (hosts, pods): (Vec<_>, Vec<_>) = known
        .endpoints
        .iter()
        .filter(shown)
        .partition(|endpoint| endpoint.is_host());
    let names = |endpoints: &[&Endpoint]| -> BTreeSet<String> {
        endpoints
            .iter()
            .map(|endpoint| endpoint.id.node().to_string())
            .collect()
    };
    let (mut of_hosts, of_pods) = (names(&hosts), names(&pods));
    if of_hosts.len() > LOOKED_UP_ONE_BY_ONE {
        return vec![all(Kind::Node)];
    }
    if of_pods.len() <= LOOKED_UP_ONE_BY_ONE {
        of_hosts.extend(of_pods);
    }
    of_hosts
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| node(name))
        .collect()
}

/// Whether a WHAT names exactly this endpoint.
fn is_meant(form: &Form, endpoint: &Endpoint) -> bool {
    match (form, &endpoint.id) {
        (Form::Host { name } | Form::Name(name), EndpointId::Host { name: theirs, .. }) => {
            **theirs == *name
        }
        (Form::Pod { name, .. } | Form::Name(name), EndpointId::Workload { workload, .. }) => {
            **workload == *name
        }
        (
            Form::Id {
                workload,
                endpoint: interface,
                ..
            },
            id,
        ) => id
            .without_node()
            .ends_with(&format!("/{workload}/{interface}")),
        (Form::Address(address), _) => endpoint.nets.contains(&IpNet::from(*address)),
        _ => false,
    }
}

/// EndpointSlices of the services that rules name.
fn services(known: &Snapshot) -> BTreeSet<Read> {
    let rules = known
        .policies
        .iter()
        .flat_map(|policy| policy.ingress.iter().chain(&policy.egress));
    let keys = rules
        .flat_map(|rule| [&rule.source.service, &rule.destination.service])
        .flatten();
    let read = |key: &String| {
        let (namespace, name) = key.split_once('/')?;
        let known = !namespace.is_empty() && !name.is_empty();
        let scope = ReadScope::Service {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        known.then_some(Read {
            kind: Kind::EndpointSlice,
            scope,
            labels: None,
        })
    };
    keys.filter_map(read).collect()
}

/// Other pods with the addresses of the endpoints shown.
fn shared(known: &Snapshot, done: &[Read]) -> BTreeSet<Read> {
    let looked_up = done
        .iter()
        .any(|read| matches!(read.scope, ReadScope::Address(_)));
    let pods_named = known
        .endpoints
        .iter()
        .filter(|endpoint| !endpoint.is_host());
    let addresses: BTreeSet<IpAddr> = pods_named.flat_map(addresses).collect();
    if looked_up || addresses.len() > LOOKED_UP_ONE_BY_ONE {
        return BTreeSet::new();
    }
    addresses
        .into_iter()
        .map(|address| pods(ReadScope::Address(address)))
        .collect()
}

fn addresses(endpoint: &Endpoint) -> Vec<IpAddr> {
    endpoint.nets.iter().map(IpNet::addr).collect()
}

/// What a profile is made of; one of another name is stored as such.
fn of_profile(profile: &str) -> Read {
    if let Some(namespace) = profile.strip_prefix("kns.") {
        return of_namespace(namespace);
    }
    let account = profile
        .strip_prefix("ksa.")
        .and_then(|rest| rest.split_once('.'));
    let (kind, namespace, name) = match account {
        Some((namespace, name)) => (Kind::ServiceAccount, namespace, name),
        None => (Kind::Profile, "", profile),
    };
    let scope = ReadScope::Name {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    Read {
        kind,
        scope,
        labels: None,
    }
}

/// The same reads, but namespaces and service accounts as one list where there are many: network sets may name every
/// namespace of a cluster.
fn many_at_once(mut reads: BTreeSet<Read>) -> BTreeSet<Read> {
    for kind in [Kind::Namespace, Kind::ServiceAccount] {
        let of_kind = reads.iter().filter(|read| read.kind == kind);
        if of_kind.count() > LOOKED_UP_ONE_BY_ONE {
            reads.retain(|read| read.kind != kind);
            reads.insert(all(kind));
        }
    }
    reads
}

fn all(kind: Kind) -> Read {
    Read {
        kind,
        scope: ReadScope::All,
        labels: None,
    }
}

fn pods(scope: ReadScope) -> Read {
    Read {
        kind: Kind::Pod,
        scope,
        labels: None,
    }
}

fn of_namespace(name: &str) -> Read {
    let scope = ReadScope::Name {
        namespace: String::new(),
        name: name.to_owned(),
    };
    Read {
        kind: Kind::Namespace,
        scope,
        labels: None,
    }
}

fn node(name: &str) -> Read {
    let scope = ReadScope::Name {
        namespace: String::new(),
        name: name.to_owned(),
    };
    Read {
        kind: Kind::Node,
        scope,
        labels: None,
    }
}

/// Whether a read gives everything that another would.
fn covers(done: &Read, read: &Read) -> bool {
    if done.kind != read.kind || (done.labels.is_some() && done.labels != read.labels) {
        return false;
    }
    match (&done.scope, &read.scope) {
        (ReadScope::All, _) => true,
        (ReadScope::Namespace(here), ReadScope::Name { namespace, .. }) => here == namespace,
        (done, read) => done == read,
    }
}

#[cfg(test)]
mod tests;
