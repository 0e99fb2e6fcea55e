//! What a snapshot says of itself: the first item of the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Datastore, Gap, Note, Provenance};

/// Where the objects of a snapshot came from, and what is missing among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotInfo {
    /// [`SnapshotInfo::API_VERSION`].
    pub api_version: String,
    /// [`SnapshotInfo::KIND`].
    pub kind: String,
    /// The datastore that was read: its own rules hold for the objects.
    pub datastore: Datastore,
    /// Context, endpoint or paths.
    pub source: String,
    /// The API group and version that was read, Kubernetes only.
    #[serde(rename = "calicoAPI", default, skip_serializing_if = "Option::is_none")]
    pub calico_api: Option<String>,
    /// For example `v3.32.1`; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calico_version: Option<String>,
    /// Whether every kind was read at one revision.
    pub pinned: bool,
    /// That revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The revision of each kind, where there is more than one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub revisions: BTreeMap<String, String>,
    /// When, RFC 3339 in UTC, whole seconds.
    pub read_at: String,
    /// How many items follow; with fewer the file was cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objects: Option<u64>,
    /// Whether nothing is missing that this version of Calico reads.
    pub complete: bool,
    /// What could not be read.
    #[serde(default)]
    pub gaps: Vec<SnapshotGap>,
    /// What the source knows about the datastore.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Kinds that could not be read and leave no gap: whether an object of one exists is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// A gap, and the kind of which objects are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotGap {
    /// For example `GlobalNetworkPolicy`.
    pub kind: String,
    /// The gap.
    #[serde(flatten)]
    pub gap: Gap,
}

impl SnapshotInfo {
    /// The version of its form.
    pub const API_VERSION: &str = "calicoq/v1";
    /// Its kind.
    pub const KIND: &str = "SnapshotInfo";

    /// What a source says of what it has read, complete so far.
    #[must_use]
    pub fn of(provenance: Provenance) -> Self {
        Self {
            api_version: Self::API_VERSION.to_owned(),
            kind: Self::KIND.to_owned(),
            datastore: provenance.datastore,
            source: provenance.source,
            calico_api: provenance.calico_api,
            calico_version: provenance.calico_version,
            pinned: provenance.pinned,
            revision: provenance.revision,
            revisions: provenance.revisions,
            read_at: provenance.read_at,
            objects: None,
            complete: true,
            gaps: Vec::new(),
            notes: Vec::new(),
            unread: Vec::new(),
        }
    }
}
