//! `eval`: the endpoints and network sets that a selector selects.

use std::collections::BTreeSet;

use super::near::near;
use super::{find, head, item};
use crate::answer::{EvalAnswer, EvalItem, EvalTail, NetworkSetItem, Query};
use crate::matcher::Matcher;
use crate::model::NetworkSet;
use crate::note::Provenance;
use crate::question::Question;
use crate::selector::{Labels, Selector};
use crate::snapshot::Snapshot;

/// The answer to `eval`. The snapshot must be finished.
#[must_use]
pub fn answer<'a>(
    snapshot: &'a Snapshot,
    matcher: Matcher<'a>,
    question: &'a Question,
    (text, selector): (&str, &'a Selector),
    provenance: Provenance,
) -> EvalAnswer<'a> {
    let query = Query {
        command: "eval",
        selector: Some(text.to_owned()),
        canonical: Some(selector.to_string()),
        ..Query::default()
    };
    let sets = sets_in_scope(snapshot, question)
        .filter(|set| selector.decides(&matcher.labels_of_set(set)) == Some(true));
    let tail = EvalTail {
        network_sets: sets.map(set_item).collect(),
        warnings: warnings(selector, snapshot, &matcher),
    };
    let endpoints = find::in_scope(snapshot, question);
    let selected = endpoints
        .into_iter()
        .filter(move |endpoint| selector.decides(&matcher.labels(endpoint)) == Some(true));
    let items = selected.map(|endpoint| EvalItem {
        who: item::identity(endpoint),
        ips: item::ips(endpoint),
        labels: endpoint.labels.clone(),
    });
    EvalAnswer {
        head: head::head("EvalAnswer", query, snapshot, provenance, None),
        items: Box::new(items),
        tail,
    }
}

/// The network sets that `-n` and `-l` leave.
pub(super) fn sets_in_scope<'a>(
    snapshot: &'a Snapshot,
    question: &'a Question,
) -> impl Iterator<Item = &'a NetworkSet> {
    snapshot.sets.iter().filter(|set| {
        let here = question.scope.namespace.as_deref();
        let labels = question.labels.as_ref();
        here.is_none_or(|here| here == &*set.id.namespace)
            && labels.is_none_or(|labels| labels.matches(&set.labels))
    })
}

/// A network set as answers show it.
pub(super) fn set_item(set: &NetworkSet) -> NetworkSetItem {
    NetworkSetItem {
        kind: match set.id.namespace.is_empty() {
            true => "GlobalNetworkSet",
            false => "NetworkSet",
        },
        id: set.id.clone(),
        nets: set.nets.len(),
        labels: set.labels.clone(),
    }
}

/// What surprises about a selector: that it can match nothing, that a negation matches what lacks the label, labels that
/// nothing has.
fn warnings<'a>(selector: &Selector, snapshot: &'a Snapshot, matcher: &Matcher<'a>) -> Vec<String> {
    let mut warnings = Vec::new();
    if selector.selects_nothing() {
        warnings.push("it can match nothing: what it asks excludes itself".to_owned());
    } else {
        warnings.extend(
            selector
                .negated_labels()
                .into_iter()
                .map(|label| format!("a negation also matches what has no label {label} at all")),
        );
    }
    let labels = || {
        let endpoints = snapshot
            .endpoints
            .iter()
            .map(|endpoint| matcher.labels(endpoint));
        endpoints.chain(snapshot.sets.iter().map(|set| matcher.labels_of_set(set)))
    };
    let nowhere =
        |label: &&str| !labels().any(|labels| labels.get(label).is_some() || !labels.knows(label));
    let missing: Vec<&str> = selector.labels().into_iter().filter(nowhere).collect();
    if missing.is_empty() {
        return warnings;
    }
    let known: BTreeSet<&str> = labels()
        .flat_map(|labels| labels.keys().collect::<Vec<_>>())
        .collect();
    for label in missing {
        let meant = match near(label, known.iter().copied()).as_slice() {
            [] => String::new(),
            near => format!("; is it {}?", near.join(" or ")),
        };
        warnings.push(format!(
            "no endpoint and no network set has a label {label}{meant}"
        ));
    }
    warnings
}
