//! One object of any kind that Calico reads.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::calico::{
    ClusterInformationSpec, FelixConfigurationSpec, HostEndpointSpec, NetworkSetSpec, TierSpec,
};
use super::calico_endpoint::{ProfileSpec, WorkloadEndpointSpec};
use super::calico_policy::PolicySpec;
use super::cluster_policy::{AdminPolicySpec, ClusterPolicySpec};
use super::core::{EndpointSlice, Named, Pod};
use super::kubernetes_policy::KubernetesPolicySpec;
use super::metadata::Metadata;

/// An object; the variant is its kind.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is the kind of that name")]
pub enum Object<'a> {
    Pod(Pod<'a>),
    Namespace(Named<'a>),
    ServiceAccount(Named<'a>),
    Node(Named<'a>),
    EndpointSlice(EndpointSlice<'a>),
    KubernetesNetworkPolicy(Kubernetes<'a, KubernetesPolicySpec>),
    ClusterNetworkPolicy(Kubernetes<'a, ClusterPolicySpec>),
    AdminNetworkPolicy(Kubernetes<'a, AdminPolicySpec>),
    BaselineAdminNetworkPolicy(Kubernetes<'a, AdminPolicySpec>),
    NetworkPolicy(Calico<'a, PolicySpec>),
    GlobalNetworkPolicy(Calico<'a, PolicySpec>),
    StagedNetworkPolicy(Calico<'a, PolicySpec>),
    StagedGlobalNetworkPolicy(Calico<'a, PolicySpec>),
    StagedKubernetesNetworkPolicy(Calico<'a, KubernetesPolicySpec>),
    Tier(Calico<'a, TierSpec>),
    HostEndpoint(Calico<'a, HostEndpointSpec>),
    NetworkSet(Calico<'a, NetworkSetSpec>),
    GlobalNetworkSet(Calico<'a, NetworkSetSpec>),
    ClusterInformation(Calico<'a, ClusterInformationSpec>),
    FelixConfiguration(Calico<'a, FelixConfigurationSpec>),
    WorkloadEndpoint(Calico<'a, WorkloadEndpointSpec>),
    Profile(Calico<'a, ProfileSpec>),
}

/// An object of one of Calico's kinds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calico<'a, S> {
    /// The API group that it was read from.
    pub group: Group,
    /// Its metadata, as stored.
    pub metadata: Metadata<'a>,
    /// Its spec.
    pub spec: S,
    /// Paths of fields of the spec that the kind does not have, `spec.ingress[0].source.domains`.
    pub unknown_fields: Vec<String>,
}

/// An object of a policy kind that Kubernetes defines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kubernetes<'a, S> {
    /// Its metadata.
    pub metadata: Metadata<'a>,
    /// Its spec.
    pub spec: S,
}

/// The groups that hold Calico's kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// `crd.projectcalico.org/v1`, where metadata is folded into an annotation.
    CrdV1,
    /// `projectcalico.org/v3`.
    #[default]
    V3,
}

// === impl Group ===

impl Group {
    /// Group and version.
    #[must_use]
    pub fn api_version(self) -> &'static str {
        match self {
            Self::CrdV1 => "crd.projectcalico.org/v1",
            Self::V3 => "projectcalico.org/v3",
        }
    }
}

// === impl Object ===

impl<'a> Object<'a> {
    /// Group and version.
    #[must_use]
    pub fn api_version(&self) -> &'static str {
        match self {
            Self::Pod(_) | Self::Namespace(_) | Self::ServiceAccount(_) | Self::Node(_) => "v1",
            Self::EndpointSlice(_) => "discovery.k8s.io/v1",
            Self::KubernetesNetworkPolicy(_) => "networking.k8s.io/v1",
            Self::ClusterNetworkPolicy(_) => "policy.networking.k8s.io/v1alpha2",
            Self::AdminNetworkPolicy(_) | Self::BaselineAdminNetworkPolicy(_) => {
                "policy.networking.k8s.io/v1alpha1"
            }
            Self::NetworkPolicy(o)
            | Self::GlobalNetworkPolicy(o)
            | Self::StagedNetworkPolicy(o)
            | Self::StagedGlobalNetworkPolicy(o) => o.group.api_version(),
            Self::StagedKubernetesNetworkPolicy(o) => o.group.api_version(),
            Self::Tier(o) => o.group.api_version(),
            Self::HostEndpoint(o) => o.group.api_version(),
            Self::NetworkSet(o) | Self::GlobalNetworkSet(o) => o.group.api_version(),
            Self::ClusterInformation(o) => o.group.api_version(),
            Self::FelixConfiguration(o) => o.group.api_version(),
            Self::WorkloadEndpoint(o) => o.group.api_version(),
            Self::Profile(o) => o.group.api_version(),
        }
    }

    /// The kind, as in the object.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Pod(_) => "Pod",
            Self::Namespace(_) => "Namespace",
            Self::ServiceAccount(_) => "ServiceAccount",
            Self::Node(_) => "Node",
            Self::EndpointSlice(_) => "EndpointSlice",
            Self::KubernetesNetworkPolicy(_) | Self::NetworkPolicy(_) => "NetworkPolicy",
            Self::ClusterNetworkPolicy(_) => "ClusterNetworkPolicy",
            Self::AdminNetworkPolicy(_) => "AdminNetworkPolicy",
            Self::BaselineAdminNetworkPolicy(_) => "BaselineAdminNetworkPolicy",
            Self::GlobalNetworkPolicy(_) => "GlobalNetworkPolicy",
            Self::StagedNetworkPolicy(_) => "StagedNetworkPolicy",
            Self::StagedGlobalNetworkPolicy(_) => "StagedGlobalNetworkPolicy",
            Self::StagedKubernetesNetworkPolicy(_) => "StagedKubernetesNetworkPolicy",
            Self::Tier(_) => "Tier",
            Self::HostEndpoint(_) => "HostEndpoint",
            Self::NetworkSet(_) => "NetworkSet",
            Self::GlobalNetworkSet(_) => "GlobalNetworkSet",
            Self::ClusterInformation(_) => "ClusterInformation",
            Self::FelixConfiguration(_) => "FelixConfiguration",
            Self::WorkloadEndpoint(_) => "WorkloadEndpoint",
            Self::Profile(_) => "Profile",
        }
    }

    /// Its metadata, as stored.
    #[must_use]
    pub fn metadata(&self) -> &Metadata<'a> {
        match self {
            Self::Pod(o) => &o.metadata,
            Self::Namespace(o) | Self::ServiceAccount(o) | Self::Node(o) => &o.metadata,
            Self::EndpointSlice(o) => &o.metadata,
            Self::KubernetesNetworkPolicy(o) => &o.metadata,
            Self::ClusterNetworkPolicy(o) => &o.metadata,
            Self::AdminNetworkPolicy(o) | Self::BaselineAdminNetworkPolicy(o) => &o.metadata,
            Self::NetworkPolicy(o)
            | Self::GlobalNetworkPolicy(o)
            | Self::StagedNetworkPolicy(o)
            | Self::StagedGlobalNetworkPolicy(o) => &o.metadata,
            Self::StagedKubernetesNetworkPolicy(o) => &o.metadata,
            Self::Tier(o) => &o.metadata,
            Self::HostEndpoint(o) => &o.metadata,
            Self::NetworkSet(o) | Self::GlobalNetworkSet(o) => &o.metadata,
            Self::ClusterInformation(o) => &o.metadata,
            Self::FelixConfiguration(o) => &o.metadata,
            Self::WorkloadEndpoint(o) => &o.metadata,
            Self::Profile(o) => &o.metadata,
        }
    }

    /// Paths of fields that its kind does not have, where Calico's kinds tell.
    #[must_use]
    pub fn unknown_fields(&self) -> &[String] {
        match self {
            Self::NetworkPolicy(o)
            | Self::GlobalNetworkPolicy(o)
            | Self::StagedNetworkPolicy(o)
            | Self::StagedGlobalNetworkPolicy(o) => &o.unknown_fields,
            Self::StagedKubernetesNetworkPolicy(o) => &o.unknown_fields,
            Self::Tier(o) => &o.unknown_fields,
            Self::HostEndpoint(o) => &o.unknown_fields,
            Self::NetworkSet(o) | Self::GlobalNetworkSet(o) => &o.unknown_fields,
            Self::Profile(o) => &o.unknown_fields,
            _ => &[],
        }
    }

    /// Its metadata, to be renamed after its key.
    pub(super) fn metadata_mut(&mut self) -> &mut Metadata<'a> {
        match self {
            Self::Pod(o) => &mut o.metadata,
            Self::Namespace(o) | Self::ServiceAccount(o) | Self::Node(o) => &mut o.metadata,
            Self::EndpointSlice(o) => &mut o.metadata,
            Self::KubernetesNetworkPolicy(o) => &mut o.metadata,
            Self::ClusterNetworkPolicy(o) => &mut o.metadata,
            Self::AdminNetworkPolicy(o) | Self::BaselineAdminNetworkPolicy(o) => &mut o.metadata,
            Self::NetworkPolicy(o)
            | Self::GlobalNetworkPolicy(o)
            | Self::StagedNetworkPolicy(o)
            | Self::StagedGlobalNetworkPolicy(o) => &mut o.metadata,
            Self::StagedKubernetesNetworkPolicy(o) => &mut o.metadata,
            Self::Tier(o) => &mut o.metadata,
            Self::HostEndpoint(o) => &mut o.metadata,
            Self::NetworkSet(o) | Self::GlobalNetworkSet(o) => &mut o.metadata,
            Self::ClusterInformation(o) => &mut o.metadata,
            Self::FelixConfiguration(o) => &mut o.metadata,
            Self::WorkloadEndpoint(o) => &mut o.metadata,
            Self::Profile(o) => &mut o.metadata,
        }
    }
}

/// `apiVersion`, `kind`, `metadata` and what else the kind has. Unknown fields are not written.
impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("apiVersion", self.api_version())?;
        map.serialize_entry("kind", self.kind())?;
        match self {
            // Of a node no more than its name is read.
            Self::Node(o) => map.serialize_entry("metadata", &o.metadata.without_labels())?,
            _ => map.serialize_entry("metadata", self.metadata())?,
        }
        match self {
            Self::Namespace(_) | Self::ServiceAccount(_) | Self::Node(_) => {}
            Self::Pod(o) => {
                map.serialize_entry("spec", &o.spec)?;
                map.serialize_entry("status", &o.status)?;
            }
            Self::EndpointSlice(o) => {
                map.serialize_entry("endpoints", &o.endpoints)?;
                map.serialize_entry("ports", &o.ports)?;
            }
            Self::KubernetesNetworkPolicy(o) => map.serialize_entry("spec", &o.spec)?,
            Self::ClusterNetworkPolicy(o) => map.serialize_entry("spec", &o.spec)?,
            Self::AdminNetworkPolicy(o) | Self::BaselineAdminNetworkPolicy(o) => {
                map.serialize_entry("spec", &o.spec)?;
            }
            Self::NetworkPolicy(o)
            | Self::GlobalNetworkPolicy(o)
            | Self::StagedNetworkPolicy(o)
            | Self::StagedGlobalNetworkPolicy(o) => map.serialize_entry("spec", &o.spec)?,
            Self::StagedKubernetesNetworkPolicy(o) => map.serialize_entry("spec", &o.spec)?,
            Self::Tier(o) => map.serialize_entry("spec", &o.spec)?,
            Self::HostEndpoint(o) => map.serialize_entry("spec", &o.spec)?,
            Self::NetworkSet(o) | Self::GlobalNetworkSet(o) => {
                map.serialize_entry("spec", &o.spec)?;
            }
            Self::ClusterInformation(o) => map.serialize_entry("spec", &o.spec)?,
            Self::FelixConfiguration(o) => map.serialize_entry("spec", &o.spec)?,
            Self::WorkloadEndpoint(o) => map.serialize_entry("spec", &o.spec)?,
            Self::Profile(o) => map.serialize_entry("spec", &o.spec)?,
        }
        map.end()
    }
}
