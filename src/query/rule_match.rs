//! A rule that names an endpoint, as an answer shows it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::answer::{
    Criterion, CriterionType, MatchEffect, MatchSide, MatchedPolicy, RuleMatch, Traffic,
};
use crate::matcher::{CriterionKind, Held, Outcome, RuleHit, RuleOwner};
use crate::model::net::display;
use crate::model::rule::SetSelector;
use crate::model::{Direction, Endpoint, EntityRule, Rule, Side};
use crate::question::Hide;
use crate::selector::unique_id;

/// The match as an answer shows it.
pub(super) fn shown(hit: &RuleHit<'_>, endpoint: &Endpoint, hide: Hide) -> RuleMatch {
    let entity = hit.rule.side(hit.side);
    RuleMatch {
        policy: owner(hit.owner),
        direction: hit.direction,
        rule_index: hit.rule.index,
        path: entity.path.clone(),
        felix_rules: hit.felix_rules.clone(),
        action: hit.rule.action.clone(),
        role: hit.side,
        side: match (hit.direction, hit.side) {
            (Direction::Ingress, Side::Source) | (Direction::Egress, Side::Destination) => {
                MatchSide::Peer
            }
            _ => MatchSide::Own,
        },
        effect: effect(hit),
        criteria: hit
            .criteria
            .iter()
            .map(|held| criterion(held, hit, endpoint, hide))
            .collect(),
        traffic: Traffic(traffic(hit.rule, hit.side, hide)),
    }
}

/// The criteria of a side's selectors, without anyone whom they name.
pub(super) fn of_selectors(entity: &EntityRule, hide: Hide) -> Vec<Criterion> {
    let kinds = [
        (CriterionType::Selector, &entity.selector),
        (CriterionType::NotSelector, &entity.not_selector),
    ];
    let show = !hide.selectors;
    let criterion = |(kind, set): (CriterionType, &Option<Arc<SetSelector>>)| {
        let set = set.as_ref()?;
        Some(Criterion {
            kind,
            written: selectors(&entity.written).filter(|_| show),
            effective_selector: show.then(|| set.text.clone()),
            ip_set: show.then(|| set.selector.unique_id()),
            holds: None,
            through: Vec::new(),
        })
    };
    kinds.into_iter().filter_map(criterion).collect()
}

fn effect(hit: &RuleHit<'_>) -> MatchEffect {
    if hit.inert {
        return MatchEffect::Inert;
    }
    match hit.outcome {
        Outcome::Unknown => MatchEffect::Unknown,
        Outcome::Applies => MatchEffect::Applies,
        Outcome::Excluded => MatchEffect::Excluded,
        Outcome::Partial => MatchEffect::Partial,
    }
}

fn owner(owner: RuleOwner<'_>) -> MatchedPolicy {
    match owner {
        RuleOwner::Policy(policy) => MatchedPolicy {
            id: policy.id.to_string(),
            kind: policy.id.kind.name(),
            namespace: (!policy.id.namespace.is_empty()).then(|| policy.id.namespace.to_string()),
            name: policy.name.to_string(),
            classic_name: policy.id.classic_name(&policy.name),
            tier: Some(policy.tier.to_string()),
            staged: Some(policy.id.kind.is_staged()),
        },
        RuleOwner::Profile(profile) => MatchedPolicy {
            id: format!("pro/{}", profile.name),
            kind: "Profile",
            namespace: None,
            name: profile.name.to_string(),
            classic_name: profile.name.to_string(),
            tier: None,
            staged: None,
        },
    }
}

fn criterion(held: &Held<'_>, hit: &RuleHit<'_>, endpoint: &Endpoint, hide: Hide) -> Criterion {
    let entity = hit.rule.side(hit.side);
    let (kind, written) = written(held, entity);
    let show = !hide.selectors;
    Criterion {
        kind,
        written: written.filter(|_| show),
        effective_selector: effective(held).filter(|_| show),
        ip_set: ip_set(held, hit.side).filter(|_| show),
        holds: (!held.unknown).then_some(held.holds),
        through: through(held, endpoint),
    }
}

fn written(held: &Held<'_>, entity: &EntityRule) -> (CriterionType, Option<Value>) {
    let ports =
        |names: &crate::matcher::NamedPorts<'_>| Some(json!(names.names().collect::<Vec<_>>()));
    match &held.kind {
        CriterionKind::Selector(_) => (CriterionType::Selector, selectors(&entity.written)),
        CriterionKind::NotSelector(_) => (CriterionType::NotSelector, selectors(&entity.written)),
        CriterionKind::Services(key) => {
            let (namespace, name) = key.split_once('/').unwrap_or_default();
            let mut service = Map::new();
            service.insert("name".to_owned(), name.into());
            if !namespace.is_empty() {
                service.insert("namespace".to_owned(), namespace.into());
            }
            (CriterionType::Services, Some(service.into()))
        }
        CriterionKind::Nets => (CriterionType::Nets, Some(json!(entity.nets_written))),
        CriterionKind::NotNets => (CriterionType::NotNets, Some(json!(entity.not_nets_written))),
        CriterionKind::NamedPorts(names) => (CriterionType::NamedPorts, ports(names)),
        CriterionKind::NotNamedPorts(names) => (CriterionType::NotNamedPorts, ports(names)),
    }
}

fn selectors(written: &Map<String, Value>) -> Option<Value> {
    (!written.is_empty()).then(|| Value::Object(written.clone()))
}

fn effective(held: &Held<'_>) -> Option<String> {
    match &held.kind {
        CriterionKind::Selector(set) | CriterionKind::NotSelector(set) => Some(set.text.clone()),
        CriterionKind::NamedPorts(names) | CriterionKind::NotNamedPorts(names) => {
            names.filter().map(|set| set.text.clone())
        }
        CriterionKind::Services(_) | CriterionKind::Nets | CriterionKind::NotNets => None,
    }
}

/// Felix's set id: of the selector, of the service, or of the first named port (each name has a set of its
/// own).
fn ip_set(held: &Held<'_>, side: Side) -> Option<String> {
    match &held.kind {
        CriterionKind::Selector(set) | CriterionKind::NotSelector(set) => {
            Some(set.selector.unique_id())
        }
        CriterionKind::Services(key) => {
            let prefix = if side == Side::Destination {
                "svc"
            } else {
                "svcnoport"
            };
            Some(unique_id(prefix, key))
        }
        CriterionKind::NamedPorts(names) | CriterionKind::NotNamedPorts(names) => {
            let all = || unique_id("s", "all()");
            let filter = names
                .filter()
                .map_or_else(all, |set| set.selector.unique_id());
            let name = names.names().next()?;
            Some(unique_id(
                "n",
                &format!("{filter},{},{name}", names.protocol()),
            ))
        }
        CriterionKind::Nets | CriterionKind::NotNets => None,
    }
}

/// The endpoint itself where it is one of the objects, else those objects; addresses for nets and services.
fn through(held: &Held<'_>, endpoint: &Endpoint) -> Vec<String> {
    if held.through.iter().any(|owner| owner.is(endpoint)) {
        return vec![endpoint.id.to_string()];
    }
    if held.through.is_empty() {
        return held.addresses.iter().map(display).collect();
    }
    held.through.iter().map(|owner| owner.id()).collect()
}

/// The rest of the rule as written: everything but the side on which the endpoint stands.
fn traffic(rule: &Rule, side: Side, hide: Hide) -> Map<String, Value> {
    let mut traffic = kubernetes_ports(&rule.traffic).unwrap_or_else(|| rule.traffic.clone());
    let of_kubernetes =
        rule.traffic.contains_key("ports") || rule.traffic.contains_key("protocols");
    if !of_kubernetes {
        let lists = [
            ("sourcePorts", &rule.source.ports),
            ("sourceNotPorts", &rule.source.not_ports),
            ("destinationPorts", &rule.destination.ports),
            ("destinationNotPorts", &rule.destination.not_ports),
        ];
        for (field, ports) in lists {
            if !ports.is_empty() {
                traffic.insert(field.to_owned(), json!(ports));
            }
        }
    }
    let other = other(rule.side(side.other()), hide);
    if !other.is_empty() {
        traffic.insert("other".to_owned(), other.into());
    }
    traffic
}

/// The ports of a Kubernetes rule as protocol and ports, where they have one protocol in common; a rule of
/// several keeps its list as written.
fn kubernetes_ports(traffic: &Map<String, Value>) -> Option<Map<String, Value>> {
    let ports = traffic.get("ports")?.as_array()?;
    let protocol = |port: &Value| {
        port.get("protocol")
            .and_then(Value::as_str)
            .unwrap_or("TCP")
            .to_owned()
    };
    let common = protocol(ports.first()?);
    if ports.iter().any(|port| protocol(port) != common) {
        return None;
    }
    let numbers: Option<Vec<Value>> = ports.iter().map(kubernetes_port).collect();
    let mut shown = Map::new();
    shown.insert("protocol".to_owned(), common.into());
    if let Some(numbers) = numbers {
        shown.insert("destinationPorts".to_owned(), numbers.into());
    }
    Some(shown)
}

/// A number, a name, or a range as Calico writes it; `None` for all ports of the protocol.
fn kubernetes_port(port: &Value) -> Option<Value> {
    let first = port.get("port")?;
    Some(match port.get("endPort") {
        Some(last) => format!("{first}:{last}").into(),
        None => first.clone(),
    })
}

fn other(entity: &EntityRule, hide: Hide) -> Map<String, Value> {
    let mut other = if hide.selectors {
        Map::new()
    } else {
        entity.written.clone()
    };
    let lists = [
        ("nets", &entity.nets_written),
        ("notNets", &entity.not_nets_written),
    ];
    for (field, nets) in lists {
        if !nets.is_empty() {
            other.insert(field.to_owned(), json!(nets));
        }
    }
    if let Some((namespace, name)) = entity
        .service
        .as_deref()
        .and_then(|key| key.split_once('/'))
    {
        other.insert(
            "services".to_owned(),
            json!({ "namespace": namespace, "name": name }),
        );
    }
    other
}
