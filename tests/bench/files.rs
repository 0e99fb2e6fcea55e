//! Folders of YAML and of JSON.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use calicoq::source::files::{Files, Settings};
use serde_json::Value;

use crate::cluster::Cluster;
use crate::rows::{Row, Rows, best, milliseconds};

/// Objects of a file.
const OF_A_FILE: usize = 100;

pub fn rows(rows: &mut Rows) {
    let work = "a folder of YAML, 10 MB";
    if !rows.wants(work) {
        return;
    }
    let cluster = Cluster(rows.size(1_400, 100, true));
    let pods: Vec<Value> = (0..cluster.0.pods)
        .map(|at| {
            let mut pod: Value = serde_json::from_str(&cluster.pod(at)).unwrap();
            pod["apiVersion"] = "v1".into();
            pod["kind"] = "Pod".into();
            pod
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (yaml, json) = (folder.path().join("yaml"), folder.path().join("json"));
    let bytes = write(&yaml, "yaml", &pods, |pod| {
        serde_saphyr::to_string(pod).unwrap()
    });
    write(&json, "json", &pods, |pod| format!("{pod}\n"));

    let texts: Vec<String> = fs::read_dir(&yaml)
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    // As the library alone takes them, one document at a time.
    let documents: Vec<&str> = texts.iter().flat_map(|text| text.split("---\n")).collect();
    let (floor, parsed) = best(3, || {
        let documents = documents.iter().filter(|text| !text.is_empty());
        let parsed = documents.map(|text| serde_saphyr::from_str::<Value>(text).unwrap());
        parsed.filter(Value::is_object).count()
    });
    assert_eq!(parsed, pods.len());
    let (took, ()) = best(3, || open(&yaml));
    let (took_json, ()) = best(3, || open(&json));
    let share = floor.as_secs_f64() / took.as_secs_f64();
    let faster = took.as_secs_f64() / took_json.as_secs_f64();
    rows.row(&Row {
        work,
        measured: format!(
            "{} {:.0} %; JSON {faster:.0} x",
            milliseconds(took),
            share * 100.0
        ),
        target: "80 %; 10 x".to_owned(),
        beside: format!(
            "{} {} for the library alone",
            rate_in_mb(bytes, floor),
            milliseconds(floor)
        ),
        times: (0.8 / share).max(10.0 / faster),
        why: "the library's own rate is what it is",
    });
}

fn open(folder: &Path) {
    let settings = Settings {
        paths: vec![folder.to_owned()],
        recursive: false,
        default_namespace: "default".to_owned(),
    };
    assert!(Files::open(&settings).is_ok());
}

/// Writes objects into files of a new folder; returns their bytes.
fn write(
    folder: &Path,
    extension: &str,
    objects: &[Value],
    text: impl Fn(&Value) -> String,
) -> usize {
    fs::create_dir(folder).unwrap();
    let files = objects.chunks(OF_A_FILE).enumerate().map(|(at, chunk)| {
        let mut file = String::new();
        for object in chunk {
            let _ = match extension {
                "yaml" => write!(file, "---\n{}", text(object)),
                _ => write!(file, "{}", text(object)),
            };
        }
        fs::write(folder.join(format!("{at}.{extension}")), &file).unwrap();
        file.len()
    });
    files.sum()
}

fn rate_in_mb(bytes: usize, took: Duration) -> String {
    format!("{:.1} MB/s", bytes as f64 / 1e6 / took.as_secs_f64())
}
