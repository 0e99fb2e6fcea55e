//! Kubernetes' NetworkPolicies as kube-controllers copies them: `knp.default.NAME` among Calico's own.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use super::keys::{Version, mark};
use super::ports::by_protocol;
use super::{text, v3};

/// The copy of a policy. Neither labels nor annotations of the original are on it.
pub fn copy(policy: &Value, version: Version) -> Value {
    let name = format!("knp.default.{}", text(policy, &["metadata", "name"]));
    let mut spec = json!({
        "order": 1000,
        "selector": pods(&policy["spec"]["podSelector"]),
        "types": types(&policy["spec"]),
    });
    if version >= Version::V3_32 {
        spec["tier"] = json!("default");
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        let written = policy["spec"][direction].as_array();
        let rules: Vec<Value> = written
            .into_iter()
            .flatten()
            // A rule that does not convert is dropped, and the others stay.
            .filter_map(|rule| rules(rule, direction, peers, version))
            .flatten()
            .collect();
        if !rules.is_empty() {
            spec[direction] = json!(rules);
        }
    }
    let metadata = json!({
        "name": name,
        "namespace": policy["metadata"]["namespace"],
        "uid": policy["metadata"]["uid"],
    });
    let mut copy = v3("NetworkPolicy", metadata, spec);
    mark(&mut copy, &name, "default", version);
    copy
}

/// What is listed, in Calico's order; ingress when nothing is.
fn types(spec: &Value) -> Vec<&'static str> {
    let listed = |name: &str| {
        let list = spec["policyTypes"].as_array();
        list.is_some_and(|list| list.iter().any(|one| one == name))
    };
    let mut types: Vec<&str> = ["Ingress", "Egress"]
        .into_iter()
        .filter(|name| listed(name))
        .collect();
    if types.is_empty() {
        types.push("Ingress");
    }
    types
}

/// A Calico rule for each protocol and peer, or none where a port does not parse.
fn rules(rule: &Value, direction: &str, peers: &str, version: Version) -> Option<Vec<Value>> {
    let protocols = by_protocol(&rule["ports"])?;
    let written = rule[peers].as_array().cloned().unwrap_or_default();
    let mut sides: Vec<Map<String, Value>> = written.iter().map(peer).collect();
    if sides.is_empty() {
        sides.push(Map::new());
    }
    let mut made = Vec::new();
    for (protocol, ports) in protocols {
        for side in &sides {
            let (mut source, mut destination) = match direction {
                "ingress" => (side.clone(), Map::new()),
                _ => (Map::new(), side.clone()),
            };
            if !ports.is_empty() {
                destination.insert("ports".into(), json!(ports));
            }
            let mut rule = json!({"action": "Allow"});
            if !protocol.is_empty() {
                rule["protocol"] = json!(protocol);
            }
            for (name, side) in [("source", &mut source), ("destination", &mut destination)] {
                // Up to v3.31 an empty side is written.
                if !side.is_empty() || version < Version::V3_32 {
                    rule[name] = Value::Object(std::mem::take(side));
                }
            }
            made.push(rule);
        }
    }
    Some(made)
}

/// A block of addresses, or pods of namespaces.
fn peer(peer: &Value) -> Map<String, Value> {
    let mut side = Map::new();
    let block = &peer["ipBlock"];
    if block.is_object() {
        // One that does not parse leaves anyone; an exception that does not parse ends the list.
        if let Some(net) = net(&block["cidr"]) {
            side.insert("nets".into(), json!([net]));
            let except = block["except"].as_array();
            let not: Vec<String> = except.into_iter().flatten().map_while(self::net).collect();
            if !not.is_empty() {
                side.insert("notNets".into(), json!(not));
            }
        }
        return side;
    }
    side.insert("selector".into(), json!(pods(&peer["podSelector"])));
    if peer["namespaceSelector"].is_object() {
        let namespaces = namespaces(&peer["namespaceSelector"]);
        side.insert("namespaceSelector".into(), json!(namespaces));
    }
    side
}

/// With the bits behind the mask cleared. Like Go, takes no leading zeros: `010.0.0.0/8` is no block.
fn net(text: &Value) -> Option<String> {
    let (address, mask) = text.as_str()?.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let net = IpNet::new(address, mask.parse().ok()?).ok()?;
    Some(net.trunc().to_string())
}

/// A selector of pods: whatever it asks, of Kubernetes' endpoints only.
fn pods(selector: &Value) -> String {
    let mut terms = vec!["projectcalico.org/orchestrator == 'k8s'".to_owned()];
    terms.extend(asked(selector));
    terms.join(" && ")
}

/// A selector of namespaces: an empty one is every namespace.
fn namespaces(selector: &Value) -> String {
    let terms = asked(selector);
    if terms.is_empty() {
        "all()".to_owned()
    } else {
        terms.join(" && ")
    }
}

/// Labels by key, then expressions as written.
fn asked(selector: &Value) -> Vec<String> {
    let labels = selector["matchLabels"].as_object();
    let mut labels: Vec<(&String, &Value)> = labels.into_iter().flatten().collect();
    labels.sort_unstable_by_key(|(key, _)| *key);
    let mut terms: Vec<String> = labels
        .into_iter()
        .map(|(key, value)| format!("{key} == '{}'", value.as_str().unwrap_or_default()))
        .collect();
    let expressions = selector["matchExpressions"].as_array();
    terms.extend(expressions.into_iter().flatten().filter_map(|expression| {
        let key = text(expression, &["key"]);
        let values: Vec<&str> = expression["values"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let values = values.join("', '");
        match text(expression, &["operator"]) {
            "In" => Some(format!("{key} in {{ '{values}' }}")),
            "NotIn" => Some(format!("{key} not in {{ '{values}' }}")),
            "Exists" => Some(format!("has({key})")),
            "DoesNotExist" => Some(format!("! has({key})")),
            _ => None,
        }
    }));
    terms
}
