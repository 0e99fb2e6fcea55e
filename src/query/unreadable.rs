//! A kind that was named and could not be read.

use crate::model::PolicyKind;
use crate::note::{Gap, GapCode};
use crate::question::PolicyName;

/// That no policy of the one kind that a name gives could be read: then nothing can be said of it.
#[must_use]
pub fn unreadable<'g>(name: &PolicyName, gaps: &'g [Gap]) -> Option<&'g Gap> {
    let kinds = match name.kind? {
        PolicyKind::GlobalNetworkPolicy => "globalnetworkpolicies.",
        PolicyKind::KubernetesAdminNetworkPolicy => "adminnetworkpolicies.",
        PolicyKind::KubernetesBaselineAdminNetworkPolicy => "baselineadminnetworkpolicies.",
        PolicyKind::KubernetesClusterNetworkPolicy => "clusternetworkpolicies.",
        PolicyKind::KubernetesNetworkPolicy => "networkpolicies.networking.k8s.io",
        PolicyKind::NetworkPolicy => "networkpolicies.",
        PolicyKind::StagedGlobalNetworkPolicy => "stagedglobalnetworkpolicies.",
        PolicyKind::StagedKubernetesNetworkPolicy => "stagedkubernetesnetworkpolicies.",
        PolicyKind::StagedNetworkPolicy => "stagednetworkpolicies.",
    };
    let calico = name.kind == Some(PolicyKind::NetworkPolicy);
    gaps.iter().find(|gap| {
        let unread = matches!(
            gap.code,
            GapCode::Forbidden | GapCode::Timeout | GapCode::ServerError
        );
        unread
            && !gap.message.contains("only namespace")
            && gap.resource.starts_with(kinds)
            && !(calico && gap.resource.ends_with(".networking.k8s.io"))
    })
}
