//! The tree of a selector, its canonical text, and its rewriting.

use std::collections::BTreeSet;
use std::fmt;

/// One expression. Parentheses leave no trace but the shape of the tree: `(a && b) && c` and
/// `a && b && c` differ.
///
/// The parser bounds the depth of trees; everything here may recurse.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// `all()`
    All,
    /// `global()`
    Global,
    /// A statement on one label.
    Test(Test),
    /// `!`
    Not(Box<Node>),
    /// `&&` of two or more.
    And(Box<[Node]>),
    /// `||` of two or more.
    Or(Box<[Node]>),
}

/// A statement on one label.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Test {
    /// The name of the label.
    pub(super) label: Box<str>,
    /// What is said of it.
    pub(super) condition: Condition,
}

/// What is said of a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Condition {
    /// `has(…)`
    Present,
    /// `==`
    Equal(Box<str>),
    /// `!=`
    NotEqual(Box<str>),
    /// `contains`
    Contains(Box<str>),
    /// `starts with`
    StartsWith(Box<str>),
    /// `ends with`
    EndsWith(Box<str>),
    /// `in`
    In(Values),
    /// `not in`
    NotIn(Values),
}

/// The values of a set: sorted bytewise, each once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Values(Box<[Box<str>]>);

// === impl Node ===

impl Node {
    /// The same tree with `prefix` in front of every label name.
    pub(super) fn prefixed(&self, prefix: &str) -> Self {
        let all = |operands: &[Self]| operands.iter().map(|o| o.prefixed(prefix)).collect();
        match self {
            Self::All => Self::All,
            Self::Global => Self::Global,
            Self::Test(Test { label, condition }) => Self::Test(Test {
                label: format!("{prefix}{label}").into(),
                condition: condition.clone(),
            }),
            Self::Not(operand) => Self::Not(Box::new(operand.prefixed(prefix))),
            Self::And(operands) => Self::And(all(operands)),
            Self::Or(operands) => Self::Or(all(operands)),
        }
    }

    /// Adds every label name of the tree to `names`.
    pub(super) fn collect_labels<'n>(&'n self, names: &mut BTreeSet<&'n str>) {
        match self {
            Self::All | Self::Global => {}
            Self::Test(test) => {
                names.insert(&test.label);
            }
            Self::Not(operand) => operand.collect_labels(names),
            Self::And(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.collect_labels(names);
                }
            }
        }
    }

    /// Adds the label names that a negative test is about.
    pub(super) fn collect_negated<'n>(&'n self, names: &mut BTreeSet<&'n str>) {
        match self {
            Self::Test(Test {
                label,
                condition: Condition::NotEqual(_) | Condition::NotIn(_),
            }) => {
                names.insert(label);
            }
            Self::All | Self::Global | Self::Test(_) => {}
            Self::Not(operand) => match &**operand {
                Self::Test(Test {
                    condition: Condition::Present,
                    ..
                }) => {}
                // Without the label, the test fails and its negation holds.
                Self::Test(Test { label, condition })
                    if !matches!(condition, Condition::NotEqual(_) | Condition::NotIn(_)) =>
                {
                    names.insert(label);
                }
                Self::Test(_) => {}
                operand => operand.collect_negated(names),
            },
            Self::And(operands) | Self::Or(operands) => {
                for operand in operands {
                    operand.collect_negated(names);
                }
            }
        }
    }

    /// Writes the canonical text, byte for byte that of Calico: identifiers are hashes of it.
    pub(super) fn write_canonical(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all()"),
            Self::Global => f.write_str("global()"),
            Self::Test(test) => test.write_canonical(f),
            Self::Not(operand) => {
                f.write_str("!")?;
                operand.write_canonical(f)
            }
            Self::And(operands) => write_joined(operands, " && ", f),
            Self::Or(operands) => write_joined(operands, " || ", f),
        }
    }
}

fn write_joined(operands: &[Node], separator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut before = "(";
    for operand in operands {
        f.write_str(before)?;
        operand.write_canonical(f)?;
        before = separator;
    }
    f.write_str(")")
}

// === impl Test ===

impl Test {
    fn write_canonical(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = &*self.label;
        match &self.condition {
            Condition::Present => write!(f, "has({label})"),
            Condition::Equal(value) => write!(f, "{label} == {}", Quoted(value)),
            Condition::NotEqual(value) => write!(f, "{label} != {}", Quoted(value)),
            Condition::Contains(value) => write!(f, "{label} contains {}", Quoted(value)),
            Condition::StartsWith(value) => write!(f, "{label} starts with {}", Quoted(value)),
            Condition::EndsWith(value) => write!(f, "{label} ends with {}", Quoted(value)),
            Condition::In(values) => write!(f, "{label} in {values}"),
            Condition::NotIn(values) => write!(f, "{label} not in {values}"),
        }
    }
}

// === impl Values ===

impl Values {
    /// Whether `value` is one of them.
    pub(super) fn contains(&self, value: &str) -> bool {
        self.0.binary_search_by(|own| (**own).cmp(value)).is_ok()
    }

    /// The values in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|value| &**value)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'v> FromIterator<&'v str> for Values {
    fn from_iter<I: IntoIterator<Item = &'v str>>(values: I) -> Self {
        let sorted: BTreeSet<&str> = values.into_iter().collect();
        Self(sorted.into_iter().map(Box::from).collect())
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        let mut before = "";
        for value in self.iter() {
            write!(f, "{before}{}", Quoted(value))?;
            before = ", ";
        }
        f.write_str("}")
    }
}

/// A value between the quotes that the canonical text gives it. No parsed value holds both kinds.
struct Quoted<'v>(&'v str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quote = if self.0.contains('"') { '\'' } else { '"' };
        write!(f, "{quote}{}{quote}", self.0)
    }
}
