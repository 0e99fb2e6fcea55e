//! FelixConfigurations, as far as they change answers (`felix/config`).

use super::metadata::V3;
use super::{Converter, Fact};
use crate::model::net::parse_cidr_or_ip;
use crate::model::{FelixConfiguration, ObjectRef, ProtoPort};
use crate::note::{Note, codes};
use crate::raw::Calico;
use crate::raw::calico::{FailsafePort, FelixConfigurationSpec};
use crate::raw::value::{List, Text};

pub(super) fn convert(
    converter: &Converter,
    felix: &Calico<'_, FelixConfigurationSpec>,
    out: &mut Vec<Fact>,
) {
    let (name, spec) = (&*felix.metadata.name, &felix.spec);
    let object = ObjectRef::new(V3, "FelixConfiguration", "", name);
    let inbound = ports(spec.failsafe_inbound_host_ports.as_ref());
    let outbound = ports(spec.failsafe_outbound_host_ports.as_ref());
    for (list, field, direction) in [
        (&inbound, "spec.failsafeInboundHostPorts", "to"),
        (&outbound, "spec.failsafeOutboundHostPorts", "from"),
    ] {
        if list.as_ref().is_some_and(Vec::is_empty) {
            let message =
                format!("the list is empty, so no failsafe port is left {direction} the host");
            let note = Note::new(codes::FAILSAFE_LIST_NULL_VS_EMPTY, &object, message);
            out.push(Fact::Note(note.field(field)));
        }
    }
    if !is_read(converter, name, &spec.node_selector) {
        let message = "no node reads a configuration of this name";
        let note = Note::new(codes::FELIXCONFIG_NAME, &object, message);
        out.push(Fact::Note(note.field("metadata.name")));
    }
    let text = |text: &Option<Text>| text.as_deref().map(str::to_owned);
    out.push(Fact::FelixConfiguration(FelixConfiguration {
        name: name.to_owned(),
        workload_source_spoofing: text(&spec.workload_source_spoofing),
        failsafe_inbound: inbound,
        failsafe_outbound: outbound,
        default_endpoint_to_host_action: text(&spec.default_endpoint_to_host_action),
        interface_prefix: text(&spec.interface_prefix),
        interface_exclude: text(&spec.interface_exclude),
        bpf_data_iface_pattern: text(&spec.bpf_data_iface_pattern),
        bpf_l3_iface_pattern: text(&spec.bpf_l3_iface_pattern),
        bpf_enabled: spec.bpf_enabled == Some(true),
        allow_vxlan_from_workloads: spec.allow_vxlan_packets_from_workloads,
        allow_ipip_from_workloads: spec.allow_ipip_packets_from_workloads,
        vxlan_port: spec.vxlan_port.and_then(|port| u16::try_from(port).ok()),
    }));
}

/// Whether the name, or since v3.32 a node selector, can mean a node.
fn is_read(converter: &Converter, name: &str, node_selector: &str) -> bool {
    let selects = converter.behaviour().felix_configurations_select_nodes();
    name == "default"
        || name
            .strip_prefix("node.")
            .is_some_and(|node| !node.is_empty())
        || (selects && !node_selector.is_empty())
}

fn ports(list: Option<&List<FailsafePort>>) -> Option<Vec<ProtoPort>> {
    let port = |port: &FailsafePort| ProtoPort {
        protocol: match port.protocol.to_lowercase() {
            empty if empty.is_empty() => "tcp".to_owned(),
            protocol => protocol,
        },
        port: port.port,
        net: parse_cidr_or_ip(&port.net),
    };
    list.map(|list| list.iter().map(port).collect())
}
