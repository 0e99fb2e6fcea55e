#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

mod cluster_policies;
mod composition;
mod endpoints;
mod etcd;
mod kubernetes_policies;
mod manifests;
mod names;
mod notes;
mod validation;

use serde_json::{Value, json};

use super::*;
use crate::behaviour::Version;
use crate::model::{EntityRule, Rule};
use crate::raw;

fn settings(version: &str) -> Settings {
    Settings {
        behaviour: Behaviour::of(Version::parse(version)),
        datastore: Datastore::Kubernetes,
        felix: Vec::new(),
        manifests: ManifestMode::Never,
        default_namespace: "default".to_owned(),
        unfold_v3: false,
    }
}

fn convert_with(settings: Settings, object: &Value) -> Vec<Fact> {
    let text = object.to_string();
    let mut facts = Vec::new();
    let object = raw::decode(text.as_bytes(), None).unwrap().unwrap();
    Converter::new(settings).convert(object, &mut facts);
    facts
}

fn convert_as(version: &str, object: &Value) -> Vec<Fact> {
    convert_with(settings(version), object)
}

fn convert(object: &Value) -> Vec<Fact> {
    convert_as("v3.33.0", object)
}

fn policy(facts: &[Fact]) -> Option<&Policy> {
    facts.iter().find_map(|fact| match fact {
        Fact::Policy(policy) => Some(policy),
        _ => None,
    })
}

fn dropped(facts: &[Fact]) -> Option<&DroppedPolicy> {
    facts.iter().find_map(|fact| match fact {
        Fact::Dropped(dropped) => Some(dropped),
        _ => None,
    })
}

fn notes(facts: &[Fact]) -> Vec<&Note> {
    let notes = facts.iter().filter_map(|fact| match fact {
        Fact::Note(note) => Some(note),
        _ => None,
    });
    notes.collect()
}

/// `code field` of each note.
fn codes(facts: &[Fact]) -> Vec<String> {
    let text = |note: &Note| {
        format!(
            "{} {}",
            note.code.id(),
            note.field.as_deref().unwrap_or("-")
        )
    };
    notes(facts).into_iter().map(text).collect()
}

fn gnp(spec: Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "GlobalNetworkPolicy", "metadata": {"name": "g"}, "spec": spec})
}

fn np(spec: Value) -> Value {
    json!({"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy", "metadata": {"name": "n", "namespace": "shop"}, "spec": spec})
}

fn knp(spec: Value) -> Value {
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "k", "namespace": "shop"}, "spec": spec})
}

fn text(side: &EntityRule) -> &str {
    side.selector.as_ref().map_or("", |selector| &selector.text)
}

/// `Action protocol ports | source | destination` of a rule, with paths.
fn line(rule: &Rule) -> String {
    let side = |side: &EntityRule| {
        let mut parts = vec![side.path.clone()];
        parts.extend(side.selector.as_ref().map(|s| s.text.clone()));
        parts.extend(
            side.not_selector
                .as_ref()
                .map(|s| format!("not {}", s.text)),
        );
        parts.extend(side.nets.iter().map(ToString::to_string));
        parts.extend(side.not_nets.iter().map(|net| format!("not {net}")));
        parts.extend(side.ports.iter().map(ToString::to_string));
        parts.join(" ")
    };
    let protocol = rule
        .protocol
        .as_ref()
        .map_or("-".to_owned(), ToString::to_string);
    let (source, destination) = (side(&rule.source), side(&rule.destination));
    format!(
        "{} {} {protocol} | {source} | {destination}",
        rule.index, rule.action
    )
}

fn lines(rules: &[Rule]) -> Vec<String> {
    rules.iter().map(line).collect()
}
