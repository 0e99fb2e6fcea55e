//! What Calico's own components would have put into etcd for the objects of a world.
//!
//! ```text
//! calicoctl          policies, tiers, sets, host endpoints, …   keys.rs
//! CNI plugin         Pods            ─▶ workloadendpoints        endpoints.rs
//! kube-controllers   Namespaces, ServiceAccounts ─▶ profiles     profiles.rs
//!                    NetworkPolicies ─▶ knp.default.NAME         policies.rs, ports.rs
//! calico-node        Nodes                                      profiles.rs
//! ```
//!
//! Written from Calico's rules and knows nothing of the tool under test: neither shares a line with the other.

mod endpoints;
mod keys;
mod policies;
mod ports;
mod profiles;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::Outcome;
use super::etcd::Entry;
use super::kinds::documents;
pub use keys::ROOT;
use keys::{Version, calico_object, entry};

/// Everything of one world: its `objects.yaml` as Calico's components write it, or its `etcd.yaml` as it stands.
pub fn entries_of(world: &str) -> Outcome<Vec<Entry>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/worlds")
        .join(world);
    let keys = folder.join("etcd.yaml");
    if keys.is_file() {
        written_keys(&documents(&keys)?)
    } else {
        entries(&documents(&folder.join("objects.yaml"))?)
    }
}

/// A list of `key` (below the root) and `value`: an object, or a text that stands for bytes that are none.
fn written_keys(documents: &[Value]) -> Outcome<Vec<Entry>> {
    let list = documents.iter().flat_map(|list| list.as_array());
    list.flatten()
        .map(|item| {
            let key = item["key"]
                .as_str()
                .ok_or_else(|| format!("no key in {item}"))?;
            let value = match &item["value"] {
                Value::Null => return Err(format!("no value in {item}").into()),
                Value::String(bytes) => bytes.clone().into_bytes(),
                object => serde_json::to_vec(object)?,
            };
            // Another product's key, or none of the root, is written in full.
            let key = match key.strip_prefix('/') {
                Some(_) => key.to_owned(),
                None => format!("{ROOT}{key}"),
            };
            Ok((key, value))
        })
        .collect()
}

/// The keys and values for stored objects, Calico's kinds in `crd.projectcalico.org/v1`.
pub fn entries(objects: &[Value]) -> Outcome<Vec<Entry>> {
    let version = Version::of(objects)?;
    let mut all = Vec::new();
    for object in objects {
        all.extend(written(object, version)?);
    }
    let mut keys: Vec<&String> = all.iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("{} is written twice", pair[0]).into()),
        None => Ok(all),
    }
}

/// One object's entry, or none where nothing of Calico writes it.
fn written(object: &Value, version: Version) -> Outcome<Option<Entry>> {
    let kind = object["kind"].as_str().unwrap_or_default();
    let api_version = object["apiVersion"].as_str().unwrap_or_default();
    let made = match (api_version, kind) {
        ("crd.projectcalico.org/v1", _) => calico_object(object, version),
        ("v1", "Pod") => endpoints::workload_endpoint(object, version),
        ("v1", "Namespace") => Some(profiles::of_namespace(object)),
        ("v1", "ServiceAccount") => Some(profiles::of_service_account(object)),
        ("v1", "Node") => Some(profiles::node(object)),
        ("networking.k8s.io/v1", "NetworkPolicy") => Some(policies::copy(object, version)),
        // Neither kube-controllers nor anything else copies these.
        ("v1", "Service") | ("discovery.k8s.io/v1", "EndpointSlice") => None,
        (
            "policy.networking.k8s.io/v1alpha1" | "policy.networking.k8s.io/v1alpha2",
            "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy" | "ClusterNetworkPolicy",
        ) => None,
        _ => return Err(format!("who writes {api_version} {kind} into etcd?").into()),
    };
    made.map(|object| entry(&object)).transpose()
}

/// A v3 object; what a client fills in at creation is there.
fn v3(kind: &str, metadata: Value, spec: Value) -> Value {
    let mut object = json!({
        "kind": kind, "apiVersion": "projectcalico.org/v3", "metadata": metadata, "spec": spec
    });
    let metadata = &mut object["metadata"];
    if metadata["creationTimestamp"].is_null() {
        metadata["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
    }
    object
}

/// The text at a path of keys, empty where there is none.
fn text<'a>(object: &'a Value, path: &[&str]) -> &'a str {
    let found = path.iter().fold(object, |at, key| &at[*key]);
    found.as_str().unwrap_or_default()
}
