//! JSON values with Go's manners: `null` is the zero value, also inside lists and maps.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A string that is kept; `null` is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text(pub String);

/// A string that borrows from the bytes that it was read from, where it has no escapes; `null` is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slice<'a>(pub Cow<'a, str>);

/// A list whose `null` elements are zero values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

/// Labels, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs<'a>(pub Vec<(Slice<'a>, Slice<'a>)>);

/// The annotations that Calico reads: others may be long and are skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations<'a>(Pairs<'a>);

/// A map of strings.
pub type Map = BTreeMap<String, Text>;

/// Reads `null` as the default.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads an object, or `null` as the default; Go takes no list for one, serde would.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    struct Objects<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for Objects<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(serde::de::value::MapAccessDeserializer::new(map))
        }

        fn visit_unit<E: Error>(self) -> Result<T, E> {
            Ok(T::default())
        }
    }

    deserializer.deserialize_any(Objects(std::marker::PhantomData))
}

// === impl Text ===

impl Text {
    /// Whether it is empty, as an absent one is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Slice(text) = Slice::deserialize(deserializer)?;
        Ok(Self(text.into_owned()))
    }
}

// === impl Slice ===

impl Slice<'_> {
    /// Whether it is empty, as an absent one is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Deref for Slice<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Slice<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Slice<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;

        impl<'de> Visitor<'de> for Strings {
            type Value = Slice<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Slice(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Slice(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Slice(Cow::Owned(text)))
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Slice::default())
            }
        }

        deserializer.deserialize_any(Strings)
    }
}

// === impl List ===

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let elements: Vec<Option<T>> = Vec::deserialize(deserializer)?;
        Ok(Self(
            elements
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect(),
        ))
    }
}

// === impl Pairs ===

impl<'a> Pairs<'a> {
    /// Keys and values in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The value of `key`; of equal keys the last one counts.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let pair = self.0.iter().rev().find(|(own, _)| &**own == key);
        pair.map(|(_, value)| &**value)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn read<'de: 'a, D>(deserializer: D, wanted: fn(&str) -> bool) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
    {
        deserializer.deserialize_any(PairsVisitor { wanted })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(deserializer, |_| true)
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

struct PairsVisitor {
    wanted: fn(&str) -> bool,
}

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of strings")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Pairs::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            if (self.wanted)(&key) {
                pairs.push((key, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Pairs(pairs))
    }
}

struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Slice<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Slice<'de>, D::Error> {
        Slice::deserialize(deserializer)
    }
}

// === impl Annotations ===

/// The annotation that holds the metadata of one of Calico's objects.
const FOLDED: &str = "projectcalico.org/metadata";

/// Every annotation that some answer hangs on.
const READ: [&str; 6] = [
    FOLDED,
    "cni.projectcalico.org/podIP",
    "cni.projectcalico.org/podIPs",
    "cni.projectcalico.org/floatingIPs",
    "cni.projectcalico.org/allowedSourcePrefixes",
    "vpc.amazonaws.com/pod-ips",
];

/// Whether Calico reads an annotation.
pub(super) fn is_read_annotation(key: &str) -> bool {
    READ.contains(&key)
}

/// The value of an annotation as a snapshot keeps it. The annotation that holds metadata holds annotations in its turn,
/// and what else users wrote there: only what is read of it is kept, unless it does not decode.
pub(super) fn kept_annotation<'v>(key: &str, value: &'v str) -> Cow<'v, str> {
    if key != FOLDED {
        return Cow::Borrowed(value);
    }
    let Ok(mut inner) = serde_json::from_str::<serde_json::Map<String, Value>>(value) else {
        return Cow::Borrowed(value);
    };
    let decodes = |annotations: &Value| match annotations {
        Value::Null => true,
        Value::Object(pairs) => pairs
            .values()
            .all(|value| value.is_string() || value.is_null()),
        _ => false,
    };
    inner.retain(|field, value| match field.as_str() {
        "name" | "generateName" | "creationTimestamp" | "labels" => true,
        "annotations" => !decodes(value),
        _ => false,
    });
    Cow::Owned(Value::Object(inner).to_string())
}

impl<'a> Annotations<'a> {
    /// Of these, those that Calico reads.
    pub(super) fn of(pairs: impl Iterator<Item = (Slice<'a>, Slice<'a>)>) -> Self {
        Self(Pairs(
            pairs.filter(|(key, _)| is_read_annotation(key)).collect(),
        ))
    }

    /// The value of `key`, one of those that Calico reads.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)
    }

    /// Whether there is none that Calico reads.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Annotations<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Pairs::read(deserializer, is_read_annotation).map(Self)
    }
}

impl Serialize for Annotations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.0.len()))?;
        for (key, value) in self.0.iter() {
            map.serialize_entry(key, &kept_annotation(key, value))?;
        }
        map.end()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn null_is_the_zero_value_everywhere() {
        let texts: List<Text> = serde_json::from_str(r#"["a",null]"#).unwrap();
        assert_eq!(texts.0, [Text::from("a"), Text::default()]);
        let pairs: Pairs<'_> = serde_json::from_str(r#"{"a":null,"b":"1","b":"2"}"#).unwrap();
        assert_eq!(pairs.get("a"), Some(""));
        assert_eq!(pairs.get("b"), Some("2"));
        let none: Pairs<'_> = serde_json::from_str("null").unwrap();
        assert!(none.is_empty());
    }

    #[test]
    fn strings_without_escapes_are_borrowed() {
        let plain: Slice<'_> = serde_json::from_str(r#""web""#).unwrap();
        assert!(matches!(plain.0, Cow::Borrowed("web")));
        let escaped: Slice<'_> = serde_json::from_str(r#""a\nb""#).unwrap();
        assert_eq!(&*escaped, "a\nb");
    }

    #[test]
    fn of_folded_metadata_only_what_is_read_is_kept() {
        let kept = |value| kept_annotation(FOLDED, value).into_owned();
        let whole = r#"{"annotations":{"a":"secret"},"labels":{"l":"v"},"managedFields":[1],"name":"n","uid":"u"}"#;
        assert_eq!(kept(whole), r#"{"labels":{"l":"v"},"name":"n"}"#);
        // What does not decode has to go on not decoding.
        for odd in [
            r#"{"annotations":{"a":1}}"#,
            "[]",
            "nonsense",
            r#"{"labels":7}"#,
        ] {
            assert_eq!(kept(odd), odd);
        }
        assert_eq!(kept_annotation("cni.projectcalico.org/podIP", "{}"), "{}");
    }

    #[test]
    fn only_annotations_that_calico_reads_are_kept() {
        let json = r#"{"a":"1","notprojectcalico.org/token":"2","cni.projectcalico.org/podIP":"10.0.0.1"}"#;
        let annotations: Annotations<'_> = serde_json::from_str(json).unwrap();
        assert_eq!(annotations.get("a"), None);
        assert_eq!(annotations.get("notprojectcalico.org/token"), None);
        assert_eq!(
            annotations.get("cni.projectcalico.org/podIP"),
            Some("10.0.0.1")
        );
    }
}
