//! What a selector demands of single labels: a necessary condition, cheap enough for an index.
//!
//! It serves to skip objects that cannot match. It never decides that one does.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use super::eval::Labels;
use super::tree::{Condition, Node, Test};

/// What a selector demands of one label. Everything it says holds for every object that the
/// selector selects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restriction {
    /// The label must be there.
    pub must_be_present: bool,
    /// The label must not be there. Both at once: nothing can be selected.
    pub must_be_absent: bool,
    /// The value must be one of these; `None` when nothing is known of it.
    pub one_of: Option<BTreeSet<String>>,
}

/// What a selector demands of labels, by name; of labels that are not listed, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restrictions(BTreeMap<String, Restriction>);

/// The restrictions of a tree. Of negations only `!has(…)` is understood, as in Calico.
pub(super) fn of(node: &Node) -> Restrictions {
    match node {
        Node::All | Node::Global => Restrictions::default(),
        Node::Test(test) => of_test(test),
        Node::Not(operand) => of_negated(operand),
        Node::And(operands) => operands.iter().map(of).fold(Restrictions::default(), and),
        Node::Or(operands) => operands.iter().map(of).reduce(or).unwrap_or_default(),
    }
}

fn of_test(test: &Test) -> Restrictions {
    let one_of = match &test.condition {
        Condition::NotEqual(_) | Condition::NotIn(_) => return Restrictions::default(),
        Condition::Equal(value) => Some(BTreeSet::from([value.to_string()])),
        // Calico does not flag the empty set as impossible.
        Condition::In(values) if !values.is_empty() => {
            Some(values.iter().map(str::to_owned).collect())
        }
        Condition::In(_)
        | Condition::Present
        | Condition::Contains(_)
        | Condition::StartsWith(_)
        | Condition::EndsWith(_) => None,
    };
    let restriction = Restriction {
        must_be_present: true,
        one_of,
        ..Restriction::default()
    };
    Restrictions::single(&test.label, restriction)
}

fn of_negated(operand: &Node) -> Restrictions {
    match operand {
        Node::Test(Test {
            label,
            condition: Condition::Present,
        }) => {
            let restriction = Restriction {
                must_be_absent: true,
                ..Restriction::default()
            };
            Restrictions::single(label, restriction)
        }
        _ => Restrictions::default(),
    }
}

/// Whether nothing can satisfy it, looked at more closely than Calico does.
pub(super) fn selects_nothing(node: &Node) -> bool {
    match node {
        Node::All | Node::Global => false,
        Node::Test(test) => matches!(&test.condition, Condition::In(values) if values.is_empty()),
        Node::Not(operand) => matches!(**operand, Node::All | Node::Global),
        Node::Or(operands) => operands.iter().all(selects_nothing),
        Node::And(operands) => {
            let demands = of(node);
            operands.iter().any(selects_nothing)
                || demands.is_impossible()
                || demands.iter().any(|(label, demand)| {
                    let values = demand.one_of.as_ref();
                    values.is_some_and(|values| {
                        !values.iter().any(|value| may_be(operands, label, value))
                    })
                })
        }
    }
}

/// Whether the tests of a conjunction let a label have a value.
fn may_be(operands: &[Node], label: &str, value: &str) -> bool {
    let mut tests = operands.iter().filter_map(|operand| match operand {
        Node::Test(test) if *test.label == *label => Some((test, true)),
        Node::Not(operand) => match &**operand {
            Node::Test(test) if *test.label == *label => Some((test, false)),
            _ => None,
        },
        _ => None,
    });
    tests.all(|(test, wanted)| test.condition.holds_for(value) == wanted)
}

/// What holds when both hold.
fn and(mut left: Restrictions, right: Restrictions) -> Restrictions {
    for (label, restriction) in right.0 {
        match left.0.entry(label) {
            btree_map::Entry::Vacant(entry) => {
                entry.insert(restriction);
            }
            btree_map::Entry::Occupied(mut entry) => entry.get_mut().add(restriction),
        }
    }
    left
}

/// What holds when either holds: of labels that both restrict, what they have in common.
fn or(left: Restrictions, mut right: Restrictions) -> Restrictions {
    let common = left.0.into_iter().filter_map(|(label, restriction)| {
        let common = restriction.common(right.0.remove(&label)?);
        (common != Restriction::default()).then_some((label, common))
    });
    Restrictions(common.collect())
}

// === impl Restriction ===

impl Restriction {
    /// Whether no object can satisfy it.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        let no_value = self.one_of.as_ref().is_some_and(BTreeSet::is_empty);
        no_value || (self.must_be_present && self.must_be_absent)
    }

    /// Whether a label with this value (`None`: a missing label) satisfies it.
    #[must_use]
    pub fn allows(&self, value: Option<&str>) -> bool {
        match value {
            None => !self.must_be_present,
            Some(value) => {
                !self.must_be_absent
                    && self
                        .one_of
                        .as_ref()
                        .is_none_or(|one_of| one_of.contains(value))
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.must_be_present |= other.must_be_present;
        self.must_be_absent |= other.must_be_absent;
        self.one_of = match (self.one_of.take(), other.one_of) {
            (Some(left), Some(right)) => Some(left.intersection(&right).cloned().collect()),
            (left, right) => left.or(right),
        };
    }

    fn common(self, other: Self) -> Self {
        Self {
            must_be_present: self.must_be_present && other.must_be_present,
            must_be_absent: self.must_be_absent && other.must_be_absent,
            one_of: self.one_of.zip(other.one_of).map(|(mut left, right)| {
                left.extend(right);
                left
            }),
        }
    }
}

// === impl Restrictions ===

impl Restrictions {
    fn single(label: &str, restriction: Restriction) -> Self {
        Self(BTreeMap::from([(label.to_owned(), restriction)]))
    }

    /// The restriction of `label`, if it is restricted.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&Restriction> {
        self.0.get(label)
    }

    /// Restricted labels in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Restriction)> {
        self.0.iter().map(|(label, found)| (label.as_str(), found))
    }

    /// Whether no label is restricted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether some label is restricted in a way that no object can satisfy.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        self.0.values().any(Restriction::is_impossible)
    }

    /// Whether `labels` satisfy all restrictions. If not, the selector does not select them; if
    /// so, it may.
    #[must_use]
    pub fn allow<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        self.iter()
            .all(|(label, found)| found.allows(labels.get(label)))
    }
}
