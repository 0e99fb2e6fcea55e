//! What a snapshot keeps of a text, field by field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Object;
use super::value::{Slice, is_read_annotation, kept_annotation};

/// What is kept of a value.
#[derive(Clone, Copy)]
enum Keep {
    /// All of it, to the letter.
    Whole,
    /// What is kept of its fields or elements.
    Inside,
    /// Of a composite value no more than which one it is.
    Shape,
    /// Of annotations those that Calico reads.
    Annotations,
    /// Nothing.
    Nothing,
}

/// A spec without what its kind has and no question needs: the fields that were decoded, and to the letter those
/// that the kind does not have.
pub(super) fn spec(
    written: &RawValue,
    object: &Object<'_>,
    unknown: &[String],
) -> Option<Box<RawValue>> {
    let decoded = serde_json::to_value(object).ok()?;
    let mut keeps = BTreeMap::new();
    decoded_fields(decoded.get("spec")?, "spec", &mut keeps);
    keeps.extend(unknown.iter().map(|path| (path.clone(), Keep::Whole)));
    let keep = |path: &str| keeps.get(path).copied().unwrap_or(Keep::Nothing);
    RawValue::from_string(of(written, "spec", Keep::Inside, &keep)?).ok()
}

fn decoded_fields(value: &Value, path: &str, into: &mut BTreeMap<String, Keep>) {
    let keep = match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                decoded_fields(value, &field_path(path, key), into);
            }
            Keep::Inside
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                decoded_fields(value, &format!("{path}[{index}]"), into);
            }
            Keep::Inside
        }
        _ => Keep::Whole,
    };
    into.insert(path.to_owned(), keep);
}

/// What an object that does not decode is looked up by.
const LOOKED_UP: [&str; 11] = [
    "apiVersion",
    "kind",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.resourceVersion",
    "spec.nodeName",
    "spec.node",
    "spec.ipNetworks[0]",
    "status.podIP",
    "status.podIPs[0].ip",
];

/// What is kept of an object that does not decode, if it is JSON: what it is looked up by, and `field`, the offending
/// one. A Pod's containers are not kept, wherever they stand.
pub(super) fn broken(json: &[u8], kind: &str, field: Option<&str>) -> Option<Box<RawValue>> {
    let raw: &RawValue = serde_json::from_slice(json).ok()?;
    let field = field.unwrap_or_default();
    let below = |wanted: &str, path: &str| {
        let rest = wanted.strip_prefix(path);
        rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    let keep = |path: &str| match path {
        "metadata.annotations" => Keep::Annotations,
        "metadata.labels" => Keep::Whole,
        _ if path == field && kind == "Pod" => Keep::Shape,
        _ if path == field => Keep::Whole,
        _ if LOOKED_UP.contains(&path) => Keep::Shape,
        _ if below(field, path) => Keep::Inside,
        _ if LOOKED_UP.iter().any(|wanted| below(wanted, path)) => Keep::Inside,
        _ => Keep::Nothing,
    };
    RawValue::from_string(of(raw, "", Keep::Inside, &keep)?).ok()
}

/// The kept part of a value, as JSON.
fn of(raw: &RawValue, path: &str, what: Keep, keep: &dyn Fn(&str) -> Keep) -> Option<String> {
    let text = raw.get();
    let composite = text.starts_with(['{', '[']);
    match what {
        Keep::Nothing => None,
        Keep::Whole => Some(text.to_owned()),
        Keep::Inside if composite => Some(inside(text, path, keep)),
        Keep::Inside => (text == "null").then(|| text.to_owned()),
        Keep::Shape if text.starts_with('{') => Some("{}".to_owned()),
        Keep::Shape if text.starts_with('[') => Some("[]".to_owned()),
        Keep::Shape => Some(text.to_owned()),
        Keep::Annotations => Some(annotations(text)),
    }
}

fn inside(text: &str, path: &str, keep: &dyn Fn(&str) -> Keep) -> String {
    if let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let kept = elements.iter().enumerate().map(|(index, element)| {
            let path = format!("{path}[{index}]");
            // What follows stays where it stood.
            of(element, &path, keep(&path), keep).unwrap_or_else(|| "null".to_owned())
        });
        return format!("[{}]", kept.collect::<Vec<_>>().join(","));
    }
    let Pairs(pairs) = serde_json::from_str(text).unwrap_or_default();
    let kept = pairs.iter().filter_map(|(key, value)| {
        let path = field_path(path, key);
        let kept = of(value, &path, keep(&path), keep)?;
        Some(format!("{}:{kept}", serde_json::json!(key)))
    });
    format!("{{{}}}", kept.collect::<Vec<_>>().join(","))
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

/// Written as the decoder writes the paths of what is wrong.
fn field_path(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    }
}

/// An object's fields in the order of the text, a field that stands twice too.
#[derive(Default)]
pub(super) struct Pairs<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

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
                while let Some(key) = map.next_key::<Slice<'de>>()? {
                    pairs.push((key.0, map.next_value()?));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
