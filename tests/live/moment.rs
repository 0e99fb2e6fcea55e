//! One snapshot at one moment, shown on the real server: pins, restarts, fallbacks, and how little is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Verdict;
use super::answers::all_but;
use super::ask::{Proxy, ask, ask_about_web_1};
use super::support::Outcome;
use super::support::apiserver::Options;
use super::support::client::Response;
use super::support::cluster::Cluster;
use super::support::etcd::Etcd;
use super::support::kinds::Mode;
use super::support::lab::Lab;

const CALICO: &str = "crd.projectcalico.org/v1";

fn uid(number: usize) -> String {
    format!("11111111-2222-4333-8444-{number:012}")
}

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace",
           "metadata": {"name": name, "uid": uid(1), "labels": {"kubernetes.io/metadata.name": name}}})
}

fn pod(number: usize, version: usize) -> Value {
    let ip = format!(
        "10.{}.{}.{}",
        64 + number / 62_500,
        number / 250 % 250,
        number % 250 + 1
    );
    json!({"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": format!("web-{number}"), "namespace": "shop", "uid": uid(100 + number),
                        "labels": {"app": "web", "v": version.to_string()}},
           "spec": {"nodeName": "node-a", "serviceAccountName": "default",
                    "containers": [{"name": "c", "image": "i"}]},
           "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]}})
}

fn tier(order: usize) -> Value {
    json!({"apiVersion": CALICO, "kind": "Tier", "metadata": {"name": "ops", "uid": uid(2)},
           "spec": {"order": order, "defaultAction": "Pass"}})
}

fn information() -> Value {
    json!({"apiVersion": CALICO, "kind": "ClusterInformation", "metadata": {"name": "default", "uid": uid(3)},
           "spec": {"calicoVersion": "v3.32.1", "datastoreReady": true}})
}

fn is_guard(uri: &str) -> bool {
    uri.contains("limit=1&") || uri.ends_with("limit=1")
}

pub fn first_pages_are_pinned_and_later_ones_only_continue(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let world = cluster.empty()?;
        let pods: Vec<Value> = (0..1200).map(|number| pod(number, 0)).collect();
        world.store(&[vec![namespace("shop"), information(), tier(10)], pods].concat())?;
        let user = cluster.reader()?;
        let said = ask(user.kubeconfig(), &["endpoint", "-A", "-o", "json"])?;
        let answer = said.json()?;
        assert_eq!(
            answer["items"].as_array().map(Vec::len),
            Some(1200),
            "{}",
            said.stderr
        );
        assert_eq!(answer["snapshot"]["pinned"], true);
        let revision = answer["snapshot"]["revision"]
            .as_str()
            .unwrap_or_default()
            .to_owned();

        let asked = cluster.audit(&user)?;
        assert!(
            asked
                .iter()
                .all(|line| ["get", "list"].contains(&&*line.verb))
        );
        let exact = format!("resourceVersion={revision}&resourceVersionMatch=Exact");
        let pages: Vec<&str> = asked
            .iter()
            .map(|line| &*line.uri)
            .filter(|uri| uri.starts_with("/api/v1/pods?") && !is_guard(uri))
            .collect();
        let [first, rest @ ..] = &*pages else {
            return Err("no list of pods".into());
        };
        assert!(
            first.contains(&exact) && first.contains("limit=500"),
            "{first}"
        );
        assert_eq!(rest.len(), 2, "{rest:?}");
        for page in rest {
            assert!(
                page.contains("continue=") && page.contains("limit=500"),
                "{page}"
            );
            assert!(!page.contains("resourceVersion"), "{page}");
        }
        let lists = asked
            .iter()
            .filter(|line| line.verb == "list" && !is_guard(&line.uri));
        let unpinned: Vec<&str> = lists
            .map(|line| &*line.uri)
            .filter(|uri| !uri.contains(&exact) && !uri.contains("continue="))
            .filter(|uri| !uri.contains("/clusterinformations"))
            .collect();
        assert!(unpinned.is_empty(), "{unpinned:?}");
    }
    Ok(())
}

pub fn one_name_never_lists_all_pods(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let world = cluster.empty()?;
    let pods: Vec<Value> = (0..2000).map(|number| pod(number, 0)).collect();
    world.store(&[vec![namespace("shop"), information(), tier(10)], pods].concat())?;
    let all = cluster.admin.get("/api/v1/pods")?.body.len();
    for what in [
        &["pod/shop/web-7"][..],
        &["-n", "shop", "web-7"],
        &["node-a/k8s/shop.web-7/eth0"],
    ] {
        let user = cluster.reader()?;
        let args = [&["endpoint", "-o", "name"], what].concat();
        let said = ask(user.kubeconfig(), &args)?;
        assert_eq!(
            (said.code, &*said.stdout),
            (0, "pod/shop/web-7\n"),
            "{}",
            said.stderr
        );
        let mut bytes = 0;
        for line in cluster.audit(&user)? {
            assert!(
                ["get", "list"].contains(&&*line.verb),
                "{} {}",
                line.verb,
                line.uri
            );
            if !line.uri.contains("/pods?") {
                continue;
            }
            assert!(
                line.uri.contains("fieldSelector=") || is_guard(&line.uri),
                "all pods are listed: {}",
                line.uri
            );
            bytes += cluster.admin.get(&line.uri)?.body.len();
        }
        assert!(bytes > 0 && bytes * 100 <= all, "{bytes} of {all} bytes");
    }
    Ok(())
}

/// A writer changes a pod's label and a tier's order together; the two are never seen apart at one moment,
/// and are when every kind is read at its own.
pub fn a_write_of_two_kinds_is_never_seen_torn(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let world = cluster.empty()?;
    world.store(&[namespace("shop"), information(), tier(0), pod(1, 0)])?;
    let user = cluster.reader()?;
    let done = AtomicBool::new(false);
    let outcome: Outcome<(usize, usize)> = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for version in 1.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                if world
                    .store_together(&[tier(version), pod(1, version)])
                    .is_err()
                {
                    break;
                }
            }
        });
        let torn = (|| {
            let pinned = torn_reads(user.kubeconfig(), &["endpoint", "-A", "-o", "json"], 25)?;
            let mut unpinned = 0;
            for _ in 0..20 {
                let args = ["endpoint", "-A", "-o", "json", "--latest"];
                unpinned += torn_reads(user.kubeconfig(), &args, 10)?;
                if unpinned > 0 {
                    break;
                }
            }
            Ok((pinned, unpinned))
        })();
        done.store(true, Ordering::Relaxed);
        let _ = writer.join();
        torn
    });
    let (pinned, unpinned) = outcome?;
    assert_eq!(pinned, 0, "pinned reads saw half of a write");
    assert!(
        unpinned > 0,
        "reads without a pin should tear: the test proves nothing"
    );
    Ok(())
}

fn torn_reads(kubeconfig: &std::path::Path, args: &[&str], times: usize) -> Outcome<usize> {
    let mut torn = 0;
    for _ in 0..times {
        let said = ask(kubeconfig, args)?;
        let answer = said.json()?;
        if said.code != 0 {
            return Err(format!("exit {}: {}", said.code, said.stderr).into());
        }
        let label = answer["items"][0]["labels"]["v"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let tiers = answer["tiers"].as_array().into_iter().flatten();
        let order = tiers
            .filter(|tier| tier["name"] == "ops")
            .map(|tier| tier["order"].to_string());
        torn += usize::from(order.into_iter().next_back().as_deref() != Some(&*label));
    }
    Ok(torn)
}

/// The server forgets the moment while we read: everything is read again at a new one.
pub fn a_compacted_moment_is_chosen_anew(_: &Lab) -> Verdict {
    let options = Options {
        feature_gates: vec!["ListFromCacheSnapshot=false".to_owned()],
        ..Options::default()
    };
    let cluster = Arc::new(Cluster::start(
        Arc::new(Etcd::start()?),
        Mode::V1,
        &options,
    )?);
    let world = cluster.empty()?;
    world.store(&[namespace("shop"), information(), tier(10), pod(1, 0)])?;
    drop(world);
    let (compactions, gone) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (served, counts) = (
        Arc::clone(&cluster),
        (Arc::clone(&compactions), Arc::clone(&gone)),
    );
    let proxy = Proxy::start(Arc::new(move |path: &str| {
        // At the first pinned list of pods the history behind a new write is dropped.
        let pods = path.contains("/pods?") && path.contains("Exact");
        if pods && counts.0.fetch_add(1, Ordering::SeqCst) == 0 {
            let world = served.empty()?;
            world.store(&[namespace("shop"), information(), tier(20), pod(1, 1)])?;
            served.etcd().compact(served.etcd().revision()?)?;
        }
        let response = served.admin.get(path)?;
        if response.code == 410 {
            counts.1.fetch_add(1, Ordering::SeqCst);
        }
        Ok(response)
    }))?;
    let (said, answer) = ask_about_web_1(&proxy.kubeconfig)?;
    assert!(
        gone.load(Ordering::SeqCst) > 0,
        "nothing was gone: the test proves nothing"
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(answer["snapshot"]["pinned"], true);
    assert_eq!(
        answer["items"][0]["labels"]["v"], "1",
        "a new moment shows the new state"
    );
    let ops = answer["tiers"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|tier| tier["name"] == "ops");
    assert_eq!(ops.map(|tier| tier["order"].clone()), Some(json!(20)));
    Ok(())
}

/// A kind whose `Exact` list the server refuses is read without a pin, and the answer says so.
pub fn a_refused_pin_is_read_without(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let world = cluster.world("shop")?;
    let kubeconfig = cluster.reader()?;
    let client = Arc::new(kubeconfig.client);
    let proxy = Proxy::start(Arc::new(move |path: &str| {
        if path.contains("/tiers?") && path.contains("Exact") {
            let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 504,
                "reason": "Timeout", "message": "Timeout: Too large resource version: 9, current: 1",
                "details": {"causes": [{"reason": "ResourceVersionTooLarge"}]}});
            return Ok(Response {
                code: 504,
                body: status.to_string().into_bytes(),
            });
        }
        client.get(path)
    }))?;
    let (said, answer) = ask_about_web_1(&proxy.kubeconfig)?;
    drop(world);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(answer["snapshot"]["pinned"], false);
    assert!(
        answer["snapshot"]["revisions"].is_object(),
        "{}",
        answer["snapshot"]
    );
    assert!(
        answer["tiers"]
            .as_array()
            .is_some_and(|tiers| tiers.len() >= 4)
    );
    Ok(())
}

/// Pods kept in another etcd have a counter of their own: the guard notices and says so.
pub fn kinds_in_another_store_are_noticed(_: &Lab) -> Verdict {
    let other = Etcd::start()?;
    let options = Options {
        extra_args: vec![format!("--etcd-servers-overrides=/pods#{}", other.url())],
        ..Options::default()
    };
    let cluster = Cluster::start(Arc::new(Etcd::start()?), Mode::V1, &options)?;
    // Some history in the main store, so that the other counter stands behind it.
    let world = cluster.empty()?;
    for order in 0..50 {
        world.store_together(&[information(), tier(order), namespace("shop")])?;
    }
    let stored = json!({"apiVersion": "v1", "kind": "Pod", "metadata": pod(1, 0)["metadata"],
                        "spec": pod(1, 0)["spec"], "status": pod(1, 0)["status"]});
    other.put("/registry/pods/shop/web-1", &serde_json::to_vec(&stored)?)?;
    let user = cluster.reader()?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(answer["items"][0]["ref"], "pod/shop/web-1");
    assert_eq!(
        answer["snapshot"]["pinned"], false,
        "{}",
        answer["snapshot"]
    );
    assert!(
        answer["snapshot"]["revisions"]["pods"].is_string(),
        "{}",
        answer["snapshot"]
    );
    Ok(())
}

/// Where ClusterInformation may not be read, the moment comes from another kind.
pub fn the_moment_needs_no_cluster_information(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.user(&all_but(cluster, &["clusterinformations"])?)?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(answer["snapshot"]["pinned"], true);
    assert_eq!(answer["snapshot"]["versionFrom"], "assumed");
    Ok(())
}
