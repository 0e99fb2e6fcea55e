//! All endpoints and all selectors at once, for questions about many endpoints; one alone is quicker without.
//!
//! Objects become shapes, selectors programs over numbered labels, and for each selector the shortest list of shapes
//! that can satisfy it is looked through. What it finds is what [`crate::selector::Selector::decides`] would.

mod program;
mod rules;
mod shapes;

use rustc_hash::FxHashMap;

use super::addresses::Owner;
use super::{EffectiveLabels, Effort, RuleOwner};
use crate::intern::{LabelSet, Symbol};
use crate::model::Policy;
use crate::selector::{Expression, Parts, Selector};
use crate::snapshot::Snapshot;
use program::{Postings, Program, Satisfied};
pub(super) use rules::Place;
use rules::Rules;
use shapes::{Shape, Shapes};

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
    /// What selects everything.
    all: Vec<u32>,
    yes: Lists,
    /// What may select the shape or not.
    unknown: Lists,
    selectors: usize,
    evaluated: usize,
}

/// A list of numbers for each shape.
#[derive(Default)]
struct Lists {
    /// Shapes, and the numbers that each of them gets.
    found: Vec<(Vec<Shape>, Vec<u32>)>,
    /// Where the list of each shape ends.
    ends: Vec<usize>,
    numbers: Vec<u32>,
}

impl<'a> Index<'a> {
    /// `policies` are in evaluation order, `owners` is everything that has rules, as [`super::scan::owners`] gives it.
    pub(super) fn of(
        snapshot: &'a Snapshot,
        policies: &[&'a Policy],
        owners: &[RuleOwner<'a>],
    ) -> Self {
        let mut distinct: FxHashMap<usize, (&'a Selector, Vec<u32>)> = FxHashMap::default();
        for (at, policy) in (0..).zip(policies) {
            if let Some(selector) = &policy.selector {
                let same = distinct.entry(selector.place());
                same.or_insert_with(|| (selector, Vec::new())).1.push(at);
            }
        }
        let rules = Rules::of(snapshot, owners);
        // In the order in which they lie in memory: trees are small and many.
        let mut distinct: Vec<_> = distinct.into_values().collect();
        distinct.sort_unstable_by_key(|(selector, _)| selector.place());
        let mut sets: Vec<(u32, &Selector)> = (0..).zip(rules.selectors()).collect();
        sets.sort_unstable_by_key(|(_, selector)| selector.place());
        let mut shapes = Shapes::default();
        let of_policies = distinct.iter().map(|(selector, _)| *selector);
        for selector in of_policies.chain(sets.iter().map(|(_, selector)| *selector)) {
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
            policies: Selections::default(),
            sets: Selections::default(),
            shapes,
            rules,
        };
        for (selector, numbers) in &distinct {
            index
                .policies
                .add(selector, numbers, &index.shapes, &postings);
        }
        for (number, selector) in sets {
            index
                .sets
                .add(selector, &[number], &index.shapes, &postings);
        }
        index.policies.finish(index.shapes.len());
        index.sets.finish(index.shapes.len());
        index
    }

    /// The numbers of the policies that select an object, in order, and whether others may; `None` for an object that is
    /// not of the snapshot.
    pub(super) fn policies(
        &self,
        labels: &LabelSet,
        profiles: &[Symbol],
    ) -> Option<(Vec<u32>, bool)> {
        let shape = self.shapes.of(labels, profiles)?;
        let mut numbers = [&*self.policies.all, self.policies.yes.of(shape)].concat();
        numbers.sort_unstable();
        Some((numbers, !self.policies.unknown.of(shape).is_empty()))
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
            let Some(shape) = shape else { continue };
            let lists = [
                &*self.sets.all,
                self.sets.yes.of(shape),
                self.sets.unknown.of(shape),
            ];
            for selector in lists.into_iter().flatten() {
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
                self.yes.add(yes, numbers);
                self.unknown.add(unknown, numbers);
            }
        }
    }

    fn finish(&mut self, shapes: usize) {
        self.yes.finish(shapes);
        self.unknown.finish(shapes);
    }
}

impl Lists {
    fn add(&mut self, shapes: Vec<Shape>, numbers: &[u32]) {
        if !shapes.is_empty() {
            self.found.push((shapes, numbers.to_vec()));
        }
    }

    /// From the shapes of each number to the numbers of each shape, without a list that grows for each of them.
    fn finish(&mut self, shapes: usize) {
        let mut next = vec![0; shapes];
        for (found, numbers) in &self.found {
            for shape in found {
                if let Some(count) = next.get_mut(*shape as usize) {
                    *count += numbers.len();
                }
            }
        }
        let mut end = 0;
        for start in &mut next {
            end += std::mem::replace(start, end);
            self.ends.push(end);
        }
        self.numbers.resize(end, 0);
        for (found, numbers) in self.found.drain(..) {
            for shape in found {
                let Some(at) = next.get_mut(shape as usize) else {
                    continue;
                };
                if let Some(place) = self.numbers.get_mut(*at..*at + numbers.len()) {
                    place.copy_from_slice(&numbers);
                }
                *at += numbers.len();
            }
        }
    }

    fn of(&self, shape: Shape) -> &[u32] {
        let at = shape as usize;
        let before = at.checked_sub(1).and_then(|at| self.ends.get(at));
        let range = before.copied().unwrap_or(0)..self.ends.get(at).copied().unwrap_or(0);
        self.numbers.get(range).unwrap_or_default()
    }
}
