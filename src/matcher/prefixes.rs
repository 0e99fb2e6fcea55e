//! Networks that contain an address, found by their lengths: one look-up for each length that occurs.

use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashMap;

/// What belongs to networks.
pub(super) struct Prefixes<T> {
    by_net: FxHashMap<IpNet, Vec<T>>,
    /// The lengths that occur, of IPv4 and IPv6.
    lengths: [Vec<u8>; 2],
}

impl<T> Default for Prefixes<T> {
    fn default() -> Self {
        Self {
            by_net: FxHashMap::default(),
            lengths: [Vec::new(), Vec::new()],
        }
    }
}

impl<T> Prefixes<T> {
    pub(super) fn insert(&mut self, net: &IpNet, it: T) {
        let [v4, v6] = &mut self.lengths;
        let lengths = match net {
            IpNet::V4(_) => v4,
            IpNet::V6(_) => v6,
        };
        if !lengths.contains(&net.prefix_len()) {
            lengths.push(net.prefix_len());
        }
        self.by_net.entry(net.trunc()).or_default().push(it);
    }

    /// What belongs to networks that contain the address.
    pub(super) fn containing(&self, address: IpAddr) -> impl Iterator<Item = &T> {
        let [v4, v6] = &self.lengths;
        let lengths = match address {
            IpAddr::V4(_) => v4,
            IpAddr::V6(_) => v6,
        };
        let nets = lengths
            .iter()
            .filter_map(move |length| IpNet::new(address, *length).ok());
        nets.filter_map(|net| self.by_net.get(&net.trunc()))
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_that_contains_an_address_is_found() {
        let nets = [
            "10.0.0.0/8",
            "10.1.2.0/24",
            "0.0.0.0/0",
            "10.1.2.3/32",
            "10.2.0.0/16",
            "fd00::/8",
        ];
        let mut prefixes = Prefixes::default();
        for net in nets {
            let parsed = net.parse();
            let parsed: IpNet = parsed.unwrap_or_else(|_| unreachable!("{net} is a network"));
            prefixes.insert(&parsed, net);
        }
        let found = |address: &str| {
            let address = address.parse();
            let address = address.unwrap_or_else(|_| unreachable!("it is an address"));
            let mut found: Vec<&str> = prefixes.containing(address).copied().collect();
            found.sort_unstable();
            found
        };
        assert_eq!(
            found("10.1.2.3"),
            ["0.0.0.0/0", "10.0.0.0/8", "10.1.2.0/24", "10.1.2.3/32"]
        );
        assert_eq!(found("192.0.2.1"), ["0.0.0.0/0"]);
        assert_eq!(found("fd00::1"), ["fd00::/8"]);
        assert_eq!(found("2001:db8::1"), [""; 0]);
    }
}
