//! Tiers: the order in which groups of policies are evaluated.

use serde::Serialize;

use crate::intern::Symbol;

/// A tier, with the defaults that Calico's client fills in (`DefaultTierFields`).
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// Its name.
    pub name: Symbol,
    /// Absent sorts last; only etcd, or a tier without object, has none.
    pub order: Option<f64>,
    /// What happens at its end to what no rule matched.
    pub default_action: DefaultAction,
    /// Whether there is a Tier object; policies may name one that does not exist.
    pub exists: bool,
}

/// What a tier does with a packet that none of its rules matched: anything but exactly `Pass` is `Deny`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DefaultAction {
    /// Go on with the next tier.
    Pass,
    /// Drop.
    Deny,
}
