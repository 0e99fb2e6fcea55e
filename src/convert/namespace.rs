//! A Namespace is a profile that allows everything and hands out its labels as `pcns.*`
//! (`NamespaceToProfile`).

use super::{Converter, Fact, profile};
use crate::model::ObjectRef;
use crate::raw::Metadata;

pub(super) fn convert(converter: &mut Converter, metadata: &Metadata<'_>, out: &mut Vec<Fact>) {
    let name = format!("kns.{}", &*metadata.name);
    let made = profile::of_object(converter, &name, "pcns.", metadata, profile::allow_all());
    profile::push(
        made,
        &ObjectRef::new("v1", "Namespace", "", &metadata.name),
        out,
    );
}
