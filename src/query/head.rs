//! What stands at the head of every answer.

use super::notes;
use crate::answer::{API_VERSION, Head, Order, Query, TierItem};
use crate::matcher::TierOrder;
use crate::note::Provenance;
use crate::snapshot::Snapshot;

/// The head of an answer; `tiers` where it is about policies.
pub(super) fn head(
    kind: &'static str,
    query: Query,
    snapshot: &Snapshot,
    provenance: Provenance,
    tiers: Option<Vec<TierItem>>,
) -> Head {
    Head {
        api_version: API_VERSION,
        kind,
        query,
        snapshot: provenance,
        complete: snapshot.gaps.is_empty(),
        gaps: snapshot.gaps.clone(),
        notes: notes::of_cluster(snapshot),
        tiers,
    }
}

pub(super) fn tiers(order: &TierOrder, snapshot: &Snapshot) -> Vec<TierItem> {
    let known = |tier: &crate::model::Tier| tier.exists || !snapshot.lacks_tiers();
    order
        .all()
        .iter()
        .map(|tier| TierItem {
            id: format!("tier/{}", tier.name),
            name: tier.name.to_string(),
            order: tier.order.map(Order),
            default_action: known(tier).then_some(tier.default_action),
            exists: known(tier).then_some(tier.exists),
        })
        .collect()
}
