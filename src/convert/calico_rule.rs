//! Rules of Calico's own kinds: what is shown as written, and fields that the kind does not have.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Fact;
use super::draft::{DraftRule, Fields, Place};
use crate::model::{Direction, ObjectRef};
use crate::note::{Note, codes};
use crate::raw::calico_policy::{EntityRule, Rule};

/// The rules of one direction with their places.
pub(super) fn drafts(
    rules: &[Rule],
    direction: Direction,
    unknown_fields: &[String],
) -> Vec<DraftRule> {
    let draft = |(index, rule): (usize, &Rule)| {
        let path = format!("spec.{}[{index}]", direction.field());
        let inside = |field: &String| {
            let rest = field.strip_prefix(&path);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        DraftRule {
            index,
            traffic: traffic(rule).into(),
            source: place(&rule.source, format!("{path}.source")),
            destination: place(&rule.destination, format!("{path}.destination")),
            unknown_fields: unknown_fields.iter().any(inside),
            rule: rule.clone(),
            path,
        }
    };
    rules.iter().enumerate().map(draft).collect()
}

/// One note for each field that the kind does not have.
pub(super) fn note_unknown_fields(paths: &[String], object: &ObjectRef, out: &mut Vec<Fact>) {
    out.extend(paths.iter().map(|path| {
        let message = "the field is unknown to Calico and ignored";
        let note = Note::new(codes::UNKNOWN_FIELD_IGNORED, object, message);
        Fact::Note(note.field(path.clone()))
    }));
}

fn place(entity: &EntityRule, path: String) -> Place {
    let mut written = Map::new();
    for (key, text) in [
        ("selector", &entity.selector),
        ("notSelector", &entity.not_selector),
        ("namespaceSelector", &entity.namespace_selector),
    ] {
        if !text.is_empty() {
            written.insert(key.to_owned(), json!(text));
        }
    }
    put(
        &mut written,
        "serviceAccounts",
        entity.service_accounts.as_ref(),
    );
    Place {
        path,
        written: written.into(),
        fields: Fields::Calico,
    }
}

fn traffic(rule: &Rule) -> Map<String, Value> {
    let mut traffic = Map::new();
    put(&mut traffic, "protocol", rule.protocol.as_ref());
    put(&mut traffic, "notProtocol", rule.not_protocol.as_ref());
    put(&mut traffic, "ipVersion", rule.ip_version.as_ref());
    put(&mut traffic, "icmp", rule.icmp.as_ref());
    put(&mut traffic, "notICMP", rule.not_icmp.as_ref());
    put(&mut traffic, "http", rule.http.as_ref());
    traffic
}

fn put<T: Serialize>(map: &mut Map<String, Value>, key: &str, value: Option<&T>) {
    if let Some(value) = value.and_then(|value| serde_json::to_value(value).ok()) {
        map.insert(key.to_owned(), value);
    }
}
