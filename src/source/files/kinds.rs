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

/// Why an object of no known kind may still be meant as one: a policy that is not taken for one must not vanish.
pub(super) fn doubt(api_version: &str, kind: &str) -> Option<String> {
    const CALICO: [&str; 2] = ["projectcalico.org/v3", "crd.projectcalico.org/v1"];
    if api_version.is_empty() {
        return Some(format!("{kind} has no apiVersion"));
    }
    let group = api_version.split('/').next().unwrap_or_default();
    if group == "calicoq" {
        return Some(format!(
            "{kind} is a part of a snapshot, which is a List that begins with its SnapshotInfo"
        ));
    }
    if !CALICO
        .iter()
        .any(|known| known.split('/').next() == Some(group))
    {
        return None;
    }
    if calico(kind).is_some() {
        return Some(format!(
            "{kind} is of {}, not of {api_version}",
            CALICO.join(" or ")
        ));
    }
    let near = KINDS.iter().find(|known| is_near(kind, known));
    near.map(|known| format!("{api_version} has no kind {kind}; it may be meant as {known}"))
}

/// Kinds of Calico that policy needs; any other word that is nearly one of them is a mistake.
const KINDS: [&str; 13] = [
    "ClusterInformation",
    "FelixConfiguration",
    "Tier",
    "GlobalNetworkPolicy",
    "NetworkPolicy",
    "StagedGlobalNetworkPolicy",
    "StagedNetworkPolicy",
    "StagedKubernetesNetworkPolicy",
    "GlobalNetworkSet",
    "NetworkSet",
    "HostEndpoint",
    "WorkloadEndpoint",
    "Profile",
];

/// Another case, the plural, or two letters amiss.
fn is_near(kind: &str, known: &str) -> bool {
    let plain = |text: &str| {
        let text = text.to_lowercase();
        match text.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => text.trim_end_matches('s').to_owned(),
        }
    };
    let (kind, known) = (plain(kind), plain(known));
    kind == known || (known.len() > 6 && strsim::damerau_levenshtein(&kind, &known) <= 2)
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
