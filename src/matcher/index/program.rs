//! A selector over numbered labels: what it says of a shape, and the shortest list of shapes that can satisfy it.

use super::shapes::{Key, Pair, Shape, Shapes, key_of, pair, value_of};
use crate::matcher::labels::Unknown;
use crate::selector::{Expression, LabelTest, Operands, Parts, Wanted};

/// A selector, compiled.
pub(super) enum Program {
    All,
    Test(Test),
    Not(Box<Program>),
    And(Box<[Program]>),
    Or(Box<[Program]>),
}

/// A statement on one label.
pub(super) struct Test {
    /// `None` for a label that was not counted among those that selectors name; no object is then known to have it.
    key: Option<Key>,
    /// Whether it holds where the label is missing.
    without: bool,
    /// The labels' names begin so, and may be unknown.
    inherited: Unknown,
    values: Values,
}

enum Values {
    Any,
    Is(Pair),
    /// Sorted.
    OneOf(Vec<Pair>),
    /// Sorted.
    NoneOf(Vec<Pair>),
}

/// For each name and value, and for each name, the shapes that have it.
pub(super) struct Postings {
    by_key: Vec<OfKey>,
    /// Whether labels of some shape could not be read.
    unknown: bool,
}

#[derive(Default)]
struct OfKey {
    shapes: Vec<Shape>,
    by_value: Vec<Vec<Shape>>,
}

/// The shapes that satisfy a selector.
pub(super) enum Satisfied {
    /// All of them.
    All,
    /// These, sorted, and those of which it is not known.
    Some {
        yes: Vec<Shape>,
        unknown: Vec<Shape>,
    },
}

impl Program {
    pub(super) fn compile(expression: Expression<'_>, shapes: &Shapes<'_>) -> Self {
        let all = |operands: Operands<'_>| {
            operands
                .map(|operand| Self::compile(operand, shapes))
                .collect()
        };
        match expression.parts() {
            Parts::All => Self::All,
            Parts::Test(test) => Self::Test(Test::compile(test, shapes)),
            Parts::Not(operand) => Self::Not(Box::new(Self::compile(operand, shapes))),
            Parts::And(operands) => Self::And(all(operands)),
            Parts::Or(operands) => Self::Or(all(operands)),
        }
    }

    /// What the selector says of a shape, as `Selector::decides`.
    fn decides(&self, pairs: &[Pair], unknown: Unknown) -> Option<bool> {
        match self {
            Self::All => Some(true),
            Self::Test(test) => test.decides(pairs, unknown),
            Self::Not(operand) => operand.decides(pairs, unknown).map(|truth| !truth),
            Self::And(operands) => settle(operands, pairs, unknown, false),
            Self::Or(operands) => settle(operands, pairs, unknown, true),
        }
    }

    /// The shapes that satisfy it.
    pub(super) fn satisfied(
        &self,
        shapes: &Shapes<'_>,
        postings: &Postings,
        evaluated: &mut usize,
    ) -> Satisfied {
        if let Self::All = self {
            return Satisfied::All;
        }
        if self.reach(postings).is_none() {
            *evaluated += shapes.len();
            return self.verified(shapes.iter());
        }
        let (mut candidates, mut lists) = (Vec::new(), 0);
        let exact = self.gather(postings, &mut |list| {
            candidates.extend_from_slice(list);
            lists += 1;
        });
        if lists > 1 {
            candidates.sort_unstable();
            candidates.dedup();
        }
        if exact {
            let unknown = Vec::new();
            return Satisfied::Some {
                yes: candidates,
                unknown,
            };
        }
        *evaluated += candidates.len();
        self.verified(candidates.iter().map(|shape| {
            let (pairs, unknown) = shapes.get(*shape);
            (*shape, pairs, unknown)
        }))
    }

    fn verified<'s>(
        &self,
        candidates: impl Iterator<Item = (Shape, &'s [Pair], Unknown)>,
    ) -> Satisfied {
        let (mut yes, mut open) = (Vec::new(), Vec::new());
        for (shape, pairs, unknown) in candidates {
            match self.decides(pairs, unknown) {
                Some(true) => yes.push(shape),
                None => open.push(shape),
                Some(false) => {}
            }
        }
        Satisfied::Some { yes, unknown: open }
    }

    /// How many shapes, counted as often as they are listed, can satisfy it by what lists say; `None`: any.
    fn reach(&self, postings: &Postings) -> Option<usize> {
        match self {
            Self::All | Self::Not(_) => None,
            Self::Test(test) => test.reach(postings),
            Self::And(operands) => {
                let all = operands
                    .iter()
                    .filter_map(|operand| operand.reach(postings));
                all.min()
            }
            Self::Or(operands) => operands.iter().map(|operand| operand.reach(postings)).sum(),
        }
    }

    /// Gives the lists of which one must have a shape that satisfies it, of a conjunction those of the operand with the
    /// fewest; whether all that they have do. There must be such lists.
    fn gather(&self, postings: &Postings, give: &mut dyn FnMut(&[Shape])) -> bool {
        match self {
            Self::All | Self::Not(_) => false,
            Self::Test(test) => {
                test.gather(postings, give);
                true
            }
            Self::And(operands) => {
                let reach = |operand: &&Self| operand.reach(postings).unwrap_or(usize::MAX);
                if let Some(least) = operands.iter().min_by_key(reach) {
                    least.gather(postings, give);
                }
                false
            }
            Self::Or(operands) => {
                let mut exact = true;
                for operand in operands {
                    exact &= operand.gather(postings, give);
                }
                exact
            }
        }
    }
}

fn settle(operands: &[Program], pairs: &[Pair], unknown: Unknown, decisive: bool) -> Option<bool> {
    let mut open = false;
    for operand in operands {
        match operand.decides(pairs, unknown) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => open = true,
        }
    }
    (!open).then_some(!decisive)
}

impl Test {
    fn compile(test: LabelTest<'_>, shapes: &Shapes<'_>) -> Self {
        let key = shapes.key(test.label());
        let pairs = |values: Vec<&str>| {
            let found = values
                .into_iter()
                .filter_map(|value| shapes.find(key?, value));
            let mut found: Vec<Pair> = found.collect();
            found.sort_unstable();
            found
        };
        let values = match (test.wanted(), key) {
            (Wanted::Any, _) => Values::Any,
            (Wanted::Is(value), _) => match key.and_then(|key| shapes.find(key, value)) {
                Some(pair) => Values::Is(pair),
                None => Values::OneOf(Vec::new()),
            },
            (Wanted::OneOf(values), _) => Values::OneOf(pairs(values)),
            (Wanted::NoneOf(values), _) => Values::NoneOf(pairs(values)),
            (Wanted::Some, None) => Values::OneOf(Vec::new()),
            (Wanted::Some, Some(key)) => {
                let all = (0..).zip(shapes.values(key));
                let wanted = all.filter(|(_, value)| test.holds_for(value));
                Values::OneOf(wanted.map(|(number, _)| pair(key, number)).collect())
            }
        };
        Self {
            key,
            without: test.holds_without(),
            inherited: Unknown::of_label(test.label()),
            values,
        }
    }

    fn decides(&self, pairs: &[Pair], unknown: Unknown) -> Option<bool> {
        let found = self.key.and_then(|key| {
            let at = pairs.partition_point(|pair| key_of(*pair) < key);
            pairs.get(at).filter(|pair| key_of(**pair) == key)
        });
        match found {
            Some(found) => Some(self.values.have(*found)),
            None if self.inherited.meets(unknown) => None,
            None => Some(self.without),
        }
    }

    fn reach(&self, postings: &Postings) -> Option<usize> {
        // Of an inherited label it may be unknown whether it is there: then no list is complete.
        let uncertain = self.inherited != Unknown::default() && postings.unknown;
        if self.without || uncertain || matches!(self.values, Values::NoneOf(_)) {
            return None;
        }
        let mut reach = 0;
        self.gather(postings, &mut |list| reach += list.len());
        Some(reach)
    }

    fn gather(&self, postings: &Postings, give: &mut dyn FnMut(&[Shape])) {
        let of_key = self.key.and_then(|key| postings.by_key.get(key as usize));
        let Some(of_key) = of_key else { return };
        let mut value = |pair: Pair| {
            if let Some(list) = of_key.by_value.get(value_of(pair)) {
                give(list);
            }
        };
        match &self.values {
            Values::Is(pair) => value(*pair),
            Values::OneOf(pairs) => pairs.iter().copied().for_each(value),
            Values::Any | Values::NoneOf(_) => give(&of_key.shapes),
        }
    }
}

impl Values {
    fn have(&self, pair: Pair) -> bool {
        match self {
            Self::Any => true,
            Self::Is(wanted) => *wanted == pair,
            Self::OneOf(pairs) => pairs.binary_search(&pair).is_ok(),
            Self::NoneOf(pairs) => pairs.binary_search(&pair).is_err(),
        }
    }
}

impl Postings {
    pub(super) fn of(shapes: &Shapes<'_>) -> Self {
        let mut by_key: Vec<OfKey> = Vec::new();
        let mut unknown = false;
        for (shape, pairs, open) in shapes.iter() {
            unknown |= open != Unknown::default();
            for pair in pairs {
                let key = key_of(*pair) as usize;
                if by_key.len() <= key {
                    by_key.resize_with(key + 1, OfKey::default);
                }
                let Some(of_key) = by_key.get_mut(key) else {
                    continue;
                };
                of_key.shapes.push(shape);
                let value = value_of(*pair);
                if of_key.by_value.len() <= value {
                    of_key.by_value.resize_with(value + 1, Vec::new);
                }
                if let Some(list) = of_key.by_value.get_mut(value) {
                    list.push(shape);
                }
            }
        }
        Self { by_key, unknown }
    }
}
