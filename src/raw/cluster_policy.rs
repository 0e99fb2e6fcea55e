//! `policy.networking.k8s.io`: ClusterNetworkPolicy (v1alpha2), AdminNetworkPolicy and
//! BaselineAdminNetworkPolicy (v1alpha1).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kubernetes_policy::LabelSelector;
use super::value::{List, Text, nullable};

/// The spec of a ClusterNetworkPolicy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ClusterPolicySpec {
    /// `Admin` or `Baseline`.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub tier: Text,
    /// 0 to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Which pods it governs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Rules for traffic to the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<List<ClusterIngressRule>>,
    /// Rules for traffic from the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<List<ClusterEgressRule>>,
}

/// The spec of an AdminNetworkPolicy or BaselineAdminNetworkPolicy.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct AdminPolicySpec {
    /// AdminNetworkPolicy only: 0 to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Which pods it governs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Rules for traffic to the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<List<AdminIngressRule>>,
    /// Rules for traffic from the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<List<AdminEgressRule>>,
}

/// Which pods a cluster-scoped policy governs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Subject {
    /// All pods of these namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<LabelSelector>,
    /// These pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<NamespacedPod>,
}

/// Pods of namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NamespacedPod {
    /// The namespaces; absent is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// The pods; absent is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
}

/// The other end of a rule; `networks` and what follows stand in egress rules only.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterPeer {
    /// Everything in these namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<LabelSelector>,
    /// These pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<NamespacedPod>,
    /// Networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub networks: Option<List<Text>>,
    /// Nodes, which Calico does not support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<Value>,
    /// Names, which Calico does not support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_names: Option<Value>,
}

/// A rule of a ClusterNetworkPolicy for traffic to the pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ClusterIngressRule {
    /// Its name.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// `Accept`, `Deny` or `Pass`.
    pub action: Text,
    /// Peers; none makes no rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<List<ClusterPeer>>,
    /// Protocols; none is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocols: Option<List<ClusterProtocol>>,
}

/// A rule of a ClusterNetworkPolicy for traffic from the pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ClusterEgressRule {
    /// Its name.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// `Accept`, `Deny` or `Pass`.
    pub action: Text,
    /// Peers; none makes no rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<List<ClusterPeer>>,
    /// Protocols; none is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocols: Option<List<ClusterProtocol>>,
}

/// A protocol of a ClusterNetworkPolicy's rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterProtocol {
    /// TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<ProtocolPorts>,
    /// UDP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub udp: Option<ProtocolPorts>,
    /// SCTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sctp: Option<ProtocolPorts>,
    /// A named port of the destination, of whatever protocol.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub destination_named_port: Text,
}

/// Ports of one protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProtocolPorts {
    /// Absent is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_port: Option<ClusterPort>,
}

/// A port or a range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct ClusterPort {
    /// One port; 0 is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i32>,
    /// A range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<PortRange>,
}

/// A range of ports, inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct PortRange {
    /// AdminNetworkPolicy only; empty is TCP.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub protocol: Text,
    /// The first port.
    #[serde(deserialize_with = "nullable")]
    pub start: i32,
    /// The last port.
    #[serde(deserialize_with = "nullable")]
    pub end: i32,
}

/// A rule of an AdminNetworkPolicy or its baseline for traffic to the pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct AdminIngressRule {
    /// Its name.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// `Allow`, `Deny` or `Pass`.
    pub action: Text,
    /// Peers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<List<ClusterPeer>>,
    /// Ports; none is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<AdminPort>>,
}

/// A rule of an AdminNetworkPolicy or its baseline for traffic from the pods.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct AdminEgressRule {
    /// Its name.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// `Allow`, `Deny` or `Pass`.
    pub action: Text,
    /// Peers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<List<ClusterPeer>>,
    /// Ports; none is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<AdminPort>>,
}

/// A port of an AdminNetworkPolicy's rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AdminPort {
    /// One port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_number: Option<PortNumber>,
    /// A name, which Calico does not support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_port: Option<Text>,
    /// A range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port_range: Option<PortRange>,
}

/// A port with its protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct PortNumber {
    /// Empty is TCP.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub protocol: Text,
    /// The port.
    #[serde(deserialize_with = "nullable")]
    pub port: i32,
}
