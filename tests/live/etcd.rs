//! The tool's answers from an etcd as Calico's own components fill it.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::Verdict;
use super::answers::document_of;
use super::ask::{Said, nothing_differs};
use super::etcd_copies::of_copies;
use super::expectation::differences;
use super::support::Outcome;
use super::support::calico_etcd::{ROOT, entries_of};
use super::support::etcd::Etcd;
use super::support::lab::Lab;
use super::support::world::World;

/// Kinds of Kubernetes that decide on its own datastore only: a world with one says for itself what etcd answers.
const NOT_IN_ETCD: [&str; 3] = [
    "ClusterNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
];

/// Every world, written as Calico's components would write it, gives its answers but for Calico's own differences.
pub fn every_world_gives_its_answers(_: &Lab) -> Verdict {
    let etcd = Etcd::start()?;
    let names = World::named_in("etcd")?;
    assert!(names.len() >= 70, "only {} worlds in etcd", names.len());
    let (mut wrong, mut asked, mut own) = (Vec::new(), 0, 0);
    for name in names {
        fill(&etcd, &name)?;
        let (cases, is_own) = cases(&name)?;
        own += usize::from(is_own);
        assert!(!cases.is_empty(), "{name} expects nothing");
        for case in &cases {
            asked += 1;
            wrong.extend(check(&etcd, &name, case)?);
        }
    }
    assert!(asked >= 100, "only {asked} questions");
    assert!(own >= 15, "only {own} worlds have an answer of their own");
    nothing_differs(&wrong);
    Ok(())
}

/// What the writer puts into etcd, byte by byte, for one object of each kind that is copied.
pub fn copies_are_what_calico_writes(_: &Lab) -> Verdict {
    let etcd = Etcd::start()?;
    fill(&etcd, "knp-everything")?;
    let mut keys = Vec::new();
    let mut copy = Value::Null;
    for (key, value) in etcd.range(ROOT)? {
        let key = key.trim_start_matches(ROOT).to_owned();
        let value: Value = serde_json::from_slice(&value)?;
        assert_eq!(value["apiVersion"], "projectcalico.org/v3", "{key}");
        assert!(
            value["metadata"]["resourceVersion"].is_null(),
            "{key}: {value}"
        );
        assert!(
            value["metadata"]["creationTimestamp"].is_string(),
            "{key}: {value}"
        );
        if key.starts_with("networkpolicies/") {
            copy = value;
        }
        keys.push(key);
    }
    assert_eq!(
        keys,
        [
            "clusterinformations/default",
            "networkpolicies/shop/knp.default.db",
            "networksets/web/office",
            "nodes/node-a",
            "nodes/node-b",
            "profiles/kns.other",
            "profiles/kns.shop",
            "profiles/kns.web",
            "profiles/ksa.other.default",
            "profiles/ksa.shop.default",
            "profiles/ksa.web.default",
            "tiers/default",
            "tiers/kube-admin",
            "tiers/kube-baseline",
            "workloadendpoints/other/node--a-k8s-far--0-eth0",
            "workloadendpoints/other/node--a-k8s-x--0-eth0",
            "workloadendpoints/shop/node--a-k8s-old--0-eth0",
            "workloadendpoints/shop/node--a-k8s-pg--0-eth0",
            "workloadendpoints/web/node--a-k8s-front--0-eth0",
        ]
    );
    assert_eq!(
        copy["metadata"]["annotations"]["projectcalico.org/metadata"],
        r#"{"name":"knp.default.db"}"#
    );
    let rules = copy["spec"]["ingress"].as_array().expect("rules");
    // T10: four peers for TCP, then for UDP; neighbouring ports are one range.
    assert_eq!(rules.len(), 8, "{copy}");
    assert_eq!(rules[0]["destination"]["ports"][0], "5432:5433");
    assert_eq!(rules[4]["destination"]["ports"][0], "dns");
    assert_eq!(rules[3]["source"]["nets"][0], "10.1.0.0/16");
    assert_eq!(rules[1]["source"]["namespaceSelector"], "team == 'a'");
    assert_eq!(
        copy["spec"]["selector"],
        "projectcalico.org/orchestrator == 'k8s' && app == 'pg' && tier == 'db' && env in { 'prod', 'dev' } && ! has(legacy)"
    );
    Ok(())
}

/// Puts a world, and nothing else, into etcd.
pub fn fill(etcd: &Etcd, world: &str) -> Outcome<()> {
    etcd.delete_prefixes(&["/".to_owned()])?;
    let entries = entries_of(world)?;
    assert!(!entries.is_empty(), "{world} is empty");
    etcd.put_all(&entries)?;
    // What was written is there: nothing below depends on a write that failed.
    let there = etcd.range("/")?;
    for (key, value) in &entries {
        let found = there.iter().find(|(known, _)| known == key);
        assert_eq!(
            found.map(|(_, bytes)| bytes),
            Some(value),
            "{world}: {key} is not there"
        );
    }
    Ok(())
}

/// The cases of a world: its own answers for etcd where Calico's difference is the matter, else those of the Kubernetes
/// datastore, said of copies. Whether they are its own, too.
fn cases(world: &str) -> Outcome<(Vec<Value>, bool)> {
    let list = |document: Value| document.as_array().cloned().unwrap_or_default();
    if let Some(own) = document_of(world, "expected-etcd.yaml")? {
        return Ok((list(own), true));
    }
    let expected = document_of(world, "expected.yaml")?.unwrap_or_default();
    let etcd_only = document_of(world, "etcd.yaml")?.is_some();
    if etcd_only {
        return Ok((list(expected), true));
    }
    for object in World::objects_of(world)? {
        assert!(
            !NOT_IN_ETCD.iter().any(|kind| object["kind"] == *kind),
            "{world} needs an expected-etcd.yaml: it has a {}",
            object["kind"]
        );
    }
    Ok((list(expected).iter().map(of_copies).collect(), false))
}

fn check(etcd: &Etcd, world: &str, case: &Value) -> Outcome<Vec<String>> {
    let typed = case["args"].as_array().into_iter().flatten();
    let mut args: Vec<&str> = typed.filter_map(Value::as_str).collect();
    args.extend(["-o", "json"]);
    let said = ask(&etcd.url(), &args)?;
    let about = format!("{world} in etcd {args:?} ({})", case["because"]);
    let mut wrong = Vec::new();
    if case["exit"].as_i64() != Some(said.code.into()) {
        wrong.push(format!(
            "{about}: exit {}, expected {}: {}",
            said.code, case["exit"], said.stderr
        ));
    }
    if said.code == 2 {
        return Ok(wrong);
    }
    let answer = said.json()?;
    if !case["answer"].is_null() {
        let found = differences(&case["answer"], &answer);
        wrong.extend(found.into_iter().map(|what| format!("{about}: {what}")));
    }
    for code in case["notes"].as_array().into_iter().flatten() {
        if !said.stdout.contains(&format!("\"code\": {code}")) {
            wrong.push(format!("{about}: no note {code}"));
        }
    }
    Ok(wrong)
}

/// Runs the tool with an etcd, and neither a kubeconfig nor anything else of the caller's settings.
fn ask(endpoint: &str, args: &[&str]) -> Outcome<Said> {
    let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(args)
        .env_clear()
        .env("ETCD_ENDPOINTS", endpoint)
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null())
        .output()?;
    Ok(Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout)?,
        stderr: String::from_utf8(output.stderr)?,
    })
}
