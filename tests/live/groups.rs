//! Both of Calico's groups as definitions of one real server: what a migration leaves, and rights in one of them only.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Verdict;
use super::answers::all_but;
use super::ask::{ask, ask_about_web_1};
use super::support::Outcome;
use super::support::access::Rule;
use super::support::apiserver::Options;
use super::support::cluster::Cluster;
use super::support::etcd::Etcd;
use super::support::kinds::Mode;

const V3: &str = "/apis/projectcalico.org/v3";

/// The world `shop` in `crd.projectcalico.org`, and beside it the definitions of `projectcalico.org` with one policy.
fn with_both_groups() -> Outcome<Cluster> {
    let cluster = Cluster::start(Arc::new(Etcd::start()?), Mode::V1, &Options::default())?;
    drop(cluster.world("shop")?);
    for definition in Mode::V3.definitions()? {
        if definition["spec"]["group"] != "projectcalico.org" {
            continue;
        }
        cluster.admin.create(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            &definition,
        )?;
        let plural = definition["spec"]["names"]["plural"]
            .as_str()
            .unwrap_or_default();
        cluster.admin.get_when_served(&format!("{V3}/{plural}"))?;
    }
    create(
        &cluster,
        "GlobalNetworkPolicy",
        "globalnetworkpolicies",
        "from-v3",
        &json!({"selector": "app == 'web'", "order": 1, "types": ["Egress"], "egress": [{"action": "Deny"}]}),
    )?;
    Ok(cluster)
}

fn create(cluster: &Cluster, kind: &str, plural: &str, name: &str, spec: &Value) -> Outcome<()> {
    let object = json!({"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": name}, "spec": spec});
    cluster
        .admin
        .create(&format!("{V3}/{plural}"), &object)
        .map(drop)
}

fn policies(answer: &Value) -> Vec<&str> {
    let policies = answer["items"][0]["policies"]
        .as_array()
        .into_iter()
        .flatten();
    policies
        .filter_map(|policy| policy["id"].as_str())
        .collect()
}

/// A kind that may not be listed in `crd.projectcalico.org` is read from `projectcalico.org`, as it is now, and the
/// answer says that policies may be missing.
pub fn a_forbidden_kind_is_read_from_the_other_group(_: &super::Lab) -> Verdict {
    let cluster = with_both_groups()?;
    let mut rules = all_but(&cluster, &["globalnetworkpolicies"])?;
    rules.push(Rule::list("projectcalico.org", &["globalnetworkpolicies"]));
    let user = cluster.user(&rules)?;
    let (said, answer) = ask_about_web_1(user.kubeconfig())?;
    assert_eq!(said.code, 3, "{}", said.stderr);
    let gap = &answer["gaps"][0];
    assert_eq!(gap["code"], "TiersFiltered", "{gap}");
    assert_eq!(
        gap["resource"],
        "globalnetworkpolicies.crd.projectcalico.org"
    );
    assert_eq!(answer["snapshot"]["pinned"], false);
    assert!(policies(&answer).contains(&"gnp/from-v3"), "{answer}");
    assert!(!policies(&answer).contains(&"gnp/baseline"), "{answer}");

    let asked = cluster.audit(&user)?;
    let codes = |group: &str| -> Vec<(u16, bool)> {
        let path = format!("/apis/{group}/globalnetworkpolicies?");
        let lists = asked
            .iter()
            .filter(|line| line.uri.starts_with(&path) && !line.uri.contains("limit=1&"));
        lists
            .map(|line| (line.code, line.uri.contains("resourceVersion=")))
            .collect()
    };
    let own = codes("crd.projectcalico.org/v1");
    assert!(
        !own.is_empty() && own.iter().all(|(code, _)| *code == 403),
        "{own:?}"
    );
    assert_eq!(codes("projectcalico.org/v3"), [(200, false)]);
    assert!(
        asked
            .iter()
            .all(|line| line.verb == "list" || line.verb == "get")
    );
    Ok(())
}

/// Two copies of Calico's objects: nodes read the first, until a migration has locked it and made the second ready.
pub fn two_copies_are_noted_and_the_one_that_nodes_read_is_read(_: &super::Lab) -> Verdict {
    let cluster = with_both_groups()?;
    let mut rules = Rule::list_all(Mode::V1)?;
    rules.extend(Rule::list_all(Mode::V3)?);
    let user = cluster.user(&rules)?;
    let answer = noted(user.kubeconfig())?;
    assert_eq!(answer["snapshot"]["calicoAPI"], "crd.projectcalico.org/v1");
    assert!(policies(&answer).contains(&"gnp/baseline"), "{answer}");

    let ready = json!({"calicoVersion": "v3.32.1", "datastoreReady": true});
    create(
        &cluster,
        "ClusterInformation",
        "clusterinformations",
        "default",
        &ready,
    )?;
    let locked = json!({"apiVersion": "crd.projectcalico.org/v1", "kind": "ClusterInformation",
        "metadata": {"name": "default", "uid": "8c0f6f43-5b1c-4c0c-9f0e-2a7c6f1d3b55"},
        "spec": {"calicoVersion": "v3.32.1", "datastoreReady": false}});
    cluster
        .etcd()
        .put(&cluster.key(&locked)?, &serde_json::to_vec(&locked)?)?;
    let answer = noted(user.kubeconfig())?;
    assert_eq!(
        answer["snapshot"]["calicoAPI"], "projectcalico.org/v3",
        "{answer}"
    );
    assert!(policies(&answer).contains(&"gnp/from-v3"), "{answer}");
    assert!(!policies(&answer).contains(&"gnp/baseline"), "{answer}");
    Ok(())
}

fn noted(kubeconfig: &Path) -> Outcome<Value> {
    let said = ask(
        kubeconfig,
        &["endpoint", "pod/shop/web-1", "-o", "json", "--latest"],
    )?;
    let answer = said.json()?;
    let mut notes = answer["notes"].as_array().into_iter().flatten();
    assert!(
        notes.any(|note| note["code"] == "both-crd-groups"),
        "{}: {}",
        said.stderr,
        answer["notes"]
    );
    Ok(answer)
}
