//! The notes of an answer: those about the cluster in the head, the others in the item that they explain.

use std::collections::BTreeSet;

use super::host_notes;
use super::item::{Known, Maker};
use crate::answer::PolicyState;
use crate::matcher::{End, Matcher, RuleHit, RuleOwner, StageKind};
use crate::model::net::contains;
use crate::model::{
    Action, Direction, Endpoint, ObjectRef, Policy, Port, Protocol, Rule, Treatment,
};
use crate::note::{Code, Note, codes, sort};
use crate::snapshot::Snapshot;

/// Group and version of what users of Calico write.
const V3: &str = "projectcalico.org/v3";

/// Felix's default `vxlanPort`.
const VXLAN_PORT: u16 = 4789;
/// IP-in-IP has no name in Calico.
const IPIP: Protocol = Protocol::Number(4);

/// Codes that concern a whole kind or the cluster, whichever object they name.
const OF_CLUSTER: &[Code] = &[
    codes::LIST_POISONED,
    codes::UNDECODABLE_ETCD_VALUE,
    codes::ETCD_KUBERNETES_KINDS_NOT_READ,
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

/// Notes about one policy, dropped or not.
pub(super) fn of_policy(
    snapshot: &Snapshot,
    matcher: &Matcher<'_>,
    (policy, state): (&Policy, PolicyState),
) -> Vec<Note> {
    let about = snapshot.notes_about(&policy.object);
    // That its kind is not read is why this one is dropped.
    let unread = [codes::ANP_IGNORED, codes::CNP_OLD_CALICO];
    let mut notes: Vec<Note> = about
        .filter(|note| unread.contains(&note.code) || !OF_CLUSTER.contains(&note.code))
        .cloned()
        .collect();
    let exists = matcher
        .tiers()
        .get(&policy.tier)
        .is_some_and(|tier| tier.exists);
    // What is never enforced denies nothing for want of a tier.
    if state == PolicyState::Active && !exists && !snapshot.lacks_policies() {
        let message = format!("tier {} does not exist", policy.tier);
        notes.push(Note::new(codes::TIER_MISSING, &policy.object, message).field("spec.tier"));
    }
    if policy.id.kind.is_staged() {
        let message = "it never allows, denies or isolates";
        notes.push(Note::new(
            codes::STAGED_NEVER_ENFORCED,
            &policy.object,
            message,
        ));
    }
    sort(&mut notes);
    notes
}

/// Notes about one endpoint, the policies, tiers, profiles and sets that concern it.
pub(super) fn of_endpoint<'a>(
    maker: &Maker<'a>,
    known: &Known<'a, '_>,
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
        notes.extend(host_notes::of_host(maker, known));
        notes.extend(hidden_labels(known));
    } else {
        notes.extend(on_pod(known));
        notes.extend(covered(known.endpoint, hits));
        notes.extend(lost_node(maker, known.endpoint));
        notes.extend(encapsulated(maker, known));
    }
    sort(&mut notes);
    notes
}

/// The objects whose notes explain the item.
fn concerned(known: &Known<'_, '_>, hits: &[RuleHit<'_>]) -> BTreeSet<ObjectRef> {
    let endpoint = known.endpoint;
    let mut objects = BTreeSet::from([endpoint.object()]);
    objects.extend(
        known
            .selected
            .policies
            .iter()
            .map(|policy| policy.object.clone()),
    );
    for name in &*endpoint.profiles {
        objects.extend(profile_objects(name).into_iter().flatten());
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

/// What a profile is: stored as such, or made of a Namespace or ServiceAccount. A service account's name may have dots, a
/// namespace's may not.
fn profile_objects(name: &str) -> [Option<ObjectRef>; 2] {
    let account = name
        .strip_prefix("ksa.")
        .and_then(|rest| rest.split_once('.'));
    let source = match (name.strip_prefix("kns."), account) {
        (Some(namespace), _) => Some(ObjectRef::new("v1", "Namespace", "", namespace)),
        (None, Some((namespace, account))) => {
            Some(ObjectRef::new("v1", "ServiceAccount", namespace, account))
        }
        (None, None) => None,
    };
    [Some(ObjectRef::new(V3, "Profile", "", name)), source]
}

/// Dropped policies, with whether they would select the endpoint.
fn dropped<'a>(maker: &Maker<'a>, known: &Known<'a, '_>) -> Vec<Note> {
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
    let policies = known.selected.policies.iter();
    // What is never enforced denies nothing for want of a tier.
    for policy in policies.filter(|policy| !policy.id.kind.is_staged()) {
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
    // One that Calico ignores has its own note, which says why.
    let told = |name: &str| {
        let object = ObjectRef::new(V3, "Profile", "", name);
        let mut about = maker.snapshot.notes_about(&object);
        about.any(|note| note.code == codes::PROFILE_MISSING)
    };
    let missing = endpoint.profiles.iter().filter(|name| {
        !maker.snapshot.profiles.contains_key(*name)
            && !maker.snapshot.lacks_profiles()
            && !told(name)
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
fn covered(endpoint: &Endpoint, hits: &[RuleHit<'_>]) -> Vec<Note> {
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
        let excluded = hit.rule.side(hit.side).not_nets.iter();
        let excepted = excluded
            .into_iter()
            .any(|net| endpoint.nets.iter().any(|held| contains(net, held)));
        if let (Some(net), true, false) = (broad, holds, excepted) {
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

/// Policy is enforced only where a node runs Calico, so not where there is no node.
fn lost_node(maker: &Maker<'_>, endpoint: &Endpoint) -> Option<Note> {
    let node = endpoint.id.node();
    let message = format!("no node is called {node}");
    (maker.snapshot.absent_nodes.contains(node)).then(|| {
        Note::new(codes::POD_NODE_LOST, &endpoint.object(), message).field("spec.nodeName")
    })
}

/// Allowed encapsulation, which nodes drop before any policy (`felix/rules/endpoints.go`).
fn encapsulated(maker: &Maker<'_>, known: &Known<'_, '_>) -> Vec<Note> {
    let node = known.endpoint.id.node();
    let felix = maker.snapshot;
    let vxlan = felix.felix_field(node, |felix| felix.allow_vxlan_from_workloads);
    let ipip = felix.felix_field(node, |felix| felix.allow_ipip_from_workloads);
    let port = felix.felix_field(node, |felix| felix.vxlan_port);
    let port = port.map_or(VXLAN_PORT, |(port, _)| port);
    let allowed = |setting: Option<(bool, &str)>| setting.is_some_and(|(allowed, _)| allowed);
    let (vxlan, ipip) = (allowed(vxlan), allowed(ipip));
    let mut notes = Vec::new();
    for policy in &known.selected.policies {
        let rules = policy.rules(Direction::Egress).iter();
        for rule in
            rules.filter(|rule| policy.acts_on(Direction::Egress) && rule.action == Action::Allow)
        {
            let what = match () {
                () if !vxlan && names_port(rule, port) => "VXLAN",
                () if !ipip && rule.protocol == Some(IPIP) => "IP-in-IP",
                () => continue,
            };
            let message = format!("nodes drop {what} packets of pods before any policy");
            let field = format!("spec.egress[{}]", rule.index);
            notes
                .push(Note::new(codes::ENCAP_EGRESS_DROPPED, &policy.object, message).field(field));
        }
    }
    notes
}

/// Whether the rule is for this UDP port among few: a rule for all ports does not mean it.
fn names_port(rule: &Rule, port: u16) -> bool {
    let named = |written: &Port| *written == Port::number(port);
    let udp = rule.protocol.as_ref().and_then(Protocol::with_ports) == Some("udp");
    udp && rule.destination.ports.iter().any(named)
}

fn hidden_labels(known: &Known<'_, '_>) -> Vec<Note> {
    let note = |label: &str| {
        let message = format!("its own label {label} hides the profile's");
        Note::new(
            codes::POD_OWN_LABEL_HIDES_INHERITED,
            &known.endpoint.object(),
            message,
        )
        .field(format!("metadata.labels.{label}"))
    };
    known.labels.hidden().into_iter().map(note).collect()
}
