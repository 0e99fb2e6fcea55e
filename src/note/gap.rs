//! Gaps: what could not be read, and what is uncertain because of it.

use serde::{Deserialize, Serialize};

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Why.
    pub code: GapCode,
    /// `plural.group`, as kubectl names it (`pods` for the core group), or a file.
    pub resource: String,
    /// `list`, where a server was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// `cluster`, or the namespace that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The parts of the answer that it makes uncertain.
    pub missing_from: Vec<Part>,
    /// What was tried and what was said.
    pub message: String,
    /// The RBAC rule that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RbacRule>,
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are the reasons, as in Kubernetes")]
pub enum GapCode {
    Forbidden,
    TiersFiltered,
    Timeout,
    ServerError,
    PoisonsKind,
    Undecodable,
    UnknownFields,
}

/// A part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// The list of endpoints itself.
    Items,
    /// The policies of an endpoint and their order.
    Policies,
    /// Which rules name it.
    RuleMatches,
    /// What happens to a packet that no rule matches.
    Unmatched,
    /// Labels inherited from namespaces (`pcns.*`).
    NamespaceLabels,
    /// Labels inherited from service accounts (`pcsa.*`).
    ServiceAccountLabels,
    /// Profiles and whether they exist.
    Profiles,
}

/// An RBAC rule, as one writes it in a ClusterRole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RbacRule {
    /// For example `crd.projectcalico.org`; empty text for the core group.
    pub api_groups: Vec<String>,
    /// Plurals.
    pub resources: Vec<String>,
    /// `list`.
    pub verbs: Vec<String>,
}
