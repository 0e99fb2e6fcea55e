//! A rule as Felix runs it (`updateprocessors/rules.go`), and what is to be said of it.

use super::Converter;
use super::draft::{DraftRule, Fields, Place};
use super::entity_rule::{self, Composed};
use super::nets;
use crate::intern::Symbol;
use crate::model::{Action, ObjectRef, Port, Protocol, Rule};
use crate::note::{Note, codes};
use crate::raw::calico_policy as raw;
use crate::raw::number_or_string as written;
use crate::selector::Selector;

/// The rule and the notes about it, in a policy of `namespace`.
pub(super) fn convert(
    converter: &mut Converter,
    draft: &DraftRule,
    namespace: &str,
    object: &ObjectRef,
) -> (Rule, Vec<Note>) {
    let rule = &draft.rule;
    let source = entity_rule::compose(&rule.source, namespace);
    let destination = entity_rule::compose(&rule.destination, namespace);
    let converted = Rule {
        action: Action::parse(&rule.action),
        index: draft.index,
        ip_version: rule
            .ip_version
            .and_then(|version| u8::try_from(version).ok()),
        protocol: rule.protocol.as_ref().map(protocol),
        not_protocol: rule.not_protocol.as_ref().map(protocol),
        traffic: draft.traffic.clone(),
        source: entity_rule::convert(converter, &rule.source, &draft.source, &source),
        destination: entity_rule::convert(
            converter,
            &rule.destination,
            &draft.destination,
            &destination,
        ),
        unknown_fields: draft.unknown_fields,
    };
    let mut notes = action_notes(draft, &converted, object);
    notes.extend(side_notes(&rule.source, &draft.source, &source, object));
    notes.extend(side_notes(
        &rule.destination,
        &draft.destination,
        &destination,
        object,
    ));
    notes.extend(nets::family_notes(draft, &converted, object));
    (converted, notes)
}

/// Ports in the model's terms.
pub(super) fn ports(ports: &[written::Port]) -> Vec<Port> {
    let port = |port: &written::Port| match port {
        written::Port::Number(number) => Port::number(*number),
        written::Port::Range(min, max) => Port::Numbers {
            min: *min,
            max: *max,
        },
        written::Port::Name(name) => Port::Named(Symbol::from(name.as_str())),
    };
    ports.iter().map(port).collect()
}

/// A protocol in the model's terms.
pub(super) fn protocol(protocol: &written::Protocol) -> Protocol {
    match protocol {
        written::Protocol::Number(number) => Protocol::Number(*number),
        written::Protocol::Name(name) => Protocol::Name(Symbol::from(name.as_str())),
    }
}

fn action_notes(draft: &DraftRule, rule: &Rule, object: &ObjectRef) -> Vec<Note> {
    let (code, message) = match &rule.action {
        Action::Unknown(word) => (
            codes::ACTION_UNKNOWN_CRASH,
            format!(
                "\"{}\" is no action, which crashes every node that runs a selected endpoint",
                &**word
            ),
        ),
        Action::Allow if draft.rule.action.is_empty() => (
            codes::ACTION_EMPTY_ALLOWS,
            "an empty action allows everything that the rule matches".to_owned(),
        ),
        _ => return Vec::new(),
    };
    vec![Note::new(code, object, message).field(draft.field("action"))]
}

fn side_notes(
    entity: &raw::EntityRule,
    place: &Place,
    composed: &Composed,
    object: &ObjectRef,
) -> Vec<Note> {
    if matches!(place.fields, Fields::Kubernetes { .. }) {
        return Vec::new();
    }
    let mut notes = nets::notes(entity, place, object);
    let mut note = |code, field: &str, message: &str| {
        notes.push(Note::new(code, object, message).field(place.field(field)));
    };
    let folded = composed.folded();
    if !folded.is_empty() && Selector::parse(&folded).is_err() {
        let message = "a blank notSelector crashes every node on which the policy is active";
        note(codes::RULE_NOTSELECTOR_BLANK_CRASH, "notSelector", message);
    }
    let names = entity.service_accounts.as_ref();
    let names = names
        .and_then(|accounts| accounts.names.as_deref())
        .unwrap_or_default();
    if !names.is_empty() && entity_rule::service_account_names(names).is_none() {
        let message = "a name cannot be expressed, so the rule is not limited to service accounts";
        note(codes::SA_NAMES_UNPARSABLE, "serviceAccounts.names", message);
    }
    if let Some(services) = &entity.services
        && services.namespace.is_empty()
        && !services.name.is_empty()
    {
        let message = "a service without a namespace is never found";
        note(
            codes::SERVICES_NAMESPACE_EMPTY,
            "services.namespace",
            message,
        );
    }
    notes
}
