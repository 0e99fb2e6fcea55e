//! Words for what decides a packet that no rule matches, and for labels.

use crate::answer::{EndpointItem, Unmatched, UnmatchedAction};
use crate::model::Direction;
use crate::model::LabelSet;
use crate::note::{Gap, Part};

/// `app=web,team=shop`
pub(super) fn labels(labels: &LabelSet) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

/// The name without `tier/` or `pro/`.
fn name(by: &str) -> &str {
    by.split_once('/').map_or(by, |(_, name)| name)
}

/// In a table: `Deny (default)`, `Allow (kns.shop)`.
pub(super) fn short(unmatched: &Unmatched) -> String {
    let action = action(unmatched.action);
    match (&unmatched.by, unmatched.action) {
        (Some(by), _) => format!("{action} ({})", name(by)),
        (None, UnmatchedAction::Deny) => format!("{action} (no profile)"),
        (None, _) => action.to_owned(),
    }
}

/// The action alone.
pub(super) fn action(action: UnmatchedAction) -> &'static str {
    match action {
        UnmatchedAction::Allow => "Allow",
        UnmatchedAction::Deny => "Deny",
        UnmatchedAction::Continue => "Continue",
        UnmatchedAction::Depends => "Depends",
        UnmatchedAction::Unknown => "Unknown",
    }
}

/// The sentence that one reads first.
pub(super) fn sentence(item: &EndpointItem, direction: Direction, gaps: &[Gap]) -> String {
    let unmatched = match direction {
        Direction::Ingress => &item.ingress.normal.unmatched,
        Direction::Egress => &item.egress.normal.unmatched,
    };
    let by = match unmatched.by.as_deref() {
        Some(by) if by.starts_with("tier/") => format!("end of tier {}", name(by)),
        Some(by) => format!("profile {}", name(by)),
        None => "no profile".to_owned(),
    };
    let sentence = match unmatched.action {
        UnmatchedAction::Deny => format!("denied unless a rule allows it ({by})"),
        UnmatchedAction::Allow => format!("allowed unless a rule denies it ({by})"),
        UnmatchedAction::Depends => format!("depends on the rules of {by}"),
        UnmatchedAction::Continue => "goes on".to_owned(),
        UnmatchedAction::Unknown => {
            format!("unknown ({})", unknown(item, direction, unmatched, gaps))
        }
    };
    let open = item.failsafes.as_ref().is_some_and(|failsafes| {
        let ports = match direction {
            Direction::Ingress => &failsafes.ingress,
            Direction::Egress => &failsafes.egress,
        };
        !ports.is_empty()
    });
    if open && unmatched.action != UnmatchedAction::Allow {
        format!("{sentence}, but for failsafes")
    } else {
        sentence
    }
}

/// What would decide if nothing unread did.
fn unknown(
    item: &EndpointItem,
    direction: Direction,
    unmatched: &Unmatched,
    gaps: &[Gap],
) -> String {
    let Some(by) = unmatched.by.as_deref() else {
        return "not everything that decides could be read".to_owned();
    };
    if let Some(tier) = by.strip_prefix("tier/") {
        return format!("the end of tier {tier} could not be read");
    }
    let profile = item.profiles.iter().find(|profile| profile.id == by);
    let Some(profile) = profile.filter(|profile| profile.found.is_some()) else {
        return format!("profile {} could not be read", name(by));
    };
    let [ingress, egress] = &profile.summary;
    let summary = match direction {
        Direction::Ingress => ingress,
        Direction::Egress => egress,
    };
    let would = match summary.as_str() {
        "Allow all" => "allows",
        "Deny all" => "denies",
        _ => "decides",
    };
    let mut relevant = gaps
        .iter()
        .filter(|gap| gap.missing_from.contains(&Part::Unmatched));
    let unread = if relevant.all(|gap| gap.resource.starts_with("globalnetworkpolicies")) {
        "global policy"
    } else {
        "unread policy"
    };
    format!("profile {} {would}, if no {unread} decides first", name(by))
}
