//! The answer of `version`.

use serde::Serialize;

use crate::note::{Datastore, Provenance};

/// The versions of this tool and of the cluster's Calico.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionAnswer {
    /// [`super::API_VERSION`].
    pub api_version: &'static str,
    /// `VersionAnswer`.
    pub kind: &'static str,
    /// This tool.
    pub client: ClientVersion,
    /// The cluster, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<ClusterVersion>,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// This tool.
#[derive(Clone, Debug, Serialize)]
pub struct ClientVersion {
    /// For example `0.1.0`.
    pub version: &'static str,
    /// What it was built from, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<&'static str>,
}

/// The cluster's Calico.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterVersion {
    /// Which datastore.
    pub datastore: Datastore,
    /// The API group and version that was read, Kubernetes only.
    #[serde(rename = "calicoAPI", skip_serializing_if = "Option::is_none")]
    pub calico_api: Option<String>,
    /// For example `v3.32.1`; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calico_version: Option<String>,
    /// The revision that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Context, endpoint or paths, for people.
    #[serde(skip)]
    pub source: String,
}

impl VersionAnswer {
    /// The version of this tool alone.
    #[must_use]
    pub fn of_client() -> Self {
        Self {
            api_version: super::API_VERSION,
            kind: "VersionAnswer",
            client: ClientVersion {
                version: env!("CARGO_PKG_VERSION"),
                commit: option_env!("CALICOQ_COMMIT").filter(|commit| !commit.is_empty()),
            },
            snapshot: None,
            error: None,
        }
    }
}

impl ClusterVersion {
    /// What a source says of itself, and the version that was found.
    #[must_use]
    pub fn new(provenance: Provenance, calico_version: Option<String>) -> Self {
        Self {
            datastore: provenance.datastore,
            calico_api: provenance.calico_api,
            calico_version,
            revision: provenance.revision,
            source: provenance.source,
        }
    }
}
