//! The selector of a policy, composed of its parts
//! (`updateprocessors/{globalnetworkpolicy,networkpolicy}processor.go`, `selectors.go`).

use super::draft::{Draft, Selectors};
use super::metadata::{NAMESPACE_LABEL, SERVICE_ACCOUNT_LABEL};
use crate::note::{Note, codes};
use crate::selector::Selector;

/// The canonical text with a prefix in front of each label; `None` when the text does not parse.
pub(super) fn prefixed(text: &str, prefix: &str) -> Option<String> {
    let selector = Selector::parse(text).ok()?;
    Some(selector.prefixed(prefix).to_string())
}

/// The text that Calico evaluates; an empty one selects everything.
pub(super) fn compose(selectors: &Selectors, namespace: &str) -> String {
    if namespace.is_empty() {
        compose_global(selectors)
    } else {
        compose_namespaced(selectors, namespace)
    }
}

fn compose_namespaced(selectors: &Selectors, namespace: &str) -> String {
    let own = format!("{NAMESPACE_LABEL} == '{namespace}'");
    let text = and(&selectors.selector, &own);
    match prefixed_if_given(&selectors.service_account, "pcsa.") {
        Some(accounts) => and(&text, &accounts),
        None => text,
    }
}

/// The words `all()` are replaced as text, wherever they stand.
fn compose_global(selectors: &Selectors) -> String {
    let mut text = selectors.selector.clone();
    for (part, prefix, label) in [
        (&selectors.namespace, "pcns.", NAMESPACE_LABEL),
        (&selectors.service_account, "pcsa.", SERVICE_ACCOUNT_LABEL),
    ] {
        if part.is_empty() {
            continue;
        }
        if let Some(part) = prefixed(part, prefix) {
            text = and(&text, &part);
        }
        text = text.replace("all()", &format!("has({label})"));
    }
    text
}

fn prefixed_if_given(text: &str, prefix: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    prefixed(text, prefix)
}

fn and(text: &str, more: &str) -> String {
    if text.is_empty() {
        more.to_owned()
    } else {
        format!("({text}) && {more}")
    }
}

/// What is to be said of the selectors of a policy that is not dropped.
pub(super) fn notes(draft: &Draft) -> Vec<Note> {
    let parts = [
        (
            &draft.selectors.namespace,
            codes::POLICY_NSSELECTOR_UNPARSABLE,
            "namespaceSelector",
        ),
        (
            &draft.selectors.service_account,
            codes::POLICY_SASELECTOR_UNPARSABLE,
            "serviceAccountSelector",
        ),
    ];
    let mut notes = Vec::new();
    for (text, code, field) in parts.into_iter().filter(|(text, ..)| !text.is_empty()) {
        if let Err(error) = Selector::parse(text) {
            let message = format!("the {field} does not parse and is ignored: {error}");
            let note = Note::new(code, &draft.object, message);
            notes.push(
                note.field(draft.selector_field(field))
                    .caret(text, error.at),
            );
        }
    }
    let text = &draft.selectors.selector;
    if let Err(error) = Selector::parse(text) {
        let message = format!(
            "the selector does not parse alone, only inside the text that Calico composes, and so leaves its bounds: {error}"
        );
        let note = Note::new(codes::SELECTOR_UNBALANCED_ESCAPE, &draft.object, message);
        notes.push(
            note.field(draft.selector_field("selector"))
                .caret(text, error.at),
        );
    }
    notes
}
