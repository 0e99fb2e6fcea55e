//! Staged kinds: converted as the enforced kind, never enforced; a staged deletion reaches no node
//! (`updateprocessors/staged*processor.go`).

use super::draft::Draft;
use super::kubernetes_network_policy::{self, Header};
use super::metadata::{Unfolded, V3, unfold};
use super::validation_filter::Fault;
use super::{Converter, Fact, calico_policy, calico_rule, policy};
use crate::model::{ObjectRef, PolicyKind};
use crate::note::{Note, codes};
use crate::raw::calico_policy::PolicySpec;
use crate::raw::kubernetes_policy::KubernetesPolicySpec;
use crate::raw::{Calico, Metadata};

/// StagedNetworkPolicy.
pub(super) fn convert_namespaced(
    converter: &mut Converter,
    object: &Calico<'_, PolicySpec>,
    out: &mut Vec<Fact>,
) {
    convert_calico(converter, PolicyKind::StagedNetworkPolicy, object, out);
}

/// StagedGlobalNetworkPolicy.
pub(super) fn convert_global(
    converter: &mut Converter,
    object: &Calico<'_, PolicySpec>,
    out: &mut Vec<Fact>,
) {
    convert_calico(
        converter,
        PolicyKind::StagedGlobalNetworkPolicy,
        object,
        out,
    );
}

fn convert_calico(
    converter: &mut Converter,
    kind: PolicyKind,
    object: &Calico<'_, PolicySpec>,
    out: &mut Vec<Fact>,
) {
    if is_unread(converter, kind, &object.metadata, out) {
        return;
    }
    if let Some(draft) = calico_policy::draft(converter, kind, object, out) {
        finish(converter, draft, &object.spec.staged_action, out);
    }
}

/// StagedKubernetesNetworkPolicy: unlike the enforced kind, a rule that fails hides all of it.
pub(super) fn convert_kubernetes(
    converter: &mut Converter,
    object: &Calico<'_, KubernetesPolicySpec>,
    out: &mut Vec<Fact>,
) {
    let kind = PolicyKind::StagedKubernetesNetworkPolicy;
    if is_unread(converter, kind, &object.metadata, out) {
        return;
    }
    let unfolded = unfold(converter, kind.name(), object.group, &object.metadata, out);
    let skipped = unfolded.is_none();
    let metadata = unfolded.unwrap_or_else(|| Unfolded::of_skipped(&object.metadata));
    let header = Header {
        kind,
        object: ObjectRef::new(V3, kind.name(), &metadata.namespace, metadata.name()),
        stored: &metadata.stored,
    };
    calico_rule::note_unknown_fields(&object.unknown_fields, &header.object, out);
    let spec = &object.spec;
    let (mut draft, failed) = kubernetes_network_policy::draft(converter, header, spec);
    if skipped {
        return policy::skip(converter, draft, out);
    }
    let types = spec.policy_types.as_deref().unwrap_or_default();
    let egress = spec.egress.as_ref().is_some_and(|rules| !rules.is_empty());
    if types.is_empty() && egress {
        let message = "without policyTypes only ingress counts, so the egress rules are ignored";
        let note = Note::new(codes::STAGED_KUBERNETES_TYPES, &draft.object, message);
        draft.notes.push(note.field("spec.policyTypes"));
    }
    match failed.into_iter().next() {
        Some(failed) if &*spec.staged_action != "Delete" => {
            let code = codes::STAGED_KUBERNETES_BAD_RULE;
            let fault = Fault::new(code, failed.field, failed.message);
            policy::drop(converter, draft, fault, out);
        }
        _ => finish(converter, draft, &spec.staged_action, out),
    }
}

fn finish(converter: &mut Converter, mut draft: Draft, action: &str, out: &mut Vec<Fact>) {
    if action == "Delete" {
        return policy::delete(converter, draft, out);
    }
    if !matches!(action, "" | "Set") {
        let message = format!("staged action {action} is treated like Set");
        let note = Note::new(codes::STAGED_ACTION_OTHER, &draft.object, message);
        draft.notes.push(note.field("spec.stagedAction"));
    }
    policy::finish(converter, draft, out);
}

/// Whether this version does not read the kind, which leaves only a note.
fn is_unread(
    converter: &Converter,
    kind: PolicyKind,
    metadata: &Metadata<'_>,
    out: &mut Vec<Fact>,
) -> bool {
    let unread = !converter.behaviour().reads_staged();
    if unread {
        let object = ObjectRef::new(V3, kind.name(), &metadata.namespace, &metadata.name);
        let message = "this version of Calico does not read staged policies";
        out.push(Fact::Note(Note::new(
            codes::STAGED_NEVER_ENFORCED,
            &object,
            message,
        )));
    }
    unread
}
