//! EndpointSlices are the addresses of a service, whether ready or not
//! (`felix/serviceindex/serviceindex.go`).

use super::Fact;
use crate::model::net::parse_ip;
use crate::raw::core::EndpointSlice;

/// Nothing when the slice belongs to no service.
pub(super) fn convert(slice: &EndpointSlice<'_>) -> Option<Fact> {
    let service = slice.metadata.labels.get("kubernetes.io/service-name")?;
    let endpoints = slice.endpoints.as_deref().unwrap_or_default();
    let addresses = endpoints
        .iter()
        .flat_map(|endpoint| endpoint.addresses.as_deref().unwrap_or_default())
        .filter_map(|address| parse_ip(address))
        .collect();
    let ports = slice.ports.as_deref().unwrap_or_default();
    Some(Fact::Slice {
        service: format!("{}/{service}", &*slice.metadata.namespace),
        addresses,
        with_ports: ports.iter().any(|port| port.port.is_some()),
    })
}
