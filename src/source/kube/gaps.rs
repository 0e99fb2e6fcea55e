//! What an unreadable kind leaves uncertain, and how that is told.

use super::resources::Target;
use crate::need::Kind;
use crate::note::{Gap, GapCode, Note, Part, RbacRule, codes};

/// How much of a kind is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// All of it, or it is not known how much.
    All,
    /// What stands outside the namespace that the question is about.
    OtherNamespaces,
}

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

/// The parts of an answer that a kind bears on.
fn missing_from(kind: Kind, lack: Lack) -> Vec<Part> {
    use Part::{
        Items, NamespaceLabels, Policies, Profiles, RuleMatches, ServiceAccountLabels, Unmatched,
    };
    match (kind, lack) {
        (Kind::ClusterInformation | Kind::FelixConfiguration | Kind::Node, _) => Vec::new(),
        (Kind::Pod, _) => vec![Items],
        (Kind::HostEndpoint, _) => vec![Items, RuleMatches],
        (Kind::GlobalNetworkSet | Kind::NetworkSet | Kind::EndpointSlice, _)
        | (_, Lack::OtherNamespaces) => vec![RuleMatches],
        (Kind::Namespace, _) => vec![RuleMatches, NamespaceLabels, Profiles],
        (Kind::ServiceAccount, _) => vec![RuleMatches, ServiceAccountLabels, Profiles],
        // Never enforced, so they decide nothing.
        (
            Kind::StagedGlobalNetworkPolicy
            | Kind::StagedNetworkPolicy
            | Kind::StagedKubernetesNetworkPolicy,
            _,
        ) => vec![Policies, RuleMatches],
        (
            Kind::Tier
            | Kind::GlobalNetworkPolicy
            | Kind::NetworkPolicy
            | Kind::KubernetesNetworkPolicy
            | Kind::ClusterNetworkPolicy
            | Kind::AdminNetworkPolicy
            | Kind::BaselineAdminNetworkPolicy,
            _,
        ) => vec![Policies, RuleMatches, Unmatched],
    }
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
