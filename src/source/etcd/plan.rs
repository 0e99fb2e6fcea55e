//! Which keys a read wants. Keys carry the node before the pod, so that pods by name and by node are looked for among the
//! keys alone first.

use crate::need::{Kind, Read, ReadScope};
use crate::raw::{EtcdKey, ROOT, is_namespaced, segment, workload_parts};

/// The keys of one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Plan {
    /// Kinds that are never in etcd.
    Nothing,
    /// Owners of an address: every value would have to be looked at.
    NotSearched,
    /// Every key with a prefix.
    All(String),
    /// One key.
    One(String),
    /// The keys with a prefix that name a workload of some kind.
    Some(String, Wanted),
}

/// Which workload endpoints are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Wanted {
    /// Those of a workload.
    Workload(String),
    /// Those on a node.
    Node(String),
}

impl Plan {
    /// The keys of `read`.
    pub fn of(read: &Read) -> Self {
        let keys = |segment: &str, rest: &str| format!("{ROOT}{segment}/{rest}");
        match (read.kind, &read.scope) {
            (
                Kind::KubernetesNetworkPolicy
                | Kind::ClusterNetworkPolicy
                | Kind::AdminNetworkPolicy
                | Kind::BaselineAdminNetworkPolicy
                | Kind::EndpointSlice,
                _,
            ) => Self::Nothing,
            (Kind::Pod, ReadScope::Address(_)) => Self::NotSearched,
            (Kind::Pod, ReadScope::Node(node)) => {
                Self::Some(keys(WORKLOADS, ""), Wanted::Node(node.clone()))
            }
            (Kind::Pod, ReadScope::Name { namespace, name }) => {
                let within = if namespace.is_empty() {
                    String::new()
                } else {
                    format!("{namespace}/")
                };
                Self::Some(keys(WORKLOADS, &within), Wanted::Workload(name.clone()))
            }
            // Profiles that kube-controllers makes of them.
            (Kind::Namespace, ReadScope::Name { name, .. }) => {
                Self::One(keys(PROFILES, &format!("kns.{name}")))
            }
            (Kind::Namespace, _) => Self::All(keys(PROFILES, "kns.")),
            (Kind::ServiceAccount, ReadScope::Name { namespace, name }) => {
                Self::One(keys(PROFILES, &format!("ksa.{namespace}.{name}")))
            }
            (Kind::ServiceAccount, ReadScope::Namespace(namespace)) => {
                Self::All(keys(PROFILES, &format!("ksa.{namespace}.")))
            }
            (Kind::ServiceAccount, _) => Self::All(keys(PROFILES, "ksa.")),
            (kind, ReadScope::Name { namespace, name }) => {
                let within = if namespace.is_empty() {
                    String::new()
                } else {
                    format!("{namespace}/")
                };
                Self::One(keys(of_kind(kind), &format!("{within}{name}")))
            }
            (kind, ReadScope::Namespace(namespace)) => {
                Self::All(keys(of_kind(kind), &format!("{namespace}/")))
            }
            (kind, _) => Self::All(keys(of_kind(kind), "")),
        }
    }

    /// Whether it wants a key.
    pub fn has(&self, key: &str) -> bool {
        match self {
            Self::Nothing | Self::NotSearched => false,
            Self::All(prefix) => key.starts_with(prefix),
            Self::One(wanted) => key == wanted,
            Self::Some(prefix, wanted) => key.starts_with(prefix) && wanted.has(key),
        }
    }
}

impl Plan {
    /// The same of one namespace, where it is of all.
    pub fn within(&self, namespace: &str) -> Option<Self> {
        let narrow = |prefix: &String| {
            let segment = prefix.strip_prefix(ROOT)?.strip_suffix('/')?;
            is_namespaced(segment).then(|| format!("{prefix}{namespace}/"))
        };
        match self {
            Self::All(prefix) => narrow(prefix).map(Self::All),
            Self::Some(prefix, wanted) => {
                narrow(prefix).map(|prefix| Self::Some(prefix, wanted.clone()))
            }
            Self::Nothing | Self::NotSearched | Self::One(_) => None,
        }
    }
}

impl Wanted {
    /// Whether a key names one of them.
    pub fn has(&self, key: &str) -> bool {
        let EtcdKey::Object { name, .. } = EtcdKey::parse(key) else {
            return false;
        };
        let parts = workload_parts(name);
        parts.is_some_and(|[node, _, workload, _]| match self {
            Self::Workload(wanted) => workload == *wanted,
            Self::Node(wanted) => node == *wanted,
        })
    }
}

const WORKLOADS: &str = "workloadendpoints";
const PROFILES: &str = "profiles";

/// The segment of a kind's keys; Calico's nodes and pods have kinds of their own.
pub(super) fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Pod => WORKLOADS,
        Kind::Namespace | Kind::ServiceAccount => PROFILES,
        kind => segment(kind.name()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(kind: Kind, scope: ReadScope) -> Plan {
        Plan::of(&Read {
            kind,
            scope,
            labels: None,
        })
    }

    fn name(namespace: &str, name: &str) -> ReadScope {
        ReadScope::Name {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    #[test]
    fn reads_become_keys() {
        let root = |rest: &str| format!("{ROOT}{rest}");
        let all = |rest: &str| Plan::All(root(rest));
        let one = |rest: &str| Plan::One(root(rest));
        let workload = |within: &str, name: &str| {
            Plan::Some(
                root(&format!("workloadendpoints/{within}")),
                Wanted::Workload(name.to_owned()),
            )
        };
        for (kind, scope, want) in [
            (Kind::Pod, ReadScope::All, all("workloadendpoints/")),
            (
                Kind::Pod,
                ReadScope::Namespace("shop".to_owned()),
                all("workloadendpoints/shop/"),
            ),
            (Kind::Pod, name("shop", "web"), workload("shop/", "web")),
            (Kind::Pod, name("", "web"), workload("", "web")),
            (Kind::Namespace, name("", "shop"), one("profiles/kns.shop")),
            (Kind::Namespace, ReadScope::All, all("profiles/kns.")),
            (
                Kind::ServiceAccount,
                name("shop", "web"),
                one("profiles/ksa.shop.web"),
            ),
            (
                Kind::ServiceAccount,
                ReadScope::Namespace("shop".to_owned()),
                all("profiles/ksa.shop."),
            ),
            (Kind::ServiceAccount, ReadScope::All, all("profiles/ksa.")),
            (Kind::Profile, name("", "mine"), one("profiles/mine")),
            (Kind::Node, name("", "node-a"), one("nodes/node-a")),
            (Kind::NetworkPolicy, ReadScope::All, all("networkpolicies/")),
            (
                Kind::NetworkPolicy,
                ReadScope::Namespace("shop".to_owned()),
                all("networkpolicies/shop/"),
            ),
            (
                Kind::ClusterInformation,
                ReadScope::All,
                all("clusterinformations/"),
            ),
            (Kind::EndpointSlice, ReadScope::All, Plan::Nothing),
            (Kind::KubernetesNetworkPolicy, ReadScope::All, Plan::Nothing),
            (
                Kind::Pod,
                ReadScope::Address([10, 0, 0, 1].into()),
                Plan::NotSearched,
            ),
        ] {
            assert_eq!(plan(kind, scope), want);
        }
    }

    #[test]
    fn a_namespaced_kind_can_be_read_in_one_namespace() {
        let root = |rest: &str| format!("{ROOT}{rest}");
        let within = |plan: Plan| plan.within("shop");
        assert_eq!(
            within(Plan::All(root("networkpolicies/"))),
            Some(Plan::All(root("networkpolicies/shop/")))
        );
        for plan in [
            Plan::All(root("tiers/")),
            Plan::All(root("networkpolicies/shop/")),
            Plan::All(root("profiles/kns.")),
            Plan::One(root("tiers/default")),
        ] {
            assert_eq!(within(plan), None);
        }
    }

    #[test]
    fn keys_of_one_pod_are_told_from_those_of_a_longer_name() {
        let wanted = Wanted::Workload("web".to_owned());
        let key = |name: &str| format!("{ROOT}workloadendpoints/shop/{name}");
        assert!(wanted.has(&key("n1-k8s-web-eth0")));
        assert!(!wanted.has(&key("n1-k8s-web--2-eth0")), "T-6");
        assert!(!wanted.has(&key("web")));
        let wanted = Wanted::Node("n-1".to_owned());
        assert!(wanted.has(&key("n--1-k8s-web-eth0")) && !wanted.has(&key("n--11-k8s-web-eth0")));
    }
}
