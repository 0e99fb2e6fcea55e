//! `networking.k8s.io/v1` NetworkPolicy, whose spec StagedKubernetesNetworkPolicy shares.

use serde::{Deserialize, Serialize};

use super::number_or_string::IntOrString;
use super::value::{List, Map, Text};

/// The spec of a NetworkPolicy or StagedKubernetesNetworkPolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPolicySpec {
    /// Staged kind only.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub staged_action: Text,
    /// Which pods it governs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    /// Which directions it governs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_types: Option<List<Text>>,
    /// Rules for traffic to the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<List<KubernetesIngressRule>>,
    /// Rules for traffic from the pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<List<KubernetesEgressRule>>,
}

/// A rule for traffic to the pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct KubernetesIngressRule {
    /// Peers; none is anyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<List<KubernetesPeer>>,
    /// Ports; none is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<KubernetesPort>>,
}

/// A rule for traffic from the pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct KubernetesEgressRule {
    /// Peers; none is anyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<List<KubernetesPeer>>,
    /// Ports; none is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<KubernetesPort>>,
}

/// The other end of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPeer {
    /// Pods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pod_selector: Option<LabelSelector>,
    /// Namespaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_selector: Option<LabelSelector>,
    /// A network; the other fields do not count beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_block: Option<IpBlock>,
}

/// A network without parts of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct IpBlock {
    /// The network.
    pub cidr: Text,
    /// What does not belong to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub except: Option<List<Text>>,
}

/// Ports of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KubernetesPort {
    /// Absent is TCP.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub protocol: Text,
    /// Absent is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<IntOrString>,
    /// The end of a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_port: Option<i32>,
}

/// Kubernetes' `metav1.LabelSelector`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels that must have these values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_labels: Option<Map>,
    /// Further demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_expressions: Option<List<LabelExpression>>,
}

/// A demand on one label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct LabelExpression {
    /// The label.
    pub key: Text,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: Text,
    /// For `In` and `NotIn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<List<Text>>,
}
