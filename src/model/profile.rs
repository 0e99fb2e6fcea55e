//! Profiles: what decides after the last tier, and where inherited labels come from.

use super::{Direction, Rule};
use crate::intern::{LabelSet, Symbol};

/// A profile.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `kns.<namespace>`, `ksa.<namespace>.<service account>`, `projectcalico-default-allow`, or a
    /// user's.
    pub name: Symbol,
    /// The labels that it hands to its endpoints; none when Felix's validation drops them.
    pub labels: LabelSet,
    /// Its rules.
    pub rules: ProfileRules,
}

/// The rules of a profile.
#[derive(Clone, Debug, Default)]
pub struct ProfileRules {
    /// For traffic to the endpoint.
    pub ingress: Vec<Rule>,
    /// For traffic from the endpoint.
    pub egress: Vec<Rule>,
}

impl ProfileRules {
    /// The rules of one direction.
    #[must_use]
    pub fn of(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}
