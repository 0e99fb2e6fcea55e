//! Every world, read as files: the answers are those that its `expected.yaml` demands.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

mod expectation;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

const CALICO_V1: &str = "crd.projectcalico.org/v1";

/// The form of every answer, by its kind.
static SCHEMAS: LazyLock<BTreeMap<String, jsonschema::Validator>> = LazyLock::new(|| {
    let names = ["endpoint", "host", "policy", "eval"];
    let schemas = names.map(|name| {
        let text = read(Path::new(&format!("tests/schema/{name}-answer.json")));
        let schema: Value = serde_json::from_str(&text).unwrap();
        let kind = schema["title"].as_str().unwrap().to_owned();
        (kind, jsonschema::validator_for(&schema).unwrap())
    });
    BTreeMap::from(schemas)
});

struct World {
    name: String,
    about: Value,
    documents: Vec<String>,
    cases: Vec<Value>,
}

fn yaml(text: &str, from: &Path) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", from.display()))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn world(folder: &Path) -> World {
    let file = |name: &str| folder.join(name);
    let about = yaml(&read(&file("world.yaml")), &file("world.yaml"));
    let mut expected = vec![file("expected.yaml")];
    if let Some(twin) = about["twin"].as_str() {
        expected.push(folder.with_file_name(twin).join("expected.yaml"));
    }
    let cases = expected
        .iter()
        .filter(|path| path.exists())
        .flat_map(|path| yaml(&read(path), path).as_array().unwrap().clone());
    World {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        cases: cases.collect(),
        // A world of keys, in etcd only, has none.
        documents: match file("etcd.yaml").exists() {
            true => Vec::new(),
            false => documents(&read(&file("objects.yaml"))),
        },
        about,
    }
}

/// The documents of a stream, each as text.
fn documents(stream: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in stream.lines() {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else {
            let last = documents.last_mut().unwrap();
            last.push_str(line);
            last.push('\n');
        }
    }
    let blank = |text: &str| {
        text.lines()
            .all(|l| l.trim().is_empty() || l.starts_with('#'))
    };
    documents.retain(|text| !blank(text));
    documents
}

fn worlds() -> Vec<World> {
    let mut folders: Vec<PathBuf> = fs::read_dir("tests/worlds")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.iter().map(|folder| world(folder)).collect()
}

/// The world's objects in some order, with Calico's kinds in one group.
fn write(world: &World, documents: &[String], group: &str) -> tempfile::NamedTempFile {
    let text = documents.join("---\n").replace(CALICO_V1, group);
    let file = tempfile::Builder::new()
        .prefix(&world.name)
        .suffix(".yaml")
        .tempfile()
        .unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

fn check(world: &World, case: &Value, file: &Path) -> Vec<String> {
    let args: Vec<String> = case["args"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arg| arg.as_str().unwrap().to_owned())
        .collect();
    let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(&args)
        .arg("-f")
        .arg(file)
        .args(["-o", "json"])
        .env_remove("KUBECONFIG")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let about = format!("{} {args:?} ({})", world.name, case["because"]);
    let mut wrong = Vec::new();
    let exit = i64::from(output.status.code().unwrap());
    if case["exit"].as_i64() != Some(exit) {
        wrong.push(format!(
            "{about}: exit {exit}, expected {}: {stderr}",
            case["exit"]
        ));
    }
    if exit == 2 {
        return wrong;
    }
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{about}: no JSON: {error}: {stderr}"));
    let kind = answer["kind"].as_str().unwrap();
    for error in SCHEMAS[kind].iter_errors(&answer) {
        wrong.push(format!("{about}: {}: {error}", error.instance_path()));
    }
    if !case["answer"].is_null() {
        let differences = expectation::differences(&case["answer"], &answer);
        wrong.extend(
            differences
                .into_iter()
                .map(|what| format!("{about}: {what}")),
        );
    }
    let text = answer.to_string();
    for code in case["notes"].as_array().into_iter().flatten() {
        if !text.contains(&format!("\"code\":{code}")) {
            wrong.push(format!("{about}: no note {code}"));
        }
    }
    wrong
}

fn modes(world: &World) -> Vec<&str> {
    world.about["modes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mode| mode.as_str().unwrap())
        .collect()
}

fn check_all(
    arrange: impl Fn(&World) -> Vec<String>,
    group: &str,
    wanted: impl Fn(&World) -> bool,
) {
    let mut wrong = Vec::new();
    let worlds = worlds();
    assert!(worlds.len() >= 40, "only {} worlds", worlds.len());
    for world in worlds.iter().filter(|world| wanted(world)) {
        assert!(!world.documents.is_empty(), "{} is empty", world.name);
        let file = write(world, &arrange(world), group);
        assert!(!world.cases.is_empty(), "{} expects nothing", world.name);
        for case in &world.cases {
            wrong.extend(check(world, case, file.path()));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn as_files() {
    check_all(
        |world| world.documents.clone(),
        CALICO_V1,
        |world| modes(world).contains(&"files"),
    );
}

#[test]
fn as_files_of_the_v3_group() {
    check_all(
        |world| world.documents.clone(),
        "projectcalico.org/v3",
        |world| modes(world).contains(&"v3"),
    );
}

/// The order of objects does not matter: reversed, and interleaved from both ends.
#[test]
fn as_files_in_another_order() {
    check_all(
        |world| world.documents.iter().rev().cloned().collect(),
        CALICO_V1,
        |world| modes(world).contains(&"files"),
    );
    check_all(
        |world| {
            let (even, odd): (Vec<_>, Vec<_>) = world
                .documents
                .iter()
                .enumerate()
                .partition(|(at, _)| at % 3 == 0);
            odd.into_iter()
                .chain(even)
                .map(|(_, document)| document.clone())
                .collect()
        },
        CALICO_V1,
        |world| modes(world).contains(&"files"),
    );
}

/// Asks about everything, or about what is typed, in a file.
fn answer_of(file: &Path, what: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .arg("endpoint")
        .args(what)
        .arg("-f")
        .arg(file)
        .args(["-r", "-o", "json"])
        .env_remove("KUBECONFIG")
        .output()
        .unwrap();
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code().unwrap(), answer)
}

/// Each id and ref of an endpoint that is printed, typed as WHAT, finds that endpoint and no other.
#[test]
fn every_id_and_ref_can_be_typed_back() {
    let (mut wrong, mut typed) = (Vec::new(), 0);
    let in_files = |world: &World| !world.documents.is_empty();
    for world in worlds().into_iter().filter(in_files) {
        let file = write(&world, &world.documents, CALICO_V1);
        let (exit, all) = answer_of(file.path(), &[]);
        assert!([0, 3].contains(&exit), "{}: exit {exit}", world.name);
        for item in all["items"].as_array().unwrap() {
            for name in ["id", "ref"] {
                let text = item[name].as_str().unwrap();
                let (again, answer) = answer_of(file.path(), &[text]);
                typed += 1;
                let found = &answer["items"];
                if again != exit || found[0]["id"] != item["id"] || !found[1].is_null() {
                    wrong.push(format!("{}: {text}: exit {again}", world.name));
                }
            }
        }
    }
    assert!(typed > 200, "only {typed} were typed");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each policy id that is printed, typed as NAME, finds that policy and no other.
#[test]
fn every_policy_id_can_be_typed_back() {
    let (mut wrong, mut typed) = (Vec::new(), 0);
    let in_files = |world: &World| !world.documents.is_empty();
    for world in worlds().into_iter().filter(in_files) {
        let file = write(&world, &world.documents, CALICO_V1);
        let run = |args: &[&str]| -> Value {
            let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
                .args(args)
                .arg("-f")
                .arg(file.path())
                .args(["-o", "json"])
                .output()
                .unwrap();
            serde_json::from_slice(&output.stdout).unwrap_or_default()
        };
        let mut ids = std::collections::BTreeSet::new();
        let all = run(&["endpoint"]);
        let items = all["items"]
            .as_array()
            .unwrap_or_else(|| panic!("{}", world.name));
        for item in items {
            let policies = item["policies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|policy| &policy["id"]);
            let matched = item["ruleMatches"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|hit| &hit["policy"]["id"]);
            let all = policies.chain(matched).filter_map(Value::as_str);
            ids.extend(all.filter(|id| !id.starts_with("pro/")).map(str::to_owned));
        }
        for id in ids {
            typed += 1;
            let answer = run(&["policy", &id, "-r"]);
            let found = &answer["items"];
            if found[0]["id"] != *id || !found[1].is_null() {
                wrong.push(format!("{}: {id}: {found}", world.name));
            }
        }
    }
    assert!(typed > 150, "only {typed} were typed");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
