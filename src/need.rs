//! What to read next: the question and what is known so far give reads, as data.
//!
//! Nothing here knows HTTP, keys or files. Reads come in stages: first what decides how everything else is
//! read (ClusterInformation, FelixConfiguration), then all else, then what the policies and endpoints
//! name. No more reads means that enough is known.

use std::net::IpAddr;

/// A kind that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "each variant is the kind of that name; Kubernetes' own kinds that share a name with Calico's are prefixed"
)]
pub enum Kind {
    ClusterInformation,
    FelixConfiguration,
    Tier,
    GlobalNetworkPolicy,
    NetworkPolicy,
    StagedGlobalNetworkPolicy,
    StagedNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    KubernetesNetworkPolicy,
    ClusterNetworkPolicy,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
    GlobalNetworkSet,
    NetworkSet,
    HostEndpoint,
    Namespace,
    ServiceAccount,
    EndpointSlice,
    Node,
    Pod,
}

/// Which objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadScope {
    /// All of the cluster.
    All,
    /// All of one namespace.
    Namespace(String),
    /// One object; the namespace is empty for cluster-scoped kinds.
    Name {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// Pods of one node.
    Node(String),
    /// Pods whose first address is this one.
    Address(IpAddr),
    /// EndpointSlices of one service.
    Service {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
}

/// One read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Read {
    /// The kind.
    pub kind: Kind,
    /// Which of its objects.
    pub scope: ReadScope,
    /// A Kubernetes label selector that the server may apply, as typed with `-l`.
    pub labels: Option<String>,
}
