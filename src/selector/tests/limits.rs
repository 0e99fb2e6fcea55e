//! Depth, length, and the boundary of the two.

use std::collections::BTreeMap;

use super::parsed;
use crate::selector::{MAX_DEPTH, MAX_LABEL, Selector};

/// A text whose tree has `levels` levels, and as many open parentheses.
fn nested(levels: usize) -> String {
    let opened = "(has(b) || ".repeat(levels - 1);
    format!("{opened}has(a){}", ")".repeat(levels - 1))
}

#[test]
fn the_depth_of_the_tree_is_bounded() {
    let error = Selector::parse(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert_eq!(error.message, "nested too deeply");
    let error = Selector::parse(&"!(".repeat(100_000)).unwrap_err();
    assert_eq!(error.at, 200_000);
    let negated = format!("{}has(a){}", "!(".repeat(100_000), ")".repeat(100_000));
    let error = Selector::parse(&negated).unwrap_err();
    assert_eq!(error.message, "nested too deeply");
}

#[test]
fn the_deepest_tree_can_be_used() {
    let text = nested(MAX_DEPTH);
    let deepest = parsed(&text);
    assert_eq!(parsed(&deepest.to_string()), deepest);
    assert!(deepest.matches(&BTreeMap::from([("a", "")])));
    assert!(!deepest.matches(&BTreeMap::from([("c", "")])));
    assert_eq!(deepest.labels().len(), 2);
    assert!(deepest.restrictions().is_empty());
    assert_eq!(deepest.prefixed("").unique_id(), deepest.unique_id());
}

#[test]
fn what_leaves_no_trace_in_the_tree_is_not_bounded() {
    let many = 100_000;
    let (open, close) = ("(".repeat(many), ")".repeat(many));
    assert_eq!(parsed(&format!("{open}has(a){close}")), parsed("has(a)"));
    assert_eq!(
        parsed(&format!("{}has(a)", "!".repeat(many))),
        parsed("has(a)")
    );
    assert_eq!(
        parsed(&format!("{}has(a)", "! ".repeat(many + 1))),
        parsed("!has(a)")
    );
    assert!(Selector::parse(&open).is_err());
    assert!(Selector::parse(&"!".repeat(many)).is_err());
    let flat = vec!["has(a)"; many].join(" || ");
    assert_eq!(parsed(&flat).to_string(), format!("({flat})"));
}

#[test]
fn labels_have_at_most_512_bytes() {
    let longest = "x".repeat(MAX_LABEL);
    assert_eq!(MAX_LABEL, 512);
    for text in [format!("{longest} == 'v'"), format!("has({longest})")] {
        assert_eq!(parsed(&text).labels().first(), Some(&longest.as_str()));
    }
    for (text, at) in [
        (format!("{longest}x == 'v'"), 0),
        (format!("has({longest}x)"), 4),
    ] {
        let error = Selector::parse(&text).unwrap_err();
        assert_eq!(
            (error.at, &*error.message),
            (at, "label is longer than 512 bytes")
        );
    }
}

#[test]
fn a_prefix_may_make_a_label_too_long_for_the_language() {
    let prefixed = parsed(&format!("has({})", "x".repeat(510))).prefixed("pcns.");
    let text = prefixed.to_string();
    assert_eq!(text.len(), "has()".len() + 515);
    assert!(Selector::parse(&text).is_err());
}
