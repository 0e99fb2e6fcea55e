//! From objects as read to Calico's model: what the datastore client, the update processors and the
//! validation filter make of each object alone.
//!
//! One file per rule of Calico. What an object means together with others (is there such a tier, which
//! endpoints match) is decided elsewhere.
//!
//! ```text
//!  raw object ─▶ defaults ─▶ metadata ─▶ one file per kind ─▶ Fact
//!                (manifests)  (folded)          │
//!                                               └─ policies: a Draft in v3 terms ─▶ policy_selector,
//!                                                  rule, entity_rule ─▶ validation_filter
//! ```

mod admin_network_policy;
mod calico_policy;
mod calico_rule;
mod cluster_information;
mod cluster_network_policy;
mod cluster_peer;
mod defaults;
mod draft;
mod endpoint_port;
mod entity_rule;
mod felix_configuration;
mod global_network_policy;
mod host_endpoint;
mod kubernetes_network_policy;
mod kubernetes_ports;
mod kubernetes_rule;
mod label_selector;
mod metadata;
mod namespace;
mod nets;
mod network_policy;
mod network_set;
mod node;
mod pod;
mod policy;
mod policy_name;
mod policy_selector;
pub mod profile;
mod rule;
mod service;
mod service_account;
mod staged;
mod tier;
mod validation_filter;
mod workload_endpoint;
mod workload_of_pod;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::behaviour::Behaviour;
use crate::intern::{Interner, LabelSet, Lists, Symbol};
pub use crate::model::Reason;
use crate::model::rule::SetSelector;
use crate::model::{
    ClusterInformation, DroppedPolicy, Endpoint, FelixConfiguration, NamedPort, NetworkSet,
    ObjectRef, Policy, Profile, Tier,
};
use crate::note::{Datastore, Note};
use crate::raw::{Metadata, Object};
use crate::selector::Selector;

/// Which objects are manifests: written by a person and seen by no server yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ManifestMode {
    /// Those without uid and resourceVersion.
    #[default]
    Auto,
    /// None.
    Never,
    /// All.
    Always,
}

/// What conversion depends on beside the object.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the cluster's version does.
    pub behaviour: Behaviour,
    /// FelixConfigurations, which decide about source spoofing and workload interfaces.
    pub felix: Vec<FelixConfiguration>,
    /// Which objects are manifests.
    pub manifests: ManifestMode,
    /// The namespace of manifests that name none.
    pub default_namespace: String,
    /// The datastore, whose client reads some fields in its own way.
    pub datastore: Datastore,
    /// Whether objects of `projectcalico.org/v3` are folded as those of `crd.projectcalico.org/v1` are:
    /// so when objects of both groups are read together.
    pub unfold_v3: bool,
}

/// Converts objects, one at a time, in any order.
pub struct Converter {
    settings: Settings,
    interner: Interner,
    profiles: Lists<Symbol>,
    ports: Lists<NamedPort>,
    selectors: FxHashMap<String, Option<Arc<SetSelector>>>,
    filled_in: BTreeMap<&'static str, usize>,
}

/// What an object says.
#[derive(Clone, Debug)]
pub enum Fact {
    /// An endpoint as Felix has it.
    Endpoint(Endpoint),
    /// A pod or host endpoint that is no endpoint for Felix.
    NotEndpoint {
        /// The object.
        object: ObjectRef,
        /// The node, empty when it has none.
        node: Symbol,
        /// Why.
        reason: Reason,
        /// The cause where `reason` alone does not tell, a lower-case fragment; else empty.
        detail: String,
        /// The labels of the object itself.
        object_labels: LabelSet,
    },
    /// A policy that Felix runs.
    Policy(Policy),
    /// A policy that Felix ignores as a whole.
    Dropped(DroppedPolicy),
    /// A tier.
    Tier(Tier),
    /// A profile.
    Profile(Profile),
    /// A network set.
    Set(NetworkSet),
    /// One slice of a service's addresses.
    Slice {
        /// The service, `namespace/name`.
        service: String,
        /// Its addresses.
        addresses: Vec<IpAddr>,
        /// Whether the slice has a port with a number.
        with_ports: bool,
    },
    /// The name of a Node.
    Node(String),
    /// What ClusterInformation `default` says.
    ClusterInformation(ClusterInformation),
    /// A FelixConfiguration.
    FelixConfiguration(FelixConfiguration),
    /// Something to know about the object.
    Note(Note),
}

/// Who wrote an object last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A server: it is as stored.
    Server,
    /// A person: no server has filled anything in.
    Manifest,
}

// === impl Settings ===

impl Settings {
    /// The first FelixConfiguration that has the field, the node's own before `default`.
    fn felix_field<'a, T>(
        &'a self,
        node: &str,
        field: impl Fn(&'a FelixConfiguration) -> Option<T>,
    ) -> Option<T> {
        let of = |name: &str| self.felix.iter().find(|felix| felix.name == name);
        [of(&format!("node.{node}")), of("default")]
            .into_iter()
            .flatten()
            .find_map(field)
    }
}

// === impl Converter ===

impl Converter {
    /// A converter that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            interner: Interner::default(),
            profiles: Lists::default(),
            ports: Lists::default(),
            selectors: FxHashMap::default(),
            filled_in: BTreeMap::new(),
        }
    }

    /// Appends what the object says. An object of a kind that this version of Calico does not read says
    /// nothing but perhaps a note.
    pub fn convert(&mut self, mut object: Object<'_>, out: &mut Vec<Fact>) {
        let origin = self.origin(object.metadata());
        if origin == Origin::Manifest {
            defaults::fill_in(self, &mut object);
        }
        match &object {
            Object::Pod(pod) => pod::convert(self, pod, origin, out),
            Object::Namespace(o) => namespace::convert(self, &o.metadata, out),
            Object::ServiceAccount(o) => service_account::convert(self, &o.metadata, out),
            Object::Node(o) => out.push(node::convert(&o.metadata)),
            Object::EndpointSlice(o) => out.extend(service::convert(o)),
            Object::KubernetesNetworkPolicy(o) => kubernetes_network_policy::convert(self, o, out),
            Object::ClusterNetworkPolicy(o) => cluster_network_policy::convert(self, o, out),
            Object::AdminNetworkPolicy(o) => admin_network_policy::convert(self, o, out),
            Object::BaselineAdminNetworkPolicy(o) => {
                admin_network_policy::convert_baseline(self, o, out);
            }
            Object::NetworkPolicy(o) => network_policy::convert(self, o, out),
            Object::GlobalNetworkPolicy(o) => global_network_policy::convert(self, o, out),
            Object::StagedNetworkPolicy(o) => staged::convert_namespaced(self, o, out),
            Object::StagedGlobalNetworkPolicy(o) => staged::convert_global(self, o, out),
            Object::StagedKubernetesNetworkPolicy(o) => staged::convert_kubernetes(self, o, out),
            Object::Tier(o) => tier::convert(self, o, out),
            Object::HostEndpoint(o) => host_endpoint::convert(self, o, out),
            Object::NetworkSet(o) => network_set::convert(self, o, out),
            Object::GlobalNetworkSet(o) => network_set::convert_global(self, o, out),
            Object::ClusterInformation(o) => cluster_information::convert(self, o, out),
            Object::FelixConfiguration(o) => felix_configuration::convert(self, o, out),
            Object::WorkloadEndpoint(o) => workload_endpoint::convert(self, o, out),
            Object::Profile(o) => profile::convert(self, o, out),
        }
    }

    /// How often each field was filled into manifests.
    #[must_use]
    pub fn filled_in(&self) -> &BTreeMap<&'static str, usize> {
        &self.filled_in
    }

    fn origin(&self, metadata: &Metadata<'_>) -> Origin {
        let unseen = metadata.uid.is_empty() && metadata.resource_version.is_empty();
        match self.settings.manifests {
            ManifestMode::Always => Origin::Manifest,
            ManifestMode::Auto if unseen => Origin::Manifest,
            ManifestMode::Auto | ManifestMode::Never => Origin::Server,
        }
    }

    fn behaviour(&self) -> Behaviour {
        self.settings.behaviour
    }

    /// Whether objects come from etcd, where Calico's client fills in less.
    fn is_etcd(&self) -> bool {
        self.settings.datastore == Datastore::Etcdv3
    }

    fn symbol(&mut self, text: &str) -> Symbol {
        self.interner.symbol(text)
    }

    /// The one selector of this text; `None` when it does not parse.
    fn set_selector(&mut self, text: &str) -> Option<Arc<SetSelector>> {
        if let Some(known) = self.selectors.get(text) {
            return known.clone();
        }
        let parsed = Selector::parse(text).ok().map(|selector| {
            Arc::new(SetSelector {
                text: text.to_owned(),
                selector,
            })
        });
        self.selectors.insert(text.to_owned(), parsed.clone());
        parsed
    }
}

#[cfg(test)]
mod tests;
