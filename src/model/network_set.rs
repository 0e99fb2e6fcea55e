//! Network sets: labelled CIDRs that rules can select.

use std::fmt;

use ipnet::IpNet;
use serde::Serialize;

use super::ObjectRef;
use crate::intern::{LabelSet, Symbol};

/// A NetworkSet or GlobalNetworkSet.
#[derive(Clone, Debug)]
pub struct NetworkSet {
    /// Its identity.
    pub id: NetworkSetId,
    /// The object that it was made from.
    pub object: ObjectRef,
    /// Its own labels, as Felix sees them.
    pub labels: LabelSet,
    /// `kns.<namespace>` for a NetworkSet, none for a GlobalNetworkSet.
    pub profiles: Vec<Symbol>,
    /// Its usable networks, masked.
    pub nets: Vec<IpNet>,
}

/// Which network set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkSetId {
    /// Empty for a GlobalNetworkSet.
    pub namespace: Symbol,
    /// Its name.
    pub name: Symbol,
}

/// `ns/<namespace>/<name>`, `gns/<name>`.
impl fmt::Display for NetworkSetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "gns/{}", self.name)
        } else {
            write!(f, "ns/{}/{}", self.namespace, self.name)
        }
    }
}

impl Serialize for NetworkSetId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
