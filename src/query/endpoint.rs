//! `endpoint` and `host`: what polices the endpoints named, and which rules name them.

use super::find::{self, Finding};
use super::item::Maker;
use super::notes;
use crate::answer::{API_VERSION, EndpointAnswer, Head, Matched, Order, Query, Tail, TierItem};
use crate::matcher::{Matcher, TierOrder};
use crate::note::Provenance;
use crate::question::{About, Question};
use crate::snapshot::Snapshot;

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
    let head = Head {
        api_version: API_VERSION,
        kind: match question.about {
            About::Endpoints => "EndpointAnswer",
            About::Host(_) => "HostAnswer",
        },
        query: query(question, matched),
        snapshot: provenance,
        complete: snapshot.gaps.is_empty(),
        gaps: snapshot.gaps.clone(),
        notes: notes::of_cluster(snapshot),
        tiers: tiers(matcher.tiers(), snapshot),
    };
    let maker = Maker::new(snapshot, matcher, question.hide);
    let items = endpoints
        .into_iter()
        .map(move |endpoint| maker.item(endpoint));
    EndpointAnswer {
        head,
        items: Box::new(items),
        tail: Tail {
            not_endpoints,
            not_found,
        },
        widened,
    }
}

fn query(question: &Question, matched: Matched) -> Query {
    match &question.about {
        About::Endpoints => Query {
            command: "endpoint",
            what: Some(question.what.iter().map(|what| what.text.clone()).collect()),
            matched: Some(matched),
            ..Query::default()
        },
        About::Host(node) => Query {
            command: "host",
            node: Some(node.clone()),
            ..Query::default()
        },
    }
}

fn tiers(order: &TierOrder, snapshot: &Snapshot) -> Vec<TierItem> {
    let known = |tier: &crate::model::Tier| tier.exists || !snapshot.lacks_tiers();
    order
        .all()
        .iter()
        .map(|tier| TierItem {
            id: format!("tier/{}", tier.name),
            name: tier.name.to_string(),
            order: tier.order.map(Order),
            default_action: known(tier).then_some(tier.default_action),
            exists: known(tier).then_some(tier.exists),
        })
        .collect()
}
