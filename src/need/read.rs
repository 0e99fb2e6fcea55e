//! What can be read: kinds, which of their objects, and one read.

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
    /// Of etcd alone, beside those of namespaces and service accounts.
    Profile,
}

impl Kind {
    /// Every kind, in the order in which reads are made.
    pub const ALL: [Self; 21] = [
        Self::ClusterInformation,
        Self::FelixConfiguration,
        Self::Tier,
        Self::GlobalNetworkPolicy,
        Self::NetworkPolicy,
        Self::StagedGlobalNetworkPolicy,
        Self::StagedNetworkPolicy,
        Self::StagedKubernetesNetworkPolicy,
        Self::KubernetesNetworkPolicy,
        Self::ClusterNetworkPolicy,
        Self::AdminNetworkPolicy,
        Self::BaselineAdminNetworkPolicy,
        Self::GlobalNetworkSet,
        Self::NetworkSet,
        Self::HostEndpoint,
        Self::Namespace,
        Self::ServiceAccount,
        Self::EndpointSlice,
        Self::Node,
        Self::Pod,
        Self::Profile,
    ];

    /// The kind's name in its API; Kubernetes' NetworkPolicy has the prefix that Calico gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ClusterInformation => "ClusterInformation",
            Self::FelixConfiguration => "FelixConfiguration",
            Self::Tier => "Tier",
            Self::GlobalNetworkPolicy => "GlobalNetworkPolicy",
            Self::NetworkPolicy => "NetworkPolicy",
            Self::StagedGlobalNetworkPolicy => "StagedGlobalNetworkPolicy",
            Self::StagedNetworkPolicy => "StagedNetworkPolicy",
            Self::StagedKubernetesNetworkPolicy => "StagedKubernetesNetworkPolicy",
            Self::KubernetesNetworkPolicy => "KubernetesNetworkPolicy",
            Self::ClusterNetworkPolicy => "ClusterNetworkPolicy",
            Self::AdminNetworkPolicy => "AdminNetworkPolicy",
            Self::BaselineAdminNetworkPolicy => "BaselineAdminNetworkPolicy",
            Self::GlobalNetworkSet => "GlobalNetworkSet",
            Self::NetworkSet => "NetworkSet",
            Self::HostEndpoint => "HostEndpoint",
            Self::Namespace => "Namespace",
            Self::ServiceAccount => "ServiceAccount",
            Self::EndpointSlice => "EndpointSlice",
            Self::Node => "Node",
            Self::Pod => "Pod",
            Self::Profile => "Profile",
        }
    }
}

/// Which objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadScope {
    /// All of the cluster.
    All,
    /// All of one namespace.
    Namespace(String),
    /// One object; the namespace is empty for cluster-scoped kinds, and for a pod of any namespace.
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
