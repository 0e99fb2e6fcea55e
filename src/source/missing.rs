//! What is uncertain when a kind cannot be read, whatever the datastore.

use crate::need::Kind;
use crate::note::Part;

/// How much of a kind is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// All of it, or it is not known how much.
    All,
    /// What stands outside the namespace that the question is about.
    OtherNamespaces,
}

/// The parts of an answer that a kind bears on.
pub(super) fn missing_from(kind: Kind, lack: Lack) -> Vec<Part> {
    use Part::{
        Items, NamespaceLabels, Policies, Profiles, RuleMatches, ServiceAccountLabels, Unmatched,
    };
    match (kind, lack) {
        (Kind::ClusterInformation | Kind::FelixConfiguration | Kind::Node, _) => Vec::new(),
        (Kind::Pod, _) => vec![Items],
        (Kind::HostEndpoint, _) => vec![Items, RuleMatches],
        (Kind::GlobalNetworkSet | Kind::NetworkSet | Kind::EndpointSlice, _)
        | (_, Lack::OtherNamespaces) => vec![RuleMatches],
        (Kind::Namespace, _) => vec![RuleMatches, NamespaceLabels, Profiles],
        (Kind::Profile, _) => vec![RuleMatches, Profiles],
        (Kind::ServiceAccount, _) => vec![RuleMatches, ServiceAccountLabels, Profiles],
        // Never enforced, so they decide nothing.
        (
            Kind::StagedGlobalNetworkPolicy
            | Kind::StagedNetworkPolicy
            | Kind::StagedKubernetesNetworkPolicy,
            _,
        ) => vec![Policies, RuleMatches],
        (
            Kind::Tier
            | Kind::GlobalNetworkPolicy
            | Kind::NetworkPolicy
            | Kind::KubernetesNetworkPolicy
            | Kind::ClusterNetworkPolicy
            | Kind::AdminNetworkPolicy
            | Kind::BaselineAdminNetworkPolicy,
            _,
        ) => vec![Policies, RuleMatches, Unmatched],
    }
}
