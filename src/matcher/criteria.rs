//! The criteria of one side of a rule, and whether an endpoint's addresses meet them
//! (`felix/calc/rule_scanner.go`, `felix/rules/policy.go`).

use std::sync::Arc;

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::EffectiveLabels;
use super::addresses::{Index, Owner};
use crate::intern::Symbol;
use crate::model::net::{contains, is_catch_all};
use crate::model::rule::SetSelector;
use crate::model::{Endpoint, EntityRule, Port, Rule, ServiceAddresses, Side};
use crate::snapshot::Snapshot;

/// One criterion of a side, by the type that answers show, in their order.
#[derive(Clone, Copy)]
pub enum CriterionKind<'a> {
    /// A positive selector: an address of an object that it selects.
    Selector(&'a Arc<SetSelector>),
    /// A service's endpoints.
    Services(&'a str),
    /// Networks.
    Nets,
    /// Ports by name: an address of an object that declares one and that the selector, if any, selects.
    NamedPorts(NamedPorts<'a>),
    /// A negated selector without a positive one beside it.
    NotSelector(&'a Arc<SetSelector>),
    /// Excluded networks.
    NotNets,
    /// Excluded ports by name.
    NotNamedPorts(NamedPorts<'a>),
}

/// Names of ports, with what limits the objects that may declare them.
#[derive(Clone, Copy)]
pub struct NamedPorts<'a> {
    ports: &'a [Port],
    /// `None`: any protocol.
    protocol: Option<&'static str>,
    filter: Option<&'a Arc<SetSelector>>,
}

/// One criterion and what the endpoint's addresses make of it.
#[derive(Clone)]
pub struct Held<'a> {
    /// The criterion.
    pub kind: CriterionKind<'a>,
    /// Whether it holds; a negation holds where it names no address.
    pub holds: bool,
    /// Whether labels that could not be read decide it.
    pub unknown: bool,
    /// The objects through which it names the endpoint.
    pub through: Vec<Owner<'a>>,
    /// The addresses of the endpoint that it names.
    pub addresses: Vec<IpNet>,
}

/// Whether a side holds, apart from the policy's directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something that was not read decides.
    Unknown,
    /// One address meets the whole side.
    Applies,
    /// A negation names the endpoint.
    Excluded,
    /// One criterion names it, another does not hold.
    Partial,
}

/// An endpoint as rules see it: its addresses and everything that holds them.
pub(super) struct Subject<'a> {
    nets: &'a [IpNet],
    owners: Vec<(Owner<'a>, EffectiveLabels<'a>)>,
    services: &'a std::collections::HashMap<String, ServiceAddresses>,
    /// Per composed selector, what it says of each owner.
    verdicts: FxHashMap<usize, Vec<Option<bool>>>,
}

impl CriterionKind<'_> {
    /// Whether it is a negation.
    #[must_use]
    pub fn is_negated(&self) -> bool {
        matches!(
            self,
            Self::NotSelector(_) | Self::NotNets | Self::NotNamedPorts(_)
        )
    }
}

impl<'a> NamedPorts<'a> {
    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &'a Symbol> + use<'a> {
        self.ports.iter().filter_map(Port::name)
    }

    /// The protocol of Felix's set: `tcp`, `udp`, `sctp` or `any`.
    #[must_use]
    pub fn protocol(&self) -> &'static str {
        self.protocol.unwrap_or("any")
    }

    /// The selector that limits the objects.
    #[must_use]
    pub fn filter(&self) -> Option<&'a Arc<SetSelector>> {
        self.filter
    }

    fn declared_by(&self, owner: Owner<'_>) -> bool {
        owner.ports().iter().any(|declared| {
            self.protocol
                .is_none_or(|protocol| &*declared.protocol == protocol)
                && self.names().any(|name| *name == declared.name)
        })
    }
}

/// The criteria of one side, in the order in which they are shown.
pub(super) fn of<'a>(rule: &'a Rule, side: Side) -> Vec<CriterionKind<'a>> {
    let entity = rule.side(side);
    let named = |ports: &'a [Port]| {
        let protocol = rule
            .protocol
            .as_ref()
            .map(|p| p.with_ports().unwrap_or("tcp"));
        let ports = NamedPorts {
            ports,
            protocol,
            filter: entity.selector.as_ref(),
        };
        ports.names().next().is_some().then_some(ports)
    };
    let (ports, not_ports) = (named(&entity.ports), named(&entity.not_ports));
    // A list of names only already holds the selector: Felix makes no set of the selector alone.
    let only_names = ports.is_some() && entity.ports.iter().all(|port| port.name().is_some());
    let selector = entity.selector.as_ref().filter(|_| !only_names);
    [
        selector.map(CriterionKind::Selector),
        entity.service.as_deref().map(CriterionKind::Services),
        (!entity.nets.is_empty()).then_some(CriterionKind::Nets),
        ports.map(CriterionKind::NamedPorts),
        entity.not_selector.as_ref().map(CriterionKind::NotSelector),
        (!entity.not_nets.is_empty()).then_some(CriterionKind::NotNets),
        not_ports.map(CriterionKind::NotNamedPorts),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether two criteria are the same and say the same of the endpoint.
pub(super) fn same(a: &Held<'_>, b: &Held<'_>) -> bool {
    use CriterionKind::{
        NamedPorts, Nets, NotNamedPorts, NotNets, NotSelector, Selector, Services,
    };
    let same_names = |a: &self::NamedPorts<'_>, b: &self::NamedPorts<'_>| {
        let texts = (a.filter.map(|set| &set.text), b.filter.map(|set| &set.text));
        a.protocol == b.protocol && a.names().eq(b.names()) && texts.0 == texts.1
    };
    let same_kind = match (&a.kind, &b.kind) {
        (Selector(a), Selector(b)) | (NotSelector(a), NotSelector(b)) => a.text == b.text,
        (Services(a), Services(b)) => a == b,
        (NamedPorts(a), NamedPorts(b)) | (NotNamedPorts(a), NotNamedPorts(b)) => same_names(a, b),
        (Nets, Nets) | (NotNets, NotNets) => true,
        _ => false,
    };
    same_kind && a.holds == b.holds && a.unknown == b.unknown && a.addresses == b.addresses
}

/// Whether the rule exists for packets of this address's family (`FilterRuleToIPVersion`).
fn rendered_for(rule: &Rule, net: &IpNet) -> bool {
    let family = |net: &IpNet| if matches!(net, IpNet::V4(_)) { 4 } else { 6 };
    let version = family(net);
    let inferred = match rule
        .protocol
        .as_ref()
        .and_then(crate::model::Protocol::lower_name)
    {
        Some(name) if name == "icmp" => Some(4),
        Some(name) if name == "icmpv6" => Some(6),
        _ => None,
    };
    let has_family = |nets: &[IpNet]| nets.is_empty() || nets.iter().any(|n| family(n) == version);
    let excludes_all =
        |nets: &[IpNet]| nets.iter().any(|n| family(n) == version && is_catch_all(n));
    rule.ip_version
        .or(inferred)
        .is_none_or(|wanted| wanted == version)
        && [&rule.source, &rule.destination]
            .into_iter()
            .all(|entity: &EntityRule| {
                has_family(&entity.nets)
                    && has_family(&entity.not_nets)
                    && !excludes_all(&entity.not_nets)
            })
}

/// Whether one address meets a whole side, whatever the packet's port. In a list of numbers and names either
/// will do: the selector with a number, or the set of the names, which holds the selector already. Excluded
/// names are about ports: the address stays.
fn meets_all(net: &IpNet, held: &[Held<'_>], entity: &EntityRule) -> bool {
    let meets = |held: &Held<'_>| held.addresses.contains(net) != held.kind.is_negated();
    let has_numbers = entity.ports.iter().any(|port| port.name().is_none());
    let named = held
        .iter()
        .find(|held| matches!(held.kind, CriterionKind::NamedPorts(_)));
    let by_name = named.is_some_and(meets);
    held.iter().all(|held| match held.kind {
        CriterionKind::NamedPorts(_) => has_numbers || by_name,
        CriterionKind::NotNamedPorts(_) => true,
        CriterionKind::Selector(_) => by_name || meets(held),
        _ => meets(held),
    })
}

impl<'a> Subject<'a> {
    pub(super) fn of(endpoint: &'a Endpoint, index: &Index<'a>, snapshot: &'a Snapshot) -> Self {
        let owners = index.owners(&endpoint.nets, endpoint);
        let labelled = |owner: Owner<'a>| {
            (
                owner,
                EffectiveLabels::of(owner.labels(), owner.profiles(), snapshot),
            )
        };
        Self {
            nets: &endpoint.nets,
            owners: owners.into_iter().map(labelled).collect(),
            services: &snapshot.services,
            verdicts: FxHashMap::default(),
        }
    }

    /// Everything that holds its addresses.
    pub(super) fn owners(&self) -> &[(Owner<'a>, EffectiveLabels<'a>)] {
        &self.owners
    }

    /// Whether it has no address, so that no rule can ever name it.
    pub(super) fn is_nowhere(&self) -> bool {
        self.nets.is_empty()
    }

    /// The criteria of one side, if at least one of them speaks of the endpoint, and what they make
    /// together.
    pub(super) fn judge(
        &mut self,
        rule: &'a Rule,
        side: Side,
        foreign: bool,
    ) -> Option<(Vec<Held<'a>>, Outcome)> {
        let entity = rule.side(side);
        if !self.may_be_named(entity) {
            return None;
        }
        let criteria = of(rule, side);
        let mut held: Vec<Held<'a>> = Vec::with_capacity(criteria.len());
        for kind in criteria {
            held.push(self.hold(kind, entity, side));
        }
        let named = |held: &Held<'_>| held.unknown || held.holds != held.kind.is_negated();
        if !held.iter().any(named) {
            return None;
        }
        let outcome = self.outcome(&held, rule, side, foreign);
        Some((held, outcome))
    }

    /// Whether any criterion of a side could name it: most sides name somebody else, and are left at once.
    fn may_be_named(&mut self, entity: &'a EntityRule) -> bool {
        let selectors = [&entity.selector, &entity.not_selector];
        let selected = selectors.into_iter().flatten().any(|set| {
            let verdicts = self.verdicts(set);
            verdicts.iter().any(|verdict| *verdict != Some(false))
        });
        let mut nets = entity.nets.iter().chain(&entity.not_nets);
        let mut ports = entity.ports.iter().chain(&entity.not_ports);
        selected
            || entity.service.is_some()
            || nets.any(|wide| self.nets.iter().any(|net| contains(wide, net)))
            || (entity.selector.is_none() && ports.any(|port| port.name().is_some()))
    }

    fn outcome(&self, held: &[Held<'a>], rule: &Rule, side: Side, foreign: bool) -> Outcome {
        let positive = held.iter().any(|held| !held.kind.is_negated());
        let certain = held.iter().all(|held| !held.unknown) && !(foreign && rule.unknown_fields);
        let applies = self
            .nets
            .iter()
            .any(|net| rendered_for(rule, net) && meets_all(net, held, rule.side(side)));
        if !certain {
            Outcome::Unknown
        } else if applies && positive {
            Outcome::Applies
        } else if held
            .iter()
            .any(|held| held.kind.is_negated() && !held.holds)
        {
            Outcome::Excluded
        } else {
            Outcome::Partial
        }
    }

    fn hold(&mut self, kind: CriterionKind<'a>, entity: &'a EntityRule, side: Side) -> Held<'a> {
        let mut held = Held {
            kind,
            holds: false,
            unknown: false,
            through: Vec::new(),
            addresses: Vec::new(),
        };
        match kind {
            CriterionKind::Selector(set) | CriterionKind::NotSelector(set) => {
                self.hold_owners(&mut held, Some(set), |_| true);
            }
            CriterionKind::NamedPorts(names) | CriterionKind::NotNamedPorts(names) => {
                self.hold_owners(&mut held, names.filter, |owner| names.declared_by(owner));
            }
            CriterionKind::Nets => self.hold_nets(&mut held, &entity.nets),
            CriterionKind::NotNets => self.hold_nets(&mut held, &entity.not_nets),
            CriterionKind::Services(key) => self.hold_service(&mut held, key, side),
        }
        held.holds = held.addresses.is_empty() == kind.is_negated();
        held
    }

    fn hold_owners(
        &mut self,
        held: &mut Held<'a>,
        selector: Option<&Arc<SetSelector>>,
        also: impl Fn(Owner<'a>) -> bool,
    ) {
        let verdicts = selector.map(|set| self.verdicts(set).to_vec());
        for (at, (owner, _)) in self.owners.iter().enumerate() {
            if !also(*owner) {
                continue;
            }
            match verdicts
                .as_ref()
                .map_or(Some(true), |v| v.get(at).copied().flatten())
            {
                Some(false) => continue,
                None => {
                    held.unknown = true;
                    continue;
                }
                Some(true) => held.through.push(*owner),
            }
            for net in self.nets {
                let inside = owner.nets().iter().any(|own| contains(own, net));
                if inside && !held.addresses.contains(net) {
                    held.addresses.push(*net);
                }
            }
        }
        // What is unknown of one owner does not matter where another settles it.
        held.unknown &= held.addresses.len() < self.nets.len();
    }

    fn verdicts(&mut self, set: &Arc<SetSelector>) -> &[Option<bool>] {
        let key = Arc::as_ptr(set) as usize;
        let owners = &self.owners;
        self.verdicts.entry(key).or_insert_with(|| {
            owners
                .iter()
                .map(|(_, labels)| set.selector.decides(labels))
                .collect()
        })
    }

    fn hold_nets(&self, held: &mut Held<'a>, nets: &[IpNet]) {
        let inside = |net: &&IpNet| nets.iter().any(|wide| contains(wide, net));
        held.addresses.extend(self.nets.iter().filter(inside));
    }

    fn hold_service(&self, held: &mut Held<'a>, key: &str, side: Side) {
        let Some(service) = self.services.get(key) else {
            return;
        };
        let members = match side {
            Side::Source => &service.all,
            Side::Destination => &service.with_ports,
        };
        let inside = |net: &&IpNet| members.contains(&net.network());
        held.addresses.extend(self.nets.iter().filter(inside));
    }
}
