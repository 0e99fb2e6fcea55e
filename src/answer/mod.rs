//! What is said: the serialisable answers, without logic.
//!
//! An answer is a [`Head`], a lazy list of items and a [`Tail`]; renderers stream the items. Within
//! `calicoq/v1` fields are only added. Absent means absent: there are no nulls.

pub mod endpoint;
pub mod items;
pub mod policy;
pub mod rule_match;
pub mod selected;
pub mod shared;
pub mod version;

use serde::Serialize;

pub use endpoint::{
    AppliedPolicy, Covers, DirectionStages, EndOfTier, EndpointItem, Failsafes, PolicyType,
    ProfileItem, RuleCounts, Stage, StageName, TierPolicies, ToHost, Unmatched, UnmatchedAction,
};
pub use items::Items;
pub use policy::{
    NamedEndpoint, PolicyAnswer, PolicyItem, PolicyState, PolicyTail, RuleEndpoints,
    SelectedEndpoint,
};
pub use rule_match::{
    Criterion, CriterionType, MatchEffect, MatchSide, MatchedPolicy, RuleMatch, Traffic,
};
pub use selected::{EvalAnswer, EvalItem, EvalTail, Identity, NetworkSetItem};
pub use shared::Shared;

pub use version::{ClientVersion, ClusterVersion, VersionAnswer};

use crate::model::DefaultAction;
use crate::note::{Code, Gap, Note, Provenance};

/// The version of every answer's form.
pub const API_VERSION: &str = "calicoq/v1";

/// What stands before the items; final before the first of them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// [`API_VERSION`].
    pub api_version: &'static str,
    /// `EndpointAnswer`, `HostAnswer`, `PolicyAnswer`, `EvalAnswer`.
    pub kind: &'static str,
    /// What was asked.
    pub query: Query,
    /// Where the data came from.
    pub snapshot: Provenance,
    /// Whether there are no gaps.
    pub complete: bool,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Notes about the cluster.
    pub notes: Vec<Note>,
    /// Every tier, in evaluation order; absent where no policy is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Vec<TierItem>>,
}

/// What was asked.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    /// The command.
    pub command: &'static str,
    /// `endpoint`: the WHATs as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<Vec<String>>,
    /// `endpoint`: how they were found; the widest of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<Matched>,
    /// `host`: the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// `policy`: the name as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `eval`: the selector as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// `eval`: the selector in its canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical: Option<String>,
}

/// How widely a WHAT was matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Matched {
    /// By its name or address.
    Exact,
    /// As a part of ids.
    Substring,
    /// Not by name: a glob, a node, or everything in scope.
    Set,
}

/// A tier.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TierItem {
    /// `tier/<name>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Absent when the tier does not exist, or has none in etcd.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// What happens at its end; absent when it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_action: Option<DefaultAction>,
    /// Whether there is a Tier object; absent when that could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
}

/// An order, printed as the shortest decimal number: `500`, `10.5`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order(pub f64);

/// What stands behind the items.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tail {
    /// Named and found, but no endpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_endpoints: Vec<NotEndpoint>,
    /// Named and not found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_found: Vec<NotFound>,
}

/// A pod that is no endpoint.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotEndpoint {
    /// The pod's ref.
    pub what: String,
    /// Why.
    pub reason: NotEndpointReason,
    /// The note's code for it.
    pub code: Code,
    /// What follows from it.
    pub message: String,
    /// What to look at instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub see: Vec<String>,
}

/// Why a pod is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names are the reasons")]
pub enum NotEndpointReason {
    HostNetwork,
    NotScheduled,
    #[serde(rename = "NoIP")]
    NoIp,
    Finished,
    Invalid,
    SpoofingDisabled,
}

/// A name that nothing has.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotFound {
    /// What was typed, as a ref where its form is known.
    pub what: String,
    /// Names that are nearly the same; for people, on stderr.
    #[serde(skip)]
    pub near: Vec<String>,
}

/// The answer of `endpoint` and `host`.
pub struct EndpointAnswer<'a> {
    /// What stands before the items.
    pub head: Head,
    /// The endpoints, made as they are taken.
    pub items: Items<'a>,
    /// What stands behind them.
    pub tail: Tail,
    /// Names that nothing has, shown as parts of ids; for people, on stderr.
    pub widened: Vec<Widened>,
}

/// A name that nothing has, and how many ids contain it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widened {
    /// As typed.
    pub what: String,
    /// How many endpoints are shown for it.
    pub count: usize,
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Order {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // An integer is printed without a fraction; `as` saturates outside the exact range, which the
        // comparison then rules out.
        #[expect(clippy::cast_possible_truncation, reason = "checked by comparing back")]
        let whole = self.0 as i64;
        #[expect(clippy::cast_precision_loss, reason = "compared with the original")]
        if whole as f64 == self.0 {
            serializer.serialize_i64(whole)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}
