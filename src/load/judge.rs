//! What is said of a snapshot as a whole: versions, products and configurations that could change an answer.

use super::Gathering;
use crate::model::{DefaultAction, Endpoint, Policy, Tier};
use crate::need::{self, Read};
use crate::note::{Datastore, Gap, GapCode, Note, Part, codes};
use crate::snapshot::Reason;

impl Gathering<'_> {
    /// Before v3.29 there were no tiers: every policy was in the one that is called `default` since.
    pub(super) fn add_default_tier(&mut self) {
        let known = self
            .snapshot
            .tiers
            .iter()
            .any(|tier| &*tier.name == "default");
        if !self.behaviour().has_tiers() && !known {
            self.snapshot.tiers.push(Tier {
                name: "default".into(),
                order: Some(1_000_000.0),
                default_action: DefaultAction::Deny,
                exists: true,
            });
        }
    }

    /// A policy under its old stored name and its new one: Calico runs both, and shows both alike.
    pub(super) fn note_duplicates(&mut self) {
        let shown = |policy: &Policy| {
            (
                policy.id.kind,
                policy.id.namespace.clone(),
                policy.name.clone(),
            )
        };
        let mut names: Vec<_> = self.snapshot.policies.iter().map(shown).collect();
        names.sort();
        let twice = |policy: &&Policy| {
            let name = shown(policy);
            let from = names.partition_point(|other| *other < name);
            names.get(from + 1) == Some(&name)
        };
        let note = |policy: &Policy| {
            let message = format!(
                "another policy is shown under this name too; this one is stored as {}",
                policy.id.stored
            );
            Note::new(
                codes::DUPLICATE_AFTER_NAME_MIGRATION,
                &policy.object,
                message,
            )
        };
        let notes: Vec<Note> = self
            .snapshot
            .policies
            .iter()
            .filter(twice)
            .map(note)
            .collect();
        self.snapshot.notes.extend(notes);
    }

    /// Neither services nor their addresses are in etcd, so that rules about them match nothing.
    pub(super) fn note_services_in_etcd(&mut self) {
        if self.datastore != Datastore::Etcdv3 {
            return;
        }
        let mut notes = Vec::new();
        for policy in &self.snapshot.policies {
            let rules = policy.ingress.iter().chain(&policy.egress);
            let sides = rules.flat_map(|rule| [&rule.source, &rule.destination]);
            notes.extend(sides.filter(|side| side.service.is_some()).map(|side| {
                let message = "with the etcd datastore a rule about a service never matches";
                let note = Note::new(
                    codes::ETCD_KUBERNETES_KINDS_NOT_READ,
                    &policy.object,
                    message,
                );
                note.field(format!("{}.services", side.path))
            }));
        }
        self.snapshot.notes.extend(notes);
    }

    /// A node that may not be read, or was not looked for, may well exist.
    pub(super) fn find_absent_nodes(&mut self, done: &[Read]) {
        let Some(nodes) = &self.snapshot.nodes else {
            return;
        };
        let named = self
            .snapshot
            .endpoints
            .iter()
            .map(|endpoint| endpoint.id.node());
        let absent = named.filter(|node| {
            !node.is_empty() && !nodes.contains(&***node) && need::asked_for_node(done, node)
        });
        self.snapshot.absent_nodes = absent.cloned().collect();
    }

    /// What is not shown cannot be uncertain.
    pub(super) fn forget_gaps_of_rule_matches(&mut self) {
        let gaps = &mut self.snapshot.gaps;
        gaps.iter_mut()
            .for_each(|gap| gap.missing_from.retain(|part| *part != Part::RuleMatches));
        gaps.retain(|gap| !gap.missing_from.is_empty());
    }

    /// From v3.32 on a FelixConfiguration may choose nodes by their labels, which are not read.
    pub(super) fn note_node_selectors(&mut self) {
        let by_name = |name: &str| name == "default" || name.starts_with("node.");
        let chosen = self
            .snapshot
            .felix
            .iter()
            .filter(|felix| !by_name(&felix.name));
        if !self.behaviour().felix_configurations_select_nodes() {
            return;
        }
        let notes: Vec<Note> = chosen
            .map(|felix| {
                let message = format!(
                    "FelixConfiguration {} chooses nodes by their labels and is not looked at: source spoofing, \
                     failsafe ports and what pods may do to their own node may differ",
                    felix.name
                );
                Note::about_cluster(codes::CONFIGURATION_UNKNOWN, message)
            })
            .collect();
        self.snapshot.notes.extend(notes);
    }

    /// Another product may know fields of rules that are unknown here.
    pub(super) fn note_foreign_fields(&mut self) {
        let variant = self
            .snapshot
            .cluster
            .as_ref()
            .and_then(|info| info.variant.as_deref());
        let Some(variant) = variant.filter(|variant| !["", "Calico"].contains(variant)) else {
            return;
        };
        let unknown = |policy: &&Policy| {
            policy
                .ingress
                .iter()
                .chain(&policy.egress)
                .any(|rule| rule.unknown_fields)
        };
        let gaps: Vec<Gap> = self
            .snapshot
            .policies
            .iter()
            .filter(unknown)
            .map(|policy| Gap {
                code: GapCode::UnknownFields,
                resource: policy.id.to_string(),
                verb: None,
                scope: None,
                missing_from: vec![Part::Unmatched, Part::RuleMatches],
                message: format!(
                    "a rule has fields that {variant} may know and open-source Calico does not"
                ),
                rule: None,
            })
            .collect();
        // There the field may well count: that it is ignored would be wrong to say.
        self.snapshot
            .notes
            .retain(|note| note.code != codes::UNKNOWN_FIELD_IGNORED);
        self.snapshot.gaps.extend(gaps);
    }

    /// Only where the answer hangs on it. A source says itself why it could not read a configuration.
    pub(super) fn note_unknown_version(&mut self) {
        let told = |code| self.snapshot.notes.iter().any(|note| note.code == code);
        let hangs = self.version.is_none() && self.hangs_on_version();
        if hangs && !told(codes::VERSION_UNKNOWN) {
            let message = "Calico's version is unknown; the newest is assumed";
            let note = Note::about_cluster(codes::VERSION_UNKNOWN, message);
            self.snapshot.notes.push(note);
        }
        let configured = self.snapshot.endpoints.iter().any(Endpoint::is_host)
            || self
                .snapshot
                .not_endpoints
                .iter()
                .any(|o| o.reason == Reason::SpoofingDisabled);
        self.snapshot.notes.retain(|note| match note.code {
            codes::VERSION_UNKNOWN => hangs,
            codes::CONFIGURATION_UNKNOWN => configured,
            _ => true,
        });
    }

    /// Ties of order, staged and cluster-scoped Kubernetes policies, rules of Kubernetes policies that fail, named
    /// ports without a protocol, names with a tier in front.
    pub(super) fn hangs_on_version(&self) -> bool {
        let policies = &self.snapshot.policies;
        let place = |policy: &Policy| (policy.tier.clone(), policy.order.map(f64::to_bits));
        let mut places: Vec<_> = policies.iter().map(place).collect();
        places.sort();
        let ties = places
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b));
        let noted = [
            codes::KNP_RULE_FAILS,
            codes::ANP_IGNORED,
            codes::CNP_OLD_CALICO,
        ];
        ties || policies.iter().any(differs_by_version)
            || self
                .snapshot
                .notes
                .iter()
                .any(|note| noted.contains(&note.code))
    }
}

fn differs_by_version(policy: &Policy) -> bool {
    let kind = policy.id.kind;
    let dotted = !kind.is_kubernetes() && policy.id.stored.contains('.');
    let any_protocol = |rule: &crate::model::Rule| {
        let sides = [&rule.source, &rule.destination].into_iter();
        let mut ports = sides.flat_map(|side| side.ports.iter().chain(&side.not_ports));
        rule.protocol.is_none() && ports.any(|port| port.name().is_some())
    };
    kind.is_staged()
        || (kind.is_kubernetes() && !kind.is_namespaced())
        || (dotted || &*policy.tier != "default") && !kind.is_kubernetes()
        || policy
            .ingress
            .iter()
            .chain(&policy.egress)
            .any(any_protocol)
}
