//! The lists that a packet meets: tier × stage × direction (`felix/calc/event_sequencer.go`,
//! `felix/rules/endpoints.go`), and what decides a packet that no rule matches.

use super::{Matcher, Selected};
use crate::intern::Symbol;
use crate::model::{Action, DefaultAction, Direction, Endpoint, Policy, Treatment};

/// A list of a packet's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageKind {
    /// Before connection tracking, host endpoints only.
    Untracked,
    /// Before address translation, host endpoints and ingress only.
    PreDnat,
    /// Forwarded packets, host endpoints only.
    Forward,
    /// Packets to or from the endpoint itself.
    Normal,
}

/// The tiers of one stage and direction.
#[derive(Clone, Debug)]
pub struct StageLists<'a> {
    /// Tiers with a policy that governs the direction, in order.
    pub tiers: Vec<TierList<'a>>,
    /// What happens to a packet that no policy rule matches.
    pub unmatched: Verdict,
}

/// One tier's policies that govern a direction.
#[derive(Clone, Debug)]
pub struct TierList<'a> {
    /// The tier's name.
    pub tier: &'a Symbol,
    /// In order, staged ones included.
    pub policies: Vec<&'a Policy>,
    /// What happens at its end.
    pub end: End,
}

/// The end of a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// On to the next tier.
    Pass,
    /// Drop.
    Deny,
    /// Only staged policies: as if the tier were absent.
    None,
    /// The tier could not be read.
    Unknown,
}

/// The fate of a packet that no policy rule matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of it.
    pub fate: VerdictBy,
    /// Whether something that was not read could decide otherwise.
    pub uncertain: bool,
}

/// What decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerdictBy {
    /// The end of a tier denies.
    Tier(Symbol),
    /// A profile's unconditional rule allows.
    ProfileAllows(Symbol),
    /// A profile denies, by a rule or by not existing.
    ProfileDenies(Symbol),
    /// A profile's rules with criteria decide.
    ProfileDepends(Symbol),
    /// No profile decides: denied.
    Nothing,
    /// The stage does not decide; the packet goes on.
    GoesOn,
}

impl StageKind {
    /// All stages in a packet's order.
    pub const ALL: [Self; 4] = [Self::Untracked, Self::PreDnat, Self::Forward, Self::Normal];

    /// The stages of an endpoint in which a policy stands (`tierInfoToProtoTierInfo`): workloads have the
    /// normal one only.
    #[must_use]
    pub fn of(policy: &Policy, endpoint: &Endpoint) -> &'static [Self] {
        match (policy.treatment, endpoint.is_host()) {
            (Treatment::Untracked, true) => &[Self::Untracked],
            (Treatment::PreDnat, true) => &[Self::PreDnat],
            (Treatment::Untracked | Treatment::PreDnat, false) => &[],
            (Treatment::Forward, true) => &[Self::Forward, Self::Normal],
            (Treatment::Forward, false) | (Treatment::Normal, _) => &[Self::Normal],
        }
    }

    /// Whether a tier's default action counts here; elsewhere every tier passes at its end.
    fn has_end_of_tier(self) -> bool {
        matches!(self, Self::Forward | Self::Normal)
    }
}

/// Whether a rule of this direction has fields that another product may know.
fn has_foreign(policy: &Policy, direction: Direction) -> bool {
    policy
        .rules(direction)
        .iter()
        .any(|rule| rule.unknown_fields)
}

impl<'a> Matcher<'a> {
    /// One stage and direction of an endpoint.
    #[must_use]
    pub fn stage(
        &self,
        endpoint: &Endpoint,
        selected: &Selected<'a>,
        stage: StageKind,
        direction: Direction,
    ) -> StageLists<'a> {
        let mut tiers: Vec<TierList<'a>> = Vec::new();
        let stands = |policy: &&&'a Policy| {
            StageKind::of(policy, endpoint).contains(&stage) && policy.acts_on(direction)
        };
        for policy in selected.policies.iter().filter(stands) {
            match tiers.last_mut() {
                Some(list) if *list.tier == policy.tier => list.policies.push(policy),
                _ => tiers.push(TierList {
                    tier: &policy.tier,
                    policies: vec![policy],
                    end: End::None,
                }),
            }
        }
        for list in &mut tiers {
            list.end = self.end_of(list, stage);
        }
        let fate = self.fate(endpoint, &tiers, stage, direction);
        let denies = tiers.iter().any(|list| list.end == End::Deny);
        let unread = !denies && tiers.iter().any(|list| list.end == End::Unknown);
        let foreign = self.snapshot.has_foreign_fields()
            && tiers
                .iter()
                .flat_map(|list| &list.policies)
                .any(|policy| has_foreign(policy, direction));
        let uncertain = unread
            || foreign && !matches!(fate, VerdictBy::Tier(_) | VerdictBy::Nothing)
            || self.is_uncertain(&fate, stage, selected);
        StageLists {
            tiers,
            unmatched: Verdict { fate, uncertain },
        }
    }

    fn end_of(&self, list: &TierList<'_>, stage: StageKind) -> End {
        let enforced = list
            .policies
            .iter()
            .any(|policy| !policy.id.kind.is_staged());
        let tier = self.tiers.get(list.tier);
        match tier.map(|tier| (tier.exists, tier.default_action)) {
            _ if !enforced => End::None,
            _ if !stage.has_end_of_tier() => End::Pass,
            Some((false, _)) | None if self.snapshot.lacks_tiers() => End::Unknown,
            Some((_, DefaultAction::Pass)) => End::Pass,
            Some((_, DefaultAction::Deny)) | None => End::Deny,
        }
    }

    fn fate(
        &self,
        endpoint: &Endpoint,
        tiers: &[TierList<'_>],
        stage: StageKind,
        direction: Direction,
    ) -> VerdictBy {
        // One that surely denies does so wherever it stands; else one that may.
        let ends = |end| tiers.iter().find(|list| list.end == end);
        if let Some(list) = ends(End::Deny).or_else(|| ends(End::Unknown)) {
            return VerdictBy::Tier(list.tier.clone());
        }
        if stage != StageKind::Normal {
            return VerdictBy::GoesOn;
        }
        let decides = |name: &Symbol| match self.unread_profile(endpoint, name) {
            Some(fate) => fate,
            None => self.profile_decides(name, direction),
        };
        endpoint
            .profiles
            .iter()
            .find_map(decides)
            .unwrap_or(VerdictBy::Nothing)
    }

    /// Where profiles are computed, a pod proves that its namespace exists, whose profile allows everything whatever its
    /// labels; the profile of a service account has no rules.
    fn unread_profile(&self, endpoint: &Endpoint, name: &Symbol) -> Option<Option<VerdictBy>> {
        let unread = self.snapshot.lacks_profiles() && !self.snapshot.profiles.contains_key(name);
        if !unread || endpoint.is_host() || self.snapshot.stored_profiles {
            return None;
        }
        if name.starts_with("kns.") {
            return Some(Some(VerdictBy::ProfileAllows(name.clone())));
        }
        name.starts_with("ksa.").then_some(None)
    }

    /// What one profile makes of a packet about which nothing is known; `None` when it has no rule that
    /// decides.
    fn profile_decides(&self, name: &Symbol, direction: Direction) -> Option<VerdictBy> {
        let Some(profile) = self.snapshot.profiles.get(name) else {
            // Felix puts a profile of deny rules in the place of one that is missing.
            return Some(VerdictBy::ProfileDenies(name.clone()));
        };
        let mut rules = profile.rules.of(direction).iter();
        let first = rules.find(|rule| rule.action != Action::Log)?;
        match first.action {
            _ if !first.is_unconditional() => Some(VerdictBy::ProfileDepends(name.clone())),
            Action::Allow => Some(VerdictBy::ProfileAllows(name.clone())),
            // A pass leaves this profile; the next one is tried.
            Action::Pass | Action::Log => None,
            Action::Deny | Action::Unknown(_) => Some(VerdictBy::ProfileDenies(name.clone())),
        }
    }

    /// A missing kind can only take away an allow; what is known to deny stays so. A profile that could
    /// not be read neither allows nor denies for certain.
    fn is_uncertain(&self, fate: &VerdictBy, stage: StageKind, selected: &Selected<'_>) -> bool {
        let policies = selected.uncertain || self.snapshot.lacks_policies();
        match fate {
            VerdictBy::Tier(_) | VerdictBy::Nothing => false,
            VerdictBy::ProfileDenies(name) => {
                self.snapshot.lacks_profiles() && !self.snapshot.profiles.contains_key(name)
            }
            VerdictBy::ProfileAllows(_) | VerdictBy::ProfileDepends(_) => policies,
            VerdictBy::GoesOn => stage == StageKind::Forward && policies,
        }
    }
}
