//! The stages of an endpoint, as an answer shows them.

use super::item::Known;
use crate::answer::{
    DirectionStages, EndOfTier, Stage, StageName, TierPolicies, Unmatched, UnmatchedAction,
};
use crate::matcher::{End, Matcher, StageKind, StageLists, TierList, Verdict, VerdictBy};
use crate::model::{Direction, Endpoint};

/// The name of a stage.
pub(super) fn name(kind: StageKind) -> StageName {
    match kind {
        StageKind::Untracked => StageName::Untracked,
        StageKind::PreDnat => StageName::PreDnat,
        StageKind::Forward => StageName::Forward,
        StageKind::Normal => StageName::Normal,
    }
}

/// A direction about which nothing is known yet.
pub(super) fn none() -> DirectionStages {
    let unmatched = Unmatched {
        action: UnmatchedAction::Deny,
        by: None,
    };
    let normal = Stage {
        tiers: Vec::new(),
        profiles: Some(Vec::new()),
        unmatched,
        programmed: None,
        reason: None,
    };
    DirectionStages {
        untracked: None,
        pre_dnat: None,
        forward: None,
        normal,
    }
}

/// All stages of one direction; one without tiers is absent, but `normal` always stands.
pub(super) fn direction(
    matcher: &Matcher<'_>,
    known: &Known<'_, '_>,
    direction: Direction,
) -> DirectionStages {
    let lists = |kind| matcher.stage(known.endpoint, known.selected, kind, direction);
    let present = |kind| {
        let lists = lists(kind);
        (!lists.tiers.is_empty()).then(|| shown(&lists, kind, known.endpoint))
    };
    let mut normal = shown(&lists(StageKind::Normal), StageKind::Normal, known.endpoint);
    normal.profiles = Some(
        known
            .endpoint
            .profiles
            .iter()
            .map(|name| format!("pro/{name}"))
            .collect(),
    );
    DirectionStages {
        untracked: present(StageKind::Untracked),
        pre_dnat: present(StageKind::PreDnat),
        forward: present(StageKind::Forward),
        normal,
    }
}

fn shown(lists: &StageLists<'_>, kind: StageKind, endpoint: &Endpoint) -> Stage {
    // Untracked policy is not programmed for all-interfaces host endpoints.
    let wildcard = endpoint
        .host()
        .is_some_and(|host| &*host.interface_name == "*");
    let off = kind == StageKind::Untracked && wildcard;
    Stage {
        tiers: lists.tiers.iter().map(tier).collect(),
        profiles: None,
        unmatched: unmatched(&lists.unmatched),
        programmed: off.then_some(false),
        reason: off.then(|| "interfaceName is *".to_owned()),
    }
}

fn tier(list: &TierList<'_>) -> TierPolicies {
    TierPolicies {
        tier: list.tier.to_string(),
        policies: list
            .policies
            .iter()
            .map(|policy| policy.id.clone())
            .collect(),
        end_of_tier: match list.end {
            End::Pass => EndOfTier::Pass,
            End::Deny => EndOfTier::Deny,
            End::None => EndOfTier::None,
            End::Unknown => EndOfTier::Unknown,
        },
    }
}

fn unmatched(verdict: &Verdict) -> Unmatched {
    let profile = |name| Some(format!("pro/{name}"));
    let (action, by) = match &verdict.fate {
        VerdictBy::Tier(name) => (UnmatchedAction::Deny, Some(format!("tier/{name}"))),
        VerdictBy::ProfileAllows(name) => (UnmatchedAction::Allow, profile(name)),
        VerdictBy::ProfileDenies(name) => (UnmatchedAction::Deny, profile(name)),
        VerdictBy::ProfileDepends(name) => (UnmatchedAction::Depends, profile(name)),
        VerdictBy::Nothing => (UnmatchedAction::Deny, None),
        VerdictBy::GoesOn => (UnmatchedAction::Continue, None),
    };
    let action = if verdict.uncertain {
        UnmatchedAction::Unknown
    } else {
        action
    };
    Unmatched { action, by }
}
