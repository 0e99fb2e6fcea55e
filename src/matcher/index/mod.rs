//! All endpoints and all selectors at once, for questions about many endpoints; one alone is quicker without.
//!
//! Objects become shapes, selectors programs over numbered labels, and for each selector the shortest list of shapes
//! that can satisfy it is looked through. What it finds is what [`crate::selector::Selector::decides`] would.

mod program;
mod rules;
mod shapes;

use rustc_hash::FxHashMap;

use super::addresses::Owner;
use super::{EffectiveLabels, Effort};
use crate::intern::{LabelSet, Symbol};
use crate::model::Policy;
use crate::selector::{Expression, Parts, Selector};
use crate::snapshot::Snapshot;
use program::{Postings, Program, Satisfied};
pub(super) use rules::Place;
use rules::Rules;
use shapes::Shapes;

/// Who is selected by what.
pub(super) struct Index<'a> {
    shapes: Shapes<'a>,
    policies: Selections,
    rules: Rules<'a>,
    sets: Selections,
}

/// For each shape, what selects it: numbers of policies, or of selectors of rules.
#[derive(Default)]
struct Selections {
    /// What selects everything, sorted.
    all: Vec<u32>,
    /// Sorted for each shape.
    yes: Vec<Vec<u32>>,
    /// What may select the shape or not.
    unknown: Vec<Vec<u32>>,
    selectors: usize,
    evaluated: usize,
}

impl<'a> Index<'a> {
    /// The policies in evaluation order; `owners` are those whose rules count.
    pub(super) fn of(snapshot: &'a Snapshot, policies: &[&'a Policy]) -> Self {
        let mut distinct: FxHashMap<&'a Selector, Vec<u32>> = FxHashMap::default();
        for (at, policy) in (0..).zip(policies) {
            if let Some(selector) = &policy.selector {
                distinct.entry(selector).or_default().push(at);
            }
        }
        let rules = Rules::of(snapshot, policies);
        let mut shapes = Shapes::default();
        for selector in distinct.keys().copied().chain(rules.selectors()) {
            name_labels(selector.expression(), &mut shapes);
        }
        for endpoint in &snapshot.endpoints {
            shapes.take(&endpoint.labels, &endpoint.profiles, snapshot);
        }
        for set in &snapshot.sets {
            shapes.take(&set.labels, &set.profiles, snapshot);
        }
        let postings = Postings::of(&shapes);
        let mut index = Self {
            policies: Selections::for_shapes(shapes.len()),
            sets: Selections::for_shapes(shapes.len()),
            shapes,
            rules,
        };
        for (selector, numbers) in &distinct {
            index
                .policies
                .add(selector, numbers, &index.shapes, &postings);
        }
        for (number, selector) in (0..).zip(index.rules.selectors()) {
            index
                .sets
                .add(selector, &[number], &index.shapes, &postings);
        }
        index.policies.sort();
        index
    }

    /// The numbers of the policies that select an object, in order, and whether others may; `None` for an object that is
    /// not of the snapshot.
    pub(super) fn policies(
        &self,
        labels: &LabelSet,
        profiles: &[Symbol],
    ) -> Option<(Vec<u32>, bool)> {
        let shape = self.shapes.of(labels, profiles)? as usize;
        let own = self.policies.yes.get(shape)?;
        let mut numbers = [&*self.policies.all, own].concat();
        numbers.sort_unstable();
        let uncertain = self
            .policies
            .unknown
            .get(shape)
            .is_some_and(|open| !open.is_empty());
        Some((numbers, uncertain))
    }

    /// The sides of rules that may name the holder of addresses, in the order in which rules are searched; no other does.
    pub(super) fn sides(
        &self,
        owners: &[(Owner<'a>, EffectiveLabels<'a>)],
        nets: &[ipnet::IpNet],
    ) -> Vec<Place> {
        let mut sides = Vec::new();
        for (owner, _) in owners {
            let shape = self.shapes.of(owner.labels(), owner.profiles());
            let Some(shape) = shape.map(|shape| shape as usize) else {
                continue;
            };
            let lists = [self.sets.yes.get(shape), self.sets.unknown.get(shape)];
            let own = lists.into_iter().flatten().flatten();
            for selector in self.sets.all.iter().chain(own) {
                sides.extend_from_slice(self.rules.of_selector(*selector));
            }
            self.rules.of_ports(*owner, &mut sides);
        }
        for net in nets {
            self.rules.of_address(net.network(), &mut sides);
        }
        sides.sort_unstable();
        sides.dedup();
        self.rules.places(&sides)
    }

    /// What it took to make it.
    pub(super) fn effort(&self) -> Effort {
        Effort {
            selectors: self.policies.selectors + self.sets.selectors,
            shapes: self.shapes.len(),
            evaluations: self.policies.evaluated + self.sets.evaluated,
        }
    }
}

fn name_labels<'a>(expression: Expression<'a>, shapes: &mut Shapes<'a>) {
    match expression.parts() {
        Parts::All => {}
        Parts::Test(test) => shapes.name(test.label()),
        Parts::Not(operand) => name_labels(operand, shapes),
        Parts::And(operands) | Parts::Or(operands) => {
            operands.for_each(|operand| name_labels(operand, shapes));
        }
    }
}

impl Selections {
    fn for_shapes(count: usize) -> Self {
        Self {
            yes: vec![Vec::new(); count],
            unknown: vec![Vec::new(); count],
            ..Self::default()
        }
    }

    fn add(
        &mut self,
        selector: &Selector,
        numbers: &[u32],
        shapes: &Shapes<'_>,
        postings: &Postings,
    ) {
        self.selectors += 1;
        let program = Program::compile(selector.expression(), shapes);
        match program.satisfied(shapes, postings, &mut self.evaluated) {
            Satisfied::All => self.all.extend_from_slice(numbers),
            Satisfied::Some { yes, unknown } => {
                for (found, lists) in [(yes, &mut self.yes), (unknown, &mut self.unknown)] {
                    for shape in found {
                        if let Some(list) = lists.get_mut(shape as usize) {
                            list.extend_from_slice(numbers);
                        }
                    }
                }
            }
        }
    }

    fn sort(&mut self) {
        self.all.sort_unstable();
        self.yes.iter_mut().for_each(|list| list.sort_unstable());
    }
}
