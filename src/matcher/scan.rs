//! The rule scanner: which rules of any policy or profile name an endpoint, on which side.

use std::cmp::Ordering;

use super::Matcher;
use super::criteria::{self, Held, Outcome, Subject};
use crate::model::{Direction, Endpoint, Policy, Profile, Rule, Side};
use crate::snapshot::Snapshot;

/// Whose rules.
#[derive(Clone, Copy)]
pub enum RuleOwner<'a> {
    /// A policy's.
    Policy(&'a Policy),
    /// A profile's.
    Profile(&'a Profile),
}

/// A rule that names the endpoint on one side.
pub struct RuleHit<'a> {
    /// Whose rule.
    pub owner: RuleOwner<'a>,
    /// The rule's list.
    pub direction: Direction,
    /// The rule; of several places that say the same, the first.
    pub rule: &'a Rule,
    /// Its places in the list that Felix runs.
    pub felix_rules: Vec<usize>,
    /// The side on which the endpoint stands.
    pub side: Side,
    /// Whether the policy does nothing in this direction.
    pub inert: bool,
    /// What the side's criteria make together.
    pub outcome: Outcome,
    /// The side's criteria.
    pub criteria: Vec<Held<'a>>,
}

impl<'a> Matcher<'a> {
    /// Every rule that names the endpoint, in the order in which answers show them.
    #[must_use]
    pub fn scan(&self, endpoint: &'a Endpoint) -> Vec<RuleHit<'a>> {
        let mut subject = Subject::of(endpoint, &self.addresses, self.snapshot);
        let mut hits = Vec::new();
        if subject.is_nowhere() {
            return hits;
        }
        let Some(index) = &self.index else {
            for owner in &self.owners {
                for direction in Direction::BOTH {
                    let all = every_side(*owner, direction);
                    self.scan_list(&mut subject, (*owner, direction), all, &mut hits);
                }
            }
            return hits;
        };
        let places = index.sides(subject.owners(), &endpoint.nets);
        let lists = places.chunk_by(|a, b| (a.owner, a.direction) == (b.owner, b.direction));
        for list in lists {
            let Some(first) = list.first() else { continue };
            let Some(owner) = self.owners.get(first.owner as usize) else {
                continue;
            };
            let sides = list.iter().map(|place| (place.felix as usize, place.side));
            self.scan_list(&mut subject, (*owner, first.direction), sides, &mut hits);
        }
        hits
    }

    /// Every rule of one policy that names the endpoint.
    #[must_use]
    pub fn scan_policy(&self, endpoint: &'a Endpoint, policy: &'a Policy) -> Vec<RuleHit<'a>> {
        let mut subject = Subject::of(endpoint, &self.addresses, self.snapshot);
        let mut hits = Vec::new();
        if subject.is_nowhere() {
            return hits;
        }
        for direction in Direction::BOTH {
            let owner = RuleOwner::Policy(policy);
            let all = every_side(owner, direction);
            self.scan_list(&mut subject, (owner, direction), all, &mut hits);
        }
        hits
    }

    fn scan_list(
        &self,
        subject: &mut Subject<'a>,
        (owner, direction): (RuleOwner<'a>, Direction),
        sides: impl Iterator<Item = (usize, Side)>,
        hits: &mut Vec<RuleHit<'a>>,
    ) {
        let foreign = self.snapshot.has_foreign_fields();
        let start = hits.len();
        let rules = owner.rules(direction);
        for (felix, side) in sides {
            let Some(rule) = rules.get(felix) else {
                continue;
            };
            let Some((criteria, outcome)) = subject.judge(rule, side, foreign) else {
                continue;
            };
            let inert = !owner.acts_on(direction);
            let felix_rules = vec![felix];
            let hit = RuleHit {
                owner,
                direction,
                rule,
                felix_rules,
                side,
                inert,
                outcome,
                criteria,
            };
            let twin = hits
                .iter_mut()
                .skip(start)
                .find(|known| known.says_the_same(&hit));
            match twin {
                Some(known) => known.felix_rules.push(felix),
                None => hits.push(hit),
            }
        }
        let unsorted = hits.get_mut(start..).unwrap_or_default();
        unsorted.sort_by(RuleHit::in_order);
    }
}

/// Everything that has rules, in the order in which answers show it: policies as they are evaluated, then profiles by
/// name.
pub(super) fn owners<'a>(policies: &[&'a Policy], snapshot: &'a Snapshot) -> Vec<RuleOwner<'a>> {
    let mut profiles: Vec<&Profile> = snapshot.profiles.values().collect();
    profiles
        .retain(|profile| !profile.rules.ingress.is_empty() || !profile.rules.egress.is_empty());
    profiles.sort_by(|a, b| a.name.cmp(&b.name));
    let policies = policies.iter().map(|policy| RuleOwner::Policy(policy));
    policies
        .chain(profiles.into_iter().map(RuleOwner::Profile))
        .collect()
}

/// Both sides of every rule.
fn every_side(
    owner: RuleOwner<'_>,
    direction: Direction,
) -> impl Iterator<Item = (usize, Side)> + use<> {
    let rules = 0..owner.rules(direction).len();
    rules.flat_map(|felix| Side::BOTH.map(|side| (felix, side)))
}

impl<'a> RuleOwner<'a> {
    /// The rules of one direction, as Felix runs them.
    #[must_use]
    pub fn rules(self, direction: Direction) -> &'a [Rule] {
        match self {
            Self::Policy(policy) => policy.rules(direction),
            Self::Profile(profile) => profile.rules.of(direction),
        }
    }

    fn acts_on(self, direction: Direction) -> bool {
        match self {
            Self::Policy(policy) => policy.acts_on(direction),
            Self::Profile(_) => true,
        }
    }
}

impl RuleHit<'_> {
    /// By the place in the object that the user wrote, then by that in Felix's list.
    fn in_order(&self, other: &Self) -> Ordering {
        let (here, there) = (self.rule.side(self.side), other.rule.side(other.side));
        let by_path = || match here.path == there.path {
            true => Ordering::Equal,
            false => path_parts(&here.path).cmp(path_parts(&there.path)),
        };
        self.rule
            .index
            .cmp(&other.rule.index)
            .then_with(by_path)
            .then(self.side.cmp(&other.side))
            .then_with(|| self.felix_rules.first().cmp(&other.felix_rules.first()))
    }

    /// Whether two rules of Felix's list are one peer of the user's rule that was expanded.
    fn says_the_same(&self, other: &Self) -> bool {
        let (here, there) = (self.rule.side(self.side), other.rule.side(other.side));
        self.rule.index == other.rule.index
            && self.side == other.side
            && here.path == there.path
            && self.outcome == other.outcome
            && self.rule.action == other.rule.action
            && self.rule.traffic == other.rule.traffic
            && self.criteria.len() == other.criteria.len()
            && self
                .criteria
                .iter()
                .zip(&other.criteria)
                .all(|(a, b)| criteria::same(a, b))
            && here.nets == there.nets
            && here.not_nets == there.not_nets
    }
}

/// A piece of a path: numbers compare as numbers.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum PathPart<'a> {
    Number(usize),
    Text(&'a str),
}

fn path_parts(path: &str) -> impl Iterator<Item = PathPart<'_>> {
    path.split(['.', '[', ']'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_or(PathPart::Text(part), PathPart::Number))
}
