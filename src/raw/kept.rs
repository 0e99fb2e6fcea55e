//! Objects as a snapshot keeps them: what Calico's policy reads, and to the letter what must be told.
//!
//! A sound object is written as it was decoded, so that environment variables, arguments, images and other
//! annotations are never in it. Fields that its kind does not have are kept to the letter beside those that were
//! decoded. An object that does not decode stands beside what is wrong with it: of its text no more is kept than the
//! offending field and what it is looked up by.

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::reduced::{self, Pairs};
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
        let unknown = self.object.unknown_fields();
        let written = match unknown {
            [] => None,
            _ => serde_json::from_slice::<Written<'_>>(self.json).ok(),
        };
        let spec = written.and_then(|written| reduced::spec(written.spec?, self.object, unknown));
        let Some(spec) = spec else {
            return self.object.serialize(serializer);
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("apiVersion", self.object.api_version())?;
        map.serialize_entry("kind", self.object.kind())?;
        map.serialize_entry("metadata", self.object.metadata())?;
        map.serialize_entry("spec", &spec)?;
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
            object: reduced::broken(json, &broken.kind, broken.field.as_deref()),
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
        // The cause begins with the field.
        let field = value.cause.split_once(": ").map(|(field, _)| field);
        Self {
            api_version: api_version.to_owned(),
            kind: Self::KIND.to_owned(),
            object: reduced::broken(text, kind.unwrap_or_default(), field),
            key: value.key,
            cause: value.cause,
        }
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
