//! The support itself: real servers start, hold worlds, forget, forbid and keep account.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Verdict;
use super::support::access::Rule;
use super::support::apiserver::Options;
use super::support::cluster::Cluster;
use super::support::etcd::Etcd;
use super::support::kinds::Mode;
use super::support::lab::Lab;
use super::support::world::World;

const CALICO: &str = "crd.projectcalico.org/v1";

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace",
           "metadata": {"name": name, "uid": format!("uid-{name}"), "labels": {"kubernetes.io/metadata.name": name}}})
}

fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"), "labels": {"app": name}},
           "spec": {"nodeName": "n1", "serviceAccountName": "web", "containers": [
               {"name": "c", "image": "i", "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}]}]},
           "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}})
}

fn tier(name: &str, order: f64) -> Value {
    json!({"apiVersion": CALICO, "kind": "Tier", "metadata": {"name": name, "uid": format!("uid-{name}")},
           "spec": {"order": order}})
}

/// One object at least of every built-in kind, and of Calico's both scopes.
fn sample() -> Vec<Value> {
    vec![
        namespace("shop"),
        pod("web-1"),
        tier("ops", 10.5),
        json!({"apiVersion": "v1", "kind": "ServiceAccount",
               "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "annotations": {"a": "b"}}}),
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "uid": "u2"}}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop", "uid": "u3"},
               "spec": {"clusterIP": "10.96.0.9", "selector": {"app": "web"}, "ports": [{"port": 80}]}}),
        json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
               "metadata": {"name": "web-x", "namespace": "shop", "uid": "u4"},
               "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"name": "", "port": 80}]}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
               "metadata": {"name": "deny", "namespace": "shop", "uid": "u5"},
               "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": []}}),
        json!({"apiVersion": CALICO, "kind": "NetworkPolicy",
               "metadata": {"name": "default.web", "namespace": "shop", "uid": "u6"},
               "spec": {"order": "10", "types": [], "ingress": [{"action": "allow", "unknown": null}]}}),
        json!({"apiVersion": CALICO, "kind": "GlobalNetworkPolicy", "metadata": {"name": "nospec", "uid": "u7"}}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha2", "kind": "ClusterNetworkPolicy",
               "metadata": {"name": "all", "uid": "u8"}, "spec": {"tier": "Admin", "priority": 1}}),
        json!({"apiVersion": "policy.networking.k8s.io/v1alpha1", "kind": "AdminNetworkPolicy",
               "metadata": {"name": "all", "uid": "u9"}, "spec": {"priority": 1}}),
    ]
}

pub fn both_clusters_serve_their_own_group_only(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let groups = lab.cluster(mode)?.admin.get("/apis")?.json();
        let groups: Vec<&str> = groups["groups"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|group| group["name"].as_str())
            .collect();
        for other in Mode::ALL {
            let group = other.api_version().split('/').next().unwrap_or_default();
            assert_eq!(
                groups.contains(&group),
                other == mode,
                "{group} in {groups:?}"
            );
        }
    }
    Ok(())
}

pub fn objects_come_back_as_written(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let world = lab.cluster(mode)?.empty()?;
        world.store(&sample())?;
        let policies = world.list(CALICO, "NetworkPolicy")?;
        assert_eq!(policies["items"][0]["apiVersion"], mode.api_version());
        assert_eq!(policies["items"][0]["metadata"]["uid"], "u6");
        drop(world);

        // A wiped cluster is empty, and the server's own namespaces are as they were.
        let world = lab.cluster(mode)?.empty()?;
        world.store(&[])?;
        assert_eq!(
            world.list("v1", "Namespace")?["items"]
                .as_array()
                .map(Vec::len),
            Some(4)
        );
    }
    Ok(())
}

pub fn a_changed_object_is_reported(lab: &Lab) -> Verdict {
    let world = lab.cluster(Mode::V1)?.empty()?;
    // The server fills in the label of a namespace, and knows no such field of a pod.
    let bare =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bare", "uid": "u"}});
    let error = world
        .store(&[bare])
        .expect_err("a label was filled in")
        .to_string();
    assert!(error.contains("metadata.labels"), "{error}");

    let world = {
        drop(world);
        lab.cluster(Mode::V1)?.empty()?
    };
    let mut odd = pod("odd");
    odd["spec"]["nosuch"] = json!("x");
    let error = world
        .store(&[odd])
        .expect_err("a field was dropped")
        .to_string();
    assert!(error.contains(".spec.nosuch: lost \"x\""), "{error}");
    Ok(())
}

pub fn a_list_at_an_old_revision_is_the_old_state(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let world = cluster.empty()?;
        let before = world.store_together(&[namespace("shop"), pod("web-1"), tier("ops", 1.0)])?;
        world.store_together(&[pod("web-2"), tier("ops", 2.0)])?;
        world.remove(&pod("web-1"))?;

        let at = format!("?resourceVersion={before}&resourceVersionMatch=Exact");
        let pods = cluster.admin.get(&format!("/api/v1/pods{at}"))?.json();
        assert_eq!(names(&pods), ["web-1"]);
        let tiers = cluster
            .admin
            .get(&format!("/apis/{}/tiers{at}", mode.api_version()))?
            .json();
        assert_eq!(tiers["items"][0]["spec"]["order"].as_f64(), Some(1.0));
        assert_eq!(tiers["metadata"]["resourceVersion"], before.to_string());
        assert_eq!(names(&world.list("v1", "Pod")?), ["web-2"]);
    }
    Ok(())
}

pub fn a_compacted_revision_is_gone(_: &Lab) -> Verdict {
    let options = Options {
        feature_gates: vec!["ListFromCacheSnapshot=false".to_owned()],
        ..Options::default()
    };
    let cluster = Cluster::start(Arc::new(Etcd::start()?), Mode::V1, &options)?;
    let world = cluster.empty()?;
    let old = world.store_together(&[tier("ops", 1.0)])?;
    world.store_together(&[tier("ops", 2.0)])?;
    cluster.etcd().compact(cluster.etcd().revision()?)?;

    let path = format!("/apis/{CALICO}/tiers?resourceVersion={old}&resourceVersionMatch=Exact");
    let response = cluster.admin.get(&path)?;
    assert_eq!(
        (response.code, &response.json()["reason"]),
        (410, &json!("Expired"))
    );
    Ok(())
}

pub fn rights_end_where_they_were_granted(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let world = cluster.empty()?;
    world.store(&[namespace("shop"), pod("web-1")])?;
    let nobody = cluster.user(&[])?;
    let narrow = cluster.user(&[Rule::list("", &["pods"]).within("shop")])?;
    let reader = cluster.reader()?;
    let code = |user: &super::support::access::User, path: &str| {
        user.client.get(path).map(|response| response.code)
    };

    assert_eq!(code(&nobody, "/api/v1/pods")?, 403);
    assert_eq!(code(&narrow, "/api/v1/pods")?, 403);
    assert_eq!(code(&narrow, "/api/v1/namespaces/shop/pods")?, 200);
    assert_eq!(code(&reader, "/api/v1/pods")?, 200);
    assert_eq!(code(&reader, &format!("/apis/{CALICO}/tiers"))?, 200);
    assert_eq!(code(&reader, "/api/v1/secrets")?, 403);
    Ok(())
}

pub fn the_audit_log_holds_every_request(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V3)?;
    let user = cluster.user(&[Rule::list("", &["pods"])])?;
    user.client.get("/api/v1/pods?limit=500")?;
    user.client.get("/api/v1/namespaces")?;
    user.client.get("/version")?;

    let asked: Vec<String> = cluster
        .audit(&user)?
        .iter()
        .map(|line| format!("{} {} {}", line.verb, line.uri, line.code))
        .collect();
    assert_eq!(
        asked,
        [
            "list /api/v1/pods?limit=500 200",
            "list /api/v1/namespaces 403",
            "get /version 200"
        ]
    );
    Ok(())
}

pub fn kubectl_reads_the_world(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V3)?;
    let world = cluster.empty()?;
    world.store(&[namespace("shop"), pod("web-1")])?;
    let user = cluster.reader()?;
    for (kubeconfig, arguments) in [
        (
            cluster.kubeconfig_in(&user, "shop")?,
            &["get", "pods", "-o", "name"] as &[_],
        ),
        (
            user.kubeconfig().to_owned(),
            &["get", "pods", "-A", "-o", "name"],
        ),
    ] {
        let output = cluster.kubectl(&kubeconfig).args(arguments).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "pod/web-1\n",
            "{errors}"
        );
    }
    Ok(())
}

/// On a server of its own: the cache of that kind stays slow for half a minute after.
pub fn an_undecodable_object_fails_its_kind(_: &Lab) -> Verdict {
    let cluster = Cluster::start(Arc::new(Etcd::start()?), Mode::V3, &Options::default())?;
    let world = cluster.empty()?;
    world.store_bytes(&tier("broken", 1.0), b"{oops")?;
    let path = format!("/apis/{}/tiers", Mode::V3.api_version());
    assert_eq!(cluster.admin.get(&path)?.code, 500);
    Ok(())
}

/// The worlds of `tests/worlds` say what a server returns; where one does not, it names the object and the field.
pub fn every_world_comes_back_as_written(lab: &Lab) -> Verdict {
    let mut failures = Vec::new();
    for mode in Mode::ALL {
        for name in World::names(mode)? {
            if let Err(error) = lab.cluster(mode)?.world(&name) {
                failures.push(format!("{name} in {}: {error}", mode.name()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

fn names(list: &Value) -> Vec<&str> {
    list["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item["metadata"]["name"].as_str())
        .collect()
}
