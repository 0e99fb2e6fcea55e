//! A ServiceAccount is a profile without rules that hands out its labels as `pcsa.*`
//! (`ServiceAccountToProfile`).

use super::{Converter, Fact, profile};
use crate::model::{ObjectRef, ProfileRules};
use crate::raw::Metadata;

pub(super) fn convert(converter: &mut Converter, metadata: &Metadata<'_>, out: &mut Vec<Fact>) {
    let name = format!("ksa.{}.{}", &*metadata.namespace, &*metadata.name);
    let rules = ProfileRules::default();
    let made = profile::of_object(converter, &name, "pcsa.", metadata, rules);
    let object = ObjectRef::new("v1", "ServiceAccount", &metadata.namespace, &metadata.name);
    profile::push(made, &object, out);
}
