//! Endpoints as Felix knows them (`libcalico-go/lib/backend/model/{workload,host}endpoint.go`).

use std::sync::Arc;

use ipnet::IpNet;

use super::{EndpointId, ObjectRef};
use crate::intern::{LabelSet, Symbol};

/// A workload or host endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its identity.
    pub id: EndpointId,
    /// Its own labels, as Felix sees them.
    pub labels: LabelSet,
    /// The labels of the object itself, for `-l`.
    pub object_labels: LabelSet,
    /// Profiles in list order.
    pub profiles: Arc<[Symbol]>,
    /// The addresses that Calico puts into sets: IPv4, then IPv6, each in the object's order.
    pub nets: Vec<IpNet>,
    /// Named ports that rules can mean.
    pub ports: Arc<[NamedPort]>,
    /// Whether node or address are not known yet: a manifest that no server has seen.
    pub assumed: bool,
    /// What only one of the kinds has.
    pub kind: EndpointKind,
}

/// A named port of an endpoint; the protocol is lower-case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamedPort {
    /// Its name.
    pub name: Symbol,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: Symbol,
    /// Its number, 1 to 65535.
    pub port: u16,
}

/// What sets the kinds of endpoints apart.
#[derive(Clone, Debug)]
pub enum EndpointKind {
    /// A pod's interface, or another orchestrator's workload.
    Workload(WorkloadEndpoint),
    /// An interface of a host.
    Host(HostEndpoint),
}

/// The fields that only workload endpoints have.
#[derive(Clone, Debug)]
pub struct WorkloadEndpoint {
    /// The host's side of the veth pair.
    pub interface_name: Symbol,
    /// Empty when there is none.
    pub service_account: Symbol,
}

/// The fields that only host endpoints have.
#[derive(Clone, Debug)]
pub struct HostEndpoint {
    /// A name, `*` for all interfaces, or empty (chosen by address).
    pub interface_name: Symbol,
    /// As written.
    pub expected_ips: Vec<String>,
}

/// Why a pod or host endpoint is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The pod uses the node's network.
    HostNetwork,
    /// No node yet.
    NotScheduled,
    /// No address yet.
    NoIp,
    /// It has finished.
    Finished,
    /// Calico cannot read it, or its validation drops it.
    Invalid,
    /// It asks for source spoofing, which is not enabled.
    SpoofingDisabled,
}

impl Endpoint {
    /// The object that it was made from.
    #[must_use]
    pub fn object(&self) -> ObjectRef {
        self.id.object()
    }

    /// Whether it is a host endpoint.
    #[must_use]
    pub fn is_host(&self) -> bool {
        matches!(self.kind, EndpointKind::Host(_))
    }

    /// The host endpoint's part, if it is one.
    #[must_use]
    pub fn host(&self) -> Option<&HostEndpoint> {
        match &self.kind {
            EndpointKind::Host(host) => Some(host),
            EndpointKind::Workload(_) => None,
        }
    }
}
