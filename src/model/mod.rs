//! Calico's nouns: endpoints, policies, tiers, profiles, network sets, and the ways to name them.
//!
//! Plain data after conversion, in Felix's terms. Where an object came from, who asks about it and how
//! it is printed are other rooms' business.

pub mod config;
pub mod endpoint;
pub mod endpoint_id;
pub mod net;
pub mod network_set;
pub mod object_ref;
pub mod policy;
pub mod policy_id;
pub mod port;
pub mod profile;
pub mod rule;
pub mod service;
pub mod tier;

pub use crate::intern::LabelSet;
pub use config::{ClusterInformation, FelixConfiguration, ProtoPort};
pub use endpoint::{Endpoint, EndpointKind, HostEndpoint, NamedPort, Reason, WorkloadEndpoint};
pub use endpoint_id::EndpointId;
pub use network_set::{NetworkSet, NetworkSetId};
pub use object_ref::ObjectRef;
pub use policy::{Direction, Directions, DroppedPolicy, Policy, Treatment};
pub use policy_id::{PolicyId, PolicyKind};
pub use port::{Port, Protocol};
pub use profile::{Profile, ProfileRules};
pub use rule::{Action, EntityRule, Rule, Side};
pub use service::ServiceAddresses;
pub use tier::{DefaultAction, Tier};
