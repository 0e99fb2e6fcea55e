//! What to give to kubectl to see an object.

use serde::{Deserialize, Serialize};

/// Group and version, kind, namespace and name of an object as the user knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// For example `projectcalico.org/v3`.
    pub api_version: String,
    /// For example `NetworkPolicy`.
    pub kind: String,
    /// Absent for cluster-scoped objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name that the user's API shows.
    pub name: String,
}

impl ObjectRef {
    /// A reference; an empty namespace is none.
    #[must_use]
    pub fn new(api_version: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
            name: name.to_owned(),
        }
    }
}
