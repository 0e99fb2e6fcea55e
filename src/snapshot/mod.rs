//! All data of one run, in Calico's terms: what was read, what was not, and what must be said about it.
//!
//! It grows while a question is read and never changes after [`Snapshot::finish`]. It answers look-ups;
//! which endpoint matches what is the matcher's business.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rustc_hash::FxHashMap;

use crate::intern::Symbol;
pub use crate::model::Reason;
use crate::model::{
    ClusterInformation, DroppedPolicy, Endpoint, FelixConfiguration, NetworkSet, ObjectRef, Policy,
    Profile, ServiceAddresses, Tier,
};
use crate::note::{Gap, GapCode, Note, Part};

/// The picture of a cluster that one answer is drawn from.
#[derive(Default)]
pub struct Snapshot {
    /// Endpoints as Felix has them.
    pub endpoints: Vec<Endpoint>,
    /// Pods and host endpoints that were read and are no endpoints.
    pub not_endpoints: Vec<NotEndpoint>,
    /// Policies that Felix runs.
    pub policies: Vec<Policy>,
    /// Policies that Felix ignores.
    pub dropped: Vec<DroppedPolicy>,
    /// Tier objects.
    pub tiers: Vec<Tier>,
    /// Network sets.
    pub sets: Vec<NetworkSet>,
    /// Profiles by name; `projectcalico-default-allow` is always among them.
    pub profiles: FxHashMap<Symbol, Profile>,
    /// Whether profiles are objects of their own, whose rules anyone may write: so in etcd.
    pub stored_profiles: bool,
    /// Addresses of services, by `namespace/name`.
    pub services: HashMap<String, ServiceAddresses>,
    /// Names of Nodes; `None` when they were not read.
    pub nodes: Option<BTreeSet<String>>,
    /// Felix's default `bpfDataIfacePattern`.
    pub data_interfaces: &'static str,
    /// Nodes that endpoints name, that were looked for and do not exist.
    pub absent_nodes: BTreeSet<Symbol>,
    /// ClusterInformation `default`, if it exists and could be read.
    pub cluster: Option<ClusterInformation>,
    /// FelixConfigurations.
    pub felix: Vec<FelixConfiguration>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Notes about objects (by the object) and the cluster (`object` absent).
    pub notes: Vec<Note>,
    by_object: BTreeMap<ObjectRef, Vec<usize>>,
}

/// A pod or host endpoint that was read and is no endpoint.
#[derive(Clone, Debug)]
pub struct NotEndpoint {
    /// The object.
    pub object: ObjectRef,
    /// The node, empty when it has none.
    pub node: Symbol,
    /// Why.
    pub reason: Reason,
    /// The cause where `reason` alone does not tell, a lower-case fragment; else empty.
    pub detail: String,
    /// The labels of the object itself, for `-l`.
    pub object_labels: crate::intern::LabelSet,
}

impl Snapshot {
    /// Sorts everything into a total order and indexes notes by object.
    pub fn finish(&mut self) {
        // Unstable, which takes no memory; ids are unique but for what was read twice.
        self.endpoints.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        // Reads may overlap: a pod by its name and again by its address.
        self.endpoints.dedup_by(|a, b| a.id == b.id);
        self.sets.sort_by(|a, b| a.id.cmp(&b.id));
        self.policies.sort_by(|a, b| a.id.cmp(&b.id));
        self.dropped.sort_by(|a, b| a.policy.id.cmp(&b.policy.id));
        self.not_endpoints.sort_by(|a, b| a.object.cmp(&b.object));
        self.gaps
            .sort_by(|a, b| (a.code, &a.resource, &a.scope).cmp(&(b.code, &b.resource, &b.scope)));
        self.gaps.dedup();
        crate::note::sort(&mut self.notes);
        self.by_object.clear();
        for (at, note) in self.notes.iter().enumerate() {
            if let Some(object) = &note.object {
                self.by_object.entry(object.clone()).or_default().push(at);
            }
        }
    }

    /// Notes about one object, in their order.
    pub fn notes_about<'a>(
        &'a self,
        object: &ObjectRef,
    ) -> impl Iterator<Item = &'a Note> + use<'a> {
        self.by_object
            .get(object)
            .into_iter()
            .flatten()
            .filter_map(|at| self.notes.get(*at))
    }

    /// Notes about no object of their own.
    pub fn cluster_notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(|note| note.object.is_none())
    }

    fn is_missing(&self, part: Part) -> bool {
        self.gaps.iter().any(|gap| gap.missing_from.contains(&part))
    }

    /// Whether policies that could decide, or tiers, were not read.
    #[must_use]
    pub fn lacks_policies(&self) -> bool {
        self.gaps.iter().any(|gap| {
            gap.code != GapCode::UnknownFields && gap.missing_from.contains(&Part::Unmatched)
        })
    }

    /// Whether tiers were not read: whether one exists, and what its end does, is then unknown.
    #[must_use]
    pub fn lacks_tiers(&self) -> bool {
        self.gaps
            .iter()
            .any(|gap| gap.resource.split('.').next() == Some("tiers"))
    }

    /// Whether profiles were not read.
    #[must_use]
    pub fn lacks_profiles(&self) -> bool {
        self.is_missing(Part::Profiles)
    }

    /// Whether labels of namespaces were not read.
    #[must_use]
    pub fn lacks_namespace_labels(&self) -> bool {
        self.is_missing(Part::NamespaceLabels)
    }

    /// Whether labels of service accounts were not read.
    #[must_use]
    pub fn lacks_service_account_labels(&self) -> bool {
        self.is_missing(Part::ServiceAccountLabels)
    }

    /// Whether fields of rules mean something to another product that is not known here.
    #[must_use]
    pub fn has_foreign_fields(&self) -> bool {
        self.gaps
            .iter()
            .any(|gap| gap.code == GapCode::UnknownFields)
    }

    /// The FelixConfiguration of one node's field: the node's own object, else `default`.
    pub fn felix_field<'a, T>(
        &'a self,
        node: &str,
        field: impl Fn(&'a FelixConfiguration) -> Option<T>,
    ) -> Option<(T, &'a str)> {
        let of = |name: &str| self.felix.iter().find(|felix| felix.name == name);
        [of(&format!("node.{node}")), of("default")]
            .into_iter()
            .flatten()
            .find_map(|felix| field(felix).map(|value| (value, felix.name.as_str())))
    }
}
