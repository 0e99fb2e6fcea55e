//! `snapshot` and back: read with `-f`, it gives the answers of what it was taken from.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

mod snapshots;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapshots::same;

fn tool(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(args)
        .env_clear()
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The form of what the file `name` in `tests/schema` describes.
fn schema(name: &str) -> jsonschema::Validator {
    let schema = fs::read_to_string(format!("tests/schema/{name}.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

/// Takes a snapshot of files; its first item and the snapshot.
fn taken(from: &Path, folder: &Path, form: &str) -> (PathBuf, Value) {
    let path = folder.join(format!("snapshot.{form}"));
    let args = [
        "snapshot",
        text(&path),
        "--force",
        "-f",
        text(from),
        "-o",
        form,
    ];
    let output = tool(&args);
    assert!(
        [0, 3].contains(&output.status.code().unwrap()),
        "{args:?}: {}",
        stderr(&output)
    );
    let list: Value = match form {
        "json" => serde_json::from_slice(&fs::read(&path).unwrap()).unwrap(),
        _ => serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap(),
    };
    assert_eq!(list["kind"], "List");
    (path, list["items"][0].clone())
}

fn cases(world: &Path) -> Vec<Value> {
    let text = fs::read_to_string(world.join("expected.yaml")).unwrap_or_default();
    let cases: Option<Value> = serde_saphyr::from_str(&text).ok();
    cases
        .and_then(|cases| cases.as_array().cloned())
        .unwrap_or_default()
}

#[test]
fn every_world_answers_from_its_snapshot() {
    let schema = schema("snapshot-info");
    let (mut asked, mut wrong) = (0, Vec::new());
    for entry in fs::read_dir("tests/worlds").unwrap() {
        let world = entry.unwrap().path();
        let objects = world.join("objects.yaml");
        if !objects.is_file() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        for form in ["json", "yaml"] {
            let (path, info) = taken(&objects, folder.path(), form);
            for error in schema.iter_errors(&info) {
                wrong.push(format!(
                    "{}: {}: {error}",
                    world.display(),
                    error.instance_path()
                ));
            }
            for case in cases(&world) {
                let args = case["args"].as_array().unwrap().iter();
                let args: Vec<&str> = args.map(|arg| arg.as_str().unwrap()).collect();
                let ask =
                    |file: &Path| tool(&[&args[..], &["-o", "json", "-f", text(file)]].concat());
                let (first, again) = (ask(&objects), ask(&path));
                asked += 1;
                let about = format!("{} as {form} {args:?}", world.display());
                wrong.extend(same(&about, &first, &again));
            }
        }
    }
    assert!(asked >= 200, "only {asked} questions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What does not decode, what is unknown, and a manifest.
#[test]
fn what_is_told_of_objects_survives() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("dump.yaml");
    fs::write(&dump, DAMAGED).unwrap();
    for form in ["json", "yaml"] {
        let (path, info) = taken(&dump, folder.path(), form);
        assert_eq!(info["complete"], false, "{info}");
        let written = fs::read_to_string(&path).unwrap();
        for secret in ["hunter2", "last-applied", "registry.example", "--token"] {
            assert!(!written.contains(secret), "{secret}: {written}");
        }
        for offending in ["*.example.com", "many", "99999", "90:80"] {
            assert!(written.contains(offending), "{offending}: {written}");
        }
        for args in [
            &["endpoint"][..],
            &["endpoint", "pod/shop/web-1"],
            &["endpoint", "-r"],
            &["host", "node-a"],
        ] {
            let ask = |file: &Path| tool(&[args, &["-o", "json", "-f", text(file)]].concat());
            let (first, again) = (ask(&dump), ask(&path));
            assert_eq!(first.status.code(), Some(3), "{}", stderr(&first));
            let wrong = same(&format!("{args:?} as {form}"), &first, &again);
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    }
}

const DAMAGED: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web-1
  namespace: shop
  labels: {app: web}
  annotations: {kubectl.kubernetes.io/last-applied-configuration: hunter2}
spec:
  nodeName: node-a
  containers: [{name: c, image: registry.example/web, args: [--token], env: [{name: P, value: hunter2}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-2, namespace: shop, uid: u2, labels: {app: 5}, annotations: {last-applied: x}}
spec:
  nodeName: node-a
  containers: [{name: c, image: registry.example/web, env: [{name: P, value: hunter2}], ports: [{containerPort: 80}]}]
status: {podIP: 10.0.0.2}
---
apiVersion: crd.projectcalico.org/v1
kind: GlobalNetworkPolicy
metadata: {name: default.unknown, uid: u3}
spec:
  selector: app == 'web'
  egress:
    - {action: Allow, metadata: {annotations: {p: hunter2}}}
    - {action: Allow, destination: {domains: ['*.example.com']}, metadata: {annotations: {p: hunter2}}}
---
apiVersion: crd.projectcalico.org/v1
kind: GlobalNetworkPolicy
metadata: {name: default.broken, uid: u4, managedFields: [{manager: hunter2}]}
spec: {ingress: [{action: Allow, protocol: TCP, destination: {ports: ['90:80']}, metadata: {annotations: {p: hunter2}}}]}
---
apiVersion: crd.projectcalico.org/v1
kind: FelixConfiguration
metadata: {name: default, uid: u5}
spec: {vxlanPort: many, logFilePath: hunter2, bpfExternalServiceMode: hunter2}
---
apiVersion: crd.projectcalico.org/v1
kind: HostEndpoint
metadata: {name: eth0, uid: u6}
spec: {node: node-a, interfaceName: eth0, ports: [{port: 1, name: hunter2}, {port: 99999}]}
---
kind: [unfinished
";

#[test]
fn a_file_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cluster.json");
    let shop = ["-f", "tests/worlds/shop"];
    let take = |more: &[&str]| tool(&[&["snapshot", text(&path)], more].concat());

    let output = take(&["-f", "tests/worlds/no-such-world"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let output = take(&shop);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let first = fs::read(&path).unwrap();

    let output = take(&shop);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(fs::read(&path).unwrap(), first);

    let output = take(&["--force", "-f", "tests/worlds/no-such-world"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(&path).unwrap(), first);
    assert_eq!(
        take(&[&["--force"], &shop[..]].concat()).status.code(),
        Some(0)
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    let output = tool(&[
        "snapshot",
        text(folder.path()),
        "--force",
        "-f",
        "tests/worlds/shop",
    ]);
    assert_eq!(output.status.code(), Some(2), "a folder is no target");

    // Nothing is read for a target that cannot be written.
    let nowhere = folder.path().join("nowhere/cluster.json");
    let output = tool(&[
        "snapshot",
        text(&nowhere),
        "-f",
        "tests/worlds/no-such-world",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("no such folder"),
        "{}",
        stderr(&output)
    );
    #[cfg(unix)]
    for force in [&[][..], &["--force"]] {
        let link = folder.path().join("link.json");
        let _ = std::os::unix::fs::symlink("gone.json", &link);
        let output = tool(&[&["snapshot", text(&link)], &shop[..], force].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr(&output).contains("leads nowhere"),
            "{}",
            stderr(&output)
        );
        assert!(link.is_symlink());
    }
}

#[test]
fn what_would_narrow_a_snapshot_is_refused() {
    for more in [
        &["-n", "shop"][..],
        &["-l", "app=web"],
        &["--calico-version", "v3.30"],
        &["--manifests", "always"],
        &["-o", "table"],
        &["-o", "name"],
    ] {
        let output = tool(&[&["snapshot", "-f", "tests/worlds/shop"], more].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(output.stdout.is_empty(), "{more:?}");
        let said = stderr(&output);
        assert!(said.starts_with("error: snapshot "), "{said}");
    }
}

/// What a snapshot says of its datastore would not hold for others.
#[test]
fn a_snapshot_is_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = taken(Path::new("tests/worlds/shop"), folder.path(), "json");
    let output = tool(&["endpoint", "-f", text(&path), "-f", "tests/worlds/families"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("alone"), "{}", stderr(&output));

    let output = tool(&["endpoint", "-f", text(&path), "-f", text(&path)]);
    assert!(
        stderr(&output).contains("2 snapshots at once"),
        "{}",
        stderr(&output)
    );

    let future = folder.path().join("future.json");
    let written = fs::read_to_string(&path).unwrap();
    fs::write(&future, written.replacen("calicoq/v1", "calicoq/v9", 1)).unwrap();
    let output = tool(&["endpoint", "-f", text(&future)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains(r#"a snapshot of the form "calicoq/v9""#),
        "{}",
        stderr(&output)
    );

    let list: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let loose = folder.path().join("loose.json");
    fs::write(&loose, list["items"][0].to_string()).unwrap();
    let output = tool(&["endpoint", "-f", text(&loose)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("begins with its SnapshotInfo"),
        "{}",
        stderr(&output)
    );
}

/// A snapshot that others have passed through keeps its meaning: sorted keys, indented.
#[test]
fn a_snapshot_may_be_rewritten_by_jq() {
    let folder = tempfile::tempdir().unwrap();
    let world = Path::new("tests/worlds/shop");
    let (path, _) = taken(world, folder.path(), "json");
    let list: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let other = folder.path().join("other.json");
    fs::write(&other, serde_json::to_string_pretty(&list).unwrap()).unwrap();
    let ask = |file: &Path| tool(&["endpoint", "-o", "json", "-f", text(file)]);
    assert_eq!(same("indented", &ask(world), &ask(&other)), [""; 0]);
}

/// A snapshot of a snapshot, as YAML of JSON is made, is one of the same datastore.
#[test]
fn a_snapshot_of_a_snapshot_stands_for_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let world = Path::new("tests/worlds/tier-without-order/objects.yaml");
    let (path, info) = taken(world, folder.path(), "json");
    assert_eq!(info["datastore"], "files");
    let text = fs::read_to_string(&path).unwrap();
    let first = folder.path().join("etcd.json");
    let etcd = text.replacen(r#""datastore":"files""#, r#""datastore":"etcdv3""#, 1);
    fs::write(&first, etcd).unwrap();
    let (again, info) = taken(&first, folder.path(), "yaml");
    assert_eq!(info["datastore"], "etcdv3");
    let ask = |file: &Path| tool(&["endpoint", "-o", "json", "-f", file.to_str().unwrap()]);
    assert_eq!(same("again", &ask(&first), &ask(&again)), [""; 0]);
}

#[test]
fn a_snapshot_that_was_cut_is_not_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = taken(Path::new("tests/worlds/shop"), folder.path(), "yaml");
    let written = fs::read_to_string(&path).unwrap();
    let items: Vec<usize> = written.match_indices("\n- ").map(|(at, _)| at).collect();
    fs::write(&path, &written[..=items[9]]).unwrap();
    let output = tool(&["policy", "np/shop/db-in", "-f", text(&path)]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("8 of 30 objects of the snapshot are here"),
        "{}",
        stderr(&output)
    );
}

/// Of the one kind that is named nothing could be read: that is no answer.
#[test]
fn a_kind_that_is_named_and_hidden_is_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = taken(Path::new("tests/worlds/shop"), folder.path(), "json");
    let mut list: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let items = list["items"].as_array_mut().unwrap();
    items.retain(|item| item["kind"] != "GlobalNetworkPolicy");
    let left = items.len() - 1;
    list["items"][0]["objects"] = json!(left);
    list["items"][0]["complete"] = json!(false);
    list["items"][0]["gaps"] = json!([{
        "kind": "GlobalNetworkPolicy", "code": "Forbidden", "verb": "list", "scope": "cluster",
        "resource": "globalnetworkpolicies.crd.projectcalico.org",
        "missingFrom": ["policies", "ruleMatches", "unmatched"], "message": "may not list them",
    }]);
    fs::write(&path, list.to_string()).unwrap();
    for (name, code) in [
        ("gnp/baseline", 2),
        ("baseline", 3),
        ("np/shop/db-in", 3),
        ("np/shop/x", 3),
    ] {
        let output = tool(&["policy", name, "-f", text(&path)]);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{name}: {}",
            stderr(&output)
        );
        assert_eq!(output.stdout.is_empty(), name != "np/shop/db-in", "{name}");
    }
}

#[test]
fn version_has_its_form() {
    let schema = schema("version-answer");
    for args in [
        &["version", "-o", "json", "--client"][..],
        &["version", "-o", "json", "-f", "tests/worlds/shop"],
        &["version", "-o", "json", "-f", "tests/worlds/no-such-world"],
        &["version", "-o", "json", "--server", "https://127.0.0.1:1"],
        &["version", "-o", "json", "--kubeconfig", "/no/such/file"],
    ] {
        let output = tool(args);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{args:?}: {}",
            stderr(&output)
        );
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors: Vec<String> = schema.iter_errors(&answer).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{args:?}: {errors:?}: {answer}");
        assert_eq!(answer["client"]["version"], env!("CARGO_PKG_VERSION"));
        let reached = args.contains(&"tests/worlds/shop");
        assert_eq!(answer["snapshot"].is_object(), reached, "{answer}");
        let client = args.contains(&"--client");
        assert_eq!(answer["error"].is_string(), !reached && !client, "{answer}");
    }
    let output = tool(&["version", "-f", "tests/worlds/shop", "-o", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        answer["snapshot"],
        json!({"datastore": "files", "calicoVersion": "v3.32.1"})
    );
    for args in [&["version", "-o", "wide"][..], &["version", "web"]] {
        assert_eq!(tool(args).status.code(), Some(2), "{args:?}");
    }
}

/// A server that takes connections and never says a word.
#[test]
fn version_waits_two_seconds_at_most() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for args in [
        vec![
            "version".to_owned(),
            "--server".to_owned(),
            format!("https://{address}"),
        ],
        vec![
            "version".to_owned(),
            "--server".to_owned(),
            format!("http://{address}"),
        ],
    ] {
        let started = Instant::now();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = tool(&args);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(3), "{args:?}: {took:?}");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("Cluster:   not reached ("), "{said}");
        assert!(said.contains("no answer within 2 seconds"), "{said}");
    }
}

/// Neither a pipe that nobody writes nor a credential plugin that asks on and on holds it up, and the plugin is ended.
#[cfg(unix)]
#[test]
fn version_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.json");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let (plugin, alive) = (folder.path().join("plugin"), folder.path().join("alive"));
    let script = format!("#!/bin/sh\necho $$ > {}\nexec sleep 60\n", text(&alive));
    fs::write(&plugin, script).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let kubeconfig = folder.path().join("config");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": text(&plugin),
            "interactiveMode": "Never"}}}],
    });
    fs::write(&kubeconfig, config.to_string()).unwrap();
    for (args, cause) in [
        (["version", "-f", text(&pipe)], "no answer within 2 seconds"),
        (
            ["version", "--kubeconfig", text(&kubeconfig)],
            "it was not done in time",
        ),
    ] {
        let started = Instant::now();
        let output = tool(&args);
        assert!(started.elapsed() < Duration::from_secs(3), "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(cause), "{said}");
    }
    let id = fs::read_to_string(&alive).unwrap();
    let left = Command::new("kill")
        .args(["-0", id.trim()])
        .stderr(Stdio::null())
        .status();
    assert!(!left.unwrap().success(), "the plugin runs on");
}
