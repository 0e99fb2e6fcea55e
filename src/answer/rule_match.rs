//! A rule that names an endpoint.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Shared;
use crate::model::{Action, Direction, Side};

/// A rule that names the endpoint on one side.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleMatch {
    /// Whose rule.
    pub policy: Shared<MatchedPolicy>,
    /// The rule's list.
    pub direction: Direction,
    /// The place, from 0, in the list that the user wrote.
    pub rule_index: usize,
    /// The place in the object that the user wrote.
    pub path: Shared<String>,
    /// The places in the list that Felix runs.
    pub felix_rules: Vec<usize>,
    /// What the rule does.
    pub action: Action,
    /// The side on which the endpoint stands.
    pub role: Side,
    /// Whether that side is the rule's other end or its own.
    pub side: MatchSide,
    /// Whether the side holds for the endpoint.
    pub effect: MatchEffect,
    /// All criteria of the side.
    pub criteria: Vec<Criterion>,
    /// The rest of the rule as written.
    #[serde(skip_serializing_if = "is_empty")]
    pub traffic: Shared<Traffic>,
}

/// The policy or profile of a rule.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MatchedPolicy {
    /// `np/shop/web`, `pro/kns.shop`.
    pub id: String,
    /// Calico's kind.
    pub kind: &'static str,
    /// Namespaced kinds only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name that users see.
    pub name: String,
    /// The name in the classic text.
    #[serde(skip)]
    pub classic_name: String,
    /// Policies only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Policies only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staged: Option<bool>,
}

/// Which end of a rule a side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum MatchSide {
    /// The other end.
    Peer,
    /// The governed endpoint's own end.
    #[serde(rename = "self")]
    Own,
}

/// Whether the side holds for the endpoint; the first of these that is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum MatchEffect {
    /// The policy does not govern that direction.
    Inert,
    /// Something that could decide was not read.
    Unknown,
    /// One address of the endpoint meets the whole side.
    Applies,
    /// A negation names it.
    Excluded,
    /// One criterion names it, another does not hold.
    Partial,
}

/// One criterion of a side.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Criterion {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: CriterionType,
    /// As written: an object for selectors and services, a list for nets and ports. Absent with `-s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Shared<Value>>,
    /// What Calico evaluates. Absent with `-s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_selector: Option<Shared<String>>,
    /// Felix's set id. Absent with `-s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_set: Option<Shared<String>>,
    /// Whether it holds for the endpoint; a negation holds where it does not name it. Absent when something
    /// that was not read decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
    /// The endpoint itself, or the set or other object that holds its address; addresses for nets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<String>,
}

/// The types of criteria, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the fields of a rule")]
pub enum CriterionType {
    Selector,
    Services,
    Nets,
    NamedPorts,
    NotSelector,
    NotNets,
    NotNamedPorts,
}

/// The rest of a rule: `protocol`, `notProtocol`, `ipVersion`, `icmp`, `notICMP`, `http`, `sourcePorts`,
/// `sourceNotPorts`, `destinationPorts`, `destinationNotPorts`, `other`; `ports` for Kubernetes kinds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Traffic(pub Map<String, Value>);

fn is_empty(traffic: &Shared<Traffic>) -> bool {
    traffic.is_empty()
}

impl Traffic {
    /// Whether nothing else limits the rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl CriterionType {
    /// Whether it is a negation.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::NotSelector | Self::NotNets | Self::NotNamedPorts
        )
    }
}
