//! Properties over random selectors and texts.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::parsed;
use crate::selector::Selector;

type Set = BTreeMap<String, String>;

/// A selector as the test sees it: how it may be spelled, and when it is true.
#[derive(Clone, Debug)]
enum Expr {
    /// `all()` or `global()`.
    Always(&'static str),
    Has(String),
    Compare(String, &'static str, String),
    Member(String, &'static str, Vec<String>),
    Not(Box<Expr>),
    Both(Box<Expr>, Box<Expr>),
    Either(Box<Expr>, Box<Expr>),
    Group(Box<Expr>),
}

impl Expr {
    fn spelled(&self) -> String {
        match self {
            Self::Always(word) => (*word).to_owned(),
            Self::Has(label) => format!("has( {label}\t)"),
            Self::Compare(label, operator, value) => format!("{label} {operator}{}", quoted(value)),
            Self::Member(label, operator, values) => {
                let values: Vec<String> = values.iter().map(|v| quoted(v)).collect();
                format!("{label}\t{operator} {{{}}}", values.join(","))
            }
            Self::Not(inner) => format!("!({})", inner.spelled()),
            Self::Both(left, right) => format!("({})&&({})", left.spelled(), right.spelled()),
            // Binds weaker than all else, so it is in parentheses wherever it stands.
            Self::Either(left, right) => format!("{} || {}", left.spelled(), right.spelled()),
            Self::Group(inner) => format!("( {})", inner.spelled()),
        }
    }

    /// Truth by set theory instead of by missing and present values.
    fn selects(&self, labels: &Set) -> bool {
        let pairs = |label: &str| -> Vec<&String> {
            let own = labels.iter().filter(|(key, _)| *key == label);
            own.map(|(_, value)| value).collect()
        };
        match self {
            Self::Always(_) => true,
            Self::Has(label) => !pairs(label).is_empty(),
            Self::Compare(label, operator, wanted) => {
                let is = |v: &String| v.as_bytes() == wanted.as_bytes();
                let (v, w) = (pairs(label), wanted.as_bytes());
                match *operator {
                    "==" => v.into_iter().any(is),
                    "!=" => !v.into_iter().any(is),
                    "contains" => v.into_iter().any(|v| {
                        w.is_empty() || v.as_bytes().windows(w.len()).any(|part| part == w)
                    }),
                    "starts with" => v.into_iter().any(|v| v.as_bytes().starts_with(w)),
                    _ => v.into_iter().any(|v| v.as_bytes().ends_with(w)),
                }
            }
            Self::Member(label, operator, values) => {
                let member = pairs(label)
                    .into_iter()
                    .any(|v| values.iter().any(|w| w == v));
                member == (*operator == "in")
            }
            Self::Not(inner) => !inner.selects(labels),
            Self::Both(left, right) => left.selects(labels) & right.selects(labels),
            Self::Either(left, right) => left.selects(labels) | right.selects(labels),
            Self::Group(inner) => inner.selects(labels),
        }
    }
}

fn quoted(value: &str) -> String {
    match value.contains('\'') {
        true => format!("\"{value}\""),
        false => format!("'{value}'"),
    }
}

fn label() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "in", "not", "has", "all", "x.y/z-_"]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    let values = vec![
        "",
        "a",
        "b",
        "ab",
        "A",
        "it's",
        "say \"x\"",
        "é",
        "a || b",
        ")\n",
    ];
    select(values).prop_map(str::to_owned)
}

fn labels() -> impl Strategy<Value = Set> {
    btree_map(label(), value(), 0..5)
}

fn expr() -> impl Strategy<Value = Expr> {
    let compare = select(vec!["==", "!=", "contains", "starts with", "ends with"]);
    let leaf = prop_oneof![
        1 => select(vec!["all()", "global()", "all(\t)"]).prop_map(Expr::Always),
        2 => label().prop_map(Expr::Has),
        5 => (label(), compare, value()).prop_map(|(l, o, v)| Expr::Compare(l, o, v)),
        3 => (label(), select(vec!["in", "not in"]), vec(value(), 0..4))
            .prop_map(|(l, o, v)| Expr::Member(l, o, v)),
    ];
    leaf.prop_recursive(5, 24, 2, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed().prop_map(Expr::Not),
            boxed().prop_map(Expr::Group),
            (boxed(), boxed()).prop_map(|(l, r)| Expr::Both(l, r)),
            (boxed(), boxed()).prop_map(|(l, r)| Expr::Either(l, r)),
        ]
    })
}

/// Texts that look like selectors, most of them wrong.
fn tokens() -> impl Strategy<Value = String> {
    let words = vec![
        "a",
        "has(",
        "all(",
        "global(",
        "(",
        ")",
        "{",
        "}",
        ",",
        "==",
        "=",
        "!=",
        "!",
        "&&",
        "&",
        "||",
        "|",
        "contains",
        "starts",
        "ends",
        "with",
        "not",
        "in",
        "'b'",
        "\"c\"",
        "'",
        "\"",
        " ",
        "\t",
        "\n",
        "é",
        "has(a)",
        "a == 'b'",
        "a in {'b'}",
        "all()",
    ];
    vec(select(words), 0..16).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn evaluation_is_that_of_the_naive_evaluator(expr in expr(), sets in vec(labels(), 4)) {
        let selector = parsed(&expr.spelled());
        for labels in sets {
            prop_assert_eq!(selector.matches(&labels), expr.selects(&labels), "{:?}", labels);
        }
    }

    #[test]
    fn printing_and_parsing_is_the_identity(expr in expr(), sets in vec(labels(), 4)) {
        let selector = parsed(&expr.spelled());
        let again = parsed(&selector.to_string());
        // The one exception: a negation whose operand, in parentheses, is a negation.
        if !selector.to_string().contains("!!") {
            prop_assert_eq!(&again, &selector);
            prop_assert_eq!(again.to_string(), selector.to_string());
        }
        for labels in sets {
            prop_assert_eq!(again.matches(&labels), selector.matches(&labels));
        }
    }

    #[test]
    fn restrictions_never_exclude_a_match(expr in expr(), sets in vec(labels(), 8)) {
        let selector = parsed(&expr.spelled());
        let restrictions = selector.restrictions();
        for labels in sets.iter().filter(|labels| selector.matches(*labels)) {
            prop_assert!(restrictions.allow(labels), "{:?}", labels);
            prop_assert!(!restrictions.is_impossible() && !selector.selects_nothing());
        }
    }

    #[test]
    fn prefixing_selects_by_prefixed_labels(expr in expr(), labels in labels()) {
        let selector = parsed(&expr.spelled());
        let prefixed = labels.iter().map(|(key, v)| (format!("p.{key}"), v)).collect();
        let prefixed: BTreeMap<String, &String> = prefixed;
        prop_assert_eq!(selector.prefixed("p.").matches(&prefixed), selector.matches(&labels));
    }

    #[test]
    fn no_text_panics(text in prop_oneof![any::<String>(), tokens()]) {
        match Selector::parse(&text) {
            Ok(selector) => prop_assert!(Selector::parse(&selector.to_string()).is_ok()),
            Err(error) => {
                prop_assert!(text.is_char_boundary(error.at));
                prop_assert!(error.caret(&text).ends_with('^'));
            }
        }
    }
}
