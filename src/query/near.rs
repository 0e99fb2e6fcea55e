//! Names that may have been meant.

use std::collections::BTreeSet;

use crate::model::EndpointId;
use crate::snapshot::Snapshot;

/// The most names that are worth showing.
const MOST: usize = 3;

/// Those of `names` that are nearly `name`, the nearest first; none that is much further than the nearest.
#[must_use]
pub fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wide = (name.chars().count() / 2).clamp(1, 3);
    let name = name.to_lowercase();
    // A name that the other one goes on from is nearer than one of another spelling is far.
    let goes_on = |longer: &str, shorter: &str| {
        let rest = longer.strip_prefix(shorter);
        shorter.len() > 2 && rest.is_some_and(|rest| rest.starts_with(['.', '-']))
    };
    let distance = |other: &'a str| {
        let lower = other.to_lowercase();
        match goes_on(&name, &lower) || goes_on(&lower, &name) {
            true => (1, other),
            false => (strsim::damerau_levenshtein(&name, &lower), other),
        }
    };
    let mut found: Vec<_> = names
        .into_iter()
        .map(distance)
        .filter(|(far, _)| *far <= wide)
        .collect();
    found.sort_unstable();
    found.dedup();
    let nearest = found.first().map_or(0, |(far, _)| *far);
    found
        .into_iter()
        .filter(|(far, _)| *far <= nearest + 1)
        .take(MOST)
        .map(|(_, other)| other.to_owned())
        .collect()
}

/// Where a name may be that a namespace has not: pods of that name; else, of a namespace that nothing is in, those that
/// are spelled nearly so. More is not read for that: policies and network sets, which are, tell what namespaces there are.
pub(super) fn elsewhere(snapshot: &Snapshot, namespace: Option<&str>, name: &str) -> Vec<String> {
    let Some(namespace) = namespace else {
        return Vec::new();
    };
    let there: BTreeSet<String> = pods(snapshot)
        .filter(|(_, pod)| *pod == name)
        .map(|(namespace, pod)| format!("{namespace}/{pod}"))
        .collect();
    if !there.is_empty() {
        return there.into_iter().take(MOST).collect();
    }
    let dropped = snapshot.dropped.iter().map(|dropped| &dropped.policy);
    let policies = snapshot.policies.iter().chain(dropped);
    let policies = policies.map(|policy| &*policy.id.namespace);
    let sets = snapshot.sets.iter().map(|set| &*set.id.namespace);
    let known: BTreeSet<&str> = policies
        .chain(sets)
        .chain(pods(snapshot).map(|(namespace, _)| namespace))
        .filter(|known| !known.is_empty())
        .collect();
    if known.contains(namespace) {
        return Vec::new();
    }
    near(namespace, known)
        .into_iter()
        .map(|near| format!("in namespace {near}"))
        .collect()
}

/// Namespace and name of every pod that was read.
pub(super) fn pods(snapshot: &Snapshot) -> impl Iterator<Item = (&str, &str)> {
    let endpoints = snapshot.endpoints.iter();
    let endpoints = endpoints.filter_map(|endpoint| match &endpoint.id {
        EndpointId::Workload {
            namespace,
            workload,
            ..
        } => Some((&**namespace, &**workload)),
        EndpointId::Host { .. } => None,
    });
    let others = snapshot.not_endpoints.iter();
    let others = others.filter_map(|other| {
        let namespace = other.object.namespace.as_deref()?;
        (other.object.kind == "Pod").then_some((namespace, &*other.object.name))
    });
    endpoints.chain(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_strangers_not_at_all() {
        let names = ["node-a", "node-b", "nodes-a", "worker", "node-a"];
        assert_eq!(near("nodea", names), ["node-a", "node-b", "nodes-a"]);
        assert_eq!(near("NODE-A", names), ["node-a", "node-b", "nodes-a"]);
        assert_eq!(near("x", names), Vec::<String>::new());
        assert_eq!(near("worker.example.org", names), ["worker"]);
        assert_eq!(
            near("web-9", ["db-0", "web-1", "web-2"]),
            ["web-1", "web-2"]
        );
        assert_eq!(
            near("worker", ["worker-7", "workers"]),
            ["worker-7", "workers"]
        );
    }
}
