//! Pods as the CNI plugin writes them: a WorkloadEndpoint for each that has an address of its own.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use super::keys::Version;
use super::{text, v3};

/// The WorkloadEndpoint of a pod, none for a pod that has no network of its own, no node or no address, and for one that
/// is finished: the plugin deletes the endpoint with the sandbox.
pub fn workload_endpoint(pod: &Value, version: Version) -> Option<Value> {
    let name = text(pod, &["metadata", "name"]);
    let namespace = text(pod, &["metadata", "namespace"]);
    let node = text(pod, &["spec", "nodeName"]);
    if pod["spec"]["hostNetwork"] == true || node.is_empty() || is_finished(pod) {
        return None;
    }
    let networks = addresses(pod)?;
    let prefixes = source_prefixes(pod)?;
    if networks.is_empty() || !floating_addresses_are_a_list(pod) {
        return None;
    }
    let account = text(pod, &["spec", "serviceAccountName"]);

    let own = &pod["metadata"]["labels"];
    let mut labels = own.as_object().cloned().unwrap_or_default();
    labels.insert("projectcalico.org/namespace".into(), json!(namespace));
    labels.insert("projectcalico.org/orchestrator".into(), json!("k8s"));
    if !account.is_empty() && account.len() < 63 {
        labels.insert("projectcalico.org/serviceaccount".into(), json!(account));
    }
    let mut profiles = vec![format!("kns.{namespace}")];
    if !account.is_empty() {
        profiles.push(format!("ksa.{namespace}.{account}"));
    }

    let parts = [node, "k8s", name, "eth0"].map(|part| part.replace('-', "--"));
    let metadata = json!({
        "name": parts.join("-"),
        "namespace": namespace,
        "uid": pod["metadata"]["uid"],
        "labels": labels,
    });
    let mut spec = json!({
        "orchestrator": "k8s",
        "node": node,
        "pod": name,
        "endpoint": "eth0",
        "ipNetworks": networks,
        "profiles": profiles,
        "interfaceName": interface_name(namespace, name),
        "mac": "ee:ee:ee:ee:ee:ee",
    });
    let rest = spec.as_object_mut()?;
    put(rest, "containerID", annotation(pod, "containerID"));
    put(
        rest,
        "serviceAccountName",
        Some(account).filter(|name| !name.is_empty()),
    );
    let ports = ports(pod, version);
    put(rest, "ports", Some(ports).filter(|list| !list.is_empty()));
    put(
        rest,
        "allowSpoofedSourcePrefixes",
        Some(prefixes).filter(|list| !list.is_empty()),
    );
    Some(v3("WorkloadEndpoint", metadata, spec))
}

fn put(object: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}

/// One of Calico's CNI annotations.
fn annotation<'a>(pod: &'a Value, name: &str) -> Option<&'a str> {
    pod["metadata"]["annotations"][format!("cni.projectcalico.org/{name}")].as_str()
}

/// Whether its sandbox is gone: its containers ended, or the plugin has taken back the addresses of a pod that terminates.
fn is_finished(pod: &Value) -> bool {
    let over = ["Succeeded", "Failed", "Completed"].contains(&text(pod, &["status", "phase"]));
    let terminating = pod["metadata"]["deletionTimestamp"].is_string();
    over || (terminating && annotation(pod, "podIP") == Some(""))
}

/// The networks of the pod, each of one address; none where one does not parse.
///
/// The plugin knows them first; what it leaves on the pod is the annotation, and the kubelet reports the status.
fn addresses(pod: &Value) -> Option<Vec<String>> {
    let listed: Vec<&str> = pod["status"]["podIPs"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|ip| ip["ip"].as_str())
        .collect();
    let of_annotation = |name| annotation(pod, name).unwrap_or_default().split(',');
    let sources: [Vec<&str>; 4] = [
        listed,
        vec![text(pod, &["status", "podIP"])],
        of_annotation("podIPs").collect(),
        of_annotation("podIP").collect(),
    ];
    let first = sources
        .into_iter()
        .map(|mut source| {
            source.retain(|ip| !ip.is_empty());
            source
        })
        .find(|source| !source.is_empty());
    first
        .unwrap_or_default()
        .into_iter()
        .map(|ip| {
            let network = match ip.parse::<IpAddr>() {
                Ok(address) => IpNet::from(address),
                Err(_) => ip.parse::<IpNet>().ok()?.trunc(),
            };
            Some(network.to_string())
        })
        .collect()
}

/// The prefixes a pod may send from; none where the annotation is no list of networks: then the pod never starts.
fn source_prefixes(pod: &Value) -> Option<Vec<String>> {
    match annotation(pod, "allowedSourcePrefixes") {
        None | Some("") => Some(Vec::new()),
        Some(json) => serde_json::from_str::<Vec<String>>(json)
            .ok()?
            .iter()
            .map(|prefix| Some(prefix.parse::<IpNet>().ok()?.trunc().to_string()))
            .collect(),
    }
}

fn floating_addresses_are_a_list(pod: &Value) -> bool {
    annotation(pod, "floatingIPs")
        .is_none_or(|json| serde_json::from_str::<Vec<String>>(json).is_ok())
}

/// Ports of containers, then (from v3.30 on) of init containers, that have a name or a port on the host.
fn ports(pod: &Value, version: Version) -> Vec<Value> {
    let lists = if version >= Version::V3_30 {
        &["containers", "initContainers"][..]
    } else {
        &["containers"]
    };
    let containers = lists
        .iter()
        .flat_map(|list| pod["spec"][*list].as_array().into_iter().flatten());
    containers
        .flat_map(|container| container["ports"].as_array().into_iter().flatten())
        .filter_map(|port| {
            let name = text(port, &["name"]);
            let host = port["hostPort"].as_u64().unwrap_or(0);
            let number = port["containerPort"].as_u64().unwrap_or(0);
            let protocol = match text(port, &["protocol"]) {
                "" => "TCP",
                known @ ("TCP" | "UDP" | "SCTP") => known,
                _ => return None,
            };
            (number != 0 && (host != 0 || !name.is_empty())).then(|| {
                json!({
                    "name": name, "protocol": protocol, "port": number,
                    "hostPort": host, "hostIP": text(port, &["hostIP"]),
                })
            })
        })
        .collect()
}

/// `cali` and the first eleven hexadecimal digits of the SHA-1 of namespace and name.
fn interface_name(namespace: &str, pod: &str) -> String {
    let digest = Sha1::digest(format!("{namespace}.{pod}"));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("cali{}", &digits[..11])
}
