//! What stands beside an answer: errors, gaps, notes about the cluster.

use super::escape::escape;
use super::notes;
use crate::error::Error;
use crate::note::{Gap, GapCode, Note, Part};

/// `error: …`, the caret under the place where a selector stops parsing, and a hint.
#[must_use]
pub fn error_report(error: &Error) -> String {
    let mut report = format!("error: {}\n", escape(&error.to_string()));
    if let Error::Selector { text, error } = error {
        let caret = error.caret_with(text, |part| escape(part).into_owned());
        for line in caret.lines() {
            report.push_str(&format!("  {line}\n"));
        }
    }
    if let Some(hint) = error.hint() {
        report.push_str(&format!("hint: {}\n", escape(hint)));
    }
    report
}

/// The line above an answer with gaps.
#[must_use]
pub fn incomplete_line(gaps: &[Gap]) -> Option<String> {
    incomplete(gaps, consequence(gaps))
}

/// The same above what a policy or a selector concerns, where no verdicts stand.
pub(super) fn incomplete_line_of_selection(gaps: &[Gap]) -> Option<String> {
    let touches = |part| gaps.iter().any(|gap| gap.missing_from.contains(&part));
    let consequence = if touches(Part::NamespaceLabels) || touches(Part::ServiceAccountLabels) {
        "; what hangs on inherited labels is not certain"
    } else {
        "; something may be missing below"
    };
    incomplete(gaps, consequence)
}

fn incomplete(gaps: &[Gap], consequence: &str) -> Option<String> {
    let mut missing: Vec<String> = gaps.iter().map(missing).collect();
    missing.dedup();
    (!gaps.is_empty()).then(|| {
        let text = format!("INCOMPLETE: {}{}", missing.join(", "), consequence);
        escape(&text).into_owned()
    })
}

/// What the gaps make uncertain; the worst alone, since one line is to be read.
fn consequence(gaps: &[Gap]) -> &'static str {
    let touches = |part| gaps.iter().any(|gap| gap.missing_from.contains(&part));
    if touches(Part::Unmatched) {
        "; Allow below is not certain"
    } else if touches(Part::Items) {
        "; endpoints may be missing below"
    } else if touches(Part::NamespaceLabels) || touches(Part::ServiceAccountLabels) {
        "; what hangs on inherited labels is not certain"
    } else if touches(Part::Policies) || touches(Part::Profiles) {
        "; policies may be missing below"
    } else if touches(Part::RuleMatches) {
        "; rule matches may be missing below"
    } else {
        ""
    }
}

fn missing(gap: &Gap) -> String {
    let name = match gap.resource.as_str() {
        "networkpolicies.networking.k8s.io" => "kubernetesnetworkpolicies",
        resource => resource.split('.').next().unwrap_or_default(),
    };
    match gap.code {
        GapCode::Forbidden if gap.message.contains("only namespace") => {
            format!(
                "{} of other namespaces could not be read (forbidden)",
                kind(name)
            )
        }
        GapCode::Forbidden => format!("{} could not be read (forbidden)", kind(name)),
        GapCode::TiersFiltered => format!("{} may lack tiers", kind(name)),
        GapCode::Timeout => format!("{} could not be read in time", kind(name)),
        GapCode::ServerError => format!("{} could not be read", kind(name)),
        GapCode::PoisonsKind => format!("nodes cannot read {}", kind(name)),
        GapCode::Undecodable => format!("{} could not be read whole", gap.resource),
        GapCode::UnknownFields => format!("{} has unknown fields", gap.resource),
    }
}

/// `GlobalNetworkPolicies` for `globalnetworkpolicies`.
fn kind(plural: &str) -> String {
    const WORDS: [&str; 22] = [
        "felix",
        "configurations",
        "cluster",
        "global",
        "network",
        "policies",
        "policy",
        "staged",
        "kubernetes",
        "host",
        "endpoints",
        "sets",
        "tiers",
        "namespaces",
        "service",
        "accounts",
        "admin",
        "baseline",
        "slices",
        "workload",
        "profiles",
        "nodes",
    ];
    let mut rest = plural;
    let mut shown = String::new();
    while !rest.is_empty() {
        let word = WORDS.iter().find(|word| rest.starts_with(**word));
        let length = word.map_or(rest.len(), |word| word.len());
        let (head, tail) = rest.split_at(length);
        let mut letters = head.chars();
        shown.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        shown.extend(letters);
        rest = tail;
    }
    shown
}

/// Gaps on stderr, with the missing RBAC rule.
#[must_use]
pub fn gap_warnings(gaps: &[Gap]) -> String {
    let mut text = String::new();
    for gap in gaps {
        let message = match &gap.code {
            GapCode::Forbidden => forbidden(gap),
            // A place in a file begins with the file.
            _ if gap.message.starts_with(&gap.resource) => gap.message.clone(),
            _ => format!("{}: {}", gap.resource, gap.message),
        };
        text.push_str(&format!("warning: {}", escape(&message)));
        if let Some(rule) = &gap.rule {
            text.push_str(&format!(
                "; missing rule:\n  {{apiGroups: [{}], resources: [{}], verbs: [{}]}}",
                quoted(&rule.api_groups),
                rule.resources.join(", "),
                rule.verbs.join(", ")
            ));
        }
        text.push('\n');
    }
    text
}

/// `User "dev" may not list <resource>`: the message with the name in place, without what else was tried.
fn forbidden(gap: &Gap) -> String {
    let said = gap.message.split("; ").next().unwrap_or_default();
    let only = gap
        .message
        .split("; ")
        .find(|part| part.starts_with("only namespace"));
    let only = only.map(|part| format!(" ({part})")).unwrap_or_default();
    match said.strip_suffix(" it") {
        Some(before) => format!("{before} {}{only}", gap.resource),
        None => format!("{}: {said}{only}", gap.resource),
    }
}

fn quoted(groups: &[String]) -> String {
    let shown = |group: &String| {
        if group.is_empty() {
            "\"\"".to_owned()
        } else {
            group.clone()
        }
    };
    groups.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Notes about the cluster, on stderr.
#[must_use]
pub fn cluster_notes(notes: &[Note]) -> String {
    let line = |note: &Note| {
        let subject = note
            .object
            .as_ref()
            .map(|_| format!("{} ", notes::subject(note)));
        let text = format!(
            "note: {}{}",
            subject.unwrap_or_default(),
            notes::sentence(note)
        );
        format!("{}\n", escape(&text))
    };
    notes.iter().map(line).collect()
}
