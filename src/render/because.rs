//! Why a rule names an endpoint, in the words that the user wrote.

use serde_json::{Map, Value};

use crate::answer::{Criterion, CriterionType, MatchEffect, RuleMatch};

/// The criteria that name the endpoint: `app == 'web', nets 10.65.0.0/16`.
pub(super) fn because(rule: &RuleMatch, own_id: &str) -> String {
    let names = |criterion: &&Criterion| {
        criterion
            .holds
            .is_none_or(|holds| holds != criterion.kind.is_negated())
    };
    let (negated, positive): (Vec<_>, Vec<_>) = rule
        .criteria
        .iter()
        .filter(names)
        .partition(|criterion| criterion.kind.is_negated());
    let said = |criteria: &[&Criterion]| {
        criteria
            .iter()
            .map(|criterion| text(criterion, own_id))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let all = said(&[positive.clone(), negated.clone()].concat());
    match rule.effect {
        MatchEffect::Applies => said(&positive),
        MatchEffect::Excluded => format!("EXCLUDED by {}", said(&negated)),
        MatchEffect::Inert => format!("INERT, types do not govern it: {all}"),
        MatchEffect::Unknown => format!("UNKNOWN: {all}"),
        MatchEffect::Partial => {
            let failing = rule
                .criteria
                .iter()
                .filter(|c| c.holds == Some(false) && !c.kind.is_negated());
            let failing: Vec<String> = failing.map(|criterion| text(criterion, own_id)).collect();
            match failing.is_empty() {
                true => format!("PARTIAL: {all}, not by one address"),
                false => format!("PARTIAL: {all}, but not {}", failing.join(", ")),
            }
        }
    }
}

/// A side's selector alone, where it selects network sets or excludes them.
pub(super) fn of_sets(criteria: &[Criterion]) -> String {
    let said = |criterion: &Criterion| {
        let written = selectors(criterion.written.as_deref());
        match criterion.kind {
            CriterionType::Selector => Some(written),
            CriterionType::NotSelector => Some(format!("EXCLUDED by {written}")),
            _ => None,
        }
    };
    criteria.iter().find_map(said).unwrap_or_default()
}

fn text(criterion: &Criterion, own_id: &str) -> String {
    let written = criterion.written.as_deref();
    let mut text = match criterion.kind {
        CriterionType::Selector => selectors(written),
        CriterionType::NotSelector => selectors(written),
        CriterionType::Services => format!("services {}", service(written)),
        CriterionType::Nets => format!("nets {}", list(written)),
        CriterionType::NotNets => format!("notNets {}", list(written)),
        CriterionType::NamedPorts => format!("ports {}", list(written)),
        CriterionType::NotNamedPorts => format!("notPorts {}", list(written)),
    };
    let through = criterion.through.iter().filter(|id| *id != own_id);
    let through: Vec<&str> = through.map(String::as_str).collect();
    let by_object = !matches!(
        criterion.kind,
        CriterionType::Nets | CriterionType::NotNets | CriterionType::Services
    );
    if by_object && !through.is_empty() {
        text.push_str(" through ");
        text.push_str(&through.join(","));
    }
    text
}

/// `app == 'web'`, `namespaceSelector team == 'shop', app == 'web'`; a pod selector stands without its name too.
pub(super) fn selectors(written: Option<&Value>) -> String {
    let Some(Value::Object(written)) = written else {
        return "its selector".to_owned();
    };
    let fields = [
        "namespaceSelector",
        "serviceAccounts",
        "selector",
        "podSelector",
        "notSelector",
    ];
    let shown: Vec<String> = fields
        .iter()
        .filter_map(|field| selector(field, written.get(*field)?))
        .collect();
    shown.join(", ")
}

fn selector(field: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() => None,
        // kubectl's word for a selector of everything would say nothing alone.
        Value::String(text) if text == "<none>" => Some(format!("{field} {text}")),
        Value::String(text) if ["selector", "podSelector"].contains(&field) => Some(text.clone()),
        Value::String(text) => Some(format!("{field} {text}")),
        Value::Object(accounts) => Some(format!("{field} {}", service_accounts(accounts))),
        _ => None,
    }
}

fn service_accounts(accounts: &Map<String, Value>) -> String {
    let names = accounts.get("names").map(|names| list(Some(names)));
    let selector = accounts
        .get("selector")
        .and_then(Value::as_str)
        .map(|s| format!("selector {s}"));
    names
        .into_iter()
        .chain(selector)
        .collect::<Vec<_>>()
        .join(" ")
}

fn service(written: Option<&Value>) -> String {
    let field = |name| written.and_then(|w| w.get(name)).and_then(Value::as_str);
    let namespace = field("namespace").unwrap_or_default();
    format!("{namespace}/{}", field("name").unwrap_or_default())
}

fn list(written: Option<&Value>) -> String {
    let Some(Value::Array(entries)) = written else {
        return String::new();
    };
    let shown = entries.iter().map(|entry| {
        entry
            .as_str()
            .map_or_else(|| entry.to_string(), str::to_owned)
    });
    shown.collect::<Vec<_>>().join(",")
}
