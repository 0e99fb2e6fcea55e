//! Keys, the names in them by version, and Calico's own objects: what a Calico client writes for them.

use serde_json::{Map, Value, json};

use super::super::Outcome;
use super::super::etcd::Entry;
use super::{text, v3};

/// Where Calico keeps its objects.
pub const ROOT: &str = "/calico/resources/v3/projectcalico.org/";

/// Where a custom resource keeps what the v3 API shows as metadata, and an etcd policy the name its user typed.
const METADATA: &str = "projectcalico.org/metadata";

/// Major, minor and patch of a Calico release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

impl Version {
    /// Tiers have names of policies as their prefix until here.
    pub const V3_32: Self = Self(3, 32, 0);
    /// Ports of init containers count from here on.
    pub const V3_30: Self = Self(3, 30, 0);
    const V3_29_4: Self = Self(3, 29, 4);
    const V3_29: Self = Self(3, 29, 0);

    /// What the world's `ClusterInformation` says.
    pub fn of(objects: &[Value]) -> Outcome<Self> {
        let said = objects
            .iter()
            .find(|object| object["kind"] == "ClusterInformation")
            .map_or("", |object| text(object, &["spec", "calicoVersion"]));
        let numbers: Vec<u32> = said
            .trim_start_matches('v')
            .split('.')
            .filter_map(|number| number.parse().ok())
            .collect();
        match numbers[..] {
            [major, minor, patch] => Ok(Self(major, minor, patch)),
            _ => Err(format!("no version of Calico in {said:?}").into()),
        }
    }
}

/// The kinds whose names differ from their keys in some versions.
fn is_renamed(kind: &str) -> bool {
    [
        "NetworkPolicy",
        "GlobalNetworkPolicy",
        "StagedNetworkPolicy",
        "StagedGlobalNetworkPolicy",
    ]
    .contains(&kind)
}

/// The entry of a v3 object: its key is made of the kind's plural and the names in its metadata.
pub fn entry(object: &Value) -> Outcome<Entry> {
    let kind = text(object, &["kind"]).to_lowercase();
    let plural = match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    };
    let name = text(object, &["metadata", "name"]);
    let path = match text(object, &["metadata", "namespace"]) {
        "" => name.to_owned(),
        namespace => format!("{namespace}/{name}"),
    };
    Ok((
        format!("{ROOT}{plural}/{path}"),
        serde_json::to_vec(object)?,
    ))
}

/// A custom resource as a Calico client of that version stores the same object; none where its metadata is no JSON.
pub fn calico_object(object: &Value, version: Version) -> Option<Value> {
    let kind = text(object, &["kind"]);
    let (metadata, folded) = unfolded(&object["metadata"])?;
    let mut made = v3(kind, metadata, object["spec"].clone());
    if is_renamed(kind) {
        name_policy(&mut made, folded.as_ref(), version);
    }
    if ["Tier", "Node"].contains(&kind) {
        made["status"] = json!({});
    }
    Some(made)
}

/// The v3 metadata under the stored name, and the metadata of the annotation.
///
/// Labels and annotations of the annotation lie over those of the resource; namespace and uid are the resource's.
fn unfolded(stored: &Value) -> Option<(Value, Option<Value>)> {
    let mut metadata = stored.as_object().cloned().unwrap_or_default();
    metadata.remove("resourceVersion");
    let folded: Option<Value> = match stored["annotations"][METADATA].as_str() {
        None | Some("") => return Some((Value::Object(metadata), None)),
        Some(json) => Some(serde_json::from_str(json).ok()?),
    };
    for field in ["labels", "annotations"] {
        let mut all = stored[field].as_object().cloned().unwrap_or_default();
        let over = folded
            .as_ref()
            .and_then(|folded| folded[field].as_object().cloned());
        all.extend(over.unwrap_or_default());
        all.remove(METADATA);
        put_map(&mut metadata, field, all);
    }
    if let Some(time) = folded
        .as_ref()
        .and_then(|folded| folded["creationTimestamp"].as_str())
    {
        metadata.insert("creationTimestamp".into(), json!(time));
    }
    Some((Value::Object(metadata), folded))
}

fn put_map(metadata: &mut Map<String, Value>, field: &str, map: Map<String, Value>) {
    if map.is_empty() {
        metadata.remove(field);
    } else {
        metadata.insert(field.to_owned(), Value::Object(map));
    }
}

/// Key name, annotation and tier label of a policy as that version writes them.
///
/// A custom resource with folded metadata was written by a Calico client: its name is the key already, and the user's
/// name is in the annotation or hides behind `default.`. One without was written by hand and bears the user's name.
fn name_policy(policy: &mut Value, folded: Option<&Value>, version: Version) {
    let stored = text(policy, &["metadata", "name"]).to_owned();
    let tier = match text(policy, &["spec", "tier"]) {
        "" => "default".to_owned(),
        tier => tier.to_owned(),
    };
    let typed = match folded {
        None => stored.clone(),
        Some(folded) => match text(folded, &["name"]) {
            "" if tier == "default" => stored
                .strip_prefix("default.")
                .unwrap_or(&stored)
                .to_owned(),
            "" => stored.clone(),
            name => name.to_owned(),
        },
    };
    let key = if folded.is_some() || version >= Version::V3_32 {
        stored
    } else if version >= Version::V3_29 {
        // A name with a dot begins with its tier.
        if typed.contains('.') {
            typed.clone()
        } else {
            format!("default.{typed}")
        }
    } else if typed.starts_with("knp.") || typed.starts_with("ossg.") {
        typed.clone()
    } else {
        format!("default.{typed}")
    };
    policy["metadata"]["name"] = json!(key);
    mark(policy, &typed, &tier, version);
}

/// The annotation with the name that users see, and the label with the tier.
pub fn mark(policy: &mut Value, typed: &str, tier: &str, version: Version) {
    if version >= Version::V3_29_4 {
        policy["metadata"]["annotations"][METADATA] = json!(json!({ "name": typed }).to_string());
    }
    if version >= Version::V3_32 || (version >= Version::V3_29 && tier != "default") {
        policy["metadata"]["labels"]["projectcalico.org/tier"] = json!(tier);
    }
}
