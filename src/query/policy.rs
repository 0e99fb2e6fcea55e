//! `policy`: which endpoints a policy applies to, and which endpoints and network sets its rules name.

use std::collections::BTreeMap;

use super::near::near;
use super::selected::{set_item, sets_in_scope};
use super::{find, head, item, notes, rule_match, stage};
use crate::answer::{
    MatchSide, NamedEndpoint, NotFound, PolicyAnswer, PolicyItem, PolicyState, PolicyTail, Query,
    RuleEndpoints, SelectedEndpoint,
};
use crate::matcher::{Matcher, StageKind};
use crate::model::{Direction, Endpoint, NetworkSet, Policy, PolicyId, Rule, Side};
use crate::note::Provenance;
use crate::question::{PolicyName, Question};
use crate::snapshot::Snapshot;

/// The answer to `policy`. The snapshot must be finished; items are made as they are taken.
#[must_use]
pub fn answer<'a>(
    snapshot: &'a Snapshot,
    matcher: Matcher<'a>,
    question: &'a Question,
    name: &PolicyName,
    provenance: Provenance,
) -> PolicyAnswer<'a> {
    let query = Query {
        command: "policy",
        name: Some(name.text.clone()),
        ..Query::default()
    };
    let tiers = head::tiers(matcher.tiers(), snapshot);
    let head = head::head("PolicyAnswer", query, snapshot, provenance, Some(tiers));
    let found = found(snapshot, question, name);
    let tail = match found.is_empty() {
        true => PolicyTail {
            not_found: vec![missing(snapshot, name)],
        },
        false => PolicyTail::default(),
    };
    let maker = Maker {
        snapshot,
        matcher,
        question,
    };
    PolicyAnswer {
        head,
        items: Box::new(
            found
                .into_iter()
                .map(move |(policy, state)| maker.item(policy, state)),
        ),
        tail,
    }
}

/// The policies of that name, dropped ones too, in the order of their ids.
fn found<'a>(
    snapshot: &'a Snapshot,
    question: &Question,
    name: &PolicyName,
) -> Vec<(&'a Policy, PolicyState)> {
    let live = snapshot
        .policies
        .iter()
        .map(|policy| match policy.id.kind.is_staged() {
            true => (policy, PolicyState::Staged),
            false => (policy, PolicyState::Active),
        });
    let dropped = snapshot
        .dropped
        .iter()
        .map(|dropped| match dropped.staged_delete {
            true => (&dropped.policy, PolicyState::StagedDelete),
            false => (&dropped.policy, PolicyState::Dropped),
        });
    // A namespace in the name beats the one that is typed.
    let typed = question
        .scope
        .namespace
        .as_deref()
        .filter(|_| name.namespace.is_none());
    let here = |policy: &Policy| {
        typed.is_none_or(|typed| typed == &*policy.id.namespace || policy.id.namespace.is_empty())
    };
    let mut found: Vec<_> = live
        .chain(dropped)
        .filter(|(policy, _)| name.names(policy) && here(policy))
        .collect();
    // An id as it is printed means that policy, whatever older spellings it may be of others.
    let exact: Option<PolicyId> = name.text.parse().ok();
    let is_exact = |policy: &Policy| exact.as_ref() == Some(&policy.id);
    if found.iter().any(|(policy, _)| is_exact(policy)) {
        found.retain(|(policy, _)| is_exact(policy));
    }
    found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    found
}

fn missing(snapshot: &Snapshot, name: &PolicyName) -> NotFound {
    let dropped = snapshot.dropped.iter().map(|dropped| &dropped.policy);
    let policies: Vec<&Policy> = snapshot.policies.iter().chain(dropped).collect();
    let close = near(&name.name, policies.iter().map(|policy| &*policy.name));
    let named = |close: &String| policies.iter().find(|policy| *policy.name == **close);
    NotFound {
        what: name.text.clone(),
        near: close
            .iter()
            .filter_map(named)
            .map(|policy| policy.id.to_string())
            .collect(),
    }
}

struct Maker<'a> {
    snapshot: &'a Snapshot,
    matcher: Matcher<'a>,
    question: &'a Question,
}

/// Where a side of a rule stands in the object that the user wrote.
type Place = (Direction, usize, String, Side);

impl<'a> Maker<'a> {
    fn item(&self, policy: &'a Policy, state: PolicyState) -> PolicyItem {
        let hide = self.question.hide;
        let written = |text: &str| (!hide.selectors && !text.is_empty()).then(|| text.to_owned());
        let runs = matches!(state, PolicyState::Active | PolicyState::Staged);
        let endpoints = find::in_scope(self.snapshot, self.question);
        let applies = |endpoint: &&&Endpoint| {
            let labels = self.matcher.labels(endpoint);
            let selector = policy.selector.as_ref();
            // A deletion speaks of another policy and selects nothing itself.
            state != PolicyState::StagedDelete
                && selector.is_some_and(|selector| selector.decides(&labels) == Some(true))
        };
        let selected = |endpoint: &&Endpoint| SelectedEndpoint {
            who: item::identity(endpoint),
            ips: item::ips(endpoint),
            labels: endpoint.labels.clone(),
            stages: match runs {
                true => StageKind::of(policy, endpoint)
                    .iter()
                    .map(|kind| stage::name(*kind))
                    .collect(),
                false => Vec::new(),
            },
        };
        PolicyItem {
            id: policy.id.clone(),
            kind: policy.id.kind,
            namespace: (!policy.id.namespace.is_empty()).then(|| policy.id.namespace.to_string()),
            name: policy.name.to_string(),
            classic_name: policy.id.classic_name(&policy.name),
            stored_name: (policy.name != policy.id.stored).then(|| policy.id.stored.to_string()),
            object: policy.object.clone(),
            tier: policy.tier.to_string(),
            order: policy.order.map(crate::answer::Order),
            staged: policy.id.kind.is_staged(),
            treatment: policy.treatment,
            types: item::types(policy),
            selector: written(&policy.selector_written),
            namespace_selector: written(&policy.namespace_selector_written),
            service_account_selector: written(&policy.service_account_selector_written),
            effective_selector: (!hide.selectors).then(|| item::effective(policy)),
            state,
            unreadable_selector: policy.selector.is_none(),
            endpoints: endpoints.iter().filter(applies).map(selected).collect(),
            rule_endpoints: (!hide.rule_matches).then(|| match runs {
                true => self.rule_endpoints(policy, &endpoints),
                false => Vec::new(),
            }),
            notes: notes::of_policy(self.snapshot, &self.matcher, (policy, state)),
        }
    }

    /// Rule by rule and side by side, whom each names.
    fn rule_endpoints(&self, policy: &'a Policy, endpoints: &[&'a Endpoint]) -> Vec<RuleEndpoints> {
        let mut sides: BTreeMap<Place, RuleEndpoints> = BTreeMap::new();
        self.network_sets(policy, &mut sides);
        let shower = rule_match::Shower::new(self.question.hide);
        for endpoint in endpoints {
            for hit in self.matcher.scan_policy(endpoint, policy) {
                let shown = shower.shown(&hit, endpoint);
                let path = shown.path.to_string();
                let place = (hit.direction, hit.rule.index, path, hit.side);
                let side = sides
                    .entry(place)
                    .or_insert_with(|| empty(hit.direction, hit.rule, hit.side));
                for felix in &hit.felix_rules {
                    if !side.felix_rules.contains(felix) {
                        side.felix_rules.push(*felix);
                    }
                }
                for criterion in &shown.criteria {
                    let mut bare = criterion.clone();
                    bare.holds = None;
                    bare.through.clear();
                    if !side.criteria.contains(&bare) {
                        side.criteria.push(bare);
                    }
                }
                if side
                    .endpoints
                    .last()
                    .is_none_or(|last| last.who.id != endpoint.id)
                {
                    side.endpoints.push(NamedEndpoint {
                        who: item::identity(endpoint),
                        effect: shown.effect,
                        rule_match: shown,
                    });
                }
            }
        }
        let mut sides: Vec<RuleEndpoints> = sides.into_values().collect();
        sides
            .iter_mut()
            .for_each(|side| side.felix_rules.sort_unstable());
        sides
    }

    /// The sets that a side's selector selects, or the selector that it negates, whether or not it names an endpoint
    /// too.
    fn network_sets(&self, policy: &'a Policy, sides: &mut BTreeMap<Place, RuleEndpoints>) {
        for direction in Direction::BOTH {
            for (felix, rule) in policy.rules(direction).iter().enumerate() {
                for side in Side::BOTH {
                    let entity = rule.side(side);
                    let named = |set: &&NetworkSet| {
                        let selectors = [&entity.selector, &entity.not_selector];
                        selectors.into_iter().flatten().any(|set_selector| {
                            let labels = self.matcher.labels_of_set(set);
                            set_selector.selector.decides(&labels) == Some(true)
                        })
                    };
                    let sets = sets_in_scope(self.snapshot, self.question).filter(named);
                    let sets: Vec<_> = sets.map(set_item).collect();
                    if sets.is_empty() {
                        continue;
                    }
                    let place = (direction, rule.index, entity.path.clone(), side);
                    let entry = sides
                        .entry(place)
                        .or_insert_with(|| empty(direction, rule, side));
                    if !entry.felix_rules.contains(&felix) {
                        entry.felix_rules.push(felix);
                    }
                    entry.network_sets = sets;
                    for criterion in rule_match::of_selectors(rule, side, self.question.hide) {
                        if !entry.criteria.contains(&criterion) {
                            entry.criteria.push(criterion);
                        }
                    }
                }
            }
        }
    }
}

fn empty(direction: Direction, rule: &Rule, side: Side) -> RuleEndpoints {
    RuleEndpoints {
        direction,
        rule_index: rule.index,
        path: rule.side(side).path.clone(),
        felix_rules: Vec::new(),
        action: rule.action.clone(),
        role: side,
        side: match (direction, side) {
            (Direction::Ingress, Side::Source) | (Direction::Egress, Side::Destination) => {
                MatchSide::Peer
            }
            _ => MatchSide::Own,
        },
        criteria: Vec::new(),
        endpoints: Vec::new(),
        network_sets: Vec::new(),
    }
}
