//! A Node is a name: no selector sees nodes.

use super::Fact;
use crate::raw::Metadata;

pub(super) fn convert(metadata: &Metadata<'_>) -> Fact {
    Fact::Node(metadata.name.to_string())
}
