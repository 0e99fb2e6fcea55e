//! Addresses and the objects that hold them: membership of Felix's sets goes by address, not by endpoint
//! (`felix/labelindex/named_port_index.go`).

use std::net::IpAddr;

use ipnet::IpNet;

use super::prefixes::Prefixes;
use crate::intern::{LabelSet, Symbol};
use crate::model::{Endpoint, NamedPort, NetworkSet};
use crate::snapshot::Snapshot;

/// An object that holds addresses.
#[derive(Clone, Copy)]
pub enum Owner<'a> {
    /// An endpoint.
    Endpoint(&'a Endpoint),
    /// A network set, which has no ports.
    Set(&'a NetworkSet),
}

/// Finds the owners of an address. Single addresses are sorted, wider networks are found by their lengths.
pub(super) struct Index<'a> {
    single: Vec<(IpAddr, Owner<'a>)>,
    wide: Prefixes<Owner<'a>>,
}

impl<'a> Owner<'a> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Endpoint(endpoint) => endpoint.id.to_string(),
            Self::Set(set) => set.id.to_string(),
        }
    }

    /// Whether it is that endpoint.
    #[must_use]
    pub fn is(&self, endpoint: &Endpoint) -> bool {
        matches!(self, Self::Endpoint(other) if other.id == endpoint.id)
    }

    pub(super) fn labels(&self) -> &'a LabelSet {
        match self {
            Self::Endpoint(endpoint) => &endpoint.labels,
            Self::Set(set) => &set.labels,
        }
    }

    pub(super) fn profiles(&self) -> &'a [Symbol] {
        match self {
            Self::Endpoint(endpoint) => &endpoint.profiles,
            Self::Set(set) => &set.profiles,
        }
    }

    pub(super) fn ports(&self) -> &'a [NamedPort] {
        match self {
            Self::Endpoint(endpoint) => &endpoint.ports,
            Self::Set(_) => &[],
        }
    }

    pub(super) fn nets(&self) -> &'a [IpNet] {
        match self {
            Self::Endpoint(endpoint) => &endpoint.nets,
            Self::Set(set) => &set.nets,
        }
    }

    /// The order in which owners are shown: endpoints before sets, each by id.
    fn rank(&self) -> (bool, usize) {
        match self {
            Self::Endpoint(endpoint) => (false, std::ptr::from_ref(*endpoint) as usize),
            Self::Set(set) => (true, std::ptr::from_ref(*set) as usize),
        }
    }
}

impl<'a> Index<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let mut index = Self {
            single: Vec::new(),
            wide: Prefixes::default(),
        };
        let endpoints = snapshot.endpoints.iter().map(Owner::Endpoint);
        for owner in endpoints.chain(snapshot.sets.iter().map(Owner::Set)) {
            for net in owner.nets() {
                if net.prefix_len() == net.max_prefix_len() {
                    index.single.push((net.addr(), owner));
                } else {
                    index.wide.insert(net, owner);
                }
            }
        }
        index.single.sort_by_key(|(address, _)| *address);
        index
    }

    /// The owners of a single address.
    fn holders(&self, address: IpAddr) -> impl Iterator<Item = Owner<'a>> {
        let from = self.single.partition_point(|(other, _)| *other < address);
        let held = self.single.iter().skip(from);
        held.take_while(move |(other, _)| *other == address)
            .map(|(_, owner)| *owner)
    }

    /// The objects that hold any of these addresses: `first` in front, then endpoints, then sets, each in
    /// the order of the snapshot and once.
    pub(super) fn owners(&self, nets: &[IpNet], first: &'a Endpoint) -> Vec<Owner<'a>> {
        let mut owners: Vec<Owner<'a>> = Vec::new();
        for net in nets {
            owners.extend(self.holders(net.network()));
            owners.extend(self.wide.containing(net.network()));
        }
        owners.sort_by_key(Owner::rank);
        owners.dedup_by_key(|owner| owner.rank());
        owners.sort_by_key(|owner| !owner.is(first));
        owners
    }
}
