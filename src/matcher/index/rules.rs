//! Sides of rules, by what they name: a selector, a network, a service, a port's name.

use std::net::IpAddr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::matcher::addresses::Owner;
use crate::matcher::prefixes::Prefixes;
use crate::matcher::scan::RuleOwner;
use crate::model::rule::SetSelector;
use crate::model::{Direction, EntityRule, Port, Side};
use crate::selector::Selector;
use crate::snapshot::Snapshot;

/// A side of a rule: which owner's, in which list, the how manieth that Felix runs, and which side of it. Places are
/// sorted as rules are searched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::matcher) struct Place {
    /// The place of the owner among those of [`crate::matcher::scan::owners`].
    pub(in crate::matcher) owner: u32,
    /// The list.
    pub(in crate::matcher) direction: Direction,
    /// The rule in it.
    pub(in crate::matcher) felix: u32,
    /// The side.
    pub(in crate::matcher) side: Side,
}

/// Sides by what they name: what `Subject::may_be_named` asks of one side, turned round. A side that names nothing of an
/// object is found by none of these.
#[derive(Default)]
pub(super) struct Rules<'a> {
    places: Vec<Place>,
    selectors: Vec<&'a Arc<SetSelector>>,
    numbers: FxHashMap<usize, u32>,
    of_selectors: Vec<Vec<u32>>,
    of_nets: Prefixes<u32>,
    of_names: FxHashMap<&'a str, Vec<u32>>,
    of_members: FxHashMap<IpAddr, Vec<u32>>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, owners: &[RuleOwner<'a>]) -> Self {
        let mut rules = Self::default();
        for (owner, of) in (0..).zip(owners) {
            for direction in Direction::BOTH {
                for (felix, rule) in (0..).zip(of.rules(direction)) {
                    for side in Side::BOTH {
                        let place = Place {
                            owner,
                            direction,
                            felix,
                            side,
                        };
                        rules.add(place, rule.side(side), snapshot);
                    }
                }
            }
        }
        rules
    }

    fn add(&mut self, place: Place, entity: &'a EntityRule, snapshot: &'a Snapshot) {
        let number = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        for set in [&entity.selector, &entity.not_selector]
            .into_iter()
            .flatten()
        {
            self.add_selector(set, number);
        }
        for net in entity.nets.iter().chain(&entity.not_nets) {
            self.of_nets.insert(net, number);
        }
        // Names limited by a selector name nobody whom that does not select.
        if entity.selector.is_none() {
            for name in entity
                .ports
                .iter()
                .chain(&entity.not_ports)
                .filter_map(Port::name)
            {
                self.of_names.entry(name).or_default().push(number);
            }
        }
        let service = entity.service.as_deref();
        if let Some(service) = service.and_then(|key| snapshot.services.get(key)) {
            for member in service.all.iter().chain(&service.with_ports) {
                self.of_members.entry(*member).or_default().push(number);
            }
        }
        self.places.push(place);
    }

    fn add_selector(&mut self, set: &'a Arc<SetSelector>, side: u32) {
        let next = u32::try_from(self.selectors.len()).unwrap_or(u32::MAX);
        let number = *self
            .numbers
            .entry(Arc::as_ptr(set).addr())
            .or_insert_with(|| {
                self.selectors.push(set);
                self.of_selectors.push(Vec::new());
                next
            });
        if let Some(sides) = self.of_selectors.get_mut(number as usize) {
            sides.push(side);
        }
    }

    /// The distinct selectors in the order of their numbers.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &'a Selector> + use<'a, '_> {
        self.selectors.iter().map(|set| &set.selector)
    }

    pub(super) fn of_selector(&self, number: u32) -> &[u32] {
        self.of_selectors
            .get(number as usize)
            .map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_ports(&self, owner: Owner<'_>, into: &mut Vec<u32>) {
        for port in owner.ports() {
            into.extend(self.of_names.get(&*port.name).into_iter().flatten());
        }
    }

    pub(super) fn of_address(&self, address: IpAddr, into: &mut Vec<u32>) {
        into.extend(self.of_nets.containing(address));
        into.extend(self.of_members.get(&address).into_iter().flatten());
    }

    pub(super) fn places(&self, sides: &[u32]) -> Vec<Place> {
        let place = |side: &u32| self.places.get(*side as usize).copied();
        sides.iter().filter_map(place).collect()
    }
}
