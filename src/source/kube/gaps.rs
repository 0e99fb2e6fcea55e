//! What an unreadable kind leaves uncertain, and how that is told.

use super::resources::Target;
use crate::need::Kind;
use crate::note::{Gap, GapCode, Note, RbacRule, codes};
pub(super) use crate::source::missing::Lack;
use crate::source::missing::missing_from;

/// Why a kind is missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cause<'a> {
    /// The reason.
    pub code: GapCode,
    /// What the server says, or what was tried.
    pub message: &'a str,
}

/// The gap that `target` leaves; `None` for kinds whose absence is told by a note or nothing.
pub(super) fn gap(target: &Target, lack: Lack, cause: Cause<'_>) -> Option<Gap> {
    let missing_from = missing_from(target.resource.kind, lack);
    if missing_from.is_empty() {
        return None;
    }
    let resource = target.resource;
    let rule = matches!(cause.code, GapCode::Forbidden | GapCode::TiersFiltered);
    Some(Gap {
        code: cause.code,
        resource: resource.full_name(),
        verb: Some("list".to_owned()),
        scope: Some(target.scope().to_owned()),
        missing_from,
        message: cause.message.to_owned(),
        rule: rule.then(|| RbacRule {
            api_groups: vec![resource.group.to_owned()],
            resources: vec![resource.plural.to_owned()],
            verbs: vec!["list".to_owned()],
        }),
    })
}

/// The note that takes the place of a gap.
pub(super) fn note(target: &Target, message: &str) -> Option<Note> {
    let (code, what) = match target.resource.kind {
        Kind::ClusterInformation => (
            codes::VERSION_UNKNOWN,
            "the newest Calico version is assumed",
        ),
        Kind::FelixConfiguration => (
            codes::CONFIGURATION_UNKNOWN,
            "Felix's own defaults are assumed",
        ),
        _ => return None,
    };
    Some(Note::about_cluster(
        code,
        format!("{}: {message}; {what}", target.resource.full_name()),
    ))
}

/// What to ask the cluster's administrator for.
pub(super) fn rule_wanted(gap: &Gap) -> String {
    let place = match gap.scope.as_deref() {
        Some("cluster") | None => "a ClusterRole".to_owned(),
        Some(namespace) => format!("a Role in namespace {namespace}"),
    };
    let rule = gap.rule.as_ref();
    let list = |values: &[String]| format!("{values:?}");
    let groups = rule.map(|rule| list(&rule.api_groups)).unwrap_or_default();
    let resources = rule.map(|rule| list(&rule.resources)).unwrap_or_default();
    format!(
        "ask for {place} with {{apiGroups: {groups}, resources: {resources}, verbs: [\"list\"]}}"
    )
}
