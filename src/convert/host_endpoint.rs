//! HostEndpoints (`updateprocessors/hostendpointprocessor.go` and the part of Felix's validation filter
//! that is about them).

use ipnet::IpNet;

use super::endpoint_port::{self, is_name, named_port};
use super::metadata::{Unfolded, V3, is_calico_label, unfold};
use super::network_set::odd_label;
use super::{Converter, Fact, Reason, calico_rule};
use crate::intern::LabelSet;
use crate::model::net::parse_ip;
use crate::model::{Endpoint, EndpointId, EndpointKind, HostEndpoint, ObjectRef};
use crate::note::{Code, Note, codes};
use crate::raw::Calico;
use crate::raw::calico::HostEndpointSpec;
use crate::raw::value::Text;

/// Why Felix has no such host endpoint.
struct Fault {
    code: Code,
    field: String,
    message: String,
}

pub(super) fn convert(
    converter: &mut Converter,
    hep: &Calico<'_, HostEndpointSpec>,
    out: &mut Vec<Fact>,
) {
    let unfolded = unfold(converter, "HostEndpoint", hep.group, &hep.metadata, out);
    let skipped = unfolded.is_none();
    let metadata = unfolded.unwrap_or_else(|| Unfolded::of_skipped(&hep.metadata));
    let object = ObjectRef::new(V3, "HostEndpoint", "", metadata.name());
    let labels = metadata.label_set(converter);
    calico_rule::note_unknown_fields(&hep.unknown_fields, &object, out);
    if skipped {
        let detail = "its metadata annotation does not decode".to_owned();
        return out.push(invalid(converter, object, &hep.spec, detail, labels));
    }
    match endpoint(converter, &metadata, &hep.spec, labels.clone()) {
        Ok(endpoint) => {
            note_labels(&metadata, &object, out);
            note_interface(converter, &hep.spec, &endpoint.nets, &object, out);
            out.push(Fact::Endpoint(endpoint));
        }
        Err(fault) => {
            let note = Note::new(fault.code, &object, fault.message.clone());
            out.push(Fact::Note(note.field(fault.field)));
            out.push(invalid(converter, object, &hep.spec, fault.message, labels));
        }
    }
}

fn invalid(
    converter: &mut Converter,
    object: ObjectRef,
    spec: &HostEndpointSpec,
    detail: String,
    object_labels: LabelSet,
) -> Fact {
    Fact::NotEndpoint {
        object,
        node: converter.symbol(&spec.node),
        reason: Reason::Invalid,
        detail,
        object_labels,
    }
}

fn endpoint(
    converter: &mut Converter,
    metadata: &Unfolded,
    spec: &HostEndpointSpec,
    labels: LabelSet,
) -> Result<Endpoint, Fault> {
    validate(converter, metadata, spec)?;
    let expected = spec.expected_ips.as_deref().unwrap_or_default();
    let addresses = expected.iter().filter_map(|text| parse_ip(text));
    let mut nets: Vec<_> = addresses.map(IpNet::from).collect();
    nets.sort_by_key(|net| matches!(net, IpNet::V6(_)));
    let profiles = spec.profiles.as_deref().unwrap_or_default();
    let ports = spec.ports.as_deref().unwrap_or_default();
    let profiles = profiles.iter().map(|name| converter.symbol(name)).collect();
    let ports = ports
        .iter()
        .filter_map(|port| named_port(converter, port))
        .collect();
    Ok(Endpoint {
        id: EndpointId::Host {
            node: converter.symbol(&spec.node),
            name: converter.symbol(metadata.name()),
        },
        object_labels: labels.clone(),
        labels,
        profiles: converter.profiles.shared(profiles),
        nets,
        ports: converter.ports.shared(ports),
        assumed: false,
        kind: EndpointKind::Host(HostEndpoint {
            interface_name: converter.symbol(&spec.interface_name),
            expected_ips: expected.iter().map(|text| text.0.clone()).collect(),
        }),
    })
}

fn validate(
    converter: &Converter,
    metadata: &Unfolded,
    spec: &HostEndpointSpec,
) -> Result<(), Fault> {
    let fault = |code, field: String, message: String| {
        Err(Fault {
            code,
            field,
            message,
        })
    };
    if spec.node.is_empty() {
        let message = "it names no node, so no node uses it".to_owned();
        return fault(codes::HEP_NO_NODE, "spec.node".to_owned(), message);
    }
    let invalid = codes::HEP_INVALID_DROPPED;
    let interface = &*spec.interface_name;
    if !matches!(interface, "" | "*") && !is_name(interface, 15) {
        let message = format!("interface name \"{interface}\" is invalid");
        return fault(invalid, "spec.interfaceName".to_owned(), message);
    }
    let profiles = spec.profiles.as_deref().unwrap_or_default();
    if let Some(index) = profiles.iter().position(|name| !is_name(name, 128)) {
        let message = "the profile's name is invalid".to_owned();
        return fault(invalid, format!("spec.profiles[{index}]"), message);
    }
    let ports = spec.ports.as_deref().unwrap_or_default();
    for (index, port) in ports.iter().enumerate() {
        if let Some((field, message)) = endpoint_port::fault(port) {
            return fault(invalid, format!("spec.ports[{index}].{field}"), message);
        }
    }
    if let Some(key) = odd_label(converter, metadata) {
        let message = format!("the value of label {key} is invalid for this version of Calico");
        let field = format!("metadata.labels[{key}]");
        return fault(codes::NETWORKSET_LABEL_VALUE_LE330, field, message);
    }
    Ok(())
}

fn note_labels(metadata: &Unfolded, object: &ObjectRef, out: &mut Vec<Fact>) {
    for (key, value) in &metadata.labels {
        let field = format!("metadata.labels[{key}]");
        if is_calico_label(key) {
            let message = format!("label {key} makes rules and policies for pods match this host");
            out.push(Fact::Note(
                Note::new(codes::HEP_FORGED_LABELS, object, message).field(field),
            ));
        } else if key == "projectcalico.org/created-by" && value == "calico-kube-controllers" {
            let message = "kube-controllers manages this object and undoes changes";
            out.push(Fact::Note(
                Note::new(codes::HEP_AUTO_MANAGED, object, message).field(field),
            ));
        }
    }
}

fn note_interface(
    converter: &Converter,
    spec: &HostEndpointSpec,
    nets: &[IpNet],
    object: &ObjectRef,
    out: &mut Vec<Fact>,
) {
    let mut note = |code, field: &str, message: String| {
        out.push(Fact::Note(Note::new(code, object, message).field(field)));
    };
    let expected: &[Text] = spec.expected_ips.as_deref().unwrap_or_default();
    for (index, text) in expected.iter().enumerate() {
        if parse_ip(text).is_none() {
            let message = format!("\"{}\" is no single address and is ignored", &**text);
            let field = format!("spec.expectedIPs[{index}]");
            note(codes::HEP_EXPECTED_IPS_INVALID, &field, message);
        }
    }
    let interface = &*spec.interface_name;
    if !["", "*"].contains(&interface) && !expected.is_empty() {
        let message =
            "its interface is chosen by name; the addresses serve rule selectors only".to_owned();
        note(codes::HEP_NAME_AND_IPS, "spec.expectedIPs", message);
    }
    if interface.is_empty() && nets.is_empty() {
        let message = "it has neither an interface name nor a usable address".to_owned();
        note(
            codes::HEP_NO_INTERFACE_NO_IPS,
            "spec.interfaceName",
            message,
        );
    } else if nets.is_empty() {
        let message = "without addresses no rule selector ever matches this host".to_owned();
        note(codes::HEP_NO_EXPECTED_IPS, "spec.expectedIPs", message);
    }
    if is_workload_interface(converter, &spec.node, interface) {
        let message = format!("interface {interface} belongs to pods, so this never applies");
        note(codes::HEP_WORKLOAD_INTERFACE, "spec.interfaceName", message);
    }
}

fn is_workload_interface(converter: &Converter, node: &str, interface: &str) -> bool {
    let settings = &converter.settings;
    let prefixes = settings.felix_field(node, |felix| felix.interface_prefix.as_deref());
    let mut prefixes = prefixes
        .unwrap_or("cali")
        .split(',')
        .filter(|prefix| !prefix.is_empty());
    let excluded = settings.felix_field(node, |felix| felix.interface_exclude.as_deref());
    is_excluded(excluded.unwrap_or("kube-ipvs0"), interface)
        || prefixes.any(|prefix| interface.starts_with(prefix))
}

/// `interfaceExclude`: names, and regular expressions between slashes.
fn is_excluded(list: &str, interface: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        match entry
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
        {
            Some(pattern) => {
                regex_lite::Regex::new(pattern).is_ok_and(|regex| regex.is_match(interface))
            }
            None => !entry.is_empty() && entry == interface,
        }
    })
}
