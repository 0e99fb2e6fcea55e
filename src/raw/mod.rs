//! Objects as read: one small struct per kind, through serde both ways.
//!
//! Go's manners hold: `null` is absent, also inside lists and maps. What Go cannot decode is an error,
//! because one such object makes its whole kind undecodable for Calico. Nothing here knows what a field
//! means.

mod broken;
mod decode;
mod etcd_key;
mod kept;
mod object;
mod page;
mod protobuf;
mod reduced;

pub mod calico;
pub mod calico_endpoint;
pub mod calico_policy;
pub mod cluster_policy;
pub mod core;
pub mod kubernetes_policy;
pub mod metadata;
pub mod number_or_string;
pub mod value;

pub use crate::yaml::read::{Document, documents};
pub use broken::Broken;
pub use decode::decode;
pub use etcd_key::{
    EtcdKey, ROOT, Undecodable, as_go_reads, decode_etcd, is_namespaced, key_of, segment,
    workload_parts,
};
pub use kept::{Kept, KeptBroken, KeptUndecodable, is_deep, tamed};
pub use metadata::Metadata;
pub use object::{Calico, Group, Kubernetes, Object};
pub use page::{Page, PageHead, head, items, pods};
pub use protobuf::{NoPods, is_protobuf, pods as protobuf_pods, status_message};

#[cfg(test)]
mod tests;
