//! Which host endpoint is active on an interface (`felix/dataplane/linux/endpoint_mgr.go`,
//! `resolveHostEndpoints`), as far as the datastore tells.

use super::Matcher;
use crate::model::{Endpoint, HostEndpoint};

/// Another host endpoint of the same node that takes an interface away.
#[derive(Clone, Copy)]
pub enum Rival<'a> {
    /// The smaller name wins an interface that both name.
    SameInterface(&'a Endpoint),
    /// The smaller name wins the interfaces with an address that both expect.
    SameAddress(&'a Endpoint),
    /// The smaller name of two for all interfaces wins.
    SmallerWildcard(&'a Endpoint),
    /// One that names an interface, or expects its address, goes before one for all.
    Shadows(&'a Endpoint),
}

impl<'a> Matcher<'a> {
    /// The host endpoints that take interfaces away from this one. One that is inactive itself takes none away, and from
    /// one that is inactive there is nothing more to take.
    #[must_use]
    pub fn rivals(&self, endpoint: &Endpoint) -> Vec<Rival<'a>> {
        let mut rivals = self.all_rivals(endpoint);
        if rivals.iter().any(Rival::makes_inactive) {
            rivals.retain(Rival::makes_inactive);
        } else {
            rivals.retain(|rival| {
                !self
                    .all_rivals(rival.other())
                    .iter()
                    .any(Rival::makes_inactive)
            });
        }
        rivals
    }

    fn all_rivals(&self, endpoint: &Endpoint) -> Vec<Rival<'a>> {
        let Some(host) = endpoint.host() else {
            return Vec::new();
        };
        self.snapshot
            .endpoints
            .iter()
            .filter(|other| other.is_host() && other.id.node() == endpoint.id.node())
            .filter(|other| other.id != endpoint.id)
            .filter_map(|other| {
                other
                    .host()
                    .and_then(|theirs| rival(endpoint, host, other, theirs))
            })
            .collect()
    }
}

impl<'a> Rival<'a> {
    /// The other host endpoint.
    fn other(&self) -> &'a Endpoint {
        match self {
            Self::SameInterface(other)
            | Self::SameAddress(other)
            | Self::SmallerWildcard(other)
            | Self::Shadows(other) => other,
        }
    }

    /// Whether nothing is left to the one that has such a rival.
    #[must_use]
    pub fn makes_inactive(&self) -> bool {
        matches!(self, Self::SameInterface(_) | Self::SmallerWildcard(_))
    }
}

fn rival<'a>(
    endpoint: &Endpoint,
    host: &HostEndpoint,
    other: &'a Endpoint,
    theirs: &HostEndpoint,
) -> Option<Rival<'a>> {
    let smaller = other.id < endpoint.id;
    match (&*host.interface_name, &*theirs.interface_name) {
        ("*", "*") => smaller.then_some(Rival::SmallerWildcard(other)),
        // Without an address it covers nothing, and pods' interfaces are no host's.
        ("*", "") if other.nets.is_empty() => None,
        ("*", name) if name.starts_with("cali") => None,
        ("*", _) => Some(Rival::Shadows(other)),
        (_, "*") => None,
        ("", "") => {
            let shared = other.nets.iter().any(|net| endpoint.nets.contains(net));
            (smaller && shared).then_some(Rival::SameAddress(other))
        }
        (ours, name) if ours == name => smaller.then_some(Rival::SameInterface(other)),
        _ => None,
    }
}
