//! What the four policy kinds of Calico share: name, tier, types, flags, and what is to be said of them.

use super::draft::{Draft, Selectors};
use super::metadata::{Unfolded, V3, unfold};
use super::{Converter, Fact, calico_rule, policy, policy_name};
use crate::behaviour::TierSource;
use crate::intern::Symbol;
use crate::model::{Direction, Directions, ObjectRef, PolicyId, PolicyKind, Treatment};
use crate::note::{Code, Note, codes};
use crate::raw::Calico;
use crate::raw::calico_policy::PolicySpec;
use crate::raw::value::Text;

/// The policy in v3 terms; `None` when Calico skips the object, which is then said.
pub(super) fn draft(
    converter: &mut Converter,
    kind: PolicyKind,
    policy: &Calico<'_, PolicySpec>,
    out: &mut Vec<Fact>,
) -> Option<Draft> {
    let unfolded = unfold(converter, kind.name(), policy.group, &policy.metadata, out);
    if let Some(metadata) = unfolded {
        return Some(draft_of(converter, kind, policy, &metadata, out));
    }
    let metadata = Unfolded::of_skipped(&policy.metadata);
    let draft = draft_of(converter, kind, policy, &metadata, out);
    policy::skip(converter, draft, out);
    None
}

fn draft_of(
    converter: &mut Converter,
    kind: PolicyKind,
    policy: &Calico<'_, PolicySpec>,
    metadata: &Unfolded,
    out: &mut Vec<Fact>,
) -> Draft {
    let spec = &policy.spec;
    let shown = policy_name::shown(metadata, &spec.tier, converter.behaviour());
    let namespace = if kind.is_namespaced() {
        metadata.namespace.as_str()
    } else {
        ""
    };
    let object = object(converter, kind, namespace, &metadata.stored, shown);
    calico_rule::note_unknown_fields(&policy.unknown_fields, &object, out);
    note_names(
        converter,
        (&metadata.stored, shown, metadata.nameless),
        spec,
        &object,
        out,
    );
    let rules = |direction, list: &Option<crate::raw::value::List<_>>| {
        let list = list.as_deref().unwrap_or_default();
        calico_rule::drafts(list, direction, &policy.unknown_fields)
    };
    let hints = spec.performance_hints.as_deref().unwrap_or_default();
    Draft {
        id: PolicyId {
            kind,
            namespace: converter.symbol(namespace),
            stored: converter.symbol(&metadata.stored),
        },
        name: Symbol::from(shown),
        tier: tier(converter, &metadata.stored, spec).to_owned(),
        order: spec.order,
        governs: governs(spec),
        treatment: treatment(spec),
        selectors: selectors(spec),
        written: selectors(spec),
        hints: hints.iter().map(|hint| hint.0.clone()).collect(),
        ingress: rules(Direction::Ingress, &spec.ingress),
        egress: rules(Direction::Egress, &spec.egress),
        notes: spec_notes(spec, &object),
        object,
    }
}

/// The object that a user edits: of kube-controllers' copies in etcd, the Kubernetes policy that they copy.
fn object(
    converter: &Converter,
    kind: PolicyKind,
    namespace: &str,
    stored: &str,
    shown: &str,
) -> ObjectRef {
    let copied = stored.strip_prefix("knp.default.");
    match copied.filter(|_| converter.is_etcd() && kind == PolicyKind::NetworkPolicy) {
        Some(name) => ObjectRef::new("networking.k8s.io/v1", "NetworkPolicy", namespace, name),
        None => ObjectRef::new(V3, kind.name(), namespace, shown),
    }
}

fn selectors(spec: &PolicySpec) -> Selectors {
    Selectors {
        selector: spec.selector.0.clone(),
        namespace: spec.namespace_selector.0.clone(),
        service_account: spec.service_account_selector.0.clone(),
    }
}

fn tier<'a>(converter: &Converter, stored: &'a str, spec: &'a PolicySpec) -> &'a str {
    match converter.behaviour().tier_source() {
        TierSource::StoredName => policy_name::tier_in_name(stored),
        TierSource::SpecTier => tier_of_spec(spec),
    }
}

fn tier_of_spec(spec: &PolicySpec) -> &str {
    if spec.tier.is_empty() {
        "default"
    } else {
        &spec.tier
    }
}

fn types(spec: &PolicySpec) -> &[Text] {
    spec.types.as_deref().unwrap_or_default()
}

/// No types are both directions; case does not count.
fn governs(spec: &PolicySpec) -> Directions {
    let has = |direction: Direction| {
        let types = types(spec);
        let named = |word: &Text| word.eq_ignore_ascii_case(direction.field());
        types.is_empty() || types.iter().any(named)
    };
    Directions {
        ingress: has(Direction::Ingress),
        egress: has(Direction::Egress),
    }
}

fn treatment(spec: &PolicySpec) -> Treatment {
    if spec.do_not_track == Some(true) {
        Treatment::Untracked
    } else if spec.pre_dnat == Some(true) {
        Treatment::PreDnat
    } else if spec.apply_on_forward == Some(true) {
        Treatment::Forward
    } else {
        Treatment::Normal
    }
}

fn note_names(
    converter: &Converter,
    (stored, shown, nameless): (&str, &str, bool),
    spec: &PolicySpec,
    object: &ObjectRef,
    out: &mut Vec<Fact>,
) {
    let mut note = |code: Code, field: &str, message: String| {
        out.push(Fact::Note(Note::new(code, object, message).field(field)));
    };
    if converter.is_etcd() && nameless {
        let message =
            "its metadata annotation gives no name, so the stored name is shown".to_owned();
        note(codes::NAME_SHOWN_DIFFERS, "metadata.annotations", message);
    }
    if stored != shown {
        let message = format!("its name is stored as {stored}");
        note(codes::NAME_SHOWN_DIFFERS, "metadata.name", message);
    }
    let (named, meant) = (policy_name::tier_in_name(stored), tier_of_spec(spec));
    let by_name = converter.behaviour().tier_source() == TierSource::StoredName;
    if by_name && named != meant {
        let message = format!(
            "on this version the policy belongs to tier {named}, as its name says, not {meant}"
        );
        note(codes::TIER_FROM_NAME_PREFIX, "spec.tier", message);
    }
}

fn spec_notes(spec: &PolicySpec, object: &ObjectRef) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut note = |code: Code, field: &str, message: String| {
        notes.push(Note::new(code, object, message).field(field));
    };
    let ingress = spec.ingress.as_ref().is_some_and(|rules| !rules.is_empty());
    let egress = spec.egress.as_ref().is_some_and(|rules| !rules.is_empty());
    // A preDNAT policy has no egress half, whatever its types.
    let pre_dnat = spec.pre_dnat == Some(true) && spec.do_not_track != Some(true);
    if types(spec).is_empty() && !(ingress && (egress || pre_dnat)) {
        let directions = match (ingress, egress) {
            (true, _) => "egress",
            (_, true) => "ingress",
            _ if pre_dnat => "ingress",
            _ => "ingress and egress",
        };
        let message = format!(
            "no types are stored, so it also governs {directions}, where it allows nothing"
        );
        note(codes::TYPES_EMPTY_RAW, "spec.types", message);
    }
    for (index, word) in types(spec).iter().enumerate() {
        let known = Direction::BOTH
            .iter()
            .any(|d| word.eq_ignore_ascii_case(d.field()));
        if !known {
            let message = format!("\"{}\" is no policy type and is ignored", &**word);
            note(
                codes::TYPES_UNKNOWN_WORD,
                &format!("spec.types[{index}]"),
                message,
            );
        }
    }
    let pre_dnat = spec.pre_dnat == Some(true);
    if treatment(spec) == Treatment::PreDnat && (egress || governs(spec).egress) {
        let message = "egress is ignored in a preDNAT policy".to_owned();
        note(codes::PREDNAT_EGRESS, "spec.preDNAT", message);
    }
    if treatment(spec) == Treatment::Untracked && pre_dnat {
        let message = "preDNAT is ignored because doNotTrack is set".to_owned();
        note(codes::UNTRACKED_AND_PREDNAT, "spec.preDNAT", message);
    }
    notes
}
