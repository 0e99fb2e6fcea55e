//! `endpoint` and `host`: what polices the endpoints named, and which rules name them.

use std::sync::Arc;

use super::find::{self, Finding};
use super::head;
use super::item::Maker;
use crate::answer::{EndpointAnswer, Items, Matched, Query, Tail};
use crate::matcher::Matcher;
use crate::note::Provenance;
use crate::question::{About, Question};
use crate::snapshot::Snapshot;

/// As many endpoints are looked at one by one: a question about a few does not index the cluster.
const FEW: usize = 32;

/// The answer to `endpoint` or `host`. The snapshot must be finished; items are made as they are taken.
#[must_use]
pub fn answer<'a>(
    snapshot: &'a Snapshot,
    matcher: Matcher<'a>,
    question: &Question,
    provenance: Provenance,
) -> EndpointAnswer<'a> {
    let Finding {
        endpoints,
        matched,
        not_endpoints,
        not_found,
        widened,
    } = find::find(snapshot, question);
    let kind = match question.about {
        About::Host(_) => "HostAnswer",
        _ => "EndpointAnswer",
    };
    let tiers = head::tiers(matcher.tiers(), snapshot);
    let head = head::head(
        kind,
        query(question, matched),
        snapshot,
        provenance,
        Some(tiers),
    );
    let matcher = match endpoints.len() {
        many if many > FEW && !question.hide.details => matcher.for_many(),
        _ => matcher,
    };
    let matcher = Arc::new(matcher);
    let maker = || {
        let maker = Maker::new(snapshot, Arc::clone(&matcher), question.hide);
        move |endpoint| maker.item(endpoint)
    };
    EndpointAnswer {
        head,
        items: Items::of(&endpoints, maker),
        tail: Tail {
            not_endpoints,
            not_found,
        },
        widened,
    }
}

fn query(question: &Question, matched: Matched) -> Query {
    match &question.about {
        About::Host(node) => Query {
            command: "host",
            node: Some(node.clone()),
            ..Query::default()
        },
        _ => Query {
            command: "endpoint",
            what: Some(question.what.iter().map(|what| what.text.clone()).collect()),
            matched: Some(matched),
            ..Query::default()
        },
    }
}
