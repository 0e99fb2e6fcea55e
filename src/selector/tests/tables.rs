//! Inputs with what Calico's parser makes of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::parsed;
use crate::selector::{Labels, Restriction, Selector, normalise};

const ACCEPTED: &str = include_str!("../fixtures/accepted.jsonl");
const REJECTED: &str = include_str!("../fixtures/rejected.jsonl");

const IDS: [(&str, &str); 20] = [
    ("all()", "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"),
    ("!all()", "s:Z9zLaL1EHxF9kgXz1JwBD_e-AJbeJyFDpG-oKw"),
    ("global()", "s:fiJDJdBoaP_zQxty70sMjIrxwAb5lgM6LYCAow"),
    ("has(app)", "s:Q5ZLn5bj-zp1lrrtrsI6dyzOlg7l7qad6gBR5Q"),
    ("!has(app)", "s:CW5vkFeSiJveucJlHDS5uW2MsbL2iZY466hWOQ"),
    ("!(!has(app))", "s:oMNbdot0e_jhbcaosItFm9KSJ-1_GAegy7WeLQ"),
    ("app == 'web'", "s:oy593DLyi5BRwxLRqXScOfE9YMyW5S4KAhmzFg"),
    ("!app == 'web'", "s:NYPwEoPojteDyzPh9oy-tvAw9mkhBe-YOF3iJQ"),
    ("app != 'web'", "s:wV0GyeiLtFbhVfNCJ_lmPm7iZQXBK-v00ahsEA"),
    (
        "app in {'web', 'db'}",
        "s:2RvcqIzkztxP5uTTp0lm4HqLdaWr_YiEiYkVYQ",
    ),
    (
        "app not in {'web', 'db'}",
        "s:XPTkeNLtUNDIWOa9VVonpEFmf2CglwxNivFysA",
    ),
    (
        "app contains 'eb'",
        "s:GxisNETog6lJIJs6dMXyiKk5vIwVB_LeQ6OabQ",
    ),
    (
        "app starts with 'we'",
        "s:cHiPjxUnSc9SUOnxqjbhvml0doZuM0lBN4HJlQ",
    ),
    (
        "app ends with 'by'",
        "s:utx-ho8bn-YqWNXJMzPETq9TvR4rjtt4xZG5Fw",
    ),
    (
        "app == 'web' && env == 'prod'",
        "s:p77ywIUK9GsLhIOHtiuM9PJHH_-o2PhNEeMFuQ",
    ),
    (
        "app == 'web' && env == 'prod' || has(zone)",
        "s:Vjn9UD52MKxHHrlZPOb4KdsIxknYYopnEbVipg",
    ),
    ("app == 'x\"y'", "s:JCPd0XLUQ4NfOM96qp-Tj_HeYhQqXinXKDYGwg"),
    ("app in {}", "s:k8Pou88cxRtRVUAL_klS-AfgqGHvM8YTHPW82w"),
    ("app == ''", "s:dKSM8yQJFix2exc6eMjyLPfvWmW8eKqtLnFeZA"),
    (
        "has(projectcalico.org/namespace) && role == 'a'",
        "s:rbiOE3V9jW5tQqsld1TlCi0X6avAS8AYCV1grw",
    ),
];

#[derive(Default, Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Demand {
    present: bool,
    absent: bool,
    impossible: bool,
    one_of: Option<BTreeSet<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    reparse: String,
}

struct Row {
    id: u32,
    input: String,
    canonical: String,
    truth: String,
    demands: BTreeMap<String, Demand>,
    reparse: Option<String>,
}

impl Row {
    fn read(line: &str) -> Self {
        let mut cells: Vec<Value> = serde_json::from_str(line).unwrap();
        let reparse = (cells.len() == 6).then(|| cells.pop().unwrap());
        let cells = serde_json::from_value(Value::Array(cells)).unwrap();
        let (id, input, canonical, truth, demands) = cells;
        Self {
            id,
            input,
            canonical,
            truth,
            demands,
            reparse: reparse.map(|extra| serde_json::from_value::<Extra>(extra).unwrap().reparse),
        }
    }
}

fn accepted() -> Vec<Row> {
    let rows: Vec<Row> = ACCEPTED.lines().map(Row::read).collect();
    assert_eq!(rows.len(), 130);
    rows
}

/// L0 to L7 of the table.
fn label_sets() -> Vec<BTreeMap<&'static str, &'static str>> {
    vec![
        [].into(),
        [("app", "web")].into(),
        [("app", "web"), ("env", "prod")].into(),
        [("app", "db"), ("env", "prod")].into(),
        [("app", "")].into(),
        [("env", "dev"), ("zone", "eu-west-1")].into(),
        [
            ("in", "z"),
            ("not", "n"),
            ("has", "h"),
            ("all", "y"),
            ("contains", "c"),
            ("app", "webby"),
        ]
        .into(),
        [
            ("k8s-app", "kube-dns"),
            ("projectcalico.org/namespace", "kube-system"),
            ("pcns.team", "core"),
            ("quote", "it's \"x\""),
        ]
        .into(),
    ]
}

fn truth(selector: &Selector) -> String {
    let mark = |labels| if selector.matches(labels) { 'T' } else { 'f' };
    label_sets().iter().map(mark).collect()
}

fn demand(restriction: &Restriction) -> Demand {
    Demand {
        present: restriction.must_be_present,
        absent: restriction.must_be_absent,
        impossible: restriction.is_impossible(),
        one_of: restriction.one_of.clone(),
    }
}

#[test]
fn accepted_rows_have_their_canonical_text() {
    for row in accepted() {
        assert_eq!(
            parsed(&row.input).to_string(),
            row.canonical,
            "row {}",
            row.id
        );
        assert_eq!(
            normalise(&format!("\n{}\u{a0}\r\n", row.input)),
            row.canonical
        );
    }
}

#[test]
fn accepted_rows_have_their_truth() {
    for row in accepted() {
        assert_eq!(truth(&parsed(&row.input)), row.truth, "row {}", row.id);
    }
}

#[test]
fn accepted_rows_have_their_restrictions() {
    for row in accepted() {
        let restrictions = parsed(&row.input).restrictions();
        let found = restrictions
            .iter()
            .map(|(label, r)| (label.to_owned(), demand(r)));
        assert_eq!(
            found.collect::<BTreeMap<_, _>>(),
            row.demands,
            "row {}",
            row.id
        );
        let impossible = row.demands.values().any(|d| d.impossible);
        assert_eq!(restrictions.is_impossible(), impossible, "row {}", row.id);
        for labels in label_sets() {
            assert!(!parsed(&row.input).matches(&labels) || restrictions.allow(&labels));
        }
    }
}

#[test]
fn accepted_rows_parse_again() {
    for row in accepted() {
        let again = parsed(&row.canonical);
        let expected = row.reparse.as_ref().unwrap_or(&row.canonical);
        assert_eq!(again.to_string(), *expected, "row {}", row.id);
        assert_eq!(truth(&again), row.truth, "row {}", row.id);
        assert_eq!(
            again == parsed(&row.input),
            row.reparse.is_none(),
            "row {}",
            row.id
        );
    }
}

#[test]
fn rejected_rows_are_rejected_at_a_place_in_the_text() {
    let mut rows = 0;
    for line in REJECTED.lines() {
        rows += 1;
        let (id, mut input, _): (String, String, String) = serde_json::from_str(line).unwrap();
        if id == "E71" {
            input = format!("{} == \"v\"", "x".repeat(513));
        }
        let error = Selector::parse(&input).unwrap_err();
        assert!(input.is_char_boundary(error.at), "{id}");
        assert!(
            !error.message.is_empty() && !error.message.ends_with('.'),
            "{id}"
        );
        assert!(
            error.message.starts_with(|c: char| c.is_lowercase()),
            "{id}"
        );
    }
    assert_eq!(rows, 79);
}

#[test]
fn what_does_not_parse_is_only_trimmed() {
    assert_eq!(normalise("\u{2003}a ! b\n"), "a ! b");
    assert_eq!(normalise("\u{2003}\n"), "all()");
}

#[test]
fn ids_are_those_of_calico() {
    for (text, id) in IDS {
        assert_eq!(parsed(text).unique_id(), id, "{text}");
    }
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    for (text, at, message) in [
        ("app = 'web'", 4, "expected =="),
        ("app is 'db'", 4, "expected an operator after label \"app\""),
        ("app", 3, "expected an operator after label \"app\""),
        ("has (a)", 4, "expected an operator after label \"has\""),
        ("a == b", 5, "expected a quoted string"),
        ("a not in b", 9, "expected {"),
        ("a in {'b' 'c'}", 10, "expected , or }"),
        ("a in {,}", 6, "expected a quoted string or }"),
        ("a == 'b", 5, "unterminated string"),
        ("a == 'b' & c == 'd'", 9, "expected &&"),
        ("a == 'b' | c == 'd'", 9, "expected ||"),
        ("a == 'b' c == 'd'", 9, "expected && or ||"),
        ("a == 'b' &&", 11, "expected a label, has(...), all() or ("),
        ("a == 'b'\n", 8, "unexpected character '\\n'"),
        ("é == 'x'", 0, "unexpected character 'é'"),
        ("(has(a)", 7, "expected )"),
        ("has(a))", 6, "unexpected )"),
        ("has()", 4, "expected a label"),
        ("all(x)", 4, "expected )"),
    ] {
        let error = Selector::parse(text).unwrap_err();
        assert_eq!((error.at, &*error.to_string()), (at, message), "{text}");
    }
    let error = Selector::parse("app = 'web'").unwrap_err();
    assert_eq!(error.caret("app = 'web'"), "app = 'web'\n    ^");
}

#[test]
fn prefixes_go_in_front_of_every_label() {
    for (text, prefixed) in [
        ("team == 'x'", "pcns.team == \"x\""),
        ("!has(team)", "!has(pcns.team)"),
        ("all() || global()", "(all() || global())"),
        (
            "a != 'a' && (b in {'b'} || c not in {}) && !(d contains 'd')",
            "(pcns.a != \"a\" && (pcns.b in {\"b\"} || pcns.c not in {}) && !pcns.d contains \"d\")",
        ),
        (
            "e starts with 'e' && f ends with 'f'",
            "(pcns.e starts with \"e\" && pcns.f ends with \"f\")",
        ),
    ] {
        let selector = parsed(text).prefixed("pcns.");
        assert_eq!(selector.to_string(), prefixed);
        assert_eq!(selector, parsed(prefixed));
    }
}

#[test]
fn labels_are_all_names_once() {
    let selector = parsed("b == 'x' && !(has(a) || b in {}) && all()");
    assert_eq!(selector.labels(), BTreeSet::from(["a", "b"]));
    assert!(parsed("all()").labels().is_empty());
}

#[test]
fn anything_with_labels_can_be_matched() {
    let labels: &dyn Labels = &BTreeMap::from([("app", "web")]);
    assert!(parsed("has(app)").matches(labels));
}

#[test]
fn what_selects_nothing_is_seen() {
    for (text, want) in [
        ("app == 'web' && app != 'web'", true),
        ("app == 'web' && !(app == 'web')", true),
        ("app in {}", true),
        ("has(app) && app in {}", true),
        ("!all()", true),
        ("!global() || app in {}", true),
        ("app == 'web' && app starts with 'z'", true),
        ("app in {'web','db'} && app not in {'db','web'}", true),
        ("has(app) && !has(app)", true),
        ("app in {'web','db'} && app != 'web'", false),
        ("app != 'web'", false),
        ("app in {} || has(app)", false),
        ("all()", false),
    ] {
        assert_eq!(parsed(text).selects_nothing(), want, "{text}");
    }
}

#[test]
fn negations_that_lack_the_label_too() {
    for (text, want) in [
        ("app != 'web'", &["app"][..]),
        ("!(app == 'web')", &["app"]),
        (
            "app not in {'a'} && !(tier starts with 'x')",
            &["app", "tier"],
        ),
        ("app == 'web' && app != 'db'", &[]),
        ("has(app) && !(app == 'web')", &[]),
        ("!has(app)", &[]),
        ("app == 'web'", &[]),
    ] {
        let negated: Vec<_> = parsed(text)
            .negated_labels()
            .into_iter()
            .map(str::to_owned)
            .collect();
        assert_eq!(negated, want, "{text}");
    }
}
