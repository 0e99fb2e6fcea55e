//! Addresses and networks as Go's parsers read them (`net.ParseCIDR`, `net.ParseIP`).

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Reads a CIDR, masked to its network. IPv4-mapped networks of 96 bits and more become IPv4, as in the
/// sets that Felix programs. Mask text may have leading zeros, octets may not.
#[must_use]
pub fn parse_cidr(text: &str) -> Option<IpNet> {
    let (address, mask) = text.split_once('/')?;
    if mask.is_empty() || !mask.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mask: u8 = mask
        .trim_start_matches('0')
        .parse()
        .or_else(|e| {
            if mask.bytes().all(|b| b == b'0') {
                Ok(0)
            } else {
                Err(e)
            }
        })
        .ok()?;
    let address: IpAddr = address.parse().ok()?;
    let net = IpNet::new(address, mask).ok()?.trunc();
    Some(unmap(net))
}

/// Reads one address; an IPv4-mapped one is the IPv4 address.
#[must_use]
pub fn parse_ip(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    Some(address.to_canonical())
}

/// Reads a CIDR or one address, the latter as a network of one.
#[must_use]
pub fn parse_cidr_or_ip(text: &str) -> Option<IpNet> {
    parse_cidr(text).or_else(|| parse_ip(text).map(IpNet::from))
}

/// How a network is shown: a network of one address as that address.
#[must_use]
pub fn display(net: &IpNet) -> String {
    if net.prefix_len() == net.max_prefix_len() {
        net.addr().to_string()
    } else {
        net.to_string()
    }
}

/// Whether two networks share an address of the same family.
#[must_use]
pub fn contains(outer: &IpNet, inner: &IpNet) -> bool {
    match (outer, inner) {
        (IpNet::V4(outer), IpNet::V4(inner)) => outer.contains(&inner.network()),
        (IpNet::V6(outer), IpNet::V6(inner)) => outer.contains(&inner.network()),
        _ => false,
    }
}

fn unmap(net: IpNet) -> IpNet {
    let IpNet::V6(v6) = net else { return net };
    match (
        v6.prefix_len().checked_sub(96),
        v6.network().to_ipv4_mapped(),
    ) {
        (Some(mask), Some(v4)) => Ipv4Net::new(v4, mask).map_or(net, IpNet::V4),
        _ => net,
    }
}

/// Whether the network is all of its family, `0.0.0.0/0` or `::/0`.
#[must_use]
pub fn is_catch_all(net: &IpNet) -> bool {
    net.prefix_len() == 0
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn cidrs_are_read_as_go_reads_them() {
        for (text, want) in [
            ("10.1.2.3/16", Some("10.1.0.0/16")),
            ("10.0.0.0/032", Some("10.0.0.0/32")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("0.0.0.0/00", Some("0.0.0.0/0")),
            ("2001:DB8:0::/32", Some("2001:db8::/32")),
            ("::ffff:10.65.0.0/112", Some("10.65.0.0/16")),
            ("::ffff:0:0/96", Some("0.0.0.0/0")),
            ("::ffff:0:0/95", Some("::fffe:0:0/95")),
            ("010.0.0.0/8", None),
            ("10.0.0.0/33", None),
            (" 10.0.0.0/8", None),
            ("10.0.0.0", None),
            ("10.0.0.0/", None),
            ("10.0.0.0/+8", None),
            ("fe80::1%eth0/64", None),
            ("", None),
        ] {
            assert_eq!(
                parse_cidr(text).map(|n| n.to_string()).as_deref(),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn a_mapped_address_is_ipv4() {
        assert_eq!(
            parse_ip("::ffff:10.65.0.5").unwrap().to_string(),
            "10.65.0.5"
        );
        assert_eq!(
            display(&parse_cidr_or_ip("::ffff:10.65.0.5").unwrap()),
            "10.65.0.5"
        );
        assert_eq!(
            display(&parse_cidr_or_ip("10.0.0.0/8").unwrap()),
            "10.0.0.0/8"
        );
    }

    #[test]
    fn families_never_contain_each_other() {
        let (four, six) = (
            parse_cidr("0.0.0.0/0").unwrap(),
            parse_cidr("::/0").unwrap(),
        );
        assert!(!contains(&six, &four) && !contains(&four, &six));
        assert!(is_catch_all(&four) && is_catch_all(&six));
        assert!(contains(&four, &parse_cidr("10.0.0.0/8").unwrap()));
    }
}
