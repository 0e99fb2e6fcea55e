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
    let look_up = async |service: &str| {
        let name = format!("{service}._tcp.{}.", domain.trim_end_matches('.'));
        tokio::time::timeout(CONNECT, resolver.lookup(name, RecordType::SRV)).await
    };
    let (with_tls, plain) = tokio::join!(look_up("_etcd-client-ssl"), look_up("_etcd-client"));
    let mut found = Vec::new();
    let mut silent = false;
    for (looked_up, tls) in [(with_tls, true), (plain, false)] {
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

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "tests may panic"
    )]

    use std::net::UdpSocket;

    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::rdata::SRV;
    use hickory_resolver::proto::rr::{Name, Record};

    use super::*;

    /// Priority, weight, port and target of one record.
    type Entry = (u16, u16, u16, &'static str);

    /// A name server on loopback that knows these records, and says of every other name that there is none.
    fn server(known: &'static [(&'static str, &'static [Entry])]) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((length, client)) = socket.recv_from(&mut buffer) {
                let asked = Message::from_vec(&buffer[..length]).unwrap();
                let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
                let query = asked.queries[0].clone();
                let name = query.name().clone();
                answer.add_query(query);
                match known.iter().find(|(known, _)| name.to_string() == *known) {
                    Some((_, entries)) => {
                        answer.add_answers(entries.iter().map(
                            |(priority, weight, port, target)| {
                                let target = Name::from_ascii(target).unwrap();
                                let data = RData::SRV(SRV::new(*priority, *weight, *port, target));
                                Record::from_rdata(name.clone(), 60, data)
                            },
                        ));
                    }
                    None => answer.metadata.response_code = ResponseCode::NXDomain,
                }
                socket.send_to(&answer.to_vec().unwrap(), client).unwrap();
            }
        });
        address
    }

    fn discovered(domain: &str, server: SocketAddr) -> Result<Vec<String>, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let found = runtime.block_on(discover(domain, Some(server)));
        let urls = |found: Vec<Address>| found.into_iter().map(|address| address.url).collect();
        found.map(urls).map_err(|error| error.to_string())
    }

    #[test]
    fn records_with_tls_come_first_then_priority_and_weight() {
        let server = server(&[
            (
                "_etcd-client._tcp.example.org.",
                &[(0, 0, 2379, "plain.example.org.")],
            ),
            (
                "_etcd-client-ssl._tcp.example.org.",
                &[
                    (10, 5, 2379, "c.example.org."),
                    (0, 1, 2379, "b.example.org."),
                    (0, 9, 2380, "a.example.org."),
                ],
            ),
        ]);
        let want = [
            "https://a.example.org:2380",
            "https://b.example.org:2379",
            "https://c.example.org:2379",
            "http://plain.example.org:2379",
        ];
        assert_eq!(discovered("example.org", server).unwrap(), want);
    }

    #[test]
    fn one_of_the_two_suffices_and_neither_is_said_so() {
        let server = server(&[(
            "_etcd-client._tcp.example.org.",
            &[(0, 0, 2379, "plain.example.org.")],
        )]);
        assert_eq!(
            discovered("example.org.", server).unwrap(),
            ["http://plain.example.org:2379"]
        );
        assert_eq!(
            discovered("example.net", server).unwrap_err(),
            "etcd discovery example.net: there is no record _etcd-client-ssl._tcp or _etcd-client._tcp (DNS)"
        );
    }

    #[test]
    fn a_silent_name_server_is_said_so() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let error = discovered("example.org", socket.local_addr().unwrap()).unwrap_err();
        assert_eq!(
            error,
            "etcd discovery example.org: the name server does not answer (DNS)"
        );
    }
}
