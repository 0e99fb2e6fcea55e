//! `snapshot` of real servers, and `version`: read back, every world gives the answers that the server gives.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::Verdict;
use super::answers::{all_but, document_of};
use super::ask::nothing_differs;
use super::etcd;
use super::snapshots::same;
use super::support::Outcome;
use super::support::apiserver::Options;
use super::support::cluster::Cluster;
use super::support::etcd::Etcd;
use super::support::kinds::Mode;
use super::support::lab::Lab;
use super::support::world::World;

/// Whom to ask.
struct Asked<'a> {
    variable: &'a str,
    value: &'a str,
    folder: tempfile::TempDir,
}

impl<'a> Asked<'a> {
    fn cluster(kubeconfig: &'a Path) -> Outcome<Self> {
        let value = kubeconfig.to_str().ok_or("the path is no text")?;
        Self::new("KUBECONFIG", value)
    }

    fn new(variable: &'a str, value: &'a str) -> Outcome<Self> {
        Ok(Self {
            variable,
            value,
            folder: tempfile::tempdir()?,
        })
    }

    /// Runs the tool with the server.
    fn live(&self, args: &[&str]) -> Outcome<Output> {
        let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
            .args(args)
            .env_clear()
            .env(self.variable, self.value)
            .env("HOME", std::env::temp_dir())
            .stdin(Stdio::null())
            .output()?;
        Ok(output)
    }

    fn path(&self) -> String {
        self.folder.path().join("snapshot").display().to_string()
    }

    /// Takes a snapshot; what it says of itself.
    fn take(&self, form: &str) -> Outcome<Value> {
        let path = self.path();
        let output = self.live(&["snapshot", &path, "--force", "-o", form])?;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{error}: {stderr}"))?;
        // The head alone: what is kept to the letter may be beyond what a test can read.
        let info: Value = match form {
            "json" => {
                let line = text.lines().nth(1).unwrap_or_default();
                serde_json::from_str(line.trim_end_matches(','))?
            }
            _ => {
                let head = text.split("\n- ").nth(1).unwrap_or_default();
                serde_saphyr::from_str(&head.replace("\n  ", "\n"))?
            }
        };
        let exit = if info["complete"] == true { 0 } else { 3 };
        assert_eq!(output.status.code(), Some(exit), "{stderr}{info}");
        Ok(info)
    }

    /// Where the answer of the server and that of the snapshot differ.
    fn differences(&self, about: &str, args: &[&str]) -> Outcome<Vec<String>> {
        let first = self.live(&[args, &["-o", "json"]].concat())?;
        let path = self.path();
        let again = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
            .args(args)
            .args(["-o", "json", "-f", &path])
            .env_clear()
            .stdin(Stdio::null())
            .output()?;
        Ok(same(&format!("{about} {args:?}"), &first, &again))
    }
}

/// The questions of a world, and one about each of its pods' names alone.
fn questions(world: &str, own: &str) -> Outcome<Vec<Vec<String>>> {
    let document = match document_of(world, own)? {
        Some(document) => document,
        None => document_of(world, "expected.yaml")?.unwrap_or_default(),
    };
    let cases = document.as_array().cloned().unwrap_or_default();
    let args = |case: &Value| -> Vec<String> {
        let typed = case["args"].as_array().into_iter().flatten();
        typed.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Ok(cases.iter().map(args).collect())
}

pub fn every_world_answers_from_its_snapshot(lab: &Lab) -> Verdict {
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let user = cluster.reader()?;
        let server = Asked::cluster(user.kubeconfig())?;
        for (at, name) in World::names(mode)?.iter().enumerate() {
            let _world = cluster.world(name)?;
            let info = server.take(if at % 2 == 0 { "json" } else { "yaml" })?;
            assert_eq!(info["datastore"], "kubernetes");
            assert_eq!(info["calicoAPI"], mode.api_version());
            for mut args in questions(name, "expected.yaml")? {
                // Files have no context: there, everything is in scope.
                if !args.iter().any(|arg| ["-A", "-n"].contains(&&**arg)) {
                    args.push("-A".to_owned());
                }
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                asked += 1;
                // The revision goes on while others write into the same etcd.
                let found = server.differences(&format!("{name} in {}", mode.name()), &args)?;
                wrong.extend(found.into_iter().filter(|it| !it.contains(".revision")));
            }
        }
    }
    assert!(asked >= 100, "only {asked} questions");
    nothing_differs(&wrong);
    Ok(())
}

pub fn every_world_in_etcd_answers_from_its_snapshot(_: &Lab) -> Verdict {
    let etcd = Etcd::start()?;
    let url = etcd.url();
    let server = Asked::new("ETCD_ENDPOINTS", &url)?;
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (at, name) in World::named_in("etcd")?.iter().enumerate() {
        etcd::fill(&etcd, name)?;
        let info = server.take(if at % 2 == 0 { "json" } else { "yaml" })?;
        assert_eq!(info["datastore"], "etcdv3");
        for args in questions(name, "expected-etcd.yaml")? {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            asked += 1;
            wrong.extend(server.differences(&format!("{name} in etcd"), &args)?);
        }
    }
    assert!(asked >= 100, "only {asked} questions");
    nothing_differs(&wrong);
    Ok(())
}

/// Keys and values that do not decode: each is told by whom it was told before.
pub fn what_etcd_cannot_decode_survives(_: &Lab) -> Verdict {
    let etcd = Etcd::start()?;
    etcd::fill(&etcd, "shop")?;
    let root = super::support::calico_etcd::ROOT;
    for (key, value) in [
        ("networkpolicies/shop/a/b", "{}"),
        ("networkpolicies/shop/default.torn", "{oops"),
        ("tiers/odd", r#"{"spec":{"order":"five"}}"#),
        ("profiles/kns.torn", r#"{"spec":5}"#),
        (
            "globalnetworkpolicies/default.new",
            r#"{"spec":{"selector":"all()","later":1e999}}"#,
        ),
    ] {
        etcd.put(&format!("{root}{key}"), value.as_bytes())?;
    }
    let deep = format!(
        r#"{{"spec":{{"later":{}{}}}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    let key = format!("{root}globalnetworkpolicies/default.deep");
    etcd.put(&key, deep.as_bytes())?;
    let url = etcd.url();
    let server = Asked::new("ETCD_ENDPOINTS", &url)?;
    let mut wrong = Vec::new();
    for form in ["json", "yaml"] {
        server.take(form)?;
        for args in [
            &["endpoint"][..],
            &["endpoint", "-r", "shop/web-1"],
            &["host", "node-a"],
        ] {
            wrong.extend(server.differences(form, args)?);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What may not be read stays a gap; where nothing can be said there is no file.
pub fn gaps_stay_gaps(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let mut wrong = Vec::new();
    for hidden in [
        &["globalnetworkpolicies"][..],
        &["namespaces", "nodes"],
        &["tiers"],
        &["clusterinformations", "felixconfigurations"],
        &["stagednetworkpolicies", "networksets"],
    ] {
        let user = cluster.user(&all_but(cluster, hidden)?)?;
        let server = Asked::cluster(user.kubeconfig())?;
        server.take("json")?;
        for args in [
            &["endpoint", "-A"][..],
            &["endpoint", "pod/shop/web-1"],
            &["endpoint", "-A", "-r"],
            &["host", "node-a"],
        ] {
            let found = server.differences(&format!("without {hidden:?}"), args)?;
            // A question about one namespace asks there too, which a snapshot of the whole cluster cannot.
            let expected = [".revision", "tried namespace"];
            wrong.extend(
                found
                    .into_iter()
                    .filter(|it| !expected.iter().any(|text| it.contains(text))),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let user = cluster.user(&all_but(cluster, &["pods"])?)?;
    let server = Asked::cluster(user.kubeconfig())?;
    let output = server.live(&["snapshot", &server.path()])?;
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(server.folder.path())?.count(), 0);
    Ok(())
}

pub fn a_poisoned_kind_and_unknown_fields_survive(_: &Lab) -> Verdict {
    // Of its own: what cannot be decoded stays in the server's cache for a while.
    let etcd = std::sync::Arc::new(Etcd::start()?);
    let cluster = Cluster::start(etcd, Mode::V1, &Options::default())?;
    let world = cluster.world("shop")?;
    world.store_together(&[json!({
        "apiVersion": "crd.projectcalico.org/v1", "kind": "GlobalNetworkPolicy",
        "metadata": {"name": "poison", "uid": "7a0c9d1e-52bb-4c4c-9a55-0d6c9d3a1e01"},
        "spec": {"ingress": [{"action": "Allow", "protocol": "TCP", "destination": {"ports": ["90:80"]}}]}
    })])?;
    let user = cluster.reader()?;
    let server = Asked::cluster(user.kubeconfig())?;
    let info = server.take("json")?;
    assert_eq!(info["gaps"][0]["code"], "PoisonsKind", "{info}");
    let mut wrong = Vec::new();
    for args in [&["endpoint", "-A"][..], &["endpoint", "pod/shop/web-1"]] {
        wrong.extend(server.differences("poisoned", args)?);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

pub fn version_names_the_cluster(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let _world = cluster.world("shop")?;
        let user = cluster.reader()?;
        let server = Asked::cluster(user.kubeconfig())?;
        let answer = server.live(&["version", "-o", "json"])?;
        let answer: Value = serde_json::from_slice(&answer.stdout)?;
        assert_eq!(answer["snapshot"]["calicoVersion"], "v3.32.1", "{answer}");
        assert_eq!(answer["snapshot"]["calicoAPI"], mode.api_version());
        assert!(answer["snapshot"]["revision"].is_string(), "{answer}");
        let hidden = ["clusterinformations"];
        let user = cluster.user(&all_but(cluster, &hidden)?)?;
        let server = Asked::cluster(user.kubeconfig())?;
        let output = server.live(&["version"])?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(
            said.contains("Calico of unknown version, kubernetes"),
            "{said}"
        );
    }
    let etcd = Etcd::start()?;
    etcd::fill(&etcd, "shop")?;
    let url = etcd.url();
    let server = Asked::new("ETCD_ENDPOINTS", &url)?;
    let output = server.live(&["version"])?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains(&format!("Cluster:   Calico v3.32.1, etcdv3, {url}")),
        "{said}"
    );
    Ok(())
}
