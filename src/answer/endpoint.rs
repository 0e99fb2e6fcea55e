//! One endpoint of an answer.

use serde::Serialize;

use super::Shared;
use super::{Order, RuleMatch};
use crate::model::{EndpointId, LabelSet, ObjectRef, PolicyId, PolicyKind, ProtoPort, Treatment};
use crate::note::Note;

/// An endpoint with what polices it and which rules name it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointItem {
    /// `WorkloadEndpoint` or `HostEndpoint`.
    pub kind: &'static str,
    /// Its id.
    pub id: EndpointId,
    /// Its short form, which can be typed as WHAT.
    #[serde(rename = "ref")]
    pub short_ref: String,
    /// The node; a pod of a manifest may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Whether a manifest without node or address was taken as an endpoint.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
    /// Workload endpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<String>,
    /// Workload endpoints with a namespace only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Kubernetes only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// Other orchestrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// Workload endpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Host endpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Host endpoints only: how its interface is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// Absent for a host endpoint that is chosen by address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_name: Option<String>,
    /// Workload endpoints that have one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// Host endpoints only, as written.
    #[serde(rename = "expectedIPs", skip_serializing_if = "Option::is_none")]
    pub expected_ips: Option<Vec<String>>,
    /// The addresses that Calico puts into sets.
    pub ips: Vec<String>,
    /// Named ports that rules can mean.
    pub ports: Vec<EndpointPort>,
    /// Its own labels, as Felix sees them.
    pub labels: LabelSet,
    /// Labels from profiles, without those that an own label hides.
    pub inherited_labels: LabelSet,
    /// Every policy whose selector selects it, by tier, then policy order.
    pub policies: Vec<Shared<AppliedPolicy>>,
    /// Evaluation of traffic to it.
    pub ingress: DirectionStages,
    /// Evaluation of traffic from it.
    pub egress: DirectionStages,
    /// Host endpoints only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failsafes: Option<Failsafes>,
    /// Workload endpoints only: what then happens to allowed packets to the pod's own node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_host: Option<ToHost>,
    /// Its profiles in list order.
    pub profiles: Vec<ProfileItem>,
    /// The rules of any policy or profile that name it; absent with `-r`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_matches: Option<Vec<RuleMatch>>,
    /// Notes about it and what applies to it.
    pub notes: Vec<Note>,
}

/// A named port, with the protocol in upper case.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointPort {
    /// Its name.
    pub name: String,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// Its number.
    pub port: u16,
}

/// How a host endpoint's interface is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Covers {
    /// By its name.
    Interface,
    /// All of them that no other host endpoint covers.
    AllInterfaces,
    /// By an address on it.
    #[serde(rename = "byExpectedIPs")]
    ByExpectedIps,
}

/// A policy that selects the endpoint.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedPolicy {
    /// Its id.
    pub id: PolicyId,
    /// Calico's kind.
    pub kind: PolicyKind,
    /// Namespaced kinds only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name that users see.
    pub name: String,
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
    /// How packets meet it, for the classic text, which marks it on pods too, where it stands in no list.
    #[serde(skip)]
    pub treatment: Treatment,
    /// The directions that it governs.
    pub types: Vec<PolicyType>,
    /// The lists of this endpoint in which it stands; none: selects it and does nothing there.
    pub stages: Vec<StageName>,
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
    /// How many rules Felix runs.
    pub rules: RuleCounts,
}

/// A direction as policies spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names are the words of spec.types")]
pub enum PolicyType {
    Ingress,
    Egress,
}

/// Numbers of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the directions")]
pub struct RuleCounts {
    pub ingress: usize,
    pub egress: usize,
}

/// A list of a packet's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StageName {
    /// Before connection tracking.
    Untracked,
    /// Before address translation.
    #[serde(rename = "preDNAT")]
    PreDnat,
    /// Forwarded through a host.
    Forward,
    /// To or from the endpoint itself.
    Normal,
}

/// The stages of one direction; `normal` always stands.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the stages")]
pub struct DirectionStages {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untracked: Option<Stage>,
    #[serde(rename = "preDNAT", skip_serializing_if = "Option::is_none")]
    pub pre_dnat: Option<Stage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward: Option<Stage>,
    pub normal: Stage,
}

/// One stage of one direction.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// Only tiers with a policy that governs this direction.
    pub tiers: Vec<TierPolicies>,
    /// Stage `normal` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<Vec<String>>,
    /// A packet that no policy rule matches.
    pub unmatched: Unmatched,
    /// `false` where Felix computes the stage and does not put it on the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programmed: Option<bool>,
    /// Why it is not programmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A tier's policies, in order, staged ones included.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TierPolicies {
    /// The tier's name.
    pub tier: String,
    /// Policies that govern this direction.
    pub policies: Vec<PolicyId>,
    /// What happens to what none of them matches.
    pub end_of_tier: EndOfTier,
}

/// The end of a tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum EndOfTier {
    /// Go on with the next tier.
    Pass,
    /// Drop.
    Deny,
    /// Only staged policies: the tier does nothing.
    None,
    /// The tier could not be read.
    Unknown,
}

/// What happens to a packet that no policy rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unmatched {
    /// What.
    pub action: UnmatchedAction,
    /// What decides it: `tier/<name>` or `pro/<name>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// An unmatched packet's fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum UnmatchedAction {
    /// Accepted.
    Allow,
    /// Dropped.
    Deny,
    /// Goes on with the next stage.
    Continue,
    /// Profile rules with criteria decide.
    Depends,
    /// Something that could decide was not read.
    Unknown,
}

/// Ports of a host endpoint that no policy closes.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failsafes {
    /// The stages that they go before.
    pub stages: Vec<StageName>,
    /// Ports open to the host.
    pub ingress: Vec<ProtoPort>,
    /// Ports open from the host.
    pub egress: Vec<ProtoPort>,
    /// `default`, or `felixconfiguration/<name>`.
    pub from: String,
}

/// What happens to packets of a pod to its own node that its egress policy allows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToHost {
    /// `Accept`, `Drop` or `Return`.
    pub action: String,
    /// `default`, or `felixconfiguration/<name>`.
    pub from: String,
}

/// A profile of the endpoint.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileItem {
    /// `pro/<name>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it exists; a missing profile denies. Absent when that could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
    /// Absent for a missing profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<RuleCounts>,
    /// The rules in words, per direction, for people: `Allow all`; empty for none.
    #[serde(skip)]
    pub summary: [String; 2],
}
