//! NetworkPolicy, GlobalNetworkPolicy and their staged kinds: one spec, of which each kind knows its part.

use serde::{Deserialize, Serialize};

use super::number_or_string::{Port, Protocol};
use super::value::{List, Map, Text, nullable};

/// The spec of a Calico policy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PolicySpec {
    /// Staged kinds only.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub staged_action: Text,
    /// Empty is `default`.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub tier: Text,
    /// Absent is last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<f64>,
    /// Which endpoints it governs.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub selector: Text,
    /// Global kinds only: in which namespaces.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub namespace_selector: Text,
    /// With which service accounts.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub service_account_selector: Text,
    /// Which directions it governs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<List<Text>>,
    /// Rules for traffic to the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<List<Rule>>,
    /// Rules for traffic from the endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<List<Rule>>,
    /// Global kinds only: before connection tracking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_track: Option<bool>,
    /// Global kinds only: before address translation.
    #[serde(rename = "preDNAT", skip_serializing_if = "Option::is_none")]
    pub pre_dnat: Option<bool>,
    /// Global kinds only: for forwarded traffic too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apply_on_forward: Option<bool>,
    /// Hints for the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_hints: Option<List<Text>>,
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Rule {
    /// `Allow`, `Deny`, `Log` or `Pass`.
    pub action: Text,
    /// 4 or 6.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_version: Option<i64>,
    /// The protocol that it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The protocol that it does not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_protocol: Option<Protocol>,
    /// ICMP type and code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp: Option<Icmp>,
    /// ICMP type and code that it does not match.
    #[serde(rename = "notICMP", skip_serializing_if = "Option::is_none")]
    pub not_icmp: Option<Icmp>,
    /// Where packets come from.
    #[serde(deserialize_with = "nullable")]
    pub source: EntityRule,
    /// Where packets go.
    #[serde(deserialize_with = "nullable")]
    pub destination: EntityRule,
    /// What a proxy checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<Http>,
    /// Comments, of which no answer speaks.
    #[serde(skip_serializing)]
    pub metadata: Option<RuleMetadata>,
}

/// ICMP type and code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename = "ICMP")]
pub struct Icmp {
    /// The type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<i64>,
    /// The code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
}

/// What a proxy checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Http {
    /// Methods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub methods: Option<List<Text>>,
    /// Paths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paths: Option<List<HttpPath>>,
}

/// A path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct HttpPath {
    /// All of it.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub exact: Text,
    /// Its beginning.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub prefix: Text,
}

/// Comments on a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct RuleMetadata {
    /// Key and value pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Map>,
}

/// One side of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EntityRule {
    /// Networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nets: Option<List<Text>>,
    /// Excluded networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_nets: Option<List<Text>>,
    /// Endpoints and network sets.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub selector: Text,
    /// Excluded endpoints and network sets.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub not_selector: Text,
    /// Namespaces.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub namespace_selector: Text,
    /// A service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub services: Option<ServiceMatch>,
    /// Ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<Port>>,
    /// Excluded ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_ports: Option<List<Port>>,
    /// Service accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_accounts: Option<ServiceAccountMatch>,
}

/// A service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ServiceMatch {
    /// Its name.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// Its namespace.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub namespace: Text,
}

/// Service accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ServiceAccountMatch {
    /// By name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names: Option<List<Text>>,
    /// By label.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub selector: Text,
}
