//! The names of an endpoint: id, ref and the classic text's.

use std::fmt;

use serde::Serialize;

use super::ObjectRef;
use crate::intern::Symbol;

/// Which endpoint: unique in a cluster.
///
/// Ids sort as they are shown: host endpoints by node and name, then workload endpoints by namespace,
/// workload and endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EndpointId {
    /// A host endpoint; its name is unique in a cluster.
    Host {
        /// The node that it belongs to.
        node: Symbol,
        /// Its v3 name.
        name: Symbol,
    },
    /// A workload endpoint.
    Workload {
        /// The node that runs it.
        node: Symbol,
        /// `k8s` for pods.
        orchestrator: Symbol,
        /// Empty where the orchestrator has no namespaces.
        namespace: Symbol,
        /// The pod's name in Kubernetes.
        workload: Symbol,
        /// `eth0` in Kubernetes.
        endpoint: Symbol,
    },
}

impl EndpointId {
    /// The short form that people type: `pod/shop/web-1`, `hep/node-a-eth0`; the id without the node for
    /// what is no pod.
    #[must_use]
    pub fn short_ref(&self) -> String {
        match self {
            Self::Host { name, .. } => format!("hep/{name}"),
            Self::Workload {
                orchestrator,
                namespace,
                workload,
                ..
            } if &**orchestrator == "k8s" => {
                format!("pod/{namespace}/{workload}")
            }
            Self::Workload { .. } => self.without_node(),
        }
    }

    /// The id without its node, `k8s/shop.web-1/eth0`: how the classic text names a workload endpoint.
    #[must_use]
    pub fn without_node(&self) -> String {
        match self {
            Self::Host { name, .. } => name.to_string(),
            Self::Workload {
                orchestrator,
                namespace,
                workload,
                endpoint,
                ..
            } => {
                let dot = if namespace.is_empty() { "" } else { "." };
                format!("{orchestrator}/{namespace}{dot}{workload}/{endpoint}")
            }
        }
    }

    /// The object that its user knows; a workload that is no pod is known by Calico's own name for it, in which a dash
    /// inside a part is doubled (`libcalico-go/lib/names/workloadendpoint.go`).
    #[must_use]
    pub fn object(&self) -> ObjectRef {
        const V3: &str = "projectcalico.org/v3";
        match self {
            Self::Host { name, .. } => ObjectRef::new(V3, "HostEndpoint", "", name),
            Self::Workload {
                orchestrator,
                namespace,
                workload,
                ..
            } if &**orchestrator == "k8s" => ObjectRef::new("v1", "Pod", namespace, workload),
            Self::Workload {
                node,
                orchestrator,
                namespace,
                workload,
                endpoint,
            } => {
                let parts = [node, orchestrator, workload, endpoint];
                let name = parts.map(|part| part.replace('-', "--")).join("-");
                ObjectRef::new(V3, "WorkloadEndpoint", namespace, &name)
            }
        }
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &Symbol {
        match self {
            Self::Host { node, .. } | Self::Workload { node, .. } => node,
        }
    }

    /// The namespace; empty for host endpoints.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match self {
            Self::Host { .. } => "",
            Self::Workload { namespace, .. } => namespace,
        }
    }

    fn sort_key(&self) -> (bool, [&Symbol; 5]) {
        match self {
            Self::Host { node, name } => (false, [node, name, name, name, name]),
            Self::Workload {
                node,
                orchestrator,
                namespace,
                workload,
                endpoint,
            } => (true, [namespace, workload, endpoint, node, orchestrator]),
        }
    }

    /// What a substring is looked for in: `<node>/<rest>`, as in the original tool.
    #[must_use]
    pub fn searchable(&self) -> String {
        self.after_node(&self.without_node())
    }

    /// `rest` behind the node; a pod of a manifest may have none.
    fn after_node(&self, rest: &str) -> String {
        match &**self.node() {
            "" => rest.to_owned(),
            node => format!("{node}/{rest}"),
        }
    }
}

impl Ord for EndpointId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl PartialOrd for EndpointId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// `node-a/k8s/shop.web-1/eth0`, `hep/node-a-eth0`; without a node `k8s/shop.web-1/eth0`.
impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host { name, .. } => write!(f, "hep/{name}"),
            Self::Workload { .. } => f.write_str(&self.after_node(&self.without_node())),
        }
    }
}

impl Serialize for EndpointId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_and_a_host_endpoint_in_every_spelling() {
        let pod = EndpointId::Workload {
            node: "node-a".into(),
            orchestrator: "k8s".into(),
            namespace: "shop".into(),
            workload: "web-1".into(),
            endpoint: "eth0".into(),
        };
        assert_eq!(pod.to_string(), "node-a/k8s/shop.web-1/eth0");
        assert_eq!(pod.short_ref(), "pod/shop/web-1");
        assert_eq!(pod.without_node(), "k8s/shop.web-1/eth0");
        let host = EndpointId::Host {
            node: "node-a".into(),
            name: "node-a-eth0".into(),
        };
        assert_eq!(host.to_string(), "hep/node-a-eth0");
        assert_eq!(host.short_ref(), "hep/node-a-eth0");
        assert_eq!(host.searchable(), "node-a/node-a-eth0");
    }

    #[test]
    fn what_is_no_pod_is_named_by_its_id_without_the_node() {
        let id = EndpointId::Workload {
            node: "n".into(),
            orchestrator: "cni".into(),
            namespace: "".into(),
            workload: "abc".into(),
            endpoint: "eth0".into(),
        };
        assert_eq!(id.short_ref(), "cni/abc/eth0");
        assert_eq!(id.object().name, "n-cni-abc-eth0");
    }
}
