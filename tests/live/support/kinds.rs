//! Which kinds the servers hold, where they are served and where kube-apiserver keeps them in etcd.

use std::path::PathBuf;
use std::{env, fs};

use serde_json::Value;

use super::Outcome;

/// Which Calico group a cluster serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `crd.projectcalico.org/v1`, what Calico's manifests install with its own API server beside it.
    V1,
    /// `projectcalico.org/v3` as custom resources.
    V3,
}

impl Mode {
    /// Both, for tests that run in each.
    pub const ALL: [Self; 2] = [Self::V1, Self::V3];

    /// As `world.yaml` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V3 => "v3",
        }
    }

    /// The `apiVersion` of Calico's kinds.
    pub fn api_version(self) -> &'static str {
        match self {
            Self::V1 => "crd.projectcalico.org/v1",
            Self::V3 => "projectcalico.org/v3",
        }
    }

    /// The definitions that this mode installs, from `tests/live/crds/`.
    pub fn definitions(self) -> Outcome<Vec<Value>> {
        let group = self.api_version().split('/').next().unwrap_or_default();
        let mut all = documents(&crds().join(format!("{group}.yaml")))?;
        all.extend(documents(&crds().join("policy.networking.k8s.io.yaml"))?);
        Ok(all)
    }
}

/// One kind.
#[derive(Clone, Debug)]
pub struct Kind {
    /// As objects write it: `v1`, `crd.projectcalico.org/v1`.
    pub api_version: String,
    /// As objects write it.
    pub kind: String,
    /// As URLs write it.
    pub plural: String,
    /// The key between the server's prefix and the object's namespace or name, without slashes at its ends.
    storage: String,
    /// Whether the server has a type of its own for it, fills in defaults and drops what it does not know.
    pub source: Source,
}

/// Who defines a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Compiled into the server.
    BuiltIn,
    /// A definition of `tests/live/crds/`, which changes nothing.
    Custom,
}

/// Version, kind, plural and storage of the built-in kinds that Calico reads.
const BUILT_IN: [[&str; 4]; 7] = [
    ["v1", "Pod", "pods", "pods"],
    ["v1", "Namespace", "namespaces", "namespaces"],
    ["v1", "ServiceAccount", "serviceaccounts", "serviceaccounts"],
    ["v1", "Node", "nodes", "minions"],
    ["v1", "Service", "services", "services/specs"],
    [
        "discovery.k8s.io/v1",
        "EndpointSlice",
        "endpointslices",
        "endpointslices",
    ],
    [
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "networkpolicies",
        "networkpolicies",
    ],
];

impl Kind {
    /// Every kind that a cluster of this mode serves to the tool.
    pub fn all(mode: Mode) -> Outcome<Vec<Self>> {
        let mut kinds: Vec<Self> = BUILT_IN
            .iter()
            .map(|[api_version, kind, plural, storage]| Self {
                api_version: (*api_version).to_owned(),
                kind: (*kind).to_owned(),
                plural: (*plural).to_owned(),
                storage: (*storage).to_owned(),
                source: Source::BuiltIn,
            })
            .collect();
        kinds.extend(mode.definitions()?.iter().map(Self::defined_by));
        Ok(kinds)
    }

    /// The kind of a CustomResourceDefinition.
    fn defined_by(definition: &Value) -> Self {
        let spec = &definition["spec"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (group, plural) = (text(&spec["group"]), text(&spec["names"]["plural"]));
        Self {
            api_version: format!("{group}/{}", text(&spec["versions"][0]["name"])),
            kind: text(&spec["names"]["kind"]),
            storage: format!("{group}/{plural}"),
            plural,
            source: Source::Custom,
        }
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version
            .split_once('/')
            .map_or("", |(group, _)| group)
    }

    /// URL of the list over all namespaces.
    pub fn list_path(&self) -> String {
        let root = if self.group().is_empty() {
            "api"
        } else {
            "apis"
        };
        format!("/{root}/{}/{}", self.api_version, self.plural)
    }

    /// What the keys of all its objects begin with.
    pub fn key_prefix(&self, etcd_prefix: &str) -> String {
        format!("{etcd_prefix}/{}/", self.storage)
    }

    /// The key of one object.
    pub fn key(&self, etcd_prefix: &str, object: &Value) -> String {
        let metadata = &object["metadata"];
        let name = metadata["name"].as_str().unwrap_or_default();
        let prefix = self.key_prefix(etcd_prefix);
        match metadata["namespace"].as_str() {
            Some(namespace) => format!("{prefix}{namespace}/{name}"),
            None => format!("{prefix}{name}"),
        }
    }
}

/// The documents of a YAML file, empty ones left out.
pub fn documents(path: &PathBuf) -> Outcome<Vec<Value>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    // As YAML 1.2: `y` and `n` are strings.
    let options = serde_saphyr::options! { strict_booleans: true };
    let documents: Vec<Value> = serde_saphyr::from_multiple_with_options(&text, options)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(documents
        .into_iter()
        .filter(|document| !document.is_null())
        .collect())
}

fn crds() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/live/crds")
}
