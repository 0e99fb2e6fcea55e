//! Profiles: those that Calico computes (`libcalico-go/lib/backend/k8s/conversion/conversion.go`,
//! `libcalico-go/lib/resources/static.go`), with the validation that takes their labels away, and those in etcd
//! (`updateprocessors/profileprocessor.go`).

use super::metadata::V3;
use super::validation_filter::rule_fault;
use super::{Converter, Fact, calico_rule, rule};
use crate::intern::{LabelSet, Symbol};
use crate::model::rule::AsWritten;
use crate::model::{Action, Direction, EntityRule, ObjectRef, Profile, ProfileRules, Rule};
use crate::note::{Note, codes};
use crate::raw::calico_endpoint::ProfileSpec;
use crate::raw::{Calico, Metadata};

/// The profile that always exists and allows everything.
const DEFAULT_ALLOW: &str = "projectcalico-default-allow";

/// The profile that always exists and allows everything.
#[must_use]
pub fn default_allow() -> Profile {
    Profile {
        name: DEFAULT_ALLOW.into(),
        labels: LabelSet::default(),
        rules: allow_all(),
    }
}

/// A stored profile. One with a rule that Felix's validation refuses is missing for it.
pub(super) fn convert(
    converter: &mut Converter,
    profile: &Calico<'_, ProfileSpec>,
    out: &mut Vec<Fact>,
) {
    let name = &*profile.metadata.name;
    let object = ObjectRef::new(V3, "Profile", "", name);
    if name == DEFAULT_ALLOW {
        let message = "Calico's own profile of this name, which allows everything, is used instead";
        let note = Note::new(codes::PROFILE_DEFAULT_ALLOW_OVERRIDDEN, &object, message);
        return out.push(Fact::Note(note));
    }
    calico_rule::note_unknown_fields(&profile.unknown_fields, &object, out);
    let spec = &profile.spec;
    let lists = [
        (Direction::Ingress, &spec.ingress),
        (Direction::Egress, &spec.egress),
    ];
    let [ingress, egress] = lists.map(|(direction, rules)| {
        let rules = rules.as_deref().unwrap_or_default();
        calico_rule::drafts(rules, direction, &profile.unknown_fields)
    });
    let behaviour = converter.behaviour();
    let refused = ingress
        .iter()
        .chain(&egress)
        .find_map(|rule| rule_fault("", rule, behaviour));
    if let Some(fault) = refused {
        let message = format!("Calico ignores the profile: {}", fault.message);
        let note = Note::new(codes::PROFILE_MISSING, &object, message);
        return out.push(Fact::Note(note.field(fault.field)));
    }
    let mut rules = |drafts: Vec<super::draft::DraftRule>| -> Vec<Rule> {
        let convert = |draft| {
            let (rule, notes) = rule::convert(converter, &draft, "", &object);
            out.extend(notes.into_iter().map(Fact::Note));
            rule
        };
        drafts.into_iter().map(convert).collect()
    };
    let rules = ProfileRules {
        ingress: rules(ingress),
        egress: rules(egress),
    };
    let labels = spec.labels_to_apply.iter().flatten();
    let mut labels: Vec<(String, &str)> =
        labels.map(|(key, value)| (key.clone(), &**value)).collect();
    // As for profiles that are computed: the rules stay, no label is handed out.
    if let Some(fault) = fault(name, "", &labels) {
        labels.clear();
        let message = format!("{fault}, so endpoints inherit no label of this object");
        let note = Note::new(codes::NS_LONG_LABEL, &object, message);
        out.push(Fact::Note(note.field("spec.labelsToApply")));
    }
    let pairs = labels.iter().map(|(key, value)| (key.as_str(), *value));
    let labels = converter.interner.labels(pairs);
    out.push(Fact::Profile(Profile {
        name: Symbol::from(name),
        labels,
        rules,
    }));
}

/// One rule each way that allows everything.
pub(super) fn allow_all() -> ProfileRules {
    ProfileRules {
        ingress: vec![allow("ingress")],
        egress: vec![allow("egress")],
    }
}

fn allow(direction: &str) -> Rule {
    let side = |field| EntityRule {
        path: format!("spec.{direction}[0].{field}"),
        ..EntityRule::default()
    };
    Rule {
        action: Action::Allow,
        index: 0,
        ip_version: None,
        protocol: None,
        not_protocol: None,
        traffic: AsWritten::default(),
        source: side("source"),
        destination: side("destination"),
        unknown_fields: false,
    }
}

/// The profile of a namespace or service account: its labels with a prefix, and its name as one more.
pub(super) fn of_object(
    converter: &mut Converter,
    name: &str,
    prefix: &str,
    metadata: &Metadata<'_>,
    rules: ProfileRules,
) -> (Profile, Option<String>) {
    let own = metadata.labels.iter();
    let mut labels: Vec<(String, &str)> = own
        .map(|(key, value)| (format!("{prefix}{key}"), value))
        .collect();
    labels.push((format!("{prefix}projectcalico.org/name"), &metadata.name));
    let fault = fault(name, prefix, &labels);
    if fault.is_some() {
        labels.clear();
    }
    let pairs = labels.iter().map(|(key, value)| (key.as_str(), *value));
    let profile = Profile {
        name: Symbol::from(name),
        labels: converter.interner.labels(pairs),
        rules,
    };
    (profile, fault)
}

/// Pushes the profile, and a note when its labels do not count.
pub(super) fn push(
    (profile, fault): (Profile, Option<String>),
    object: &ObjectRef,
    out: &mut Vec<Fact>,
) {
    if let Some(fault) = fault {
        let message = format!("{fault}, so endpoints inherit no label of this object");
        let note = Note::new(codes::NS_LONG_LABEL, object, message);
        out.push(Fact::Note(note.field("metadata.labels")));
    }
    out.push(Fact::Profile(profile));
}

/// What the v3 validator finds wrong with a profile, whose labels Felix then never learns.
fn fault(name: &str, prefix: &str, labels: &[(String, &str)]) -> Option<String> {
    if name.len() > 253 {
        return Some(format!(
            "the profile's name {name} is longer than 253 characters"
        ));
    }
    labels.iter().find_map(|(key, value)| {
        let shown = key.strip_prefix(prefix).unwrap_or(key);
        if !is_qualified_name(key) {
            let behind = match prefix {
                "" => String::new(),
                prefix => format!(" behind {prefix}"),
            };
            return Some(format!("label {shown} is too long or invalid{behind}"));
        }
        let valid = value.is_empty() || is_label_text(value);
        (!valid).then(|| format!("the value of label {shown} is invalid"))
    })
}

/// Kubernetes' `IsQualifiedName`.
fn is_qualified_name(key: &str) -> bool {
    match key.split_once('/') {
        None => is_label_text(key),
        Some((domain, name)) => is_label_text(name) && is_subdomain(domain),
    }
}

fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !part.is_empty()
            && part.bytes().all(known)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(part)
}

/// 1 to 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends.
fn is_label_text(text: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
