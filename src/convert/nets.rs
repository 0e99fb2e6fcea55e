//! Networks of a rule: unusable ones are left out, each silently (`ConvertStringsToNets`), and a rule
//! exists only for the families that all its lists have (`FilterRuleToIPVersion`).

use std::net::IpAddr;

use ipnet::IpNet;

use super::draft::{DraftRule, Place};
use crate::model::net::{is_catch_all, parse_cidr_or_ip};
use crate::model::{ObjectRef, Protocol, Rule};
use crate::note::{Note, codes};
use crate::raw::calico_policy::EntityRule;
use crate::raw::value::Text;

/// The usable networks, masked.
pub(super) fn usable(written: &[Text]) -> Vec<IpNet> {
    written
        .iter()
        .filter_map(|text| parse_cidr_or_ip(text))
        .collect()
}

/// Whether the address that was written is not the network's own.
pub(super) fn has_host_bits(text: &str, net: &IpNet) -> bool {
    let address = text.split('/').next().unwrap_or(text);
    match address.parse::<IpAddr>() {
        Ok(address) => address.to_canonical() != net.network() && address != net.network(),
        Err(_) => false,
    }
}

/// What is to be said of the networks of one side.
pub(super) fn notes(entity: &EntityRule, place: &Place, object: &ObjectRef) -> Vec<Note> {
    let mut notes = Vec::new();
    let lists = [("nets", &entity.nets), ("notNets", &entity.not_nets)];
    for (field, list) in lists {
        if let Some(list) = list {
            notes.extend(list_notes(list, field, place, object));
        }
    }
    let empty_ports = entity.ports.as_ref().is_some_and(|ports| ports.is_empty());
    for (field, empty) in [
        (
            "nets",
            entity.nets.as_ref().is_some_and(|nets| nets.is_empty()),
        ),
        ("ports", empty_ports),
        (
            "notNets",
            entity.not_nets.as_ref().is_some_and(|nets| nets.is_empty()),
        ),
    ] {
        if empty {
            let message = match field {
                "notNets" => "the list of notNets is empty and excludes nothing".to_owned(),
                field => format!("the list of {field} is empty and does not restrict the rule"),
            };
            notes
                .push(Note::new(codes::NETS_EMPTY_LIST, object, message).field(place.field(field)));
        }
    }
    notes
}

fn list_notes(list: &[Text], field: &str, place: &Place, object: &ObjectRef) -> Vec<Note> {
    let mut notes = Vec::new();
    let nets = usable(list);
    let path = place.field(field);
    let crashes = list.iter().any(|text| text.is_empty()) && path.contains(".source.");
    if !list.is_empty() && nets.is_empty() && !crashes {
        let message = match field {
            "nets" => "none of the networks is valid, so the rule matches every address",
            _ => "none of the networks is valid, so nothing is excluded",
        };
        return vec![Note::new(codes::NETS_ALL_BAD, object, message).field(path)];
    }
    for (index, text) in list.iter().enumerate() {
        let (code, message) = match parse_cidr_or_ip(text) {
            None if text.is_empty() && path.contains(".source.") => (
                codes::NETS_EMPTY_STRING_CRASH,
                "an empty entry crashes calico-node once the policy is active".to_owned(),
            ),
            None => (
                codes::NETS_SOME_BAD,
                format!("\"{}\" is no network and is ignored", &**text),
            ),
            Some(net) if has_host_bits(text, &net) => (
                codes::NETS_HOST_BITS,
                format!("{} is read as {net}", &**text),
            ),
            Some(net) if field == "notNets" && is_catch_all(&net) => (
                codes::NOTNETS_CATCH_ALL,
                format!("excluding {net} makes the rule match nothing of its family"),
            ),
            Some(_) => continue,
        };
        notes.push(Note::new(code, object, message).field(format!("{path}[{index}]")));
    }
    notes
}

/// What is to be said of the families of a rule's networks together.
pub(super) fn family_notes(draft: &DraftRule, rule: &Rule, object: &ObjectRef) -> Option<Note> {
    let lists = [
        &rule.source.nets,
        &rule.source.not_nets,
        &rule.destination.nets,
        &rule.destination.not_nets,
    ];
    let lists: Vec<_> = lists.into_iter().filter(|list| !list.is_empty()).collect();
    let (code, message) = match wanted_family(rule) {
        Wanted::Any => (codes::NETS_MIXED_FAMILIES, mixed(&lists)?),
        Wanted::Family(version) if lists.iter().all(|list| has(list, version)) => return None,
        Wanted::Family(_) | Wanted::Contradiction => {
            let message = "ipVersion, protocol and networks name different families, so the rule never matches";
            (codes::NETS_IPVERSION_CONFLICT, message.to_owned())
        }
    };
    Some(Note::new(code, object, message).field(draft.path.clone()))
}

/// The family that a rule names.
enum Wanted {
    Any,
    Family(u8),
    Contradiction,
}

/// By ipVersion, else by the name of the protocol; numbers imply no family.
fn wanted_family(rule: &Rule) -> Wanted {
    let protocol = rule.protocol.as_ref().and_then(Protocol::lower_name);
    let implied = match protocol.as_deref() {
        Some("icmp") => Some(4),
        Some("icmpv6") => Some(6),
        _ => None,
    };
    match (rule.ip_version, implied) {
        (Some(version), Some(implied)) if version != implied => Wanted::Contradiction,
        (Some(version), _) | (None, Some(version)) => Wanted::Family(version),
        (None, None) => Wanted::Any,
    }
}

/// What is lost because a family is missing from some lists only.
fn mixed(lists: &[&Vec<IpNet>]) -> Option<String> {
    let in_all = |version| lists.iter().all(|list| has(list, version));
    let in_some = |version| lists.iter().any(|list| has(list, version));
    match (in_all(4), in_all(6)) {
        (true, true) => None,
        (true, false) if !in_some(6) => None,
        (false, true) if !in_some(4) => None,
        (false, false) => {
            Some("its networks are of different families, so the rule never matches".to_owned())
        }
        (four, _) => {
            let version = if four { 4 } else { 6 };
            Some(format!(
                "some of its networks are of one family, so the rule exists for IPv{version} only"
            ))
        }
    }
}

fn has(list: &[IpNet], version: u8) -> bool {
    list.iter().any(|net| family(net) == version)
}

fn family(net: &IpNet) -> u8 {
    match net {
        IpNet::V4(_) => 4,
        IpNet::V6(_) => 6,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn host_bits_are_those_that_the_mask_takes_away() {
        for (text, want) in [
            ("10.1.2.3/8", true),
            ("10.0.0.0/8", false),
            ("10.1.2.3", false),
            ("10.1.2.3/32", false),
            ("::ffff:10.65.0.0/112", false),
            ("::ffff:10.65.0.1/112", true),
            ("2001:DB8:0::/32", false),
            ("2001:db8::1/32", true),
        ] {
            let net = parse_cidr_or_ip(text).unwrap();
            assert_eq!(has_host_bits(text, &net), want, "{text}");
        }
    }
}
