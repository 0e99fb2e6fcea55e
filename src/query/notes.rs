//! The notes of an answer: those about the cluster in the head, the others in the item that they explain.

use std::collections::BTreeSet;

use super::item::{Known, Maker};
use crate::matcher::{End, Rival, RuleHit, RuleOwner, StageKind};
use crate::model::{Action, Direction, Endpoint, ObjectRef, Policy, Treatment};
use crate::note::{Code, Note, codes, sort};
use crate::snapshot::Snapshot;

/// Group and version of what users of Calico write.
const V3: &str = "projectcalico.org/v3";

/// Codes that concern a whole kind or the cluster, whichever object they name.
const OF_CLUSTER: &[Code] = &[
    codes::LIST_POISONED,
    codes::CR_METADATA_ANNOTATION_BAD,
    codes::ANP_IGNORED,
    codes::CNP_OLD_CALICO,
    codes::DATASTORE_NOT_READY,
    codes::BOTH_CRD_GROUPS,
    codes::FELIXCONFIG_NAME,
    codes::HEP_NO_NODE,
    codes::HEP_INVALID_DROPPED,
    codes::NETWORKSET_LABEL_VALUE_LE330,
    codes::NETS_EMPTY_STRING_CRASH,
];

/// Notes about the cluster.
pub(super) fn of_cluster(snapshot: &Snapshot) -> Vec<Note> {
    let wanted = |note: &&Note| note.object.is_none() || OF_CLUSTER.contains(&note.code);
    let mut notes: Vec<Note> = snapshot.notes.iter().filter(wanted).cloned().collect();
    sort(&mut notes);
    notes
}

/// Notes about one endpoint, the policies, tiers, profiles and sets that concern it.
pub(super) fn of_endpoint(
    maker: &Maker<'_>,
    known: &Known<'_, '_>,
    hits: &[RuleHit<'_>],
) -> Vec<Note> {
    let mut notes = Vec::new();
    for object in concerned(known, hits) {
        let about = maker.snapshot.notes_about(&object);
        notes.extend(
            about
                .filter(|note| !OF_CLUSTER.contains(&note.code))
                .cloned(),
        );
    }
    notes.extend(dropped(maker, known));
    notes.extend(tiers(maker, known));
    notes.extend(staged(known));
    notes.extend(profiles(maker, known.endpoint));
    if known.endpoint.is_host() {
        notes.extend(host(maker, known));
    } else {
        notes.extend(on_pod(known));
        notes.extend(covered(hits));
    }
    sort(&mut notes);
    notes
}

/// The objects whose notes explain the item.
fn concerned(known: &Known<'_, '_>, hits: &[RuleHit<'_>]) -> BTreeSet<ObjectRef> {
    let endpoint = known.endpoint;
    let mut objects = BTreeSet::from([endpoint.object.clone()]);
    objects.extend(
        known
            .selected
            .policies
            .iter()
            .map(|policy| policy.object.clone()),
    );
    for name in &endpoint.profiles {
        objects.extend(profile_object(name));
    }
    for hit in hits {
        if let RuleOwner::Policy(policy) = hit.owner {
            objects.insert(policy.object.clone());
        }
        let through = hit.criteria.iter().flat_map(|held| &held.through);
        objects.extend(through.filter_map(|owner| match owner {
            crate::matcher::Owner::Set(set) => Some(set.object.clone()),
            crate::matcher::Owner::Endpoint(_) => None,
        }));
    }
    if endpoint.is_host() {
        for name in ["default".to_owned(), format!("node.{}", endpoint.id.node())] {
            objects.insert(ObjectRef::new(V3, "FelixConfiguration", "", &name));
        }
    }
    for policy in &known.selected.policies {
        objects.insert(ObjectRef::new(V3, "Tier", "", &policy.tier));
    }
    objects
}

/// The Namespace or ServiceAccount that a computed profile is made of. A service account's name may have
/// dots, a namespace's may not.
fn profile_object(name: &str) -> Option<ObjectRef> {
    if let Some(namespace) = name.strip_prefix("kns.") {
        return Some(ObjectRef::new("v1", "Namespace", "", namespace));
    }
    let (namespace, account) = name.strip_prefix("ksa.")?.split_once('.')?;
    Some(ObjectRef::new("v1", "ServiceAccount", namespace, account))
}

/// Dropped policies, with whether they would select the endpoint.
fn dropped(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for (dropped, would_select) in maker.matcher.dropped_for(known.endpoint, known.labels) {
        let about = maker.snapshot.notes_about(&dropped.policy.object);
        for note in about.filter(|note| !OF_CLUSTER.contains(&note.code)) {
            notes.push(Note {
                would_select,
                governs: Some(governs(&dropped.policy)),
                ..note.clone()
            });
        }
    }
    notes
}

fn staged(known: &Known<'_, '_>) -> Vec<Note> {
    let staged = known
        .selected
        .policies
        .iter()
        .filter(|policy| policy.id.kind.is_staged());
    let message = "it never allows, denies or isolates";
    staged
        .map(|policy| Note::new(codes::STAGED_NEVER_ENFORCED, &policy.object, message))
        .collect()
}

/// `Ingress,Egress`
fn governs(policy: &Policy) -> String {
    let types = Direction::BOTH
        .into_iter()
        .filter(|direction| policy.acts_on(*direction));
    types
        .map(Direction::type_name)
        .collect::<Vec<_>>()
        .join(",")
}

fn tiers(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for policy in &known.selected.policies {
        let exists = maker
            .matcher
            .tiers()
            .get(&policy.tier)
            .is_some_and(|tier| tier.exists);
        if !exists && !maker.snapshot.lacks_policies() {
            let message = format!("tier {} does not exist", policy.tier);
            notes.push(Note::new(codes::TIER_MISSING, &policy.object, message).field("spec.tier"));
        }
    }
    for direction in Direction::BOTH {
        let kind = StageKind::Normal;
        let lists = maker
            .matcher
            .stage(known.endpoint, known.selected, kind, direction);
        for list in lists.tiers.iter().filter(|list| list.end == End::None) {
            let object = ObjectRef::new(V3, "Tier", "", list.tier);
            let message = format!("only staged policies govern {} here", direction.field());
            notes.push(Note::new(codes::STAGED_ONLY_TIER, &object, message));
        }
    }
    notes
}

fn profiles(maker: &Maker<'_>, endpoint: &Endpoint) -> Vec<Note> {
    let missing = endpoint.profiles.iter().filter(|name| {
        !maker.snapshot.profiles.contains_key(*name) && !maker.snapshot.lacks_profiles()
    });
    let note = |name: &crate::intern::Symbol| {
        let object = ObjectRef::new(V3, "Profile", "", name);
        Note::new(
            codes::PROFILE_MISSING,
            &object,
            "no such profile; its rules are deny",
        )
    };
    missing.map(note).collect()
}

/// Networks as wide as "outside the cluster" that hold the pod too.
fn covered(hits: &[RuleHit<'_>]) -> Vec<Note> {
    const BROAD: u8 = 8;
    let mut notes = Vec::new();
    for hit in hits {
        let RuleOwner::Policy(policy) = hit.owner else {
            continue;
        };
        let entity = hit.rule.side(hit.side);
        let broad = entity.nets.iter().find(|net| net.prefix_len() <= BROAD);
        let holds = hit
            .criteria
            .iter()
            .any(|held| held.holds && matches!(held.kind, crate::matcher::CriterionKind::Nets));
        if let (Some(net), true) = (broad, holds) {
            let message = format!("{net} covers pods of the cluster too");
            let field = format!("{}.nets", entity.path);
            notes.push(Note::new(codes::NETS_COVER_PODS, &policy.object, message).field(field));
        }
    }
    notes
}

/// Policies that reach host endpoints only.
fn on_pod(known: &Known<'_, '_>) -> Vec<Note> {
    let inert = known
        .selected
        .policies
        .iter()
        .filter(|policy| matches!(policy.treatment, Treatment::Untracked | Treatment::PreDnat));
    let note = |policy: &&Policy| {
        let field = match policy.treatment {
            Treatment::Untracked => "spec.doNotTrack",
            _ => "spec.preDNAT",
        };
        let message = "it selects pods, where it neither decides nor isolates";
        Note::new(codes::UNTRACKED_PREDNAT_ON_PODS, &policy.object, message).field(field)
    };
    inert.map(note).collect()
}

fn host(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let endpoint = known.endpoint;
    let mut notes: Vec<Note> = maker
        .matcher
        .rivals(endpoint)
        .into_iter()
        .map(|rival| rivalry(endpoint, rival))
        .collect();
    notes.extend(unknown_node(maker, endpoint));
    notes.extend(untracked(maker, known));
    notes.extend(untracked_ways(known));
    notes.extend(bpf_interface(maker, endpoint));
    notes.extend(default_deny(known));
    notes.extend(hidden_labels(known));
    notes
}

fn rivalry(endpoint: &Endpoint, rival: Rival<'_>) -> Note {
    let (code, message) = match rival {
        Rival::SameInterface(other) => (
            codes::HEP_SEVERAL_PER_INTERFACE,
            format!(
                "it is inactive on its interface: {} has a smaller name",
                other.id
            ),
        ),
        Rival::SameAddress(other) => (
            codes::HEP_SEVERAL_PER_INTERFACE,
            format!(
                "it is inactive on an interface that {} also covers",
                other.id
            ),
        ),
        Rival::SmallerWildcard(other) => (
            codes::HEP_SEVERAL_WILDCARDS,
            format!(
                "it is inactive: {} also covers all interfaces of the node",
                other.id
            ),
        ),
        Rival::Shadows(other) => {
            let name = other.host().map_or("", |host| &*host.interface_name);
            let what = if name.is_empty() {
                "the interfaces with its addresses"
            } else {
                name
            };
            (
                codes::HEP_WILDCARD_SHADOWED,
                format!("it does not cover {what}: {} does", other.id),
            )
        }
    };
    Note::new(code, &endpoint.object, message).field("spec.interfaceName")
}

fn unknown_node(maker: &Maker<'_>, endpoint: &Endpoint) -> Option<Note> {
    let nodes = maker.snapshot.nodes.as_ref()?;
    let node = endpoint.id.node();
    let message = format!("no node is called {node}; nothing is protected");
    (!nodes.contains(&**node))
        .then(|| Note::new(codes::HEP_UNKNOWN_NODE, &endpoint.object, message).field("spec.node"))
}

fn untracked(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let endpoint = known.endpoint;
    let wildcard = endpoint
        .host()
        .is_some_and(|host| &*host.interface_name == "*");
    let policies: Vec<_> = known
        .selected
        .policies
        .iter()
        .filter(|policy| policy.treatment == Treatment::Untracked)
        .collect();
    let mut notes = Vec::new();
    if wildcard {
        let message = "untracked policy is not programmed for a host endpoint of all interfaces";
        notes.extend(policies.iter().map(|policy| {
            Note::new(codes::UNTRACKED_WILDCARD_HEP, &policy.object, message)
                .field("spec.doNotTrack")
        }));
    }
    let tiers: BTreeSet<_> = policies.iter().map(|policy| &policy.tier).collect();
    let bpf = maker
        .snapshot
        .felix_field(endpoint.id.node(), |felix| felix.bpf_enabled.then_some(()));
    if tiers.len() > 1 && bpf.is_some() {
        let message =
            "in eBPF mode untracked ingress rules are not enforced: they span several tiers";
        notes.push(Note::new(
            codes::UNTRACKED_SEVERAL_TIERS_BPF,
            &endpoint.object,
            message,
        ));
    }
    notes
}

/// Untracked rules: replies need rules of their own, and forwarded packets break at the pod.
fn untracked_ways(known: &Known<'_, '_>) -> Vec<Note> {
    let untracked = |policy: &&&Policy| policy.treatment == Treatment::Untracked;
    let policies: Vec<_> = known.selected.policies.iter().filter(untracked).collect();
    let allows = |policy: &Policy, direction| {
        let mut rules = policy.rules(direction).iter();
        policy.acts_on(direction) && rules.any(|rule| rule.action == Action::Allow)
    };
    let ways =
        Direction::BOTH.map(|direction| policies.iter().any(|policy| allows(policy, direction)));
    let mut notes = Vec::new();
    for policy in policies {
        if ways == [true, false] || ways == [false, true] {
            let message = "it allows one direction only; replies meet normal policy";
            notes.push(Note::new(codes::UNTRACKED_ONE_WAY, &policy.object, message));
        }
        let mut ingress = policy.ingress.iter();
        let anywhere =
            |rule: &crate::model::Rule| rule.action == Action::Allow && rule.destination.is_empty();
        if policy.acts_on(Direction::Ingress) && ingress.any(anywhere) {
            let message =
                "untracked packets that are forwarded to pods of this host are dropped there";
            notes.push(Note::new(codes::UNTRACKED_TO_PODS, &policy.object, message));
        }
    }
    notes
}

/// The interfaces that the eBPF dataplane attaches to by default (`bpfDataIfacePattern`).
fn bpf_interface(maker: &Maker<'_>, endpoint: &Endpoint) -> Option<Note> {
    let name = endpoint.host().map(|host| &*host.interface_name)?;
    let felix = &maker.snapshot;
    felix.felix_field(endpoint.id.node(), |felix| felix.bpf_enabled.then_some(()))?;
    let class = |name: &str| {
        let tail = ["en", "wl", "ww", "sl", "ib"]
            .iter()
            .find_map(|head| name.strip_prefix(head));
        tail.is_some_and(|tail| tail.starts_with(['P', 'o', 'p', 's', 'x']))
    };
    let known = ["eth", "wlan", "wwan", "bond"]
        .iter()
        .any(|head| name.starts_with(head));
    let message = format!("in eBPF mode interface {name} is not handled by the default pattern");
    (!name.is_empty() && name != "*" && !known && !class(name)).then(|| {
        Note::new(codes::HEP_BPF_DATA_IFACE, &endpoint.object, message).field("spec.interfaceName")
    })
}

/// A host endpoint without profiles whose policies allow nothing in a direction cuts the host off.
fn default_deny(known: &Known<'_, '_>) -> Vec<Note> {
    let endpoint = known.endpoint;
    let allows = |direction| {
        known.selected.policies.iter().any(|policy| {
            !policy.id.kind.is_staged()
                && policy.acts_on(direction)
                && policy
                    .rules(direction)
                    .iter()
                    .any(|rule| rule.action == Action::Allow)
        })
    };
    let closed = Direction::BOTH
        .into_iter()
        .filter(|direction| endpoint.profiles.is_empty() && !allows(*direction));
    closed
        .map(|direction| {
            let message = format!(
                "without profiles all {} traffic but failsafes is dropped",
                direction.field()
            );
            Note::new(codes::HEP_DEFAULT_DENY, &endpoint.object, message).field("spec.profiles")
        })
        .collect()
}

fn hidden_labels(known: &Known<'_, '_>) -> Vec<Note> {
    let note = |label: &str| {
        let message = format!("its own label {label} hides the profile's");
        Note::new(
            codes::POD_OWN_LABEL_HIDES_INHERITED,
            &known.endpoint.object,
            message,
        )
        .field(format!("metadata.labels.{label}"))
    };
    known.labels.hidden().into_iter().map(note).collect()
}
