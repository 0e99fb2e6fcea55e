//! A rule that names an endpoint, as an answer shows it.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};

use crate::answer::{
    Criterion, CriterionType, MatchEffect, MatchSide, MatchedPolicy, RuleMatch, Shared, Traffic,
};
use crate::matcher::{CriterionKind, Held, Outcome, RuleHit, RuleOwner};
use crate::model::net::display;
use crate::model::rule::AsWritten;
use crate::model::{Direction, Endpoint, EntityRule, Rule, Side};
use crate::question::Hide;
use crate::selector::unique_id;

/// Makes matches of hits. What a rule says of every endpoint that it names is made once.
pub(super) struct Shower {
    hide: Hide,
    made: RefCell<Made>,
}

/// What was made, by where rules, owners and selectors are kept in the snapshot.
#[derive(Default)]
struct Made {
    owners: FxHashMap<usize, Shared<MatchedPolicy>>,
    sides: FxHashMap<(usize, Side), SideParts>,
    criteria: FxHashMap<(usize, CriterionType), CriterionParts>,
}

/// What does not hang on the endpoint, of a side.
#[derive(Clone)]
struct SideParts {
    path: Shared<String>,
    traffic: Shared<Traffic>,
}

/// What does not hang on the endpoint, of a criterion.
#[derive(Clone)]
struct CriterionParts {
    written: Option<Shared<Value>>,
    effective_selector: Option<Shared<String>>,
    ip_set: Option<Shared<String>>,
}

impl Shower {
    pub(super) fn new(hide: Hide) -> Self {
        Self {
            hide,
            made: RefCell::default(),
        }
    }

    /// The match as an answer shows it.
    pub(super) fn shown(&self, hit: &RuleHit<'_>, endpoint: &Endpoint) -> RuleMatch {
        let SideParts { path, traffic } = self.side(hit);
        let criteria = hit.criteria.iter();
        RuleMatch {
            policy: self.owner(hit.owner),
            direction: hit.direction,
            rule_index: hit.rule.index,
            path,
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
            criteria: criteria
                .map(|held| self.criterion(held, hit, endpoint))
                .collect(),
            traffic,
        }
    }

    fn owner(&self, of: RuleOwner<'_>) -> Shared<MatchedPolicy> {
        let place = match of {
            RuleOwner::Policy(policy) => std::ptr::from_ref(policy).addr(),
            RuleOwner::Profile(profile) => std::ptr::from_ref(profile).addr(),
        };
        let mut made = self.made.borrow_mut();
        let made = made.owners.entry(place);
        made.or_insert_with(|| owner(of).into()).clone()
    }

    fn side(&self, hit: &RuleHit<'_>) -> SideParts {
        let place = (std::ptr::from_ref(hit.rule).addr(), hit.side);
        let mut made = self.made.borrow_mut();
        let made = made.sides.entry(place);
        made.or_insert_with(|| SideParts {
            path: hit.rule.side(hit.side).path.clone().into(),
            traffic: Traffic(traffic(hit.rule, hit.side, self.hide)).into(),
        })
        .clone()
    }

    fn criterion(&self, held: &Held<'_>, hit: &RuleHit<'_>, endpoint: &Endpoint) -> Criterion {
        let entity = hit.rule.side(hit.side);
        let kind = type_of(&held.kind);
        let place = (std::ptr::from_ref(entity).addr(), kind);
        let mut made = self.made.borrow_mut();
        let made = made.criteria.entry(place);
        let parts = made.or_insert_with(|| parts(&held.kind, entity, hit.side, self.hide));
        let CriterionParts {
            written,
            effective_selector,
            ip_set,
        } = parts.clone();
        Criterion {
            kind,
            written,
            effective_selector,
            ip_set,
            holds: (!held.unknown).then_some(held.holds),
            through: through(held, endpoint),
        }
    }
}

/// What does not hang on the endpoint, of a criterion; nothing of selectors with `-s`.
fn parts(kind: &CriterionKind<'_>, entity: &EntityRule, side: Side, hide: Hide) -> CriterionParts {
    let show = !hide.selectors;
    CriterionParts {
        written: written(kind, entity).filter(|_| show).map(Shared::from),
        effective_selector: effective(kind).filter(|_| show).map(Shared::from),
        ip_set: ip_set(kind, side).filter(|_| show).map(Shared::from),
    }
}

/// The criteria of a side's selectors, without anyone whom they name.
pub(super) fn of_selectors(rule: &Rule, side: Side, hide: Hide) -> Vec<Criterion> {
    let entity = rule.side(side);
    let positive = entity.selector.as_ref().map(CriterionKind::Selector);
    let negated = entity.not_selector.as_ref().map(CriterionKind::NotSelector);
    let criterion = |kind: CriterionKind<'_>| {
        let CriterionParts {
            written,
            effective_selector,
            ip_set,
        } = parts(&kind, entity, side, hide);
        Criterion {
            kind: type_of(&kind),
            written,
            effective_selector,
            ip_set,
            holds: None,
            through: Vec::new(),
        }
    };
    positive.into_iter().chain(negated).map(criterion).collect()
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

fn type_of(kind: &CriterionKind<'_>) -> CriterionType {
    match kind {
        CriterionKind::Selector(_) => CriterionType::Selector,
        CriterionKind::NotSelector(_) => CriterionType::NotSelector,
        CriterionKind::Services(_) => CriterionType::Services,
        CriterionKind::Nets => CriterionType::Nets,
        CriterionKind::NotNets => CriterionType::NotNets,
        CriterionKind::NamedPorts(_) => CriterionType::NamedPorts,
        CriterionKind::NotNamedPorts(_) => CriterionType::NotNamedPorts,
    }
}

fn written(kind: &CriterionKind<'_>, entity: &EntityRule) -> Option<Value> {
    match kind {
        CriterionKind::Selector(_) | CriterionKind::NotSelector(_) => selectors(&entity.written),
        CriterionKind::Services(key) => {
            let (namespace, name) = key.split_once('/').unwrap_or_default();
            let mut service = Map::new();
            service.insert("name".to_owned(), name.into());
            if !namespace.is_empty() {
                service.insert("namespace".to_owned(), namespace.into());
            }
            Some(service.into())
        }
        CriterionKind::Nets => Some(json!(entity.nets_written)),
        CriterionKind::NotNets => Some(json!(entity.not_nets_written)),
        CriterionKind::NamedPorts(names) | CriterionKind::NotNamedPorts(names) => {
            Some(json!(names.names().collect::<Vec<_>>()))
        }
    }
}

fn selectors(written: &AsWritten) -> Option<Value> {
    (!written.is_empty()).then(|| Value::Object(written.to_map()))
}

fn effective(kind: &CriterionKind<'_>) -> Option<String> {
    match kind {
        CriterionKind::Selector(set) | CriterionKind::NotSelector(set) => Some(set.text.clone()),
        CriterionKind::NamedPorts(names) | CriterionKind::NotNamedPorts(names) => {
            names.filter().map(|set| set.text.clone())
        }
        CriterionKind::Services(_) | CriterionKind::Nets | CriterionKind::NotNets => None,
    }
}

/// Felix's set id: of the selector, of the service, or of the first named port (each name has a set of its
/// own).
fn ip_set(kind: &CriterionKind<'_>, side: Side) -> Option<String> {
    match kind {
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
    let mut traffic = kubernetes_ports(&rule.traffic).unwrap_or_else(|| rule.traffic.to_map());
    let mut lists = ["ports", "protocols"].into_iter();
    let of_kubernetes = lists.any(|list| rule.traffic.get(list).is_some());
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
fn kubernetes_ports(traffic: &AsWritten) -> Option<Map<String, Value>> {
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
        entity.written.to_map()
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
