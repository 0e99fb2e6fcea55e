//! Policies as Felix knows them (`libcalico-go/lib/backend/model/policy.go`), with what the user wrote.

use serde::Serialize;

use super::{ObjectRef, PolicyId, Rule};
use crate::intern::Symbol;
use crate::selector::Selector;

/// One policy of any kind.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its identity.
    pub id: PolicyId,
    /// The name that users see; differs from the stored one for some v1 custom resources.
    pub name: Symbol,
    /// The object that it was made from.
    pub object: ObjectRef,
    /// The tier that it stands in, which may have no Tier object.
    pub tier: Symbol,
    /// Absent sorts last.
    pub order: Option<f64>,
    /// The directions that it governs.
    pub governs: Directions,
    /// How packets meet it.
    pub treatment: Treatment,
    /// The selector as written; for Kubernetes kinds as kubectl prints a LabelSelector.
    pub selector_written: String,
    /// The namespace selector as written, empty when there is none.
    pub namespace_selector_written: String,
    /// The service account selector as written, empty when there is none.
    pub service_account_selector_written: String,
    /// The text that Calico composes and evaluates.
    pub effective_selector: String,
    /// That text parsed; `None` only for a dropped policy.
    pub selector: Option<Selector>,
    /// Rules for traffic to the endpoint, in Felix's order.
    pub ingress: Vec<Rule>,
    /// Rules for traffic from the endpoint, in Felix's order.
    pub egress: Vec<Rule>,
}

/// A policy that Calico reads and then ignores as a whole.
#[derive(Clone, Debug)]
pub struct DroppedPolicy {
    /// What it would be.
    pub policy: Policy,
    /// Whether it is a staged deletion, which is no fault.
    pub staged_delete: bool,
}

/// A direction of traffic, seen from the endpoint that a policy governs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the endpoint.
    Ingress,
    /// From the endpoint.
    Egress,
}

/// A set of directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directions {
    /// Traffic to the endpoint.
    pub ingress: bool,
    /// Traffic from the endpoint.
    pub egress: bool,
}

/// Where in a packet's way a policy stands (`tierInfoToProtoTierInfo`): flags in the order in which they
/// count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// `doNotTrack`: before connection tracking, host endpoints only.
    Untracked,
    /// `preDNAT`: before address translation, host endpoints and ingress only.
    PreDnat,
    /// `applyOnForward`: for local and forwarded traffic.
    Forward,
    /// For local traffic of host endpoints and all traffic of workloads.
    Normal,
}

impl Policy {
    /// The rules of one direction.
    #[must_use]
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// Whether it acts in this direction: it governs it, and is not the egress half of a preDNAT policy.
    #[must_use]
    pub fn acts_on(&self, direction: Direction) -> bool {
        self.governs.has(direction)
            && !(self.treatment == Treatment::PreDnat && direction == Direction::Egress)
    }
}

impl Direction {
    /// Both, in the order in which they are shown.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// `ingress` or `egress`, as in a spec.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// `Ingress` or `Egress`, as in `types`.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

impl Directions {
    /// Both.
    pub const BOTH: Self = Self {
        ingress: true,
        egress: true,
    };

    /// Whether the direction is in the set.
    #[must_use]
    pub fn has(self, direction: Direction) -> bool {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }
}
