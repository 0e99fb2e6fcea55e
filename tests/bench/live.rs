//! Real servers: a kube-apiserver with tens of thousands of pods, and an etcd with as many workload endpoints.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::{Cluster, Size};
use crate::rows::{Row, Rows, best, memory, milliseconds, rate, times};
use crate::support::apiserver::Options;
use crate::support::binaries::{Servers, locate};
use crate::support::calico_etcd;
use crate::support::cluster::Cluster as ApiCluster;
use crate::support::etcd::{Entry, Etcd};
use crate::support::kinds::Mode;
use crate::tool::{best_run, run, tool};

const EVERYTHING: &str = "20,000 pods from a kube-apiserver, `endpoint -A -r -o name`";
const ONE: &str = "one pod of 50,000 from a kube-apiserver";
const ETCD: &str = "50,000 WorkloadEndpoints from etcd, `endpoint -A -r -o name`";

/// Objects that are written at once.
const CHUNK: usize = 1000;

pub fn rows(rows: &mut Rows) {
    let wanted: Vec<&str> = [EVERYTHING, ONE, ETCD]
        .into_iter()
        .filter(|work| rows.wants(work))
        .collect();
    if !matches!(locate(), Servers::Found(_)) {
        for work in wanted {
            rows.row(&Row {
                work,
                measured: "no servers".to_owned(),
                target: String::new(),
                beside: String::new(),
                times: f64::INFINITY,
                why: "`make bench` builds them first",
            });
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
            ..rows.size(pods, 1_000, true)
        })
    };
    let (some, all) = (generated(20_000), generated(50_000));
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
    put(&others(&some));
    pods(&some, 0, &put);
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
        rows.row(&Row {
            work: EVERYTHING,
            measured: format!("{}, {:.0} MB", milliseconds(ran.took), ran.peak),
            target: milliseconds(most),
            beside: format!(
                "{}, {:.0} MB for kubectl get pods -A -o json",
                milliseconds(theirs.took),
                theirs.peak
            ),
            times: times(ran.took, most),
            why: "others used the cores",
        });
    }
    if rows.wants(ONE) {
        put(&others(&all));
        pods(&all, 20_000, &put);
        assert_eq!(lines(everything()), 50_000);
        one(rows, &all, ask);
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
    let stages = stages(&ran.said);
    let requests = stages.iter().flatten();
    let of_pods = requests.clone().filter(|request| {
        let path = request.path.split('?').next();
        path.is_some_and(|path| path.ends_with("/pods"))
    });
    let share = of_pods.map(|request| request.bytes).sum::<usize>() as f64 / all as f64;
    let slowest = |stage: &Vec<Request>| stage.iter().map(|request| request.took).max();
    let of_stages: u64 = stages.iter().filter_map(slowest).sum();
    let most = Duration::from_millis(of_stages + 20);
    rows.row(&Row {
        work: ONE,
        measured: format!(
            "{}, {:.3} % of bytes",
            milliseconds(ran.took),
            share * 100.0
        ),
        target: format!("{}, 1 %", milliseconds(most)),
        beside: format!("{} requests in {} stages", requests.count(), stages.len()),
        times: times(ran.took, most).max(share / 0.01),
        why: "a stage has up to 34 lists, four at once; 1,000 policies are converted between two of them",
    });
}

/// A request as `-v=6` tells it.
struct Request {
    path: String,
    bytes: usize,
    /// In milliseconds.
    took: u64,
}

/// The requests of each stage: what is asked for at once, since nothing of it hangs on the rest.
fn stages(said: &str) -> Vec<Vec<Request>> {
    let mut stages = Vec::new();
    for line in said.lines() {
        if line.contains("DEBUG stage: ") {
            stages.push(Vec::new());
        }
        if let (Some(request), Some(stage)) = (request(line), stages.last_mut()) {
            stage.push(request);
        }
    }
    stages
}

fn request(line: &str) -> Option<Request> {
    let number = |text: &str| text.trim().split(' ').next()?.parse().ok();
    let (_, line) = line.split_once("GET ")?;
    let (path, rest) = line.split_once(": ")?;
    let mut parts = rest.split(", ").skip(1);
    Some(Request {
        path: path.to_owned(),
        bytes: number(parts.next()?)?,
        took: number(parts.next()?)? as u64,
    })
}

fn etcd(rows: &mut Rows) {
    let etcd = Etcd::start().unwrap();
    let cluster = Cluster(Size {
        pods: 50_000,
        ..rows.size(50_000, 100, false)
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
    rows.row(&Row {
        work: ETCD,
        measured: format!(
            "{} {:.0} %, {:.0} MB",
            milliseconds(ran.took),
            share * 100.0,
            ran.peak
        ),
        target: "90 %, 60 MB".to_owned(),
        beside: format!(
            "{} {} for one read of the keys",
            rate(bytes, floor),
            milliseconds(floor)
        ),
        times: (0.9 / share).max(memory(ran.peak, 60.0)),
        why: "decoding and converting a value takes longer than etcd does to send it",
    });
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
