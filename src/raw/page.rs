//! A list: what it says of itself, and its items.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::core::Pod;
use super::protobuf;
use super::value::{Slice, nullable};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// What stands beside the items.
    pub head: PageHead,
    /// The items' bytes, in order.
    pub items: Vec<&'a [u8]>,
}

/// What a page says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageHead {
    /// Group and version of the list; empty when it names none.
    pub api_version: String,
    /// Kind of the list, for example `PodList`; empty when it names none.
    pub kind: String,
    /// The revision that it was read at; empty when it names none.
    pub resource_version: String,
    /// What asks for the next page; `None` at the last.
    pub next: Option<String>,
}

/// Splits a page without decoding its items.
///
/// # Errors
/// It is no list.
pub fn items(page: &[u8]) -> serde_json::Result<Page<'_>> {
    let list: RawList<'_> = serde_json::from_slice(page)?;
    let items = list.items.iter().map(|item| item.get().as_bytes());
    let items = items.filter(|item| *item != b"null").collect();
    let head = PageHead::new(&list.api_version, &list.kind, &list.metadata);
    Ok(Page { head, items })
}

/// What a page says of itself, as soon as that is there: servers write it in front of the items. `None` where the items
/// begin before, or the bytes end.
#[must_use]
pub fn head(bytes: &[u8]) -> Option<PageHead> {
    if protobuf::is_protobuf(bytes) {
        return protobuf::head(bytes);
    }
    let mut found = Found::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    // It ends with an error where the items begin.
    let _ = deserializer.deserialize_map(Front(&mut found));
    let Found {
        api_version,
        kind,
        metadata,
        ..
    } = &found;
    let metadata = metadata.as_ref().filter(|_| found.items)?;
    Some(PageHead::new(api_version, kind, metadata))
}

/// Hands over the pods of a page in JSON, each as its text goes by; returns how many came before the page or a pod could
/// not be read, and whether all did.
pub fn pods(page: &[u8], take: &mut dyn FnMut(Pod<'_>)) -> (usize, serde_json::Result<()>) {
    let mut taken = 0;
    // Checked once for the whole page, not for each of its strings.
    let Ok(page) = std::str::from_utf8(page) else {
        return (0, Err(serde_json::Error::custom("it is not UTF-8")));
    };
    let mut deserializer = serde_json::Deserializer::from_str(page);
    let mut each = |pod: Pod<'_>| {
        taken += 1;
        take(pod);
    };
    let read = deserializer.deserialize_map(List(&mut each));
    let read = read.and_then(|()| deserializer.end());
    (taken, read)
}

#[derive(Default)]
struct Found<'a> {
    api_version: Slice<'a>,
    kind: Slice<'a>,
    metadata: Option<ListMetadata<'a>>,
    /// Whether the items begin.
    items: bool,
}

/// Reads a list up to its items.
struct Front<'f, 'a>(&'f mut Found<'a>);

impl<'de: 'a, 'a> Visitor<'de> for Front<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Slice<'de>>()? {
            match &*key {
                "apiVersion" => self.0.api_version = map.next_value()?,
                "kind" => self.0.kind = map.next_value()?,
                "metadata" => self.0.metadata = map.next_value()?,
                "items" => {
                    self.0.items = true;
                    return Err(A::Error::custom("the items begin"));
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a list of pods.
struct List<'t>(&'t mut dyn FnMut(Pod<'_>));

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Slice<'de>>()? {
            if &*key == "items" {
                map.next_value_seed(Items(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Reads the items of a list of pods.
struct Items<'t>(&'t mut dyn FnMut(Pod<'_>));

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Item<'de>>()? {
            if let Some(pod) = item.0 {
                (self.0)(pod);
            }
        }
        Ok(())
    }
}

/// A pod, or `null`; Go takes no list for an object, serde would.
struct Item<'a>(Option<Pod<'a>>);

impl<'de> Deserialize<'de> for Item<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Objects;

        impl<'de> Visitor<'de> for Objects {
            type Value = Item<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Item(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let pod = Pod::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Item(Some(pod)))
            }
        }

        deserializer.deserialize_any(Objects)
    }
}

impl PageHead {
    fn new(api_version: &str, kind: &str, metadata: &ListMetadata<'_>) -> Self {
        let next = metadata.next.to_string();
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            resource_version: metadata.resource_version.to_string(),
            next: (!next.is_empty()).then_some(next),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawList<'a> {
    #[serde(borrow, default)]
    api_version: Slice<'a>,
    #[serde(borrow, default)]
    kind: Slice<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    metadata: ListMetadata<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    items: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ListMetadata<'a> {
    #[serde(borrow)]
    resource_version: Slice<'a>,
    #[serde(borrow, rename = "continue")]
    next: Slice<'a>,
}
