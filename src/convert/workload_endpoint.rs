//! Workload endpoints as etcd holds them (`updateprocessors/workloadendpointprocessor.go`): the name gives the identity,
//! the spec all else.

use ipnet::IpNet;

use super::endpoint_port::{self, named_port};
use super::metadata::{SERVICE_ACCOUNT_LABEL, V3};
use super::pod::may_spoof;
use super::{Converter, Fact, Reason};
use crate::intern::{LabelSet, Symbol};
use crate::model::net::parse_cidr_or_ip;
use crate::model::{Endpoint, EndpointId, EndpointKind, ObjectRef, WorkloadEndpoint};
use crate::note::{Note, codes};
use crate::raw::calico::EndpointPort;
use crate::raw::calico_endpoint::WorkloadEndpointSpec;
use crate::raw::value::Pairs;
use crate::raw::{Calico, workload_parts};

pub(super) fn convert(
    converter: &mut Converter,
    endpoint: &Calico<'_, WorkloadEndpointSpec>,
    out: &mut Vec<Fact>,
) {
    let metadata = &endpoint.metadata;
    let parts = workload_parts(&metadata.name);
    let object = match &parts {
        Some([_, orchestrator, pod, _]) if orchestrator == "k8s" => {
            ObjectRef::new("v1", "Pod", &metadata.namespace, pod)
        }
        _ => ObjectRef::new(V3, "WorkloadEndpoint", &metadata.namespace, &metadata.name),
    };
    let node = parts.as_ref().map_or("", |[node, ..]| node);
    match made(converter, endpoint, parts.as_ref()) {
        Ok(endpoint) => out.push(Fact::Endpoint(endpoint)),
        Err((reason, detail)) => {
            if reason == Reason::Invalid {
                let message = format!("Calico ignores this workload endpoint: {detail}");
                let note = Note::new(codes::UNDECODABLE_ETCD_VALUE, &object, message);
                out.push(Fact::Note(note));
            }
            out.push(Fact::NotEndpoint {
                object,
                node: converter.symbol(node),
                reason,
                detail,
                object_labels: converter.interner.labels(metadata.labels.iter()),
            });
        }
    }
}

fn made(
    converter: &mut Converter,
    endpoint: &Calico<'_, WorkloadEndpointSpec>,
    parts: Option<&[String; 4]>,
) -> Result<Endpoint, (Reason, String)> {
    let invalid = |cause: String| (Reason::Invalid, cause);
    let (metadata, spec) = (&endpoint.metadata, &endpoint.spec);
    let [node, orchestrator, workload, interface] = parts.ok_or_else(|| {
        let name = &*metadata.name;
        invalid(format!(
            "its name {name} is not made of node, orchestrator, workload and endpoint"
        ))
    })?;
    let nets = nets(spec)?;
    let prefixes = spec
        .allow_spoofed_source_prefixes
        .as_deref()
        .unwrap_or_default();
    if !prefixes.is_empty() && !may_spoof(converter, node) {
        return Err((Reason::SpoofingDisabled, String::new()));
    }
    // Ports that only Kubernetes' host ports need have no name.
    let ports = spec.ports.as_deref().unwrap_or_default().iter();
    let ports: Vec<&EndpointPort> = ports.filter(|port| !port.name.is_empty()).collect();
    if let Some((_, cause)) = ports.iter().find_map(|port| endpoint_port::fault(port)) {
        return Err(invalid(cause));
    }
    let profiles = spec.profiles.as_deref().unwrap_or_default();
    let profiles = profiles.iter().map(|name| converter.symbol(name)).collect();
    let ports = ports
        .into_iter()
        .filter_map(|port| named_port(converter, port))
        .collect();
    Ok(Endpoint {
        id: EndpointId::Workload {
            node: converter.symbol(node),
            orchestrator: converter.symbol(orchestrator),
            namespace: converter.symbol(&metadata.namespace),
            // Names that no other object has are not worth a place in the interner.
            workload: Symbol::from(workload.as_str()),
            endpoint: converter.symbol(interface),
        },
        labels: labels(converter, &metadata.labels, &spec.service_account_name),
        object_labels: converter.interner.labels(metadata.labels.iter()),
        profiles: converter.profiles.shared(profiles),
        nets,
        ports: converter.ports.shared(ports),
        assumed: false,
        kind: EndpointKind::Workload(WorkloadEndpoint {
            interface_name: Symbol::from(&*spec.interface_name),
            service_account: converter.symbol(&spec.service_account_name),
        }),
    })
}

/// IPv4, then IPv6. Without any, Felix has no such endpoint.
fn nets(spec: &WorkloadEndpointSpec) -> Result<Vec<IpNet>, (Reason, String)> {
    let mut nets = Vec::new();
    for text in spec.ip_networks.as_deref().unwrap_or_default() {
        let net = parse_cidr_or_ip(text);
        nets.push(net.ok_or_else(|| (Reason::Invalid, format!("\"{}\" is no address", &**text)))?);
    }
    if nets.is_empty() {
        return Err((Reason::NoIp, String::new()));
    }
    nets.sort_by_key(|net| matches!(net, IpNet::V6(_)));
    Ok(nets)
}

/// The stored labels without those that profiles hand out, and the service account that the spec names.
fn labels(converter: &mut Converter, stored: &Pairs<'_>, service_account: &str) -> LabelSet {
    let given = (!service_account.is_empty()).then_some((SERVICE_ACCOUNT_LABEL, service_account));
    let kept = stored
        .iter()
        .filter(|(key, _)| !key.starts_with("pcns.") && !key.starts_with("pcsa."));
    converter.interner.labels(kept.chain(given))
}
