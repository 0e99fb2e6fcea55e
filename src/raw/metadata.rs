//! The part of `metadata` that Calico reads.

use serde::{Deserialize, Serialize};

use super::value::{Annotations, Pairs, Slice};

/// An object's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata<'a> {
    /// The name, as stored.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub name: Slice<'a>,
    /// Empty for cluster-scoped objects.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub namespace: Slice<'a>,
    /// Empty when no server has seen the object.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub uid: Slice<'a>,
    /// Empty when no server has seen the object.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub resource_version: Slice<'a>,
    /// Empty unless it is being deleted.
    #[serde(borrow, skip_serializing_if = "Slice::is_empty")]
    pub deletion_timestamp: Slice<'a>,
    /// The labels on the object itself.
    #[serde(borrow, skip_serializing_if = "Pairs::is_empty")]
    pub labels: Pairs<'a>,
    /// The annotations that Calico reads.
    #[serde(borrow, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations<'a>,
}

impl Metadata<'_> {
    /// The same without labels and annotations.
    pub(super) fn without_labels(&self) -> Self {
        Self {
            labels: Pairs::default(),
            annotations: Annotations::default(),
            ..self.clone()
        }
    }
}
