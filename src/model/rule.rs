//! Rules as Felix runs them, each with its place in the object that the user wrote.

use std::sync::Arc;

use ipnet::IpNet;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Port, Protocol};
use crate::intern::Symbol;
use crate::selector::Selector;

/// One rule of Felix's list. A rule of a Kubernetes kind may be several of these.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it does with a packet that it matches.
    pub action: Action,
    /// The place, from 0, in the list that the user wrote.
    pub index: usize,
    /// 4 or 6, where it is written.
    pub ip_version: Option<u8>,
    /// The protocol that it matches.
    pub protocol: Option<Protocol>,
    /// The protocol that it does not match.
    pub not_protocol: Option<Protocol>,
    /// Criteria that are neither source nor destination, as written and shown: `protocol`, `notProtocol`,
    /// `ipVersion`, `icmp`, `notICMP`, `http`, and for Kubernetes kinds `ports`.
    pub traffic: AsWritten,
    /// Where packets come from.
    pub source: EntityRule,
    /// Where packets go.
    pub destination: EntityRule,
    /// Whether it has a field that another product may know and open-source Calico does not.
    pub unknown_fields: bool,
}

/// One side of a rule.
#[derive(Clone, Debug, Default)]
pub struct EntityRule {
    /// Its place in the object that the user wrote: `spec.ingress[2].source`, `spec.ingress[1].from[0]`.
    pub path: String,
    /// Selector, namespaceSelector, serviceAccounts and notSelector as written (podSelector and
    /// namespaceSelector as kubectl prints them for Kubernetes kinds).
    pub written: AsWritten,
    /// Networks as written.
    pub nets_written: Vec<String>,
    /// Excluded networks as written.
    pub not_nets_written: Vec<String>,
    /// Ports as written.
    pub ports: Vec<Port>,
    /// Excluded ports as written.
    pub not_ports: Vec<Port>,
    /// The selector that Felix makes a set of, negation folded in.
    pub selector: Option<Arc<SetSelector>>,
    /// The negated selector, where nothing positive stands beside it.
    pub not_selector: Option<Arc<SetSelector>>,
    /// Usable networks, masked.
    pub nets: Vec<IpNet>,
    /// Usable excluded networks, masked.
    pub not_nets: Vec<IpNet>,
    /// The service's key, `namespace/name`, taken literally.
    pub service: Option<String>,
}

/// Fields as the user wrote them. Clones share them: rules of a Kubernetes kind become several of Felix's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AsWritten(Option<Arc<Map<String, Value>>>);

/// A composed selector; equal texts of one snapshot share one.
#[derive(Debug)]
pub struct SetSelector {
    /// The text that Calico composes.
    pub text: String,
    /// That text parsed.
    pub selector: Selector,
}

/// What a rule does. Compared without case; empty allows, as in iptables and nftables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Accept the packet.
    Allow,
    /// Drop it.
    Deny,
    /// Go on with the next tier.
    Pass,
    /// Note it, then go on with the next rule.
    Log,
    /// A word that makes Felix's renderer panic.
    Unknown(Symbol),
}

/// The side of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Where packets come from.
    Source,
    /// Where packets go.
    Destination,
}

impl AsWritten {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// One field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.as_ref()?.get(field)
    }

    /// All of them.
    #[must_use]
    pub fn to_map(&self) -> Map<String, Value> {
        self.0.as_deref().cloned().unwrap_or_default()
    }
}

impl From<Map<String, Value>> for AsWritten {
    fn from(fields: Map<String, Value>) -> Self {
        Self((!fields.is_empty()).then(|| Arc::new(fields)))
    }
}

impl Rule {
    /// One side.
    #[must_use]
    pub fn side(&self, side: Side) -> &EntityRule {
        match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        }
    }

    /// Whether nothing limits the rule: it matches every packet.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        self.ip_version.is_none()
            && self.protocol.is_none()
            && self.not_protocol.is_none()
            && self.traffic.get("icmp").is_none()
            && self.traffic.get("notICMP").is_none()
            && self.source.is_empty()
            && self.destination.is_empty()
    }
}

impl EntityRule {
    /// Whether the side has no criterion.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.selector.is_none()
            && self.not_selector.is_none()
            && self.nets.is_empty()
            && self.not_nets.is_empty()
            && self.service.is_none()
            && self.ports.is_empty()
            && self.not_ports.is_empty()
    }
}

impl Action {
    /// Reads an action as Felix does.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.to_lowercase().as_str() {
            "allow" | "" => Self::Allow,
            "deny" => Self::Deny,
            "pass" | "next-tier" => Self::Pass,
            "log" => Self::Log,
            _ => Self::Unknown(text.into()),
        }
    }
}

/// As in a policy of today: `Allow`, `Deny`, `Pass`, `Log`; an unknown word as written.
impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::Pass => "Pass",
            Self::Log => "Log",
            Self::Unknown(word) => word,
        })
    }
}

impl Serialize for Action {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Side {
    /// Both, in the order in which they are shown.
    pub const BOTH: [Self; 2] = [Self::Source, Self::Destination];

    /// The other side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Source => Self::Destination,
            Self::Destination => Self::Source,
        }
    }

    /// `source` or `destination`.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}
