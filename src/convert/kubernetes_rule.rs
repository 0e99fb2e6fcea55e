//! Rules of the Kubernetes kinds: what is written, of either direction, and the Calico rules that one of
//! them becomes (`k8sRuleToCalico` and its twins for the cluster-scoped kinds).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::draft::{DraftRule, Fields, Place};
use super::kubernetes_ports::{BadPort, PortGroups};
use crate::model::rule::AsWritten;
use crate::model::{Direction, ObjectRef};
use crate::note::{Note, codes};
use crate::raw::calico_policy::{EntityRule, Rule};
use crate::raw::number_or_string::Protocol;
use crate::raw::value::List;

/// A rule of either direction, with the kind's own peers `P` and entries of traffic `T` (ports or
/// protocols).
pub(super) struct WrittenRule<'a, P, T> {
    pub(super) direction: Direction,
    /// Its place in the list.
    pub(super) index: usize,
    /// That place as a path, `spec.ingress[1]`.
    pub(super) path: String,
    pub(super) action: &'a str,
    pub(super) peers: &'a [P],
    pub(super) traffic: &'a [T],
    /// Whether the list of peers, and that of traffic, is written and empty.
    empty: [bool; 2],
}

/// A rule that does not convert.
pub(super) struct Failed {
    pub(super) field: String,
    pub(super) message: String,
}

/// The other end of a rule, in v3 terms.
pub(super) struct Peer {
    pub(super) entity: EntityRule,
    pub(super) path: String,
    pub(super) written: Map<String, Value>,
}

impl<'a, P, T: Serialize> WrittenRule<'a, P, T> {
    pub(super) fn new(
        direction: Direction,
        index: usize,
        action: &'a str,
        peers: Option<&'a [P]>,
        traffic: Option<&'a [T]>,
    ) -> Self {
        Self {
            direction,
            index,
            path: format!("spec.{}[{index}]", direction.field()),
            action,
            peers: peers.unwrap_or_default(),
            traffic: traffic.unwrap_or_default(),
            empty: [
                peers.is_some_and(<[P]>::is_empty),
                traffic.is_some_and(<[T]>::is_empty),
            ],
        }
    }

    /// Lists that are written and empty, which restrict nothing; `list` is that of its traffic.
    pub(super) fn empty_list_notes(&self, list: &str, object: &ObjectRef) -> Vec<Note> {
        let [peers, traffic] = self.empty;
        let paths = [
            (peers, self.peers_path()),
            (traffic, format!("{}.{list}", self.path)),
        ];
        let empty = paths.into_iter().filter(|(empty, _)| *empty);
        let note = |path: String| {
            let name = path.rsplit('.').next().unwrap_or_default();
            let message = format!("the list of {name} is empty and does not restrict the rule");
            Note::new(codes::NETS_EMPTY_LIST, object, message).field(path)
        };
        empty.map(|(_, path)| note(path)).collect()
    }

    /// The path of its list of peers.
    pub(super) fn peers_path(&self) -> String {
        let list = match self.direction {
            Direction::Ingress => "from",
            Direction::Egress => "to",
        };
        format!("{}.{list}", self.path)
    }

    /// The path of what a rule without peers is about: the `list` of its traffic if there is any.
    pub(super) fn traffic_path(&self, list: &str) -> String {
        match self.traffic {
            [] => self.peers_path(),
            _ => format!("{}.{list}", self.path),
        }
    }

    /// The whole rule fails because of one entry of the `list` of its traffic.
    pub(super) fn bad_port(&self, list: &str, bad: BadPort) -> Failed {
        Failed {
            field: format!("{}.{list}[{}]", self.path, bad.index),
            message: bad.cause,
        }
    }

    /// One rule for each protocol, and within it for each peer. Ports, whose path is `ports`, always stand
    /// at the destination.
    pub(super) fn expand(
        &self,
        list: &str,
        action: &str,
        ports: &str,
        groups: PortGroups,
        peers: &[Peer],
    ) -> Vec<DraftRule> {
        let traffic = AsWritten::from(self.shown_traffic(list));
        let peers: Vec<(&Peer, AsWritten)> = peers
            .iter()
            .map(|peer| (peer, peer.written.clone().into()))
            .collect();
        let place = |path: &str, written: &AsWritten| Place {
            path: path.to_owned(),
            written: written.clone(),
            fields: Fields::Kubernetes {
                ports: ports.to_owned(),
            },
        };
        let mut rules = Vec::new();
        for (protocol, numbers) in groups.into_simplified() {
            for (peer, written) in &peers {
                let mut rule = Rule {
                    action: action.into(),
                    protocol: (!protocol.is_empty()).then(|| Protocol::Name(protocol.clone())),
                    ..Rule::default()
                };
                let theirs = place(&peer.path, written);
                let ours = place(ports, &AsWritten::default());
                let (source, destination) = match self.direction {
                    Direction::Ingress => {
                        rule.source = peer.entity.clone();
                        (theirs, ours)
                    }
                    Direction::Egress => {
                        rule.destination = peer.entity.clone();
                        (ours, theirs)
                    }
                };
                rule.destination.ports = (!numbers.is_empty()).then(|| List(numbers.clone()));
                rules.push(DraftRule {
                    index: self.index,
                    path: self.path.clone(),
                    rule,
                    traffic: traffic.clone(),
                    source,
                    destination,
                    unknown_fields: false,
                });
            }
        }
        rules
    }

    /// What is shown of it beside its peers.
    fn shown_traffic(&self, list: &str) -> Map<String, Value> {
        let mut shown = Map::new();
        if !self.traffic.is_empty() {
            shown.insert(list.to_owned(), json!(self.traffic));
        }
        shown
    }
}
