//! Words for what decides a packet that no rule matches.

use crate::answer::{EndpointItem, Unmatched, UnmatchedAction};
use crate::note::Gap;

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

fn action(action: UnmatchedAction) -> &'static str {
    match action {
        UnmatchedAction::Allow => "Allow",
        UnmatchedAction::Deny => "Deny",
        UnmatchedAction::Continue => "Continue",
        UnmatchedAction::Depends => "Depends",
        UnmatchedAction::Unknown => "Unknown",
    }
}

/// The sentence that one reads first.
pub(super) fn sentence(unmatched: &Unmatched, item: &EndpointItem, gaps: &[Gap]) -> String {
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
        UnmatchedAction::Unknown => format!("unknown ({})", unknown(unmatched, item, &by, gaps)),
    };
    let failsafes = item.failsafes.is_some() && unmatched.action != UnmatchedAction::Allow;
    if failsafes {
        format!("{sentence}, but for failsafes")
    } else {
        sentence
    }
}

fn unknown(unmatched: &Unmatched, item: &EndpointItem, by: &str, gaps: &[Gap]) -> String {
    let profile = unmatched
        .by
        .as_deref()
        .and_then(|by| item.profiles.iter().find(|p| p.id == by));
    if profile.is_none_or(|profile| profile.found.is_none()) {
        return format!("{by} could not be read");
    }
    let global = |gap: &Gap| gap.resource.starts_with("globalnetworkpolicies");
    let unread = if gaps.iter().all(global) {
        "global policy"
    } else {
        "unread policy"
    };
    format!("{by} allows, if no {unread} decides first")
}
