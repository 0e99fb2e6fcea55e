//! The tree of a selector, for those who evaluate many selectors over many labels at once.

use super::tree::{Condition, Node, Test};

/// An expression of a selector.
#[derive(Clone, Copy)]
pub struct Expression<'s>(pub(super) &'s Node);

/// What an expression is made of.
pub enum Parts<'s> {
    /// It always holds.
    All,
    /// A statement on one label.
    Test(LabelTest<'s>),
    /// The opposite of another.
    Not(Expression<'s>),
    /// All of these.
    And(Operands<'s>),
    /// Any of these.
    Or(Operands<'s>),
}

/// The operands of an expression.
#[derive(Clone)]
pub struct Operands<'s>(std::slice::Iter<'s, Node>);

impl<'s> Iterator for Operands<'s> {
    type Item = Expression<'s>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Expression)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// A statement on one label.
#[derive(Clone, Copy)]
pub struct LabelTest<'s>(&'s Test);

/// The values for which a statement holds, where the label is there.
pub enum Wanted<'s> {
    /// Any.
    Any,
    /// This one.
    Is(&'s str),
    /// One of these, sorted.
    OneOf(Vec<&'s str>),
    /// None of these, sorted.
    NoneOf(Vec<&'s str>),
    /// Those that [`LabelTest::holds_for`] tells.
    Some,
}

impl<'s> Expression<'s> {
    /// What it is made of.
    #[must_use]
    pub fn parts(self) -> Parts<'s> {
        let all = |operands: &'s [Node]| Operands(operands.iter());
        match self.0 {
            Node::All | Node::Global => Parts::All,
            Node::Test(test) => Parts::Test(LabelTest(test)),
            Node::Not(operand) => Parts::Not(Self(operand)),
            Node::And(operands) => Parts::And(all(operands)),
            Node::Or(operands) => Parts::Or(all(operands)),
        }
    }
}

impl<'s> LabelTest<'s> {
    /// The label's name.
    #[must_use]
    pub fn label(self) -> &'s str {
        &self.0.label
    }

    /// The values for which it holds.
    #[must_use]
    pub fn wanted(self) -> Wanted<'s> {
        match &self.0.condition {
            Condition::Present => Wanted::Any,
            Condition::Equal(value) => Wanted::Is(value),
            Condition::NotEqual(value) => Wanted::NoneOf(vec![value]),
            Condition::In(values) => Wanted::OneOf(values.iter().collect()),
            Condition::NotIn(values) => Wanted::NoneOf(values.iter().collect()),
            Condition::Contains(_) | Condition::StartsWith(_) | Condition::EndsWith(_) => {
                Wanted::Some
            }
        }
    }

    /// Whether it holds for a value.
    #[must_use]
    pub fn holds_for(self, value: &str) -> bool {
        self.0.condition.holds_for(value)
    }

    /// Whether it holds where the label is missing.
    #[must_use]
    pub fn holds_without(self) -> bool {
        self.0.condition.holds_without()
    }
}
