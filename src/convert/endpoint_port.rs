//! Named ports of Calico's own endpoints, as Felix's validation takes them (`libcalico-go/lib/validator/v1`).

use super::Converter;
use crate::model::NamedPort;
use crate::raw::calico::EndpointPort;
use crate::raw::number_or_string::Protocol;

/// The endpoint's port; `None` does not happen once it is validated.
pub(super) fn named_port(converter: &mut Converter, port: &EndpointPort) -> Option<NamedPort> {
    Some(NamedPort {
        name: converter.symbol(&port.name),
        protocol: converter.symbol(lower_protocol(port)?),
        port: port.port,
    })
}

/// The protocol, which has to be written as a name.
fn lower_protocol(port: &EndpointPort) -> Option<&'static str> {
    let Protocol::Name(name) = &port.protocol else {
        return None;
    };
    ["tcp", "udp", "sctp"]
        .into_iter()
        .find(|known| name.eq_ignore_ascii_case(known))
}

/// The field with which Felix's validation drops the whole endpoint, and the cause.
pub(super) fn fault(port: &EndpointPort) -> Option<(&'static str, String)> {
    if !is_name(&port.name, 128) {
        return Some(("name", format!("port name \"{}\" is invalid", &*port.name)));
    }
    if port.port == 0 {
        return Some(("port", "port 0 is invalid".to_owned()));
    }
    if lower_protocol(port).is_some() {
        return None;
    }
    let message = match &port.protocol {
        Protocol::Number(number) => {
            format!(
                "protocol {number} is a number, and nodes accept only TCP, UDP and SCTP as names"
            )
        }
        Protocol::Name(name) => format!("protocol \"{name}\" has no ports"),
    };
    Some(("protocol", message))
}

/// Whether a text is 1 to `max` letters, digits, `_`, `.` and `-`, as names in Felix's model are.
pub(super) fn is_name(text: &str, max: usize) -> bool {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    (1..=max).contains(&text.len()) && text.bytes().all(known)
}
