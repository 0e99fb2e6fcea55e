//! A list, split into its items.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::value::{Slice, nullable};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<'a> {
    /// Group and version of the list; empty when it names none.
    pub api_version: String,
    /// Kind of the list, for example `PodList`; empty when it names none.
    pub kind: String,
    /// The revision that it was read at; empty when it names none.
    pub resource_version: String,
    /// What asks for the next page; `None` at the last.
    pub next: Option<String>,
    /// The items' bytes, in order.
    pub items: Vec<&'a [u8]>,
}

/// Splits a page without decoding its items.
///
/// # Errors
/// It is no list.
pub fn items(page: &[u8]) -> serde_json::Result<Page<'_>> {
    let list: RawList<'_> = serde_json::from_slice(page)?;
    let items = list.items.iter().map(|item| item.get().as_bytes());
    let items = items.filter(|item| *item != b"null").collect();
    let next = list.metadata.next.to_string();
    Ok(Page {
        api_version: list.api_version.to_string(),
        kind: list.kind.to_string(),
        resource_version: list.metadata.resource_version.to_string(),
        next: (!next.is_empty()).then_some(next),
        items,
    })
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
