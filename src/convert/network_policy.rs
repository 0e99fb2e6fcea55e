//! Calico's NetworkPolicy (`updateprocessors/networkpolicyprocessor.go`).

use super::{Converter, Fact, calico_policy, policy};
use crate::model::PolicyKind;
use crate::raw::Calico;
use crate::raw::calico_policy::PolicySpec;

pub(super) fn convert(
    converter: &mut Converter,
    object: &Calico<'_, PolicySpec>,
    out: &mut Vec<Fact>,
) {
    let draft = calico_policy::draft(converter, PolicyKind::NetworkPolicy, object, out);
    if let Some(draft) = draft {
        policy::finish(converter, draft, out);
    }
}
