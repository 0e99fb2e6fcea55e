//! The order of tiers and of policies in them (`felix/calc/policy_sorter.go`: `TierLess`, `PolKVLess`).

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::behaviour::{Behaviour, TieBreak};
use crate::intern::Symbol;
use crate::model::{DefaultAction, Policy, Tier};
use crate::snapshot::Snapshot;

/// Every tier, those that policies name without there being a Tier object among them, in evaluation order.
pub struct TierOrder {
    tiers: Vec<Tier>,
    ranks: FxHashMap<Symbol, usize>,
}

impl TierOrder {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut tiers = snapshot.tiers.clone();
        let mut known: std::collections::BTreeSet<Symbol> =
            tiers.iter().map(|tier| tier.name.clone()).collect();
        for policy in &snapshot.policies {
            if known.insert(policy.tier.clone()) {
                tiers.push(missing(&policy.tier));
            }
        }
        tiers.sort_by(before);
        let ranks = tiers
            .iter()
            .enumerate()
            .map(|(rank, tier)| (tier.name.clone(), rank))
            .collect();
        Self { tiers, ranks }
    }

    /// The tiers in evaluation order.
    #[must_use]
    pub fn all(&self) -> &[Tier] {
        &self.tiers
    }

    /// One tier by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tier> {
        self.ranks.get(name).and_then(|rank| self.tiers.get(*rank))
    }

    fn rank(&self, name: &str) -> usize {
        self.ranks.get(name).copied().unwrap_or(usize::MAX)
    }
}

/// What a tier without object is: it denies, since only the word `Pass` passes.
fn missing(name: &Symbol) -> Tier {
    Tier {
        name: name.clone(),
        order: None,
        default_action: DefaultAction::Deny,
        exists: false,
    }
}

/// Existing tiers first, then by order (none is last), then by name.
fn before(a: &Tier, b: &Tier) -> Ordering {
    b.exists
        .cmp(&a.exists)
        .then_with(|| by_order(a.order, b.order))
        .then_with(|| a.name.cmp(&b.name))
}

/// No order is infinite; decoded orders are never NaN.
fn by_order(a: Option<f64>, b: Option<f64>) -> Ordering {
    let (a, b) = (a.unwrap_or(f64::INFINITY), b.unwrap_or(f64::INFINITY));
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// Policies in evaluation order.
pub(super) fn sorted<'a>(
    policies: &'a [Policy],
    tiers: &TierOrder,
    behaviour: Behaviour,
) -> Vec<&'a Policy> {
    let tie = |policy: &Policy| match behaviour.tie_break() {
        TieBreak::NameNamespaceKind => policy.id.tie_break(),
        TieBreak::LegacyName => policy.id.legacy_name(),
    };
    let mut keyed: Vec<_> = policies
        .iter()
        .map(|p| (tiers.rank(&p.tier), tie(p), p))
        .collect();
    keyed.sort_by(|(rank_a, tie_a, a), (rank_b, tie_b, b)| {
        rank_a
            .cmp(rank_b)
            .then_with(|| by_order(a.order, b.order))
            .then_with(|| tie_a.cmp(tie_b))
            .then_with(|| a.id.cmp(&b.id))
    });
    keyed.into_iter().map(|(_, _, policy)| policy).collect()
}
