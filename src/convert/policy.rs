//! From a policy in v3 terms to Felix's, or to a policy that Felix ignores.

use super::draft::{Draft, DraftRule};
use super::validation_filter::{Fault, fault};
use super::{Converter, Fact, policy_selector, rule};
use crate::model::{DroppedPolicy, Policy, Rule};
use crate::note::{Note, codes};

/// Pushes the policy with its notes, or why it is dropped.
pub(super) fn finish(converter: &mut Converter, mut draft: Draft, out: &mut Vec<Fact>) {
    let text = policy_selector::compose(&draft.selectors, &draft.id.namespace);
    if let Some(fault) = fault(&draft, &text, converter.behaviour()) {
        return drop(converter, draft, fault, out);
    }
    let mut notes = std::mem::take(&mut draft.notes);
    notes.extend(policy_selector::notes(&draft));
    let policy = build(converter, draft, text, &mut notes);
    out.extend(notes.into_iter().map(Fact::Note));
    out.push(Fact::Policy(policy));
}

/// Pushes a policy that Felix ignores, with the one note that says why.
pub(super) fn drop(converter: &mut Converter, draft: Draft, fault: Fault, out: &mut Vec<Fact>) {
    out.push(Fact::Note(fault.note(&draft)));
    push_dropped(converter, draft, StagedDelete::No, out);
}

/// Pushes a policy that Calico's client skips, which its metadata's note explains.
pub(super) fn skip(converter: &mut Converter, draft: Draft, out: &mut Vec<Fact>) {
    push_dropped(converter, draft, StagedDelete::No, out);
}

/// Pushes a staged deletion, which Felix never sees.
pub(super) fn delete(converter: &mut Converter, draft: Draft, out: &mut Vec<Fact>) {
    let message = "a staged deletion is not sent to nodes; the enforced policy stays";
    let note = Note::new(codes::STAGED_ACTION_DELETE, &draft.object, message);
    out.push(Fact::Note(note.field("spec.stagedAction")));
    push_dropped(converter, draft, StagedDelete::Yes, out);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StagedDelete {
    Yes,
    No,
}

fn push_dropped(
    converter: &mut Converter,
    draft: Draft,
    staged_delete: StagedDelete,
    out: &mut Vec<Fact>,
) {
    let text = policy_selector::compose(&draft.selectors, &draft.id.namespace);
    out.push(Fact::Dropped(DroppedPolicy {
        policy: build(converter, draft, text, &mut Vec::new()),
        staged_delete: staged_delete == StagedDelete::Yes,
    }));
}

fn build(converter: &mut Converter, draft: Draft, text: String, notes: &mut Vec<Note>) -> Policy {
    let mut rules = |drafts: &[DraftRule]| -> Vec<Rule> {
        let converted = drafts.iter().map(|of| {
            let (rule, more) = rule::convert(converter, of, &draft.id.namespace, &draft.object);
            notes.extend(more);
            rule
        });
        converted.collect()
    };
    let (ingress, egress) = (rules(&draft.ingress), rules(&draft.egress));
    Policy {
        name: draft.name,
        tier: converter.symbol(&draft.tier),
        order: draft.order,
        governs: draft.governs,
        treatment: draft.treatment,
        selector_written: draft.written.selector,
        namespace_selector_written: draft.written.namespace,
        service_account_selector_written: draft.written.service_account,
        selector: converter
            .set_selector(&text)
            .map(|set| set.selector.clone()),
        effective_selector: text,
        ingress,
        egress,
        id: draft.id,
        object: draft.object,
    }
}
