//! Provenance: where the data of an answer came from. Never a credential.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where the data came from; `snapshot` of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Always `datastore`: what the datastore asks for, not what a node's kernel holds.
    pub basis: &'static str,
    /// Which datastore.
    pub datastore: Datastore,
    /// Context, endpoint or paths.
    pub source: String,
    /// The API group and version that was read, Kubernetes only.
    #[serde(rename = "calicoAPI", skip_serializing_if = "Option::is_none")]
    pub calico_api: Option<String>,
    /// For example `v3.32.1`; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calico_version: Option<String>,
    /// How the version is known.
    pub version_from: VersionFrom,
    /// Whether every kind was read at one revision.
    pub pinned: bool,
    /// That revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The revision of each kind, where there is more than one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub revisions: BTreeMap<String, String>,
    /// When, RFC 3339 in UTC, whole seconds.
    pub read_at: String,
    /// Whether other pods with the same address were looked for.
    #[serde(rename = "sharedIPsChecked")]
    pub shared_ips_checked: bool,
}

/// A kind of datastore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Datastore {
    /// The Kubernetes API.
    Kubernetes,
    /// etcd v3.
    Etcdv3,
    /// Files.
    Files,
}

/// How Calico's version is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum VersionFrom {
    /// It was typed.
    Flag,
    /// ClusterInformation says so.
    ClusterInformation,
    /// Nobody says; the newest is assumed.
    Assumed,
}
