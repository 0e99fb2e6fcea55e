//! Tiers with the defaults that Calico's client fills in on reading (`DefaultTierFields`,
//! `updateprocessors/tierprocessor.go`).

use super::metadata::{V3, unfold};
use super::{Converter, Fact};
use crate::model::{DefaultAction, ObjectRef, Tier};
use crate::note::{Note, codes};
use crate::raw::Calico;
use crate::raw::calico::TierSpec;

/// The order of a tier that has none.
pub(super) const DEFAULT_ORDER: f64 = 1_000_000.0;

pub(super) fn convert(converter: &mut Converter, tier: &Calico<'_, TierSpec>, out: &mut Vec<Fact>) {
    let Some(metadata) = unfold(converter, "Tier", tier.group, &tier.metadata, out) else {
        return;
    };
    let object = ObjectRef::new(V3, "Tier", "", metadata.name());
    super::calico_rule::note_unknown_fields(&tier.unknown_fields, &object, out);
    let action = tier.spec.default_action.as_deref();
    // On etcd nobody fills the order in, and Felix puts the tier last.
    let order = match tier.spec.order {
        None if !converter.is_etcd() => Some(DEFAULT_ORDER),
        order => order,
    };
    if tier.spec.order.is_none() {
        let message = match order {
            Some(_) => {
                format!("without an order the tier stands at {DEFAULT_ORDER}, beside default")
            }
            None => "without an order the tier comes after every tier that has one".to_owned(),
        };
        let note = Note::new(codes::TIER_ORDER_ABSENT, &object, message);
        out.push(Fact::Note(note.field("spec.order")));
    }
    if let Some(other) = action.filter(|action| !matches!(*action, "Pass" | "Deny")) {
        let message = format!("default action \"{other}\" is treated as Deny");
        let note = Note::new(codes::TIER_DEFAULT_ACTION_OTHER, &object, message);
        out.push(Fact::Note(note.field("spec.defaultAction")));
    }
    out.push(Fact::Tier(Tier {
        name: converter.symbol(&metadata.stored),
        order,
        default_action: match action {
            Some("Pass") => DefaultAction::Pass,
            _ => DefaultAction::Deny,
        },
        exists: true,
    }));
}
