//! How `crd.projectcalico.org/v1` folds an object's metadata into an annotation, unfolded
//! (`libcalico-go/lib/backend/k8s/resources/resources.go`).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Converter, Fact};
use crate::intern::LabelSet;
use crate::model::ObjectRef;
use crate::note::{Note, codes};
use crate::raw::value::{Map, Text};
use crate::raw::{Group, Metadata};

const ANNOTATION: &str = "projectcalico.org/metadata";

/// The group and version under which users see Calico's kinds.
pub(super) const V3: &str = "projectcalico.org/v3";

/// An object's metadata as Calico sees it.
#[derive(Debug)]
pub(super) struct Unfolded {
    /// The name of the custom resource.
    pub(super) stored: String,
    /// The name that the annotation gives, if it gives one.
    pub(super) annotated_name: Option<String>,
    /// Whether there is an annotation in etcd that gives no name.
    pub(super) nameless: bool,
    /// Whether a stored name without a name in the annotation may have a prefix.
    pub(super) folded: bool,
    /// The namespace.
    pub(super) namespace: String,
    /// Labels of the resource, overlaid with those of the annotation.
    pub(super) labels: BTreeMap<String, String>,
}

/// The part of the annotation's `ObjectMeta` that is read or can fail to decode.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ObjectMeta {
    name: Text,
    #[serde(rename = "generateName")]
    _generate_name: Text,
    #[serde(rename = "creationTimestamp")]
    _creation_timestamp: Text,
    labels: Option<Map>,
    #[serde(rename = "annotations")]
    _annotations: Option<Map>,
}

impl Unfolded {
    /// What is known of an object that Calico skips because of its annotation.
    pub(super) fn of_skipped(metadata: &Metadata<'_>) -> Self {
        let own = metadata.labels.iter();
        Self {
            stored: metadata.name.to_string(),
            annotated_name: None,
            nameless: false,
            folded: false,
            namespace: metadata.namespace.to_string(),
            labels: own.map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        }
    }

    /// The v3 name of kinds other than policies.
    pub(super) fn name(&self) -> &str {
        self.annotated_name.as_deref().unwrap_or(&self.stored)
    }

    /// The labels, interned.
    pub(super) fn label_set(&self, converter: &mut Converter) -> LabelSet {
        let pairs = self.labels.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        converter.interner.labels(pairs)
    }
}

/// Unfolds; a damaged annotation makes Calico skip the object, which leaves a note.
pub(super) fn unfold(
    converter: &Converter,
    kind: &str,
    group: Group,
    metadata: &Metadata<'_>,
    out: &mut Vec<Fact>,
) -> Option<Unfolded> {
    let annotation = metadata.annotations.get(ANNOTATION);
    let unfolded = if converter.is_etcd() {
        of_etcd(kind, metadata, annotation)
    } else {
        let read = group == Group::CrdV1 || converter.settings.unfold_v3;
        unfolded(metadata, annotation.filter(|_| read))
    };
    match unfolded {
        Ok(unfolded) => Some(unfolded),
        Err(error) => {
            let object = ObjectRef::new(V3, kind, &metadata.namespace, &metadata.name);
            let message = format!(
                "the annotation {ANNOTATION} does not decode, so Calico skips the object: {error}"
            );
            let note = Note::new(codes::CR_METADATA_ANNOTATION_BAD, &object, message);
            out.push(Fact::Note(note.field("metadata.annotations")));
            None
        }
    }
}

/// In etcd four kinds of policies carry the name that users see, and nothing else is folded. One without the
/// annotation may bear the prefix of an older version (`libcalico-go/lib/backend/model/keys.go`).
fn of_etcd(
    kind: &str,
    metadata: &Metadata<'_>,
    annotation: Option<&str>,
) -> serde_json::Result<Unfolded> {
    let mut plain = Unfolded::of_skipped(metadata);
    let named = [
        "NetworkPolicy",
        "GlobalNetworkPolicy",
        "StagedNetworkPolicy",
        "StagedGlobalNetworkPolicy",
    ];
    let annotation = annotation.filter(|text| !text.is_empty());
    if named.contains(&kind) {
        let folded = unfolded(metadata, annotation)?;
        plain.nameless = annotation.is_some() && folded.annotated_name.is_none();
        plain.annotated_name = folded.annotated_name;
        plain.folded = annotation.is_none();
    }
    Ok(plain)
}

fn unfolded(metadata: &Metadata<'_>, annotation: Option<&str>) -> serde_json::Result<Unfolded> {
    let mut unfolded = Unfolded::of_skipped(metadata);
    if let Some(annotation) = annotation {
        // A list would fill the fields one by one, so the object comes first.
        let inner: Option<serde_json::Map<_, _>> = serde_json::from_str(annotation)?;
        let inner = ObjectMeta::deserialize(Value::Object(inner.unwrap_or_default()))?;
        let inner_labels = inner.labels.unwrap_or_default().into_iter();
        unfolded
            .labels
            .extend(inner_labels.map(|(key, value)| (key, value.0)));
        unfolded.folded = true;
        unfolded.annotated_name = Some(inner.name.0).filter(|name| !name.is_empty());
    }
    Ok(unfolded)
}

/// Labels that Calico gives to endpoints itself, which make whoever carries them look like a pod.
pub(super) fn is_calico_label(key: &str) -> bool {
    key.starts_with("pcns.")
        || key.starts_with("pcsa.")
        || matches!(
            key,
            NAMESPACE_LABEL | ORCHESTRATOR_LABEL | SERVICE_ACCOUNT_LABEL
        )
}

/// Names an endpoint's namespace.
pub(super) const NAMESPACE_LABEL: &str = "projectcalico.org/namespace";
/// Names an endpoint's orchestrator.
pub(super) const ORCHESTRATOR_LABEL: &str = "projectcalico.org/orchestrator";
/// Names an endpoint's service account.
pub(super) const SERVICE_ACCOUNT_LABEL: &str = "projectcalico.org/serviceaccount";
