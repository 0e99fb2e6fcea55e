//! Which kind an object in a file is.

use crate::need::Kind;

/// The kind, if Calico's policy reads it. Groups decide between kinds of one name.
pub(super) fn of(api_version: &str, kind: &str) -> Option<Kind> {
    match api_version {
        "crd.projectcalico.org/v1" | "projectcalico.org/v3" => calico(kind),
        "v1" => core(kind),
        "networking.k8s.io/v1" => {
            (kind == "NetworkPolicy").then_some(Kind::KubernetesNetworkPolicy)
        }
        "discovery.k8s.io/v1" => (kind == "EndpointSlice").then_some(Kind::EndpointSlice),
        "policy.networking.k8s.io/v1alpha2" => {
            (kind == "ClusterNetworkPolicy").then_some(Kind::ClusterNetworkPolicy)
        }
        "policy.networking.k8s.io/v1alpha1" => match kind {
            "AdminNetworkPolicy" => Some(Kind::AdminNetworkPolicy),
            "BaselineAdminNetworkPolicy" => Some(Kind::BaselineAdminNetworkPolicy),
            _ => None,
        },
        _ => None,
    }
}

/// Whether objects of the kind have a namespace.
pub(super) fn is_namespaced(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Pod
            | Kind::ServiceAccount
            | Kind::EndpointSlice
            | Kind::KubernetesNetworkPolicy
            | Kind::NetworkPolicy
            | Kind::StagedNetworkPolicy
            | Kind::StagedKubernetesNetworkPolicy
            | Kind::NetworkSet
    )
}

fn core(kind: &str) -> Option<Kind> {
    match kind {
        "Pod" => Some(Kind::Pod),
        "Namespace" => Some(Kind::Namespace),
        "ServiceAccount" => Some(Kind::ServiceAccount),
        "Node" => Some(Kind::Node),
        _ => None,
    }
}

fn calico(kind: &str) -> Option<Kind> {
    Some(match kind {
        "ClusterInformation" => Kind::ClusterInformation,
        "FelixConfiguration" => Kind::FelixConfiguration,
        "Tier" => Kind::Tier,
        "GlobalNetworkPolicy" => Kind::GlobalNetworkPolicy,
        "NetworkPolicy" => Kind::NetworkPolicy,
        "StagedGlobalNetworkPolicy" => Kind::StagedGlobalNetworkPolicy,
        "StagedNetworkPolicy" => Kind::StagedNetworkPolicy,
        "StagedKubernetesNetworkPolicy" => Kind::StagedKubernetesNetworkPolicy,
        "GlobalNetworkSet" => Kind::GlobalNetworkSet,
        "NetworkSet" => Kind::NetworkSet,
        "HostEndpoint" => Kind::HostEndpoint,
        // What etcd holds of these, and calicoctl shows of them.
        "WorkloadEndpoint" => Kind::Pod,
        "Profile" => Kind::Profile,
        "Node" => Kind::Node,
        _ => return None,
    })
}
