//! Calico's kinds but policies: tiers, sets, host endpoints, configuration.

use serde::{Deserialize, Serialize};

use super::number_or_string::Protocol;
use super::value::{List, Text, nullable};

/// The spec of a Tier.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TierSpec {
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<f64>,
    /// What happens at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_action: Option<Text>,
}

/// The spec of a NetworkSet or GlobalNetworkSet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct NetworkSetSpec {
    /// Networks and addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nets: Option<List<Text>>,
}

/// The spec of a HostEndpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct HostEndpointSpec {
    /// Its node.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub node: Text,
    /// A name, `*`, or empty.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub interface_name: Text,
    /// Its addresses.
    #[serde(rename = "expectedIPs", skip_serializing_if = "Option::is_none")]
    pub expected_ips: Option<List<Text>>,
    /// Its profiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profiles: Option<List<Text>>,
    /// Its named ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<EndpointPort>>,
}

/// A named port of a host endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct EndpointPort {
    /// Its name.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    /// Its protocol.
    #[serde(deserialize_with = "nullable")]
    pub protocol: Protocol,
    /// Its number.
    #[serde(deserialize_with = "nullable")]
    pub port: u16,
}

/// The spec of a ClusterInformation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClusterInformationSpec {
    /// For example `v3.32.1`.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub calico_version: Text,
    /// Whether nodes may use the datastore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datastore_ready: Option<bool>,
    /// The product.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub variant: Text,
}

/// The spec of a FelixConfiguration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FelixConfigurationSpec {
    /// Which nodes it is for, where its name does not say.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub node_selector: Text,
    /// `Any` or `Disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload_source_spoofing: Option<Text>,
    /// Ports always open to the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failsafe_inbound_host_ports: Option<List<FailsafePort>>,
    /// Ports always open from the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failsafe_outbound_host_ports: Option<List<FailsafePort>>,
    /// `Drop`, `Return` or `Accept`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_endpoint_to_host_action: Option<Text>,
    /// Prefixes of workload interfaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_prefix: Option<Text>,
    /// Interfaces that are no host's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface_exclude: Option<Text>,
    /// Which interfaces the eBPF dataplane attaches to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_data_iface_pattern: Option<Text>,
    /// Which of them carry no Ethernet.
    #[serde(rename = "bpfL3IfacePattern", skip_serializing_if = "Option::is_none")]
    pub bpf_l3_iface_pattern: Option<Text>,
    /// Whether the eBPF dataplane is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bpf_enabled: Option<bool>,
    /// Whether VXLAN packets of workloads may pass.
    #[serde(
        rename = "allowVXLANPacketsFromWorkloads",
        skip_serializing_if = "Option::is_none"
    )]
    pub allow_vxlan_packets_from_workloads: Option<bool>,
    /// Whether IP-in-IP packets of workloads may pass.
    #[serde(
        rename = "allowIPIPPacketsFromWorkloads",
        skip_serializing_if = "Option::is_none"
    )]
    pub allow_ipip_packets_from_workloads: Option<bool>,
    /// The UDP port of VXLAN.
    #[serde(rename = "vxlanPort", skip_serializing_if = "Option::is_none")]
    pub vxlan_port: Option<i64>,
}

/// A failsafe port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct FailsafePort {
    /// Empty is TCP.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub protocol: Text,
    /// The port.
    #[serde(deserialize_with = "nullable")]
    pub port: u16,
    /// The other end's network.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub net: Text,
}
