//! What a rule's `services` means: the addresses of a service's EndpointSlices
//! (`felix/serviceindex/serviceindex.go`).

use std::net::IpAddr;

/// The addresses of all slices of one service, ready or not.
#[derive(Clone, Debug, Default)]
pub struct ServiceAddresses {
    /// Addresses of all slices: what a source service matches.
    pub all: Vec<IpAddr>,
    /// Addresses of slices that have a port with a number: what a destination service matches.
    pub with_ports: Vec<IpAddr>,
}
