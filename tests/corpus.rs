//! Felix is the judge: our answers on the corpus of random clusters equal those of Calico's own code.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

const STAGES: [&str; 4] = ["untracked", "preDNAT", "forward", "normal"];
const DIRECTIONS: [&str; 2] = ["ingress", "egress"];

fn clusters() -> Vec<Value> {
    let file = std::fs::File::open("tests/corpus/clusters.jsonl.gz").unwrap();
    let lines = BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

fn answer(cluster: &Value) -> Value {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(["endpoint", "-A", "-f", "-", "-o", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = serde_json::to_vec(cluster).unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn corpus_id(item: &Value) -> String {
    match item["kind"].as_str() {
        Some("HostEndpoint") => {
            format!("hep:{}/{}", text(&item["node"]), text(&item["name"]))
        }
        _ => text(&item["id"]),
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// `np/shop/web` as the corpus writes it: `NetworkPolicy/shop/web`.
fn corpus_policy(id: &str) -> String {
    let (short, rest) = id.split_once('/').unwrap();
    let kind = match short {
        "np" => "NetworkPolicy",
        "gnp" => "GlobalNetworkPolicy",
        "knp" => "KubernetesNetworkPolicy",
        "kcnp" => "KubernetesClusterNetworkPolicy",
        "snp" => "StagedNetworkPolicy",
        "sgnp" => "StagedGlobalNetworkPolicy",
        "sknp" => "StagedKubernetesNetworkPolicy",
        other => panic!("unexpected kind {other}"),
    };
    match short {
        "gnp" | "kcnp" | "sgnp" => format!("{kind}//{rest}"),
        _ => format!("{kind}/{rest}"),
    }
}

/// The lists of one stage and direction: tier, policies, end.
type Lists = Vec<(String, Vec<String>, String)>;

fn expected_lists(endpoint: &Value, stage: &str, direction: &str) -> Lists {
    let mut lists = Lists::new();
    for tier in endpoint[stage][direction].as_array().into_iter().flatten() {
        let policies: Vec<String> = tier["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        let staged = policies.iter().all(|policy| policy.starts_with("Staged"));
        let end = match (stage, text(&tier["defaultAction"]).as_str()) {
            _ if staged => "None",
            ("untracked" | "preDNAT", _) | (_, "Pass") => "Pass",
            _ => "Deny",
        };
        lists.push((text(&tier["tier"]), policies, end.to_owned()));
    }
    lists
}

fn our_lists(item: &Value, stage: &str, direction: &str) -> Lists {
    let mut lists = Lists::new();
    for tier in item[direction][stage]["tiers"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let policies = tier["policies"].as_array().unwrap();
        let policies = policies.iter().map(|id| corpus_policy(&text(id))).collect();
        lists.push((text(&tier["tier"]), policies, text(&tier["endOfTier"])));
    }
    lists
}

fn expected_matches(endpoint: &Value) -> BTreeSet<String> {
    let matches = endpoint["ruleMatches"].as_array().unwrap().iter();
    matches
        .map(|m| {
            let exclusion = if m["exclusion"] == true { "not " } else { "" };
            format!(
                "{} {} rule {} felix {} {} {exclusion}{}",
                text(&m["policy"]),
                text(&m["direction"]),
                m["rule"],
                m["felixRule"],
                text(&m["as"]),
                text(&m["via"])
            )
        })
        .collect()
}

/// The criteria that name the endpoint: positive ones that hold, negations that do not.
fn our_matches(item: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for m in item["ruleMatches"].as_array().unwrap() {
        for criterion in m["criteria"].as_array().unwrap() {
            let (negated, via) = match text(&criterion["type"]).as_str() {
                "selector" => (false, "selector"),
                "services" => (false, "service"),
                "nets" => (false, "nets"),
                "namedPorts" => (false, "namedPort"),
                "notSelector" => (true, "selector"),
                "notNets" => (true, "nets"),
                "notNamedPorts" => (true, "namedPort"),
                other => panic!("unexpected criterion {other}"),
            };
            if criterion["holds"] == negated {
                continue;
            }
            for felix in m["felixRules"].as_array().unwrap() {
                found.insert(format!(
                    "{} {} rule {} felix {felix} {} {}{via}",
                    corpus_policy(&text(&m["policy"]["id"])),
                    text(&m["direction"]),
                    m["ruleIndex"],
                    text(&m["role"]),
                    if negated { "not " } else { "" },
                ));
            }
        }
    }
    found
}

/// What the differential test needs to know of directions: which policies govern which.
fn governs(cluster_items: &[Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut governs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in cluster_items {
        for policy in item["policies"].as_array().unwrap() {
            let types = policy["types"].as_array().unwrap().iter();
            governs
                .entry(corpus_policy(&text(&policy["id"])))
                .or_default()
                .extend(types.map(|t| text(t).to_lowercase()));
        }
    }
    governs
}

/// `policy|direction|rule|side` of the matches that we call applying.
fn our_sides(item: &Value, effect: &str) -> BTreeSet<String> {
    let mut sides = BTreeSet::new();
    for m in item["ruleMatches"].as_array().unwrap() {
        if m["effect"] != effect {
            continue;
        }
        sides.insert(format!(
            "{}|{}|{}|{}",
            corpus_policy(&text(&m["policy"]["id"])),
            text(&m["direction"]),
            m["ruleIndex"],
            text(&m["role"])
        ));
    }
    sides
}

fn listed(item: &Value) -> BTreeSet<String> {
    ["Inert", "Applies", "Excluded", "Partial"]
        .iter()
        .flat_map(|e| our_sides(item, e))
        .collect()
}

fn compare_endpoint(
    id: &str,
    want: &Value,
    have: &Value,
    governed: &BTreeMap<String, BTreeSet<String>>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |what: &str, want: String, have: String| {
        if want != have {
            wrong.push(format!("{id} {what}:\n  Felix {want}\n  ours  {have}"));
        }
    };
    for stage in STAGES {
        for direction in DIRECTIONS {
            let (want, have) = (
                expected_lists(want, stage, direction),
                our_lists(have, stage, direction),
            );
            check(
                &format!("{stage} {direction}"),
                format!("{want:?}"),
                format!("{have:?}"),
            );
        }
    }
    let profiles: Vec<String> = want["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    let ours: Vec<String> = have["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| text(&p["name"]))
        .collect();
    check("profiles", format!("{profiles:?}"), format!("{ours:?}"));
    let plain = |v: &Value| {
        let address = text(v);
        address
            .strip_suffix("/32")
            .or(address.strip_suffix("/128"))
            .unwrap_or(&address)
            .to_owned()
    };
    let addresses =
        |v: &Value| -> BTreeSet<String> { v.as_array().unwrap().iter().map(plain).collect() };
    check(
        "ips",
        format!("{:?}", addresses(&want["ips"])),
        format!("{:?}", addresses(&have["ips"])),
    );
    let (theirs, ours) = (expected_matches(want), our_matches(have));
    let missing: Vec<_> = theirs.difference(&ours).collect();
    let extra: Vec<_> = ours.difference(&theirs).collect();
    check(
        "rule matches that only one side has",
        format!("{missing:?}"),
        format!("{extra:?}"),
    );
    let theirs: BTreeSet<String> = want["sideMatches"]
        .as_array()
        .unwrap()
        .iter()
        .map(text)
        .collect();
    let inert = our_sides(have, "Inert");
    let theirs: BTreeSet<String> = theirs
        .intersection(&listed(have))
        .filter(|side| !inert.contains(*side))
        .cloned()
        .collect();
    check(
        "sides",
        format!("{theirs:?}"),
        format!("{:?}", our_sides(have, "Applies")),
    );
    for side in listed(have) {
        let mut parts = side.split('|');
        let (policy, direction) = (parts.next().unwrap(), parts.next().unwrap());
        if let Some(types) = governed.get(policy) {
            let inert = inert.contains(&side);
            check(
                &format!("inert {side}"),
                (!types.contains(direction)).to_string(),
                inert.to_string(),
            );
        }
    }
    wrong
}

fn compare_cluster(cluster: &Value) -> Vec<String> {
    let answer = answer(&cluster["cluster"]);
    let items = answer["items"].as_array().unwrap();
    let governed = governs(items);
    let ours: BTreeMap<String, &Value> = items.iter().map(|i| (corpus_id(i), i)).collect();
    let theirs = cluster["expected"]["endpoints"].as_object().unwrap();
    let mut wrong = Vec::new();
    for (id, want) in theirs {
        match ours.get(id) {
            Some(have) => wrong.extend(compare_endpoint(id, want, have, &governed)),
            None => wrong.push(format!("{id}: Felix has it, we do not")),
        }
    }
    wrong.extend(
        ours.keys()
            .filter(|id| !theirs.contains_key(*id))
            .map(|id| format!("{id}: we have it, Felix does not")),
    );
    wrong
        .into_iter()
        .map(|what| format!("seed {}: {what}", cluster["seed"]))
        .collect()
}

/// No difference is excused: what is listed here would stand with its seed and the reason.
#[test]
fn every_endpoint_of_every_cluster_equals_felix() {
    let clusters = clusters();
    assert_eq!(clusters.len(), 600);
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(cluster) = clusters.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = compare_cluster(cluster);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let shown: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} differences, the first:\n{}",
        wrong.len(),
        shown.join("\n")
    );
}
