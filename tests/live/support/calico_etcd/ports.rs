//! The ports of a rule of Kubernetes as Calico writes them: by protocol, numbers merged.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text;

/// A port of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Port {
    Named(String),
    Numbers(u16, u16),
}

/// Each protocol, in the order of their names, with its ports; no ports are all of them, and the empty protocol is any.
///
/// None where a port does not parse: then the whole rule has no copy.
pub fn by_protocol(ports: &Value) -> Option<Vec<(String, Vec<Value>)>> {
    let written = ports.as_array().cloned().unwrap_or_default();
    if written.is_empty() {
        return Some(vec![(String::new(), Vec::new())]);
    }
    // None: all ports of the protocol, whatever else is written of it.
    let mut protocols: BTreeMap<String, Option<Vec<Port>>> = BTreeMap::new();
    for port in &written {
        let protocol = match text(port, &["protocol"]) {
            "" => "TCP",
            protocol => protocol,
        };
        let known = protocols
            .entry(protocol.to_owned())
            .or_insert_with(|| Some(Vec::new()));
        if port["port"].is_null() {
            *known = None;
        } else {
            let parsed = parse(&port["port"], &port["endPort"])?;
            if let Some(list) = known {
                list.push(parsed);
            }
        }
    }
    let simplified = protocols.into_iter().map(|(protocol, ports)| {
        let ports = simplified(ports.unwrap_or_default());
        (protocol, ports.iter().map(written_as).collect())
    });
    Some(simplified.collect())
}

/// A number, a name that may be all digits, or the numbers up to `end`.
fn parse(port: &Value, end: &Value) -> Option<Port> {
    let number = match port {
        Value::String(name) => name.parse().ok(),
        number => Some(u16::try_from(number.as_u64()?).ok()?),
    };
    match (number, end.as_u64()) {
        (Some(first), Some(last)) => {
            let last = u16::try_from(last).ok()?;
            (first <= last).then_some(Port::Numbers(first, last))
        }
        (Some(number), None) => Some(Port::Numbers(number, number)),
        // A name has no end.
        (None, Some(_)) => None,
        (None, None) => {
            let name = port.as_str()?;
            let digits = name.bytes().all(|byte| byte.is_ascii_digit());
            let known =
                |byte: u8| byte.is_ascii_alphanumeric() || [b'_', b'.', b'-'].contains(&byte);
            let fits = (1..=128).contains(&name.len()) && name.bytes().all(known);
            (fits && !digits).then(|| Port::Named(name.to_owned()))
        }
    }
}

/// Names as written, then the numbers merged and ascending; untouched where there is nothing to merge.
fn simplified(ports: Vec<Port>) -> Vec<Port> {
    let mut ranges: Vec<(u16, u16)> = ports
        .iter()
        .filter_map(|port| match port {
            Port::Numbers(first, last) => Some((*first, *last)),
            Port::Named(_) => None,
        })
        .collect();
    ranges.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(before) if u32::from(first) <= u32::from(before.1) + 1 => {
                before.1 = before.1.max(last);
            }
            _ => merged.push((first, last)),
        }
    }
    let single = match merged[..] {
        [] => true,
        [(first, last)] => first == last,
        _ => false,
    };
    if ports.len() <= 1 || single {
        return ports;
    }
    let names = ports
        .into_iter()
        .filter(|port| matches!(port, Port::Named(_)));
    let numbers = merged
        .into_iter()
        .map(|(first, last)| Port::Numbers(first, last));
    names.chain(numbers).collect()
}

fn written_as(port: &Port) -> Value {
    match port {
        Port::Named(name) => json!(name),
        Port::Numbers(first, last) if first == last => json!(first),
        Port::Numbers(first, last) => json!(format!("{first}:{last}")),
    }
}
