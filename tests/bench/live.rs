//! Real servers: a kube-apiserver with tens of thousands of pods, and an etcd with as many workload endpoints.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::{Cluster, Size};
use crate::rows::{Rows, best, milliseconds, rate};
use crate::support::apiserver::Options;
use crate::support::binaries::{Servers, locate};
use crate::support::calico_etcd;
use crate::support::cluster::Cluster as ApiCluster;
use crate::support::etcd::{Entry, Etcd};
use crate::support::kinds::Mode;
use crate::tool::{best_run, run, tool};

const EVERYTHING: &str = "20,000 pods x 1,000 policies from a kube-apiserver";
const ONE: &str = "one pod of 50,000 from a kube-apiserver";
const ETCD: &str = "50,000 WorkloadEndpoints from etcd";

/// Objects that are written at once.
const CHUNK: usize = 1000;

pub fn rows(rows: &mut Rows) {
    let wanted: Vec<&str> = [EVERYTHING, ONE, ETCD]
        .into_iter()
        .filter(|work| rows.wants(work))
        .collect();
    if !matches!(locate(), Servers::Found(_)) {
        for work in wanted {
            rows.row(work, "no servers", "", "use `make bench`", false);
        }
        return;
    }
    if wanted.contains(&EVERYTHING) || wanted.contains(&ONE) {
        kubernetes(rows);
    }
    if wanted.contains(&ETCD) {
        etcd(rows);
    }
}

fn kubernetes(rows: &mut Rows) {
    let etcd = Arc::new(Etcd::start().unwrap());
    let server = ApiCluster::start(etcd, Mode::V1, &Options::default()).unwrap();
    let generated = |pods| {
        Cluster(Size {
            pods,
            policies: 1_000,
            full: true,
            seed: 1,
        })
    };
    let put = |objects: &[Value]| {
        let entries: Vec<Entry> = objects
            .iter()
            .map(|object| {
                (
                    server.key(object).unwrap(),
                    serde_json::to_vec(object).unwrap(),
                )
            })
            .collect();
        server.etcd().put_all(&entries).unwrap();
    };
    let cluster = generated(20_000);
    put(&others(&cluster));
    pods(&cluster, 0, &put);
    let user = server.reader().unwrap();
    let ask = |args: &[&str]| {
        let mut command = tool(args);
        command.env("KUBECONFIG", user.kubeconfig());
        command
    };
    let everything = || ask(&["endpoint", "-A", "-r", "-o", "name"]);
    assert_eq!(lines(everything()), 20_000);
    if rows.wants(EVERYTHING) {
        let kubectl = || {
            let mut command = server.kubectl(user.kubeconfig());
            command.args(["get", "pods", "-A", "-o", "json"]);
            run(&mut command)
        };
        let theirs = (0..3)
            .map(|_| kubectl())
            .min_by_key(|ran| ran.took)
            .unwrap();
        let ran = best_run(3, everything);
        let most = theirs.took.mul_f64(0.6);
        rows.row(
            EVERYTHING,
            &format!("{}, {:.0} MB", milliseconds(ran.took), ran.peak),
            &milliseconds(most),
            &format!(
                "kubectl {}, {:.0} MB",
                milliseconds(theirs.took),
                theirs.peak
            ),
            ran.took <= most,
        );
    }
    if rows.wants(ONE) {
        let cluster = generated(50_000);
        put(&others(&cluster));
        pods(&cluster, 20_000, &put);
        assert_eq!(lines(everything()), 50_000);
        one(rows, &cluster, ask);
    }
}

/// One pod: how much of all bytes is read, and how long it takes beside what the server takes.
fn one(rows: &mut Rows, cluster: &Cluster, ask: impl Fn(&[&str]) -> std::process::Command) {
    let pod: Value = serde_json::from_str(&cluster.pod(33_333)).unwrap();
    let id = format!(
        "{}/{}",
        pod["metadata"]["namespace"].as_str().unwrap(),
        pod["metadata"]["name"].as_str().unwrap()
    );
    let all: usize = (0..cluster.0.pods)
        .step_by(100)
        .map(|at| cluster.pod(at).len() * 100)
        .sum();
    let ran = best_run(5, || ask(&["endpoint", &id, "-v=6"]));
    let requests = requests(&ran.said);
    let of_pods: usize = requests
        .iter()
        .filter(|request| {
            request
                .path
                .split('?')
                .next()
                .is_some_and(|path| path.ends_with("/pods"))
        })
        .map(|request| request.bytes)
        .sum();
    let share = of_pods as f64 / all as f64;
    let most = slowest_of_each_stage(&requests) + Duration::from_millis(20);
    rows.row(
        ONE,
        &format!(
            "{}, {:.3} % of bytes",
            milliseconds(ran.took),
            share * 100.0
        ),
        &format!("{}, 1 %", milliseconds(most)),
        &format!("{} requests", requests.len()),
        ran.took <= most && share <= 0.01,
    );
}

/// A request as `-v=6` tells it.
struct Request {
    path: String,
    bytes: usize,
    /// In milliseconds since the first.
    began: u64,
    took: u64,
}

fn requests(said: &str) -> Vec<Request> {
    let number =
        |text: Option<&str>| text.and_then(|text| text.trim().split(' ').next()?.parse().ok());
    said.lines()
        .filter_map(|line| {
            let (_, line) = line.split_once("GET ")?;
            let (path, rest) = line.split_once(": ")?;
            let mut parts = rest.split(", ");
            let _status = parts.next()?;
            Some(Request {
                path: path.to_owned(),
                bytes: number(parts.next())? as usize,
                took: number(parts.next())?,
                began: number(parts.next()?.strip_prefix("begun at "))?,
            })
        })
        .collect()
}

/// Requests that overlap are one stage.
fn slowest_of_each_stage(requests: &[Request]) -> Duration {
    let mut requests: Vec<&Request> = requests.iter().collect();
    requests.sort_by_key(|request| request.began);
    let (mut sum, mut slowest, mut end) = (0, 0, 0);
    for request in requests {
        if request.began >= end {
            sum += slowest;
            slowest = 0;
        }
        slowest = slowest.max(request.took);
        end = end.max(request.began + request.took);
    }
    Duration::from_millis(sum + slowest)
}

fn etcd(rows: &mut Rows) {
    let etcd = Etcd::start().unwrap();
    let cluster = Cluster(Size {
        pods: 50_000,
        policies: 100,
        full: false,
        seed: 1,
    });
    let others = others(&cluster);
    let version = object(
        "crd.projectcalico.org/v1",
        "ClusterInformation",
        &cluster.information(),
    );
    let put = |objects: &[Value]| {
        // Its keys are those of a Calico version, which this object tells.
        let versioned: Vec<Value> = [&version].into_iter().chain(objects).cloned().collect();
        etcd.put_all(&calico_etcd::entries(&versioned).unwrap())
            .unwrap();
    };
    put(&others[1..]);
    pods(&cluster, 0, &put);
    let url = etcd.url();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let prefix = format!("{}workloadendpoints/", calico_etcd::ROOT);
    let (floor, bytes) = best(3, || {
        runtime.block_on(async {
            let client = etcd_client::Client::connect([&url], None).await.unwrap();
            let mut client = client.kv_client().max_decoding_message_size(usize::MAX);
            let options = etcd_client::GetOptions::new().with_prefix();
            let answer = client.get(prefix.as_str(), Some(options)).await.unwrap();
            assert_eq!(answer.kvs().len(), 50_000);
            answer
                .kvs()
                .iter()
                .map(|kv| kv.key().len() + kv.value().len())
                .sum::<usize>()
        })
    });
    let ask = || {
        let mut command = tool(&["endpoint", "-A", "-r", "-o", "name"]);
        command
            .env("DATASTORE_TYPE", "etcdv3")
            .env("ETCD_ENDPOINTS", &url);
        command
    };
    assert_eq!(lines(ask()), 50_000);
    let ran = best_run(3, ask);
    let share = floor.as_secs_f64() / ran.took.as_secs_f64();
    rows.row(
        ETCD,
        &format!(
            "{} {:.0} %, {:.0} MB",
            milliseconds(ran.took),
            share * 100.0,
            ran.peak
        ),
        "90 %, 60 MB",
        &format!("{} {}", rate(bytes, floor), milliseconds(floor)),
        share >= 0.9 && ran.peak <= 60.0,
    );
}

/// Everything but pods; ClusterInformation first.
fn others(cluster: &Cluster) -> Vec<Value> {
    let calico = "crd.projectcalico.org/v1";
    let one = object(calico, "ClusterInformation", &cluster.information());
    let of = |version: &'static str, kind: &'static str| {
        move |json: String| object(version, kind, &json)
    };
    std::iter::once(one)
        .chain(cluster.each_tier().map(of(calico, "Tier")))
        .chain(cluster.each_namespace().map(of("v1", "Namespace")))
        .chain(
            cluster
                .each_service_account()
                .map(of("v1", "ServiceAccount")),
        )
        .chain(cluster.each_network_set().map(of(calico, "NetworkSet")))
        .chain(
            cluster
                .each_calico_policy()
                .map(of(calico, "NetworkPolicy")),
        )
        .chain(
            cluster
                .each_global_policy()
                .map(of(calico, "GlobalNetworkPolicy")),
        )
        .chain(
            cluster
                .each_kubernetes_policy()
                .map(of("networking.k8s.io/v1", "NetworkPolicy")),
        )
        .collect()
}

fn pods(cluster: &Cluster, from: usize, put: &dyn Fn(&[Value])) {
    for start in (from..cluster.0.pods).step_by(CHUNK) {
        let to = cluster.0.pods.min(start + CHUNK);
        let chunk: Vec<Value> = (start..to)
            .map(|at| object("v1", "Pod", &cluster.pod(at)))
            .collect();
        put(&chunk);
    }
}

/// An object as a server stores it.
fn object(version: &str, kind: &str, json: &str) -> Value {
    let mut object: Value = serde_json::from_str(json).unwrap();
    object["apiVersion"] = json!(version);
    object["kind"] = json!(kind);
    object["metadata"]
        .as_object_mut()
        .unwrap()
        .remove("resourceVersion");
    object
}

fn lines(mut command: std::process::Command) -> usize {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    output.stdout.iter().filter(|byte| **byte == b'\n').count()
}
