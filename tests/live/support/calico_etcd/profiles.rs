//! What stands for Namespaces, ServiceAccounts and Nodes.

use serde_json::{Map, Value, json};

use super::{text, v3};

/// `kns.NAMESPACE`: allows both directions and hands on the labels of the namespace.
pub fn of_namespace(namespace: &Value) -> Value {
    let name = text(namespace, &["metadata", "name"]);
    v3(
        "Profile",
        json!({"name": format!("kns.{name}"), "uid": namespace["metadata"]["uid"]}),
        json!({
            "ingress": [{"action": "Allow"}],
            "egress": [{"action": "Allow"}],
            "labelsToApply": handed_on(namespace, "pcns.", name),
        }),
    )
}

/// `ksa.NAMESPACE.NAME`: no rules, the labels of the service account.
pub fn of_service_account(account: &Value) -> Value {
    let name = text(account, &["metadata", "name"]);
    let namespace = text(account, &["metadata", "namespace"]);
    v3(
        "Profile",
        json!({"name": format!("ksa.{namespace}.{name}"), "uid": account["metadata"]["uid"]}),
        json!({"labelsToApply": handed_on(account, "pcsa.", name)}),
    )
}

fn handed_on(object: &Value, prefix: &str, name: &str) -> Map<String, Value> {
    let own = object["metadata"]["labels"].as_object();
    let mut labels: Map<String, Value> = own
        .into_iter()
        .flatten()
        .map(|(key, value)| (format!("{prefix}{key}"), value.clone()))
        .collect();
    labels.insert(format!("{prefix}projectcalico.org/name"), json!(name));
    labels
}

/// The node that calico-node registers, with the labels that kube-controllers copies and the addresses that it chose.
pub fn node(node: &Value) -> Value {
    let name = text(node, &["metadata", "name"]);
    let annotation = |key: &str| {
        let key = format!("projectcalico.org/{key}");
        node["metadata"]["annotations"][key].clone()
    };
    let mut bgp = json!({
        "ipv4Address": annotation("IPv4Address"),
        "ipv6Address": annotation("IPv6Address"),
        "ipv4IPIPTunnelAddr": annotation("IPv4IPIPTunnelAddr"),
    });
    drop_nulls(&mut bgp);
    let addresses = node["status"]["addresses"].as_array();
    let addresses: Vec<Value> = addresses
        .into_iter()
        .flatten()
        .map(|address| json!({"address": address["address"], "type": address["type"]}))
        .collect();
    let mut spec = json!({
        "bgp": bgp,
        "orchRefs": [{"nodeName": name, "orchestrator": "k8s"}],
        "addresses": addresses,
        "ipv4VXLANTunnelAddr": annotation("IPv4VXLANTunnelAddr"),
        "ipv6VXLANTunnelAddr": annotation("IPv6VXLANTunnelAddr"),
    });
    drop_nulls(&mut spec);
    let mut metadata = json!({
        "name": name, "uid": node["metadata"]["uid"], "labels": node["metadata"]["labels"]
    });
    drop_nulls(&mut metadata);
    let mut made = v3("Node", metadata, spec);
    made["status"] = json!({});
    made
}

fn drop_nulls(object: &mut Value) {
    if let Some(map) = object.as_object_mut() {
        map.retain(|_, value| !value.is_null());
    }
}
