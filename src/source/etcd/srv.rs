//! Endpoints by SRV records: `_etcd-client-ssl._tcp.<domain>`, then `_etcd-client._tcp.<domain>`.

use std::net::SocketAddr;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::address::Address;
use super::connection::CONNECT;
use crate::error::Error;

/// The members that a domain's records name, those with TLS first, each kind in the order of priority and weight.
///
/// # Errors
/// Neither record can be found.
pub(super) async fn discover(
    domain: &str,
    server: Option<SocketAddr>,
) -> Result<Vec<Address>, Error> {
    let fault = |cause: String| Error::Source {
        what: format!("etcd discovery {domain}"),
        cause: format!("{cause} (DNS)"),
        hint: Some("check etcdDiscoverySrv, and this machine's DNS or VPN".to_owned()),
    };
    let resolver = resolver(server).map_err(|error| fault(error.to_string()))?;
    let mut found = Vec::new();
    let mut silent = false;
    for (service, tls) in [("_etcd-client-ssl", true), ("_etcd-client", false)] {
        let name = format!("{service}._tcp.{}.", domain.trim_end_matches('.'));
        let looked_up = tokio::time::timeout(CONNECT, resolver.lookup(name, RecordType::SRV)).await;
        match looked_up {
            Ok(Ok(lookup)) => found.extend(addresses(lookup.answers(), tls)),
            Ok(Err(error)) => silent |= !error.is_no_records_found(),
            Err(_) => silent = true,
        }
    }
    match (found.is_empty(), silent) {
        (false, _) => Ok(found),
        (true, true) => Err(fault("the name server does not answer".to_owned())),
        (true, false) => Err(fault(
            "there is no record _etcd-client-ssl._tcp or _etcd-client._tcp".to_owned(),
        )),
    }
}

fn resolver(server: Option<SocketAddr>) -> Result<TokioResolver, NetError> {
    let Some(server) = server else {
        return TokioResolver::builder_tokio()?.build();
    };
    let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    connections
        .iter_mut()
        .for_each(|connection| connection.port = server.port());
    let server = NameServerConfig::new(server.ip(), true, connections.into());
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).build()
}

/// By priority, then the heavier first. Targets lose the dot that ends them.
fn addresses(records: &[hickory_resolver::proto::rr::Record], tls: bool) -> Vec<Address> {
    let mut targets: Vec<_> = records
        .iter()
        .filter_map(|record| match &record.data {
            RData::SRV(srv) => Some((
                srv.priority,
                u16::MAX - srv.weight,
                srv.target.to_string(),
                srv.port,
            )),
            _ => None,
        })
        .collect();
    targets.sort();
    let scheme = if tls { "https" } else { "http" };
    let address = |(_, _, target, port): (u16, u16, String, u16)| Address {
        url: format!("{scheme}://{}:{port}", target.trim_end_matches('.')),
        tls,
    };
    targets.into_iter().map(address).collect()
}
