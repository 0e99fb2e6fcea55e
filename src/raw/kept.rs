//! Objects as a snapshot keeps them: what Calico's policy reads, and to the letter what must be told.
//!
//! A sound object is written as it was decoded, so that environment variables, arguments, images and other
//! annotations are never in it. The spec of one of Calico's kinds with fields that the kind does not have is kept
//! to the letter. An object that does not decode stands beside what is wrong with it, with the same parts only:
//! of a Pod no more than would be read of a sound one.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::value::{is_read_annotation, kept_annotation};
use super::{Broken, Object, Undecodable};

/// An object, and the text that it was read from.
pub struct Kept<'a> {
    /// The object.
    pub object: &'a Object<'a>,
    /// Its text.
    pub json: &'a [u8],
}

/// An object that does not decode, as an item of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptBroken {
    /// `calicoq/v1`
    pub api_version: String,
    /// [`KeptBroken::KIND`]
    pub kind: String,
    /// What it is and what is wrong.
    pub broken: Broken,
    /// What is kept of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<RawValue>>,
}

/// A value of etcd that does not decode, as an item of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptUndecodable {
    /// `calicoq/v1`
    pub api_version: String,
    /// [`KeptUndecodable::KIND`]
    pub kind: String,
    /// The whole key.
    pub key: String,
    /// The cause, a lower-case fragment.
    pub cause: String,
    /// What is kept of the value, if it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<RawValue>>,
}

/// The spec alone, to the letter.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, default)]
    spec: Option<&'a RawValue>,
}

// === impl Kept ===

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self.object.unknown_fields() {
            [] => None,
            _ => serde_json::from_slice::<Written<'_>>(self.json).ok(),
        };
        let Some(spec) = written.and_then(|written| written.spec) else {
            return self.object.serialize(serializer);
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("apiVersion", self.object.api_version())?;
        map.serialize_entry("kind", self.object.kind())?;
        map.serialize_entry("metadata", self.object.metadata())?;
        map.serialize_entry("spec", spec)?;
        map.end()
    }
}

// === impl KeptBroken ===

impl KeptBroken {
    /// Its kind.
    pub const KIND: &str = "BrokenObject";

    /// Keeps an object under the version of the snapshot's form.
    #[must_use]
    pub fn new(api_version: &str, broken: Broken, json: &[u8]) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: Self::KIND.to_owned(),
            object: reduced(json, &broken.kind),
            broken,
        }
    }
}

// === impl KeptUndecodable ===

impl KeptUndecodable {
    /// Its kind.
    pub const KIND: &str = "UndecodableValue";

    /// Keeps a value under the version of the snapshot's form.
    #[must_use]
    pub fn new(api_version: &str, value: Undecodable, text: &[u8]) -> Self {
        let kind = value.named.as_ref().map(|(kind, ..)| kind.as_str());
        Self {
            api_version: api_version.to_owned(),
            kind: Self::KIND.to_owned(),
            object: reduced(text, kind.unwrap_or_default()),
            key: value.key,
            cause: value.cause,
        }
    }
}

// === what is kept of a text ===

/// A part of an object that is kept.
enum Part {
    /// To the letter.
    All,
    /// These fields of an object.
    Fields(&'static [(&'static str, Part)]),
    /// This of each element of a list.
    Each(&'static Part),
    /// Annotations that Calico reads.
    Annotations,
}

const METADATA: Part = Part::Fields(&[
    ("name", Part::All),
    ("namespace", Part::All),
    ("uid", Part::All),
    ("resourceVersion", Part::All),
    ("deletionTimestamp", Part::All),
    ("labels", Part::All),
    ("annotations", Part::Annotations),
]);

const CONTAINERS: Part = Part::Each(&Part::Fields(&[("ports", Part::All)]));

const POD: Part = Part::Fields(&[
    ("apiVersion", Part::All),
    ("kind", Part::All),
    ("metadata", METADATA),
    (
        "spec",
        Part::Fields(&[
            ("nodeName", Part::All),
            ("hostNetwork", Part::All),
            ("serviceAccountName", Part::All),
            ("containers", CONTAINERS),
            ("initContainers", CONTAINERS),
        ]),
    ),
    (
        "status",
        Part::Fields(&[
            ("phase", Part::All),
            ("podIP", Part::All),
            ("podIPs", Part::All),
        ]),
    ),
]);

const SLICE: Part = Part::Fields(&[
    ("apiVersion", Part::All),
    ("kind", Part::All),
    ("metadata", METADATA),
    (
        "endpoints",
        Part::Each(&Part::Fields(&[("addresses", Part::All)])),
    ),
    ("ports", Part::Each(&Part::Fields(&[("port", Part::All)]))),
]);

const NAMED: Part = Part::Fields(&[
    ("apiVersion", Part::All),
    ("kind", Part::All),
    ("metadata", METADATA),
]);

const POLICY: Part = Part::Fields(&[
    ("apiVersion", Part::All),
    ("kind", Part::All),
    ("metadata", METADATA),
    ("spec", Part::All),
]);

/// What is kept of a text, if it is JSON.
fn reduced(json: &[u8], kind: &str) -> Option<Box<RawValue>> {
    let raw: &RawValue = serde_json::from_slice(json).ok()?;
    let part = match kind {
        "Pod" => &POD,
        "EndpointSlice" => &SLICE,
        "NetworkPolicy"
        | "GlobalNetworkPolicy"
        | "StagedNetworkPolicy"
        | "StagedGlobalNetworkPolicy"
        | "StagedKubernetesNetworkPolicy"
        | "ClusterNetworkPolicy"
        | "AdminNetworkPolicy"
        | "BaselineAdminNetworkPolicy"
        | "Tier"
        | "HostEndpoint"
        | "NetworkSet"
        | "GlobalNetworkSet"
        | "ClusterInformation"
        | "FelixConfiguration"
        | "WorkloadEndpoint"
        | "Profile" => &POLICY,
        _ => &NAMED,
    };
    RawValue::from_string(part.of(raw)).ok()
}

impl Part {
    /// The part of a value, as JSON. Where a list or an object is not what stands here, a scalar is kept to the
    /// letter: it may be what is wrong, and holds no more than that.
    fn of(&self, raw: &RawValue) -> String {
        let text = raw.get();
        let composite = text.starts_with(['{', '[']);
        match self {
            Self::All => text.to_owned(),
            _ if !composite => text.to_owned(),
            Self::Fields(fields) => Self::fields(text, |key| {
                fields
                    .iter()
                    .find(|(known, _)| *known == key)
                    .map(|(_, part)| part)
            }),
            Self::Annotations => Self::annotations(text),
            Self::Each(part) => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                let kept: Vec<String> = elements.iter().map(|element| part.of(element)).collect();
                format!("[{}]", kept.join(","))
            }
        }
    }

    fn annotations(text: &str) -> String {
        let Pairs(pairs) = serde_json::from_str(text).unwrap_or_default();
        let read = pairs.iter().filter(|(key, _)| is_read_annotation(key));
        let kept = read.map(|(key, value)| {
            // What is no text is what is wrong.
            let kept = serde_json::from_str::<String>(value.get()).map_or_else(
                |_| value.get().to_owned(),
                |text| serde_json::json!(kept_annotation(key, &text)).to_string(),
            );
            format!("{}:{kept}", serde_json::json!(key))
        });
        format!("{{{}}}", kept.collect::<Vec<_>>().join(","))
    }

    fn fields<'p>(text: &str, part_of: impl Fn(&str) -> Option<&'p Part>) -> String {
        let Pairs(pairs) = serde_json::from_str(text).unwrap_or_default();
        let kept = pairs.iter().filter_map(|(key, value)| {
            let part = part_of(key)?;
            Some(format!("{}:{}", serde_json::json!(key), part.of(value)))
        });
        format!("{{{}}}", kept.collect::<Vec<_>>().join(","))
    }
}

/// JSON as a value that any format can hold: a number beyond every type, and what is nested deeper than anybody reads,
/// becomes its text.
#[must_use]
pub fn tamed(json: &str) -> Value {
    serde_json::from_str(json).map_or(Value::Null, |raw| tame(raw, DEPTH))
}

/// Whether a value is nested deeper than anybody reads.
#[must_use]
pub fn is_deep(value: &Value) -> bool {
    nesting(value) > DEPTH
}

fn nesting(value: &Value) -> usize {
    let below = match value {
        Value::Array(elements) => elements.iter().map(nesting).max(),
        Value::Object(fields) => fields.values().map(nesting).max(),
        _ => return 0,
    };
    below.unwrap_or(0) + 1
}

/// Half of what the reader of YAML takes.
const DEPTH: usize = 32;

fn tame(raw: &RawValue, depth: usize) -> Value {
    let text = raw.get();
    if let Ok(value) = serde_json::from_str(text)
        && nesting(&value) <= depth
    {
        return value;
    }
    let Some(below) = depth.checked_sub(1) else {
        return Value::String(text.to_owned());
    };
    if let Ok(Pairs(pairs)) = serde_json::from_str(text) {
        let pairs = pairs.into_iter();
        return Value::Object(
            pairs
                .map(|(key, value)| (key.into_owned(), tame(value, below)))
                .collect(),
        );
    }
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(elements) => elements
            .iter()
            .map(|element| tame(element, below))
            .collect(),
        Err(_) => Value::String(text.to_owned()),
    }
}

/// An object's fields in the order of the text, a field that stands twice too.
#[derive(Default)]
struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(key) = map.next_key::<super::value::Slice<'de>>()? {
                    pairs.push((key.0, map.next_value()?));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
