//! Kubernetes' label selectors as Calico's text (`k8sSelectorToCalico`) and as kubectl prints them
//! (`metav1.FormatLabelSelector`).

use super::metadata::ORCHESTRATOR_LABEL;
use crate::model::ObjectRef;
use crate::note::{Note, codes};
use crate::raw::kubernetes_policy::{LabelExpression, LabelSelector};

/// For pods: always with the orchestrator in front.
pub(super) fn of_pods(selector: Option<&LabelSelector>) -> String {
    let orchestrator = format!("{ORCHESTRATOR_LABEL} == 'k8s'");
    std::iter::once(orchestrator)
        .chain(selector.into_iter().flat_map(terms))
        .collect::<Vec<_>>()
        .join(" && ")
}

/// For namespaces: empty when there is none, `all()` when it demands nothing.
pub(super) fn of_namespaces(selector: Option<&LabelSelector>) -> String {
    let Some(selector) = selector else {
        return String::new();
    };
    if labels(selector).next().is_none() && expressions(selector).is_empty() {
        return "all()".to_owned();
    }
    terms(selector).collect::<Vec<_>>().join(" && ")
}

/// As kubectl prints it: `app=web,tier in (a,b),!x`; `<none>` when it demands nothing.
pub(super) fn as_kubectl(selector: &LabelSelector) -> String {
    let equalities = labels(selector).map(|(key, value)| (key, format!("{key}={value}")));
    let mut terms: Vec<_> = equalities.collect();
    for expression in expressions(selector) {
        let Some(term) = kubectl_term(expression) else {
            return "<error>".to_owned();
        };
        terms.push((&expression.key, term));
    }
    if terms.is_empty() {
        return "<none>".to_owned();
    }
    terms.sort_by_key(|(key, _)| *key);
    let terms: Vec<_> = terms.into_iter().map(|(_, term)| term).collect();
    terms.join(",")
}

/// A value that closes Calico's quotes and goes on behind them.
pub(super) fn note_quote(
    selector: &LabelSelector,
    field: &str,
    object: &ObjectRef,
    notes: &mut Vec<Note>,
) {
    let listed = expressions(selector).iter().flat_map(values);
    let mut all = labels(selector).map(|(_, value)| value).chain(listed);
    if let Some(value) = all.find(|value| value.contains('\'')) {
        let message =
            format!("the value \"{value}\" ends a quoted text and is read as more of the selector");
        let note = Note::new(codes::SELECTOR_UNBALANCED_ESCAPE, object, message);
        notes.push(note.field(field));
    }
}

fn labels(selector: &LabelSelector) -> impl Iterator<Item = (&str, &str)> {
    let labels = selector.match_labels.iter().flatten();
    labels.map(|(key, value)| (key.as_str(), &**value))
}

fn expressions(selector: &LabelSelector) -> &[LabelExpression] {
    selector.match_expressions.as_deref().unwrap_or_default()
}

fn values(expression: &LabelExpression) -> impl Iterator<Item = &str> {
    let values = expression.values.as_deref().unwrap_or_default();
    values.iter().map(|value| &**value)
}

fn terms(selector: &LabelSelector) -> impl Iterator<Item = String> {
    let equalities = labels(selector).map(|(key, value)| format!("{key} == '{value}'"));
    equalities.chain(expressions(selector).iter().filter_map(term))
}

fn term(expression: &LabelExpression) -> Option<String> {
    let key = &*expression.key;
    let values = || values(expression).collect::<Vec<_>>().join("', '");
    match &*expression.operator {
        "In" => Some(format!("{key} in {{ '{}' }}", values())),
        "NotIn" => Some(format!("{key} not in {{ '{}' }}", values())),
        "Exists" => Some(format!("has({key})")),
        "DoesNotExist" => Some(format!("! has({key})")),
        _ => None,
    }
}

fn kubectl_term(expression: &LabelExpression) -> Option<String> {
    let key = &*expression.key;
    let mut sorted: Vec<_> = values(expression).collect();
    sorted.sort_unstable();
    match (&*expression.operator, sorted.is_empty()) {
        ("In", false) => Some(format!("{key} in ({})", sorted.join(","))),
        ("NotIn", false) => Some(format!("{key} notin ({})", sorted.join(","))),
        ("Exists", true) => Some(key.to_owned()),
        ("DoesNotExist", true) => Some(format!("!{key}")),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn each_text_of_a_label_selector() {
        for (json, pods, namespaces, kubectl) in [
            ("{}", "", "all()", "<none>"),
            (
                r#"{"matchLabels":{"tier":"db","app":"pg"}}"#,
                " && app == 'pg' && tier == 'db'",
                "app == 'pg' && tier == 'db'",
                "app=pg,tier=db",
            ),
            (
                r#"{"matchExpressions":[{"key":"x","operator":"DoesNotExist"},{"key":"tier","operator":"In","values":["b","a"]}],"matchLabels":{"app":"web"}}"#,
                " && app == 'web' && ! has(x) && tier in { 'b', 'a' }",
                "app == 'web' && ! has(x) && tier in { 'b', 'a' }",
                "app=web,tier in (a,b),!x",
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"NotIn","values":["b"]},{"key":"c","operator":"Exists"}]}"#,
                " && a not in { 'b' } && has(c)",
                "a not in { 'b' } && has(c)",
                "a notin (b),c",
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#,
                " && a in { '' }",
                "a in { '' }",
                "<error>",
            ),
            (
                r#"{"matchExpressions":[{"key":"a","operator":"Foo"}]}"#,
                "",
                "",
                "<error>",
            ),
        ] {
            let selector: LabelSelector = serde_json::from_str(json).unwrap();
            let orchestrator = "projectcalico.org/orchestrator == 'k8s'";
            assert_eq!(of_pods(Some(&selector)), format!("{orchestrator}{pods}"));
            assert_eq!(of_namespaces(Some(&selector)), namespaces);
            assert_eq!(as_kubectl(&selector), kubectl);
        }
        assert_eq!(of_pods(None), "projectcalico.org/orchestrator == 'k8s'");
        assert_eq!(of_namespaces(None), "");
    }
}
