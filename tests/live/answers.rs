//! The tool's answers from real servers: every world in both modes, and the ways in which a read can fail.

use std::sync::Arc;

use serde_json::Value;

use super::Verdict;
use super::ask::{ask, ask_about_web_1, nothing_differs};
use super::expectation::differences;
use super::support::Outcome;
use super::support::access::{Rule, User};
use super::support::apiserver::Options;
use super::support::cluster::Cluster;
use super::support::etcd::Etcd;
use super::support::kinds::{Kind, Mode, documents};
use super::support::lab::Lab;
use super::support::world::World;

/// Every world that a server can serve gives the answers that its files give.
pub fn every_world_gives_its_answers(lab: &Lab) -> Verdict {
    let mut wrong = Vec::new();
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let user = cluster.reader()?;
        let names = World::names(mode)?;
        assert!(
            names.len() >= 30,
            "only {} worlds in {}",
            names.len(),
            mode.name()
        );
        for name in names {
            let _world = cluster.world(&name)?;
            for case in cases(&name)? {
                wrong.extend(check(&user, &name, mode, &case)?);
            }
        }
    }
    nothing_differs(&wrong);
    Ok(())
}

fn cases(world: &str) -> Outcome<Vec<Value>> {
    let document = document_of(world, "expected.yaml")?.unwrap_or_default();
    Ok(document.as_array().cloned().unwrap_or_default())
}

/// The first document of a file of a world, none without such a file.
pub fn document_of(world: &str, file: &str) -> Outcome<Option<Value>> {
    let path = format!("{}/tests/worlds/{world}/{file}", env!("CARGO_MANIFEST_DIR"));
    let path = std::path::PathBuf::from(path);
    if !path.is_file() {
        return Ok(None);
    }
    Ok(documents(&path)?.into_iter().next())
}

fn check(user: &User, world: &str, mode: Mode, case: &Value) -> Outcome<Vec<String>> {
    let typed = case["args"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let mut args: Vec<&str> = typed.collect();
    // Files have no context: there, everything is in scope.
    if !args.iter().any(|arg| ["-A", "-n"].contains(arg)) {
        args.push("-A");
    }
    args.extend(["-o", "json"]);
    let said = ask(user.kubeconfig(), &args)?;
    let about = format!("{world} in {} {args:?}", mode.name());
    let mut wrong = Vec::new();
    if case["exit"].as_i64() != Some(said.code.into()) {
        wrong.push(format!("{about}: exit {}: {}", said.code, said.stderr));
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
    let snapshot = &answer["snapshot"];
    if snapshot["calicoAPI"] != mode.api_version() || snapshot["pinned"] != true {
        wrong.push(format!("{about}: {snapshot}"));
    }
    Ok(wrong)
}

/// Rights to list everything but some kinds.
pub fn all_but(cluster: &Cluster, hidden: &[&str]) -> Outcome<Vec<Rule>> {
    let kinds = Kind::all(cluster.mode)?;
    let seen = kinds.iter().filter(|kind| !hidden.contains(&&*kind.plural));
    Ok(seen
        .map(|kind| Rule::list(kind.group(), &[&kind.plural]))
        .collect())
}

pub fn a_hidden_policy_kind_is_a_gap_and_an_allow_becomes_unknown(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let _world = cluster.world("shop")?;
        let user = cluster.user(&all_but(cluster, &["globalnetworkpolicies"])?)?;
        let (said, answer) = ask_about_web_1(user.kubeconfig())?;
        assert_eq!(said.code, 3, "{}", said.stderr);
        assert_eq!(answer["complete"], false);
        let gap = &answer["gaps"][0];
        assert_eq!(gap["code"], "Forbidden", "{gap}");
        let group = mode.api_version().split('/').next().unwrap_or_default();
        assert_eq!(gap["resource"], format!("globalnetworkpolicies.{group}"));
        assert_eq!(gap["rule"]["verbs"][0], "list");
        assert_eq!(
            answer["items"][0]["egress"]["normal"]["unmatched"]["action"],
            "Unknown"
        );
        assert_eq!(
            answer["items"][0]["ingress"]["normal"]["unmatched"]["action"],
            "Deny"
        );
        assert!(
            said.stderr.contains("globalnetworkpolicies"),
            "{}",
            said.stderr
        );

        let said = ask(user.kubeconfig(), &["endpoint", "pod/shop/web-1"])?;
        assert!(said.stdout.starts_with("INCOMPLETE: "), "{}", said.stdout);
    }
    Ok(())
}

pub fn hidden_namespaces_leave_unknown_what_hangs_on_their_labels(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.user(&all_but(cluster, &["namespaces"])?)?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 3, "{}", said.stderr);
    let item = &answer["items"][0];
    // The pod proves that its namespace exists, and such a profile allows everything whatever its labels.
    assert_eq!(
        item["egress"]["normal"]["unmatched"]["action"], "Allow",
        "{answer}"
    );
    assert_eq!(item["ingress"]["normal"]["unmatched"]["action"], "Deny");
    let effect = |id: &str| {
        let matches = item["ruleMatches"].as_array().into_iter().flatten();
        matches
            .filter(|m| m["policy"]["id"] == id)
            .map(|m| m["effect"].clone())
            .next()
    };
    // Its rule asks for a label of the namespace; the other one for a label of the pod.
    assert_eq!(effect("np/pay/no-shop"), Some("Unknown".into()), "{item}");
    assert_eq!(effect("np/shop/db-in"), Some("Applies".into()), "{item}");
    Ok(())
}

/// Neither order nor ends of tiers are known: nothing is said to be denied for certain by one.
pub fn hidden_tiers_leave_their_ends_unknown(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.user(&all_but(cluster, &["tiers"])?)?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 3, "{}", said.stderr);
    let egress = &answer["items"][0]["egress"]["normal"];
    assert_eq!(egress["unmatched"]["action"], "Unknown", "{egress}");
    assert!(answer["tiers"][0]["exists"].is_null(), "{answer}");
    Ok(())
}

/// What this version of Calico does not read, and what is never enforced, decides nothing when it is hidden.
pub fn hidden_kinds_that_decide_nothing_leave_the_verdict(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let old = ["adminnetworkpolicies", "baselineadminnetworkpolicies"];
    let staged = ["stagedglobalnetworkpolicies", "stagednetworkpolicies"];
    for (hidden, code) in [(&old, 0), (&staged, 3)] {
        let user = cluster.user(&all_but(cluster, hidden)?)?;
        let (said, answer) = ask_about_web_1(user.kubeconfig())?;
        assert_eq!(said.code, code, "{}", said.stderr);
        let egress = &answer["items"][0]["egress"]["normal"]["unmatched"];
        assert_eq!(egress["action"], "Allow", "{hidden:?}: {answer}");
    }
    Ok(())
}

/// The namespace of a pod that is named is the one in which a list may still be allowed.
pub fn rights_in_the_pods_namespace_suffice(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let namespaced = ["pods", "serviceaccounts", "networkpolicies"];
    let mut rules = all_but(cluster, &namespaced)?;
    rules.push(Rule::list("", &["pods", "serviceaccounts"]).within("shop"));
    for group in ["networking.k8s.io", "crd.projectcalico.org"] {
        rules.push(Rule::list(group, &["networkpolicies"]).within("shop"));
    }
    let user = cluster.user(&rules)?;
    for args in [
        &["pod/shop/web-1"][..],
        &["shop/web-1"],
        &["-n", "shop", "web-1"],
    ] {
        let args = [&["endpoint", "-o", "json"], args].concat();
        let answer = ask(user.kubeconfig(), &args)?.json()?;
        let egress = &answer["items"][0]["egress"]["normal"]["unmatched"];
        assert_eq!(egress["action"], "Allow", "{args:?}: {}", answer["gaps"]);
    }
    Ok(())
}

pub fn hidden_pods_are_no_answer(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.user(&all_but(cluster, &["pods"])?)?;
    let said = ask(
        user.kubeconfig(),
        &["endpoint", "pod/shop/web-1", "-o", "json"],
    )?;
    assert_eq!((said.code, &*said.stdout), (2, ""));
    assert!(said.stderr.starts_with("error: "), "{}", said.stderr);
    assert!(said.stderr.contains("pods"), "{}", said.stderr);
    Ok(())
}

pub fn rights_in_one_namespace_answer_for_that_namespace(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let mut rules = all_but(cluster, &["pods", "serviceaccounts"])?;
    rules.push(Rule::list("", &["pods", "serviceaccounts"]).within("shop"));
    let user = cluster.user(&rules)?;
    let said = ask(
        user.kubeconfig(),
        &["endpoint", "-n", "shop", "web-1", "-o", "json"],
    )?;
    let answer = said.json()?;
    assert_eq!(
        answer["items"][0]["ref"], "pod/shop/web-1",
        "{}",
        said.stderr
    );
    assert_eq!(said.code, 0, "{answer}");
    assert_eq!(answer["snapshot"]["sharedIPsChecked"], false);
    Ok(())
}

pub fn a_value_that_does_not_decode_is_named(_: &Lab) -> Verdict {
    // Of its own: the cache of the kind stays slow for a while.
    let cluster = Cluster::start(Arc::new(Etcd::start()?), Mode::V1, &Options::default())?;
    let world = cluster.world("shop")?;
    let broken = serde_json::json!({
        "apiVersion": "crd.projectcalico.org/v1", "kind": "GlobalNetworkPolicy", "metadata": {"name": "broken"}
    });
    world.store_bytes(&broken, b"{oops")?;
    let user = cluster.reader()?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 3, "{}", said.stderr);
    let gap = answer["gaps"].to_string();
    assert!(
        gap.contains("globalnetworkpolicies/broken") || gap.contains("broken"),
        "{gap}"
    );
    Ok(())
}

pub fn a_port_that_go_cannot_decode_poisons_its_kind(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let world = cluster.world("shop")?;
    world.store_together(&[serde_json::json!({
        "apiVersion": "crd.projectcalico.org/v1", "kind": "GlobalNetworkPolicy",
        "metadata": {"name": "poison", "uid": "7a0c9d1e-52bb-4c4c-9a55-0d6c9d3a1e01"},
        "spec": {"ingress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": ["90:80"]}}]}
    })])?;
    let user = cluster.reader()?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert_eq!(answer["gaps"][0]["code"], "PoisonsKind", "{answer}");
    assert_eq!(answer["notes"][0]["code"], "list-poisoned");
    Ok(())
}

pub fn a_wrong_address_is_an_error_within_its_time(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let user = cluster.reader()?;
    let start = std::time::Instant::now();
    let args = ["endpoint", "web-1", "--server", "https://127.0.0.1:1"];
    let said = ask(user.kubeconfig(), &args)?;
    assert_eq!((said.code, &*said.stdout), (2, ""));
    assert!(said.stderr.contains("127.0.0.1:1"), "{}", said.stderr);
    assert!(said.stderr.contains("refused"), "{}", said.stderr);
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
    Ok(())
}

pub fn an_expired_token_is_said_so(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let user = cluster.reader()?;
    let said = ask(
        user.kubeconfig(),
        &["endpoint", "web-1", "--token", "nobody-knows-it"],
    )?;
    assert_eq!((said.code, &*said.stdout), (2, ""));
    assert!(!said.stderr.contains("nobody-knows-it"), "{}", said.stderr);
    assert!(
        said.stderr.to_lowercase().contains("unauthorized"),
        "{}",
        said.stderr
    );
    Ok(())
}

/// The acceptance lines of `tests/transcripts/jq.md`, through the real kubectl and jq.
pub fn the_lines_for_jq_print_what_the_transcript_shows(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.reader()?;
    let text = include_str!("../transcripts/jq.md");
    let block = text.split("```").nth(1).unwrap_or_default();
    let commands: Vec<&str> = block.split("$ kubectl ").skip(1).collect();
    assert_eq!(commands.len(), 6);
    for command in commands {
        let (line, shown) = command.split_once('\n').unwrap_or_default();
        let output = cluster.shell(user.kubeconfig(), &format!("kubectl {line}"))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{line}: {stderr}");
        assert_eq!(printed.trim_end(), shown.trim_end(), "{line}");
    }
    Ok(())
}
