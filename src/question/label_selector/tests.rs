#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;

fn labels(text: &str) -> LabelSet {
    let pairs = text
        .split_whitespace()
        .map(|pair| pair.split_once('=').unwrap());
    LabelSet::from_pairs(pairs.map(|(key, value)| (key.into(), value.into())))
}

#[test]
fn selectors_select_as_in_kubernetes() {
    for (selector, matching, others) in [
        ("", &["", "a=b"][..], &[][..]),
        ("  ", &["a=b"], &[]),
        ("a=b", &["a=b", "a=b c=d"], &["", "a=c"]),
        ("a == b", &["a=b"], &["a=c"]),
        ("a!=b", &["", "a=c"], &["a=b"]),
        ("a", &["a=", "a=x"], &["", "b=a"]),
        ("!a", &["", "b=a"], &["a="]),
        ("! a", &[""], &["a="]),
        ("a in (b,c)", &["a=b", "a=c"], &["", "a=d"]),
        ("a in (b)", &["a=b"], &["a=c"]),
        ("a in(b, c)", &["a=c"], &["a="]),
        ("a in (b,)", &["a=b", "a="], &["", "a=c"]),
        ("a in (,)", &["a="], &["a=b"]),
        ("a notin (b,c)", &["", "a=d"], &["a=b"]),
        ("a=b,c=d", &["a=b c=d"], &["a=b", "c=d"]),
        ("a=,b", &["a= b=1"], &["a=1 b=1", "a="]),
        ("a=", &["a="], &["", "a=b"]),
        ("a!=", &["", "a=b"], &["a="]),
        ("a>5", &["a=6"], &["a=5", "a=x", ""]),
        ("a<5", &["a=4", "a=-1"], &["a=5", ""]),
        ("in in (in)", &["in=in"], &["in=x"]),
        ("notin", &["notin=1"], &[""]),
        ("x.org/a=b", &["x.org/a=b"], &["a=b"]),
    ] {
        let parsed = LabelSelector::parse(selector).unwrap();
        assert_eq!(parsed.text(), selector);
        for set in matching {
            assert!(parsed.matches(&labels(set)), "{selector} {set}");
        }
        for set in others {
            assert!(!parsed.matches(&labels(set)), "{selector} {set}");
        }
    }
}

#[test]
fn faults_are_placed() {
    for (selector, message) in [
        (",", "expected a label key, found \",\" at character 1"),
        ("a,", "expected a label key, found the end at character 3"),
        (
            "a b",
            "expected one of = == != in notin > <, found \"b\" at character 3",
        ),
        (
            "!a=b",
            "expected a comma or the end, found \"=\" at character 3",
        ),
        (
            "a in b",
            "expected an opening parenthesis, found \"b\" at character 6",
        ),
        ("a in ()", "expected a value, found \")\" at character 7"),
        (
            "a in (b c)",
            "expected a comma or a closing parenthesis, found \"c\" at character 9",
        ),
        (
            "a in (b",
            "expected a comma or a closing parenthesis, found the end at character 8",
        ),
        (
            "a=b=c",
            "expected a comma or the end, found \"=\" at character 4",
        ),
        ("a>x", "expected a number, found \"x\" at character 3"),
        ("ä=b", "\"ä\" cannot be a label key at character 1"),
        ("a=ä$", "\"ä$\" cannot be a value at character 3"),
        ("a/b/c", "\"a/b/c\" cannot be a label key at character 1"),
        ("-a", "\"-a\" cannot be a label key at character 1"),
        ("a===b", "expected a value, found \"=\" at character 4"),
    ] {
        let error = LabelSelector::parse(selector).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("the label selector {selector:?} does not parse: {message}")
        );
    }
}
