//! What makes Felix treat a whole policy as missing (`felix/calc/validation_filter.go` with the v1
//! validator): one fault anywhere is enough.

use super::draft::{Draft, DraftRule, Fields, Place};
use super::entity_rule;
use super::rule::protocol;
use crate::behaviour::Behaviour;
use crate::note::{Code, Note, codes};
use crate::raw::calico_policy::{EntityRule, Icmp};
use crate::raw::number_or_string::{Port, Protocol};
use crate::selector::{ParseError, Selector};

/// Why a policy is dropped.
#[derive(Debug)]
pub(super) struct Fault {
    /// The more special condition, whose advice counts.
    pub(super) code: Code,
    /// Where.
    pub(super) field: String,
    /// The cause.
    pub(super) message: String,
    /// The text that does not parse, and where.
    pub(super) caret: Option<(String, usize)>,
}

impl Fault {
    pub(super) fn new(code: Code, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code,
            field: field.into(),
            message: message.into(),
            caret: None,
        }
    }

    fn unparsable(code: Code, field: impl Into<String>, text: &str, error: &ParseError) -> Self {
        let line_break = text.contains(['\n', '\r']);
        let (code, message) = if line_break {
            let message = format!("a line break makes the selector unreadable: {error}");
            (codes::SELECTOR_TRAILING_NEWLINE, message)
        } else {
            (code, error.to_string())
        };
        Self {
            caret: Some((text.to_owned(), error.at)),
            ..Self::new(code, field, message)
        }
    }

    /// The one note about a dropped policy.
    pub(super) fn note(self, draft: &Draft) -> Note {
        // What fails in conversion never reaches the filter and has a name of its own.
        let of_conversion = [
            codes::KNP_RULE_FAILS,
            codes::ANP_ANY_RULE_FAILS,
            codes::STAGED_KUBERNETES_BAD_RULE,
            codes::CNP_TIER_OR_SUBJECT_INVALID,
        ];
        let code = match self.code {
            code if of_conversion.contains(&code) => code,
            _ => codes::POLICY_INVALID_DROPPED,
        };
        let note = Note::new(code, &draft.object, self.message)
            .field(self.field)
            .advise(self.code.advice());
        let note = Note {
            cause: (self.code != code).then_some(self.code),
            ..note
        };
        match self.caret {
            Some((text, at)) => note.caret(&text, at),
            None => note,
        }
    }
}

/// The first fault of the policy; `text` is its composed selector.
pub(super) fn fault(draft: &Draft, text: &str, behaviour: Behaviour) -> Option<Fault> {
    let mut rules = draft.ingress.iter().chain(&draft.egress);
    policy_selector_fault(draft, text)
        .or_else(|| hints_fault(&draft.hints))
        .or_else(|| rules.find_map(|rule| rule_fault(&draft.id.namespace, rule, behaviour)))
}

fn policy_selector_fault(draft: &Draft, text: &str) -> Option<Fault> {
    let composed = Selector::parse(text).err()?;
    let own = &draft.selectors.selector;
    let field = draft.selector_field("selector");
    if draft.is_kubernetes() {
        return Some(unmade(field, text, &composed));
    }
    Some(match Selector::parse(own) {
        Err(error) => Fault::unparsable(codes::SELECTOR_UNPARSABLE, field, own, &error),
        Ok(_) => not_composable(own, field),
    })
}

/// What parses alone and not as a part of the composed text.
fn not_composable(own: &str, field: impl Into<String>) -> Fault {
    if !own.is_empty() && own.trim_matches([' ', '\t']).is_empty() {
        let message = "a blank selector cannot be combined with the rest";
        Fault::new(codes::SELECTOR_BLANK, field, message)
    } else {
        let message = "a label is too long once Calico puts its prefix in front";
        Fault::new(codes::SELECTOR_LABEL_TOO_LONG, field, message)
    }
}

/// A Kubernetes selector whose text Calico cannot read back.
fn unmade(field: impl Into<String>, text: &str, error: &ParseError) -> Fault {
    let message = format!("a value cannot be expressed in Calico's selectors: {error}");
    Fault {
        caret: Some((text.to_owned(), error.at)),
        ..Fault::new(codes::KNP_SELECTOR_VALUE_QUOTE, field, message)
    }
}

fn hints_fault(hints: &[String]) -> Option<Fault> {
    let fault = |index: usize, message: String| {
        let field = format!("spec.performanceHints[{index}]");
        Some(Fault::new(codes::HINTS_INVALID, field, message))
    };
    for (index, hint) in hints.iter().enumerate() {
        if hint != "AssumeNeededOnEveryNode" {
            return fault(index, format!("\"{hint}\" is no performance hint"));
        }
        if index > 0 {
            return fault(index, "the performance hint is given twice".to_owned());
        }
    }
    None
}

/// The first fault of a rule in a policy of `namespace`.
pub(super) fn rule_fault(namespace: &str, rule: &DraftRule, behaviour: Behaviour) -> Option<Fault> {
    let v3 = &rule.rule;
    if let Some(version) = v3.ip_version.filter(|version| !matches!(version, 4 | 6)) {
        let message = format!("ipVersion {version} is neither 4 nor 6");
        return Some(Fault::new(
            codes::IPVERSION_INVALID,
            rule.field("ipVersion"),
            message,
        ));
    }
    let protocols = [
        ("protocol", &v3.protocol),
        ("notProtocol", &v3.not_protocol),
    ];
    let icmps = [("icmp", &v3.icmp), ("notICMP", &v3.not_icmp)];
    let protocols = protocols.into_iter().find_map(|(field, protocol)| {
        let message = protocol_fault(protocol.as_ref()?)?;
        Some(Fault::new(
            codes::PROTOCOL_UNKNOWN,
            rule.field(field),
            message,
        ))
    });
    let icmp = || {
        icmps.into_iter().find_map(|(field, icmp)| {
            let (part, message) = icmp_fault(icmp.as_ref()?)?;
            let field = format!("{}.{part}", rule.field(field));
            Some(Fault::new(codes::ICMP_OUT_OF_RANGE, field, message))
        })
    };
    let sides = [
        (&v3.source, &rule.source),
        (&v3.destination, &rule.destination),
    ];
    let sides = || {
        sides.into_iter().find_map(|(entity, place)| {
            selector_fault(entity, place, namespace)
                .or_else(|| ports_fault(entity, place, v3.protocol.as_ref(), behaviour))
        })
    };
    protocols.or_else(icmp).or_else(sides)
}

fn protocol_fault(written: &Protocol) -> Option<String> {
    const KNOWN: [&str; 6] = ["tcp", "udp", "icmp", "icmpv6", "sctp", "udplite"];
    match written {
        Protocol::Number(0) => Some("protocol 0 is invalid".to_owned()),
        Protocol::Number(_) => None,
        Protocol::Name(name) => {
            let known = KNOWN.contains(&name.to_lowercase().as_str());
            (!known).then(|| format!("\"{name}\" is no protocol that Calico knows"))
        }
    }
}

fn icmp_fault(icmp: &Icmp) -> Option<(&'static str, String)> {
    let (kind, code) = (icmp.kind.unwrap_or(0), icmp.code.unwrap_or(0));
    if !(0..=254).contains(&kind) {
        return Some(("type", format!("ICMP type {kind} is not from 0 to 254")));
    }
    let out = !(0..=255).contains(&code);
    out.then(|| ("code", format!("ICMP code {code} is not from 0 to 255")))
}

fn selector_fault(entity: &EntityRule, place: &Place, namespace: &str) -> Option<Fault> {
    let accounts = entity.service_accounts.as_ref();
    let own = [
        ("selector", &*entity.selector),
        ("notSelector", &*entity.not_selector),
        ("namespaceSelector", &*entity.namespace_selector),
        (
            "serviceAccounts.selector",
            accounts.map_or("", |accounts| &accounts.selector),
        ),
    ];
    let kubernetes = matches!(place.fields, Fields::Kubernetes { .. });
    // Most are not given; an empty text is a selector.
    for (field, text) in own.into_iter().filter(|(_, text)| !text.is_empty()) {
        if let Err(error) = Selector::parse(text) {
            let field = place.field(field);
            return Some(if kubernetes {
                unmade(field, text, &error)
            } else {
                Fault::unparsable(codes::RULE_SELECTOR_UNPARSABLE, field, text, &error)
            });
        }
    }
    if own.iter().all(|(_, text)| text.is_empty()) && accounts.is_none() {
        return None;
    }
    let composed = entity_rule::compose(entity, namespace);
    Selector::parse(&composed.positive).err()?;
    Some(not_composable(&entity.selector, place.field("selector")))
}

fn ports_fault(
    entity: &EntityRule,
    place: &Place,
    written: Option<&Protocol>,
    behaviour: Behaviour,
) -> Option<Fault> {
    let lists = [("ports", &entity.ports), ("notPorts", &entity.not_ports)];
    lists.into_iter().find_map(|(list, ports)| {
        let ports = ports.as_deref().unwrap_or_default();
        ports.iter().enumerate().find_map(|(index, port)| {
            let (code, message) =
                without_ports(port, written, behaviour).or_else(|| bad_port(port))?;
            Some(Fault::new(code, place.port(list, index), message))
        })
    })
}

/// Ports need a protocol that has ports; names may do without since v3.32.
fn without_ports(
    port: &Port,
    written: Option<&Protocol>,
    behaviour: Behaviour,
) -> Option<(Code, String)> {
    match (written.map(protocol), port) {
        (Some(protocol), _) if protocol.with_ports().is_some() => None,
        (Some(protocol), _) => Some((
            codes::PORTS_PROTOCOL_WITHOUT_PORTS,
            format!("protocol {protocol} has no ports"),
        )),
        (None, Port::Name(_)) if behaviour.named_port_without_protocol() => None,
        (None, Port::Name(name)) => Some((
            codes::PORTS_NAME_NO_PROTOCOL,
            format!("port {name} needs a protocol in this version of Calico"),
        )),
        (None, _) => Some((
            codes::PORTS_NUMERIC_WITHOUT_PROTOCOL,
            "numeric ports need protocol TCP, UDP or SCTP".to_owned(),
        )),
    }
}

fn bad_port(port: &Port) -> Option<(Code, String)> {
    match port {
        Port::Number(0) | Port::Range(0, _) => {
            Some((codes::PORTS_ZERO, "port 0 is invalid".to_owned()))
        }
        Port::Name(name) if !is_port_name(name) => Some((
            codes::PORTS_DASH_RANGE,
            format!("\"{name}\" is read as a port name, and as such it is invalid"),
        )),
        _ => None,
    }
}

/// Kubernetes' `IsValidPortName`.
fn is_port_name(name: &str) -> bool {
    let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=15).contains(&name.len())
        && name.bytes().all(known)
        && name.bytes().any(|b| b.is_ascii_lowercase())
        && !name.contains("--")
        && !name.starts_with('-')
        && !name.ends_with('-')
}
