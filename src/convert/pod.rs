//! From a Pod to a workload endpoint (`libcalico-go/lib/backend/k8s/conversion/conversion.go` and the
//! part of Felix's validation filter that is about workload endpoints).

use std::sync::Arc;

use ipnet::IpNet;

use super::metadata::is_calico_label;
use super::{Converter, Fact, Origin, Reason, workload_of_pod};
use crate::intern::Symbol;
use crate::model::net::{parse_cidr, parse_cidr_or_ip};
use crate::model::{Endpoint, EndpointKind, ObjectRef, WorkloadEndpoint};
use crate::note::{Note, codes};
use crate::raw::core::{Pod, PodSpec, PodStatus};
use crate::raw::value::{List, Text};

const POD_IP: &str = "cni.projectcalico.org/podIP";
const POD_IPS: &str = "cni.projectcalico.org/podIPs";
const AWS_POD_IPS: &str = "vpc.amazonaws.com/pod-ips";
const FLOATING_IPS: &str = "cni.projectcalico.org/floatingIPs";
const SOURCE_PREFIXES: &str = "cni.projectcalico.org/allowedSourcePrefixes";

/// Why a pod is no endpoint, with the cause where the reason does not tell.
struct Unfit(Reason, String);

impl Unfit {
    fn invalid(cause: impl Into<String>) -> Self {
        Self(Reason::Invalid, cause.into())
    }
}

impl From<Reason> for Unfit {
    fn from(reason: Reason) -> Self {
        Self(reason, String::new())
    }
}

pub(super) fn convert(
    converter: &mut Converter,
    pod: &Pod<'_>,
    origin: Origin,
    out: &mut Vec<Fact>,
) {
    let metadata = &pod.metadata;
    let object = ObjectRef::new("v1", "Pod", &metadata.namespace, &metadata.name);
    match endpoint(converter, pod, origin) {
        Ok(endpoint) => {
            note_stripped_labels(pod, &object, out);
            out.push(Fact::Endpoint(endpoint));
        }
        Err(Unfit(reason, detail)) => {
            let node = pod.spec.as_ref().map_or("", |spec| &spec.node_name);
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

fn endpoint(converter: &mut Converter, pod: &Pod<'_>, origin: Origin) -> Result<Endpoint, Unfit> {
    let none = PodSpec::default();
    let spec = pod.spec.as_ref().unwrap_or(&none);
    if spec.host_network == Some(true) {
        return Err(Reason::HostNetwork.into());
    }
    if spec.node_name.is_empty() && origin == Origin::Server {
        return Err(Reason::NotScheduled.into());
    }
    let mut nets = addresses(pod)?;
    if is_finished(pod) {
        return Err(Reason::Finished.into());
    }
    if nets.is_empty() && origin == Origin::Server {
        return Err(Reason::NoIp.into());
    }
    check_floating_ips(pod, &nets)?;
    check_source_prefixes(converter, pod)?;
    let ports = workload_of_pod::ports(converter, pod).map_err(Unfit::invalid)?;
    let ports = converter.ports.shared(ports);
    nets.sort_by_key(|net| matches!(net, IpNet::V6(_)));
    let (namespace, name) = (&*pod.metadata.namespace, &*pod.metadata.name);
    let account = &*spec.service_account_name;
    let interface = workload_of_pod::interface_name(namespace, name);
    Ok(Endpoint {
        id: workload_of_pod::id(converter, &spec.node_name, namespace, name),
        labels: workload_of_pod::labels(converter, &pod.metadata.labels, namespace, account),
        object_labels: converter.interner.labels(pod.metadata.labels.iter()),
        profiles: profiles(converter, namespace, account),
        assumed: origin == Origin::Manifest && (spec.node_name.is_empty() || nets.is_empty()),
        nets,
        ports,
        kind: EndpointKind::Workload(WorkloadEndpoint {
            interface_name: Symbol::from(interface),
            service_account: converter.symbol(account),
        }),
    })
}

fn profiles(converter: &mut Converter, namespace: &str, account: &str) -> Arc<[Symbol]> {
    let mut profiles = vec![converter.symbol(&format!("kns.{namespace}"))];
    if !account.is_empty() {
        profiles.push(converter.symbol(&format!("ksa.{namespace}.{account}")));
    }
    converter.profiles.shared(profiles)
}

/// The addresses, from the first place that has any.
fn addresses(pod: &Pod<'_>) -> Result<Vec<IpNet>, Unfit> {
    let none = PodStatus::default();
    let status = pod.status.as_ref().unwrap_or(&none);
    let ips = status.pod_ips.as_deref().unwrap_or_default();
    let annotation = |key| pod.metadata.annotations.get(key).unwrap_or_default();
    let texts: Vec<&str> = if !ips.is_empty() {
        ips.iter().map(|entry| &*entry.ip).collect()
    } else if !status.pod_ip.is_empty() {
        vec![&status.pod_ip]
    } else {
        let listed = [POD_IPS, POD_IP, AWS_POD_IPS].map(annotation);
        let first = listed.into_iter().find(|text| !text.is_empty());
        first.map_or_else(Vec::new, |text| text.split(',').collect())
    };
    let read = |text: &str| {
        parse_cidr_or_ip(text).ok_or_else(|| Unfit::invalid(format!("\"{text}\" is no address")))
    };
    // Collecting results would leave room for more.
    let mut nets = Vec::with_capacity(texts.len());
    for text in texts {
        nets.push(read(text)?);
    }
    Ok(nets)
}

fn is_finished(pod: &Pod<'_>) -> bool {
    let phase = pod.status.as_ref().map_or("", |status| &status.phase);
    let released = |key| pod.metadata.annotations.get(key) == Some("");
    matches!(phase, "Succeeded" | "Failed" | "Completed")
        || (!pod.metadata.deletion_timestamp.is_empty()
            && (released(POD_IP) || released(AWS_POD_IPS)))
}

fn check_floating_ips(pod: &Pod<'_>, nets: &[IpNet]) -> Result<(), Unfit> {
    let Some(text) = pod.metadata.annotations.get(FLOATING_IPS) else {
        return Ok(());
    };
    if nets.is_empty() {
        return Ok(());
    }
    if serde_json::from_str::<Option<List<Text>>>(text).is_err() {
        let cause = format!("the annotation {FLOATING_IPS} is no list of strings");
        return Err(Unfit::invalid(cause));
    }
    match nets
        .iter()
        .find(|net| net.prefix_len() != net.max_prefix_len())
    {
        Some(net) => Err(Unfit::invalid(format!("{net} is no single address"))),
        None => Ok(()),
    }
}

/// Prefixes that do not parse make the pod unreadable; those that do make Felix drop the endpoint unless
/// its configuration allows spoofing.
fn check_source_prefixes(converter: &Converter, pod: &Pod<'_>) -> Result<(), Unfit> {
    let annotation = pod.metadata.annotations.get(SOURCE_PREFIXES);
    let Some(text) = annotation.filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let prefixes: Option<List<Text>> = serde_json::from_str(text).map_err(|_| {
        Unfit::invalid(format!(
            "the annotation {SOURCE_PREFIXES} is no list of strings"
        ))
    })?;
    let prefixes = prefixes.unwrap_or_default();
    if let Some(bad) = prefixes.iter().find(|text| parse_cidr(text).is_none()) {
        let bad = &**bad;
        let cause = format!("the annotation {SOURCE_PREFIXES} holds \"{bad}\", which is no CIDR");
        return Err(Unfit::invalid(cause));
    }
    let node = pod.spec.as_ref().map_or("", |spec| &spec.node_name);
    if prefixes.is_empty() || may_spoof(converter, node) {
        Ok(())
    } else {
        Err(Reason::SpoofingDisabled.into())
    }
}

/// Whether Felix on the node lets workloads send from other addresses than theirs (`workloadSourceSpoofing`).
pub(super) fn may_spoof(converter: &Converter, node: &str) -> bool {
    let settings = &converter.settings;
    let spoofing = settings.felix_field(node, |felix| felix.workload_source_spoofing.as_deref());
    spoofing.is_some_and(|value| value.eq_ignore_ascii_case("any"))
}

fn note_stripped_labels(pod: &Pod<'_>, object: &ObjectRef, out: &mut Vec<Fact>) {
    let forged = pod
        .metadata
        .labels
        .iter()
        .filter(|(key, _)| is_calico_label(key));
    out.extend(forged.map(|(key, _)| {
        let message = format!("a pod cannot give itself the label {key}");
        let note = Note::new(codes::POD_LABELS_STRIPPED, object, message);
        Fact::Note(note.field(format!("metadata.labels[{key}]")))
    }));
}
