//! One side of a rule: its selectors composed as Calico composes them (`updateprocessors/rules.go`) and
//! its negation folded in as Felix folds it (`felix/calc/rule_scanner.go`).

use super::draft::Place;
use super::metadata::{NAMESPACE_LABEL, SERVICE_ACCOUNT_LABEL};
use super::policy_selector::prefixed;
use super::{Converter, nets, rule};
use crate::model::EntityRule;
use crate::raw::calico_policy as raw;
use crate::raw::value::{List, Text};

/// The selectors of a side, composed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Composed {
    /// What addresses must be in; empty when nothing is demanded.
    pub(super) positive: String,
    /// What addresses must not be in, as written.
    pub(super) negative: String,
}

impl Composed {
    /// Both as one text, where both are given; else the positive one.
    pub(super) fn folded(&self) -> String {
        if self.positive.is_empty() || self.negative.is_empty() {
            self.positive.clone()
        } else {
            format!("({}) && (!({}))", self.positive, self.negative)
        }
    }
}

/// Composes the selectors of a side of a policy in `namespace`, empty for global ones.
pub(super) fn compose(entity: &raw::EntityRule, namespace: &str) -> Composed {
    let accounts = service_accounts(entity);
    let given = &*entity.namespace_selector;
    let place = if given.is_empty() {
        own_namespace(namespace)
    } else {
        namespaces(given)
    };
    let endpoints = match (accounts.is_empty(), entity.selector.is_empty()) {
        (true, _) => entity.selector.to_string(),
        (false, true) => accounts,
        (false, false) => format!("({accounts}) && ({})", &*entity.selector),
    };
    let restricts = !endpoints.is_empty() || !entity.not_selector.is_empty() || !given.is_empty();
    let positive = match (place.is_empty() || !restricts, endpoints.is_empty()) {
        (true, _) => endpoints,
        (false, true) => place,
        (false, false) => format!("({place}) && ({endpoints})"),
    };
    Composed {
        positive,
        negative: entity.not_selector.to_string(),
    }
}

fn own_namespace(namespace: &str) -> String {
    if namespace.is_empty() {
        String::new()
    } else {
        format!("{NAMESPACE_LABEL} == '{namespace}'")
    }
}

/// The words `all()` and `global()` are replaced as text; what does not parse is nothing.
fn namespaces(selector: &str) -> String {
    prefixed(selector, "pcns.")
        .unwrap_or_default()
        .replace("all()", &format!("has({NAMESPACE_LABEL})"))
        .replace("global()", &format!("!has({NAMESPACE_LABEL})"))
}

/// Names that do not parse take the selector with them.
fn service_accounts(entity: &raw::EntityRule) -> String {
    let Some(accounts) = &entity.service_accounts else {
        return String::new();
    };
    let names = accounts.names.as_deref().unwrap_or_default();
    let selector = match &*accounts.selector {
        "" => None,
        selector => prefixed(selector, "pcsa."),
    };
    if names.is_empty() {
        return selector.unwrap_or_default();
    }
    match (selector, service_account_names(names)) {
        (_, None) => String::new(),
        (None, Some(names)) => names,
        (Some(selector), Some(names)) => format!("({selector}) && ({names})"),
    }
}

/// The canonical text of service account names; `None` when they do not parse.
pub(super) fn service_account_names(names: &[Text]) -> Option<String> {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{}'", &**name)).collect();
    prefixed(
        &format!("{SERVICE_ACCOUNT_LABEL} in {{{}}}", quoted.join(",")),
        "",
    )
}

/// The side as Felix has it. Where the folded text does not parse, which makes Felix crash, the positive
/// selector stands alone.
pub(super) fn convert(
    converter: &mut Converter,
    entity: &raw::EntityRule,
    place: &Place,
    composed: &Composed,
) -> EntityRule {
    let selector = match &*composed.folded() {
        "" => None,
        folded => converter
            .set_selector(folded)
            .or_else(|| converter.set_selector(&composed.positive)),
    };
    let alone = composed.positive.is_empty() && !composed.negative.is_empty();
    let not_selector = alone.then(|| converter.set_selector(&composed.negative));
    let services = entity.services.as_ref();
    let services = services.filter(|services| !services.name.is_empty());
    let list = |list: &Option<List<Text>>| -> Vec<String> {
        let list = list.as_deref().unwrap_or_default();
        list.iter().map(|text| text.0.clone()).collect()
    };
    EntityRule {
        path: place.path.clone(),
        written: place.written.clone(),
        nets_written: list(&entity.nets),
        not_nets_written: list(&entity.not_nets),
        ports: rule::ports(entity.ports.as_deref().unwrap_or_default()),
        not_ports: rule::ports(entity.not_ports.as_deref().unwrap_or_default()),
        selector,
        not_selector: not_selector.flatten(),
        nets: nets::usable(entity.nets.as_deref().unwrap_or_default()),
        not_nets: nets::usable(entity.not_nets.as_deref().unwrap_or_default()),
        service: services.map(|s| format!("{}/{}", &*s.namespace, &*s.name)),
    }
}
