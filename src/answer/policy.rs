//! The answer of `policy`: what a policy applies to, and whom its rules name.

use serde::Serialize;

use super::{
    Criterion, Head, Identity, MatchEffect, MatchSide, NetworkSetItem, NotFound, Order, PolicyType,
    StageName,
};
use crate::model::LabelSet;
use crate::model::{Action, Direction, ObjectRef, PolicyId, PolicyKind, Side, Treatment};
use crate::note::Note;

/// The answer of `policy`.
pub struct PolicyAnswer<'a> {
    /// What stands before the items.
    pub head: Head,
    /// The policies of that name, made one by one.
    pub items: Box<dyn Iterator<Item = PolicyItem> + 'a>,
    /// What stands behind them.
    pub tail: PolicyTail,
}

/// What stands behind the items.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyTail {
    /// The name, when no policy has it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_found: Vec<NotFound>,
}

/// One policy.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyItem {
    /// Its id.
    pub id: PolicyId,
    /// Calico's kind.
    pub kind: PolicyKind,
    /// Namespaced kinds only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name that users see.
    pub name: String,
    /// The name in the classic text.
    #[serde(skip)]
    pub classic_name: String,
    /// Only where it differs from the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored_name: Option<String>,
    /// What to give to kubectl.
    pub object: ObjectRef,
    /// Its tier.
    pub tier: String,
    /// Absent: none, sorts last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Whether it is never enforced.
    pub staged: bool,
    /// How packets meet it, for people.
    #[serde(skip)]
    pub treatment: Treatment,
    /// The directions that it governs.
    pub types: Vec<PolicyType>,
    /// As written; absent with `-s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// As written, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<String>,
    /// As written, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account_selector: Option<String>,
    /// What Calico evaluates; absent with `-s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_selector: Option<String>,
    /// What Calico makes of it.
    pub state: PolicyState,
    /// Whether it has a selector that nobody can read, so that whom it would select is not known.
    #[serde(skip)]
    pub unreadable_selector: bool,
    /// The endpoints that it selects; of a dropped policy those that it would select.
    pub endpoints: Vec<SelectedEndpoint>,
    /// Whom its rules name, rule by rule. Absent with `-r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_endpoints: Option<Vec<RuleEndpoints>>,
    /// Notes about it.
    pub notes: Vec<Note>,
}

/// What Calico makes of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PolicyState {
    /// It is enforced.
    Active,
    /// It is computed and never enforced.
    Staged,
    /// Calico ignores it; the note says why.
    Dropped,
    /// A staged deletion, which nodes never see.
    StagedDelete,
}

/// An endpoint that a policy selects.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SelectedEndpoint {
    /// Which one.
    #[serde(flatten)]
    pub who: Identity,
    /// Its addresses, for people.
    #[serde(skip)]
    pub ips: Vec<String>,
    /// Its labels, for people.
    #[serde(skip)]
    pub labels: LabelSet,
    /// The lists in which the policy stands there; none: it does nothing there.
    pub stages: Vec<StageName>,
}

/// One side of a rule, and whom it names.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleEndpoints {
    /// The rule's list.
    pub direction: Direction,
    /// The place, from 0, in the list that the user wrote.
    pub rule_index: usize,
    /// The place in the object that the user wrote.
    pub path: String,
    /// The places in the list that Felix runs.
    pub felix_rules: Vec<usize>,
    /// What the rule does.
    pub action: Action,
    /// Which side.
    pub role: Side,
    /// Whether that is the rule's other end or its own.
    pub side: MatchSide,
    /// All criteria of the side that name anyone.
    pub criteria: Vec<Criterion>,
    /// The endpoints that it names.
    pub endpoints: Vec<NamedEndpoint>,
    /// The network sets that its selector selects.
    pub network_sets: Vec<NetworkSetItem>,
}

/// An endpoint that a rule names.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedEndpoint {
    /// Which one.
    #[serde(flatten)]
    pub who: Identity,
    /// Whether the side holds for it.
    pub effect: MatchEffect,
    /// The match as `endpoint` shows it, for people.
    #[serde(skip)]
    pub rule_match: super::RuleMatch,
}
