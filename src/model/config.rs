//! Configuration objects that change answers: ClusterInformation and FelixConfiguration.

use ipnet::IpNet;
use serde::Serialize;

/// What the ClusterInformation `default` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterInformation {
    /// For example `v3.32.1`; absent when unknown.
    pub calico_version: Option<String>,
    /// Whether nodes may use the datastore; anything but `true` locks them out.
    pub datastore_ready: bool,
    /// The product, absent for open-source Calico.
    pub variant: Option<String>,
}

/// One FelixConfiguration; which nodes it is for follows from its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FelixConfiguration {
    /// `default`, `node.<name>`, or (v3.32 and later) any name with a node selector.
    pub name: String,
    /// `Any` lets pods with `allowedSourcePrefixes` be endpoints.
    pub workload_source_spoofing: Option<String>,
    /// Ports always open to a host endpoint; an empty list is no port at all.
    pub failsafe_inbound: Option<Vec<ProtoPort>>,
    /// Ports always open from a host endpoint; an empty list is no port at all.
    pub failsafe_outbound: Option<Vec<ProtoPort>>,
    /// What happens to packets from a pod to its own node that its egress policy allows.
    pub default_endpoint_to_host_action: Option<String>,
    /// Prefixes of workload interfaces, comma-separated.
    pub interface_prefix: Option<String>,
    /// Interfaces that are no host's: names, and patterns between slashes, comma-separated.
    pub interface_exclude: Option<String>,
    /// Whether the eBPF dataplane is on.
    pub bpf_enabled: bool,
    /// Which interfaces the eBPF dataplane attaches to.
    pub bpf_data_iface_pattern: Option<String>,
    /// Which of them carry no Ethernet.
    pub bpf_l3_iface_pattern: Option<String>,
    /// Whether VXLAN packets of workloads may pass.
    pub allow_vxlan_from_workloads: Option<bool>,
    /// Whether IP-in-IP packets of workloads may pass.
    pub allow_ipip_from_workloads: Option<bool>,
    /// The UDP port of VXLAN.
    pub vxlan_port: Option<u16>,
}

/// A failsafe port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtoPort {
    /// `tcp` or `udp`.
    pub protocol: String,
    /// The port's number.
    pub port: u16,
    /// Limits the other end, when given.
    pub net: Option<IpNet>,
}

/// As `tcp/22`, with the other end's network where there is one: `tcp/22@10.0.0.0/8`.
impl std::fmt::Display for ProtoPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.protocol, self.port)?;
        match &self.net {
            Some(net) if net.prefix_len() > 0 => write!(f, "@{net}"),
            _ => Ok(()),
        }
    }
}

impl Serialize for ProtoPort {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
