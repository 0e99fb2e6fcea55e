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
    /// The host endpoints that take interfaces away from this one.
    #[must_use]
    pub fn rivals(&self, endpoint: &Endpoint) -> Vec<Rival<'a>> {
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
