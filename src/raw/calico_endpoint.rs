//! Workload endpoints and profiles, which Calico stores in etcd alone: on Kubernetes it computes both.

use serde::{Deserialize, Serialize};

use super::calico::EndpointPort;
use super::calico_policy::Rule;
use super::value::{List, Map, Text};

/// The spec of a WorkloadEndpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct WorkloadEndpointSpec {
    /// `k8s`, `cni`, `libnetwork`, `openstack` or another.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub orchestrator: Text,
    /// The host's side of the interface.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub interface_name: Text,
    /// Kubernetes only.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub service_account_name: Text,
    /// Its addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_networks: Option<List<Text>>,
    /// Its profiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<List<Text>>,
    /// Its ports, those without a name too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<EndpointPort>>,
    /// Prefixes that it may send from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_spoofed_source_prefixes: Option<List<Text>>,
}

/// The spec of a Profile.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ProfileSpec {
    /// Rules for packets to endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ingress: Option<List<Rule>>,
    /// Rules for packets from endpoints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<List<Rule>>,
    /// Labels that endpoints with the profile inherit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels_to_apply: Option<Map>,
}
