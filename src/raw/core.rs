//! Kubernetes' own kinds but policies, as far as Calico reads them.

use serde::{Deserialize, Serialize};

use super::Metadata;
use super::value::{List, Slice};

/// A Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Pod<'a> {
    /// Its metadata.
    #[serde(borrow)]
    pub metadata: Metadata<'a>,
    /// Its spec.
    #[serde(borrow)]
    pub spec: Option<PodSpec<'a>>,
    /// Its status.
    #[serde(borrow)]
    pub status: Option<PodStatus<'a>>,
}

/// A Pod's spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodSpec<'a> {
    /// Empty until it is scheduled.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub node_name: Slice<'a>,
    /// Whether it shares the node's network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_network: Option<bool>,
    /// Empty when there is none.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub service_account_name: Slice<'a>,
    /// Containers.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub containers: Option<List<Container<'a>>>,
    /// Init containers.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub init_containers: Option<List<Container<'a>>>,
}

/// A container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Container<'a> {
    /// Declared ports.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<ContainerPort<'a>>>,
}

/// A port that a container declares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContainerPort<'a> {
    /// Empty when it has none.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub name: Slice<'a>,
    /// Empty is TCP.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub protocol: Slice<'a>,
    /// Absent is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_port: Option<i32>,
}

/// A Pod's status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PodStatus<'a> {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub phase: Slice<'a>,
    /// The first address.
    #[serde(borrow, rename = "podIP", skip_serializing_if = "Slice::is_empty")]
    pub pod_ip: Slice<'a>,
    /// All addresses.
    #[serde(borrow, rename = "podIPs", skip_serializing_if = "Option::is_none")]
    pub pod_ips: Option<List<PodIp<'a>>>,
}

/// One address of a Pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct PodIp<'a> {
    /// The address.
    #[serde(borrow)]
    pub ip: Slice<'a>,
}

/// A Namespace, ServiceAccount or Node: nothing but metadata is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Named<'a> {
    /// Its metadata.
    #[serde(borrow)]
    pub metadata: Metadata<'a>,
}

/// An EndpointSlice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct EndpointSlice<'a> {
    /// Its metadata.
    #[serde(borrow)]
    pub metadata: Metadata<'a>,
    /// Its endpoints.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<List<SliceEndpoint<'a>>>,
    /// Its ports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports: Option<List<SlicePort>>,
}

/// An endpoint of an EndpointSlice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SliceEndpoint<'a> {
    /// Addresses, or names where the slice holds names.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<List<Slice<'a>>>,
}

/// A port of an EndpointSlice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct SlicePort {
    /// Absent means any port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
}
