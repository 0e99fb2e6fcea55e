//! Who matches: endpoints and policies, rules and endpoints, as Felix's calculation graph decides it.
//!
//! ```text
//!   snapshot ─▶ labels ──▶ order ──▶ stages      policies of an endpoint ─▶ tier × stage × direction
//!                  │                    └──▶ verdict   what decides a packet that no rule matches
//!                  ├─────▶ hosts       which host endpoint is active on an interface
//!                  └─────▶ addresses ─▶ criteria ─▶ scan   rules that name an endpoint
//! ```
//!
//! Plain functions on an immutable snapshot; no text for people, no flags.

mod addresses;
mod criteria;
mod hosts;
mod index;
mod labels;
mod order;
mod prefixes;
mod scan;
mod stages;

pub use addresses::Owner;
pub use criteria::{CriterionKind, Held, NamedPorts, Outcome};
pub use hosts::Rival;
pub use labels::EffectiveLabels;
pub use order::TierOrder;
pub use scan::{RuleHit, RuleOwner};
pub use stages::{End, StageKind, StageLists, TierList, Verdict, VerdictBy};

use crate::behaviour::Behaviour;
use crate::model::{DroppedPolicy, Endpoint, NetworkSet, Policy};
use crate::snapshot::Snapshot;

/// Answers questions about one snapshot.
pub struct Matcher<'a> {
    snapshot: &'a Snapshot,
    tiers: TierOrder,
    /// Policies in evaluation order: by tier, then by order and name.
    policies: Vec<&'a Policy>,
    /// Everything that has rules, in the order in which answers show it.
    owners: Vec<RuleOwner<'a>>,
    addresses: addresses::Index<'a>,
    /// Made where many endpoints are asked about.
    index: Option<index::Index<'a>>,
}

/// What it takes to be ready for many questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Distinct selectors of policies and of rules.
    pub selectors: usize,
    /// Label shapes: objects that look alike to every selector.
    pub shapes: usize,
    /// How many times a selector was evaluated over a shape.
    pub evaluations: usize,
}

/// The policies that select an endpoint, and whether that list is certain.
pub struct Selected<'a> {
    /// In evaluation order.
    pub policies: Vec<&'a Policy>,
    /// Whether some policy may select it or not, depending on labels that could not be read.
    pub uncertain: bool,
}

impl<'a> Matcher<'a> {
    /// Sorts tiers and policies and indexes addresses; linear in the snapshot but for the sorting.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, behaviour: Behaviour) -> Self {
        let tiers = TierOrder::of(snapshot);
        let policies = order::sorted(&snapshot.policies, &tiers, behaviour);
        Self {
            snapshot,
            tiers,
            owners: scan::owners(&policies, snapshot),
            policies,
            addresses: addresses::Index::of(snapshot),
            index: None,
        }
    }

    /// The same, made ready for questions about many endpoints. The answers do not change.
    #[must_use]
    pub fn for_many(mut self) -> Self {
        self.index = Some(index::Index::of(
            self.snapshot,
            &self.policies,
            &self.owners,
        ));
        self
    }

    /// What it took to make it ready; nothing where it was not.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.index
            .as_ref()
            .map(index::Index::effort)
            .unwrap_or_default()
    }

    /// The tiers in evaluation order.
    #[must_use]
    pub fn tiers(&self) -> &TierOrder {
        &self.tiers
    }

    /// The labels that selectors see.
    #[must_use]
    pub fn labels(&self, endpoint: &'a Endpoint) -> EffectiveLabels<'a> {
        EffectiveLabels::of(&endpoint.labels, &endpoint.profiles, self.snapshot)
    }

    /// The labels that selectors see of a network set.
    #[must_use]
    pub fn labels_of_set(&self, set: &'a NetworkSet) -> EffectiveLabels<'a> {
        EffectiveLabels::of(&set.labels, &set.profiles, self.snapshot)
    }

    /// The policies whose selector selects the endpoint (`active_rules_calculator.go`).
    #[must_use]
    pub fn policies_of(&self, endpoint: &Endpoint, labels: &EffectiveLabels<'_>) -> Selected<'a> {
        let index = self.index.as_ref();
        let known = index.and_then(|index| index.policies(&endpoint.labels, &endpoint.profiles));
        if let Some((numbers, uncertain)) = known {
            let policy = |number: &u32| self.policies.get(*number as usize).copied();
            return Selected {
                policies: numbers.iter().filter_map(policy).collect(),
                uncertain,
            };
        }
        let mut selected = Selected {
            policies: Vec::new(),
            uncertain: false,
        };
        for policy in &self.policies {
            match policy
                .selector
                .as_ref()
                .map(|selector| selector.decides(labels))
            {
                Some(Some(true)) => selected.policies.push(policy),
                Some(None) => selected.uncertain = true,
                Some(Some(false)) | None => {}
            }
        }
        selected
    }

    /// The dropped policies that concern the endpoint, with whether their selector, if it can be read,
    /// would select it; one that cannot be read concerns every endpoint of its namespace.
    pub fn dropped_for<'b>(
        &'b self,
        endpoint: &'b Endpoint,
        labels: &'b EffectiveLabels<'a>,
    ) -> impl Iterator<Item = (&'a DroppedPolicy, Option<bool>)> + use<'a, 'b> {
        let namespace = endpoint.id.namespace();
        self.snapshot.dropped.iter().filter_map(move |dropped| {
            let policy = &dropped.policy;
            match &policy.selector {
                Some(selector) => selector.matches(labels).then_some((dropped, Some(true))),
                None if policy.id.namespace.is_empty() => Some((dropped, None)),
                None => (&*policy.id.namespace == namespace).then_some((dropped, None)),
            }
        })
    }
}
