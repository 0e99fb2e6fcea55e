//! NetworkSets and GlobalNetworkSets (`updateprocessors/{networkset,globalnetworkset}processor.go`).

use ipnet::IpNet;

use super::metadata::{NAMESPACE_LABEL, Unfolded, V3, is_calico_label, unfold};
use super::{Converter, Fact, calico_rule, nets};
use crate::model::net::parse_cidr_or_ip;
use crate::model::{NetworkSet, NetworkSetId, ObjectRef};
use crate::note::{Note, codes};
use crate::raw::Calico;
use crate::raw::calico::NetworkSetSpec;

/// A NetworkSet is known by its stored name and belongs to its namespace's profile.
pub(super) fn convert(
    converter: &mut Converter,
    set: &Calico<'_, NetworkSetSpec>,
    out: &mut Vec<Fact>,
) {
    let Some(mut metadata) = unfold(converter, "NetworkSet", set.group, &set.metadata, out) else {
        return;
    };
    let object = ObjectRef::new(V3, "NetworkSet", &metadata.namespace, metadata.name());
    if !is_valid(converter, set, &metadata, &object, out) {
        return;
    }
    let namespace = metadata.namespace.clone();
    let forged = |key: &str| is_calico_label(key) && key != NAMESPACE_LABEL;
    note_forged_labels(&metadata, forged, &object, out);
    let label = NAMESPACE_LABEL.to_owned();
    metadata.labels.insert(label, namespace.clone());
    let id = NetworkSetId {
        namespace: converter.symbol(&namespace),
        name: converter.symbol(&metadata.stored),
    };
    let profiles = vec![converter.symbol(&format!("kns.{namespace}"))];
    let nets = usable(set, &object, out);
    out.push(Fact::Set(NetworkSet {
        id,
        labels: metadata.label_set(converter),
        profiles,
        nets,
        object,
    }));
}

/// A GlobalNetworkSet is known by its v3 name and belongs to nothing.
pub(super) fn convert_global(
    converter: &mut Converter,
    set: &Calico<'_, NetworkSetSpec>,
    out: &mut Vec<Fact>,
) {
    let unfolded = unfold(converter, "GlobalNetworkSet", set.group, &set.metadata, out);
    let Some(metadata) = unfolded else {
        return;
    };
    let object = ObjectRef::new(V3, "GlobalNetworkSet", "", metadata.name());
    if !is_valid(converter, set, &metadata, &object, out) {
        return;
    }
    note_forged_labels(&metadata, is_calico_label, &object, out);
    let id = NetworkSetId {
        namespace: converter.symbol(""),
        name: converter.symbol(metadata.name()),
    };
    let nets = usable(set, &object, out);
    out.push(Fact::Set(NetworkSet {
        id,
        labels: metadata.label_set(converter),
        profiles: Vec::new(),
        nets,
        object,
    }));
}

/// Notes what is wrong with the object as a whole, and says whether it still counts.
fn is_valid(
    converter: &Converter,
    set: &Calico<'_, NetworkSetSpec>,
    metadata: &Unfolded,
    object: &ObjectRef,
    out: &mut Vec<Fact>,
) -> bool {
    calico_rule::note_unknown_fields(&set.unknown_fields, object, out);
    let Some(key) = odd_label(converter, metadata) else {
        return true;
    };
    let message = format!("the value of label {key} makes this version of Calico ignore the set");
    let note = Note::new(codes::NETWORKSET_LABEL_VALUE_LE330, object, message);
    out.push(Fact::Note(note.field(format!("metadata.labels[{key}]"))));
    false
}

/// The first label whose value the validation of Calico up to v3.30 refuses.
pub(super) fn odd_label<'a>(converter: &Converter, metadata: &'a Unfolded) -> Option<&'a str> {
    let validates = converter.behaviour().validates_labels();
    let mut labels = metadata.labels.iter().filter(|_| validates);
    let odd = labels.find(|(_, value)| !is_label_value(value));
    odd.map(|(key, _)| key.as_str())
}

/// `[a-zA-Z0-9]?([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?`
fn is_label_value(value: &str) -> bool {
    let bytes = value.as_bytes();
    let known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let end = bytes.last().is_none_or(u8::is_ascii_alphanumeric);
    let length = match bytes.first() {
        Some(first) if first.is_ascii_alphanumeric() => 63,
        _ => 62,
    };
    end && bytes.len() <= length && bytes.iter().all(known)
}

fn note_forged_labels(
    metadata: &Unfolded,
    forged: impl Fn(&str) -> bool,
    object: &ObjectRef,
    out: &mut Vec<Fact>,
) {
    let labels = metadata.labels.iter().filter(|(key, _)| forged(key));
    out.extend(labels.map(|(key, value)| {
        let message = format!(
            "label {key} = \"{value}\" makes rules for pods and namespaces match these networks"
        );
        let note = Note::new(codes::NETWORKSET_FORGED_LABELS, object, message);
        Fact::Note(note.field(format!("metadata.labels[{key}]")))
    }));
}

fn usable(set: &Calico<'_, NetworkSetSpec>, object: &ObjectRef, out: &mut Vec<Fact>) -> Vec<IpNet> {
    let written = set.spec.nets.as_deref().unwrap_or_default();
    for (index, text) in written.iter().enumerate() {
        let crashes = text.is_empty();
        let message = match parse_cidr_or_ip(text) {
            None if crashes => "an empty entry crashes calico-node, used or not".to_owned(),
            None => format!("\"{}\" is no network or address and is ignored", &**text),
            Some(net) if nets::has_host_bits(text, &net) => format!("{} is read as {net}", &**text),
            Some(_) => continue,
        };
        let code = if crashes {
            codes::NETS_EMPTY_STRING_CRASH
        } else {
            codes::NETWORKSET_BAD_NET
        };
        let note = Note::new(code, object, message);
        out.push(Fact::Note(note.field(format!("spec.nets[{index}]"))));
    }
    written
        .iter()
        .filter_map(|text| parse_cidr_or_ip(text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_values_of_old_versions() {
        let long = "a".repeat(63);
        for (value, want) in [
            ("", true),
            ("a", true),
            ("a_b.c-d", true),
            ("-b", true),
            ("-", false),
            ("a-", false),
            ("a/b", false),
            (&long, true),
        ] {
            assert_eq!(is_label_value(value), want, "{value}");
        }
        assert!(
            !is_label_value(&"a".repeat(64)) && !is_label_value(&format!("-{}", "a".repeat(62)))
        );
    }
}
