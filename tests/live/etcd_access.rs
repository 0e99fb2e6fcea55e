//! Reaching a real etcd: members that do not answer, TLS, users, and a history that ends while we read.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Verdict;
use super::ask::Said;
use super::support::Outcome;
use super::support::authority::{Authority, Form, Signed};
use super::support::etcd::{Entry, Etcd, EtcdOptions};
use super::support::lab::Lab;
use super::support::relay::{relay, silent};

const ROOT: &str = "/calico/resources/v3/projectcalico.org/";

/// Runs the tool with these settings of the environment and nothing else of the caller's.
fn ask(settings: &[(&str, &str)], args: &[&str]) -> Outcome<Said> {
    let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(args)
        .env_clear()
        .envs(settings.iter().copied())
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null())
        .output()?;
    Said::of(output)
}

/// What it says of the pod web-1, quietly.
fn web_1(settings: &[(&str, &str)]) -> Outcome<Said> {
    ask(settings, &["endpoint", "-q", "shop/web-1", "-o", "json"])
}

fn entry(key: &str, spec: Value) -> Entry {
    let object = json!({"metadata": {"uid": "0a0b0c0d-0000-4000-8000-000000000000"}, "spec": spec});
    (format!("{ROOT}{key}"), object.to_string().into_bytes())
}

fn workload(number: usize, version: usize) -> Entry {
    let labels = json!({"app": "web", "v": version.to_string()});
    let spec = json!({"orchestrator": "k8s", "node": "node-a", "pod": format!("web-{number}"), "endpoint": "eth0",
        "ipNetworks": [format!("10.65.{}.{}/32", number / 250, number % 250 + 1)], "profiles": ["kns.shop"]});
    let object = json!({"metadata": {"labels": labels, "annotations": {"filler.example": "x".repeat(1500)}}, "spec": spec});
    let key = format!("{ROOT}workloadendpoints/shop/node--a-k8s-web--{number}-eth0");
    (key, object.to_string().into_bytes())
}

fn tier(order: usize) -> Entry {
    entry(
        "tiers/ops",
        json!({"order": order, "defaultAction": "Pass"}),
    )
}

/// A cluster of one pod.
fn cluster() -> Vec<Entry> {
    let allow = json!([{"action": "Allow"}]);
    vec![
        entry(
            "clusterinformations/default",
            json!({"calicoVersion": "v3.32.1", "datastoreReady": true}),
        ),
        entry(
            "tiers/default",
            json!({"order": 1_000_000, "defaultAction": "Deny"}),
        ),
        tier(0),
        entry(
            "profiles/kns.shop",
            json!({"ingress": allow, "egress": allow}),
        ),
        entry(
            "globalnetworkpolicies/watch",
            json!({"tier": "ops", "selector": "all()", "types": ["Ingress"], "ingress": [{"action": "Pass"}]}),
        ),
        workload(1, 0),
    ]
}

fn filled() -> Outcome<Etcd> {
    let etcd = Etcd::start()?;
    etcd.put_all(&cluster())?;
    Ok(etcd)
}

#[track_caller]
fn answered(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let answer: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
    assert_eq!(answer["items"][0]["ref"], "pod/shop/web-1", "{answer}");
    answer
}

#[track_caller]
fn refused(said: &Said, words: &[&str]) {
    assert_eq!(said.code, 2, "{}{}", said.stdout, said.stderr);
    assert_eq!(said.stdout, "");
    for word in words {
        assert!(said.stderr.contains(word), "no {word:?} in {}", said.stderr);
    }
}

pub fn a_plain_etcd_is_read_at_one_revision(_: &Lab) -> Verdict {
    let etcd = filled()?;
    let said = ask(
        &[("ETCD_ENDPOINTS", &etcd.url())],
        &["endpoint", "shop/web-1", "-o", "json"],
    )?;
    let answer = answered(&said);
    let snapshot = &answer["snapshot"];
    assert_eq!(snapshot["datastore"], "etcdv3");
    assert_eq!(snapshot["source"], etcd.url());
    assert_eq!(snapshot["pinned"], true);
    assert_eq!(snapshot["revision"], etcd.revision()?.to_string());
    assert_eq!(snapshot["calicoVersion"], "v3.32.1");
    assert!(
        said.stderr
            .contains(&format!("reading etcd {} (ETCD_ENDPOINTS)", etcd.url())),
        "{}",
        said.stderr
    );
    assert!(said.stderr.lines().count() == 1, "{}", said.stderr);
    Ok(())
}

/// The server that Debian has, 3.4, speaks the same.
pub fn an_old_etcd_is_read_too(_: &Lab) -> Verdict {
    let binary = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .map(|folder| folder.join("etcd"))
        .find(|path| path.is_file())
        .ok_or("there is no etcd in PATH: make setup installs it")?;
    let etcd = Etcd::start_with(&EtcdOptions {
        binary: Some(binary),
        ..EtcdOptions::default()
    })?;
    etcd.put_all(&cluster())?;
    answered(&web_1(&[("ETCD_ENDPOINTS", &etcd.url())])?);
    let pods: Vec<Entry> = (2..3000).map(|number| workload(number, 0)).collect();
    etcd.put_all(&pods)?;
    let said = ask(
        &[("ETCD_ENDPOINTS", &etcd.url())],
        &["endpoint", "-q", "-o", "name"],
    )?;
    assert_eq!(
        (said.code, said.stdout.lines().count()),
        (0, 2999),
        "{}",
        said.stderr
    );
    Ok(())
}

/// Each kind of member that cannot serve, in front of one that can: every time, and soon.
pub fn endpoints_are_tried_in_order(_: &Lab) -> Verdict {
    let etcd = filled()?;
    let dead = format!(
        "http://127.0.0.1:{}",
        super::support::process::free_ports::<1>()?[0]
    );
    let hole = format!("http://127.0.0.1:{}", silent()?);
    let nowhere = "http://nowhere.invalid:2379".to_owned();
    for (bad, times) in [(&dead, 20), (&nowhere, 3), (&hole, 1)] {
        for list in [
            format!("{bad},{}", etcd.url()),
            format!(" {} , {bad}/", etcd.url()),
        ] {
            for _ in 0..times {
                let begun = Instant::now();
                answered(&web_1(&[("ETCD_ENDPOINTS", &list)])?);
                assert!(
                    begun.elapsed() < Duration::from_secs(15),
                    "{list}: {:?}",
                    begun.elapsed()
                );
            }
        }
    }
    let none = format!("{dead},{nowhere}");
    let said = web_1(&[("ETCD_ENDPOINTS", &none)])?;
    refused(
        &said,
        &[
            "no endpoint answers",
            &dead,
            "connection refused (TCP)",
            "does not resolve (DNS)",
        ],
    );
    Ok(())
}

/// A silent server ends within its time, with or without TLS, and the words say where it hangs.
pub fn nothing_hangs(_: &Lab) -> Verdict {
    let port = silent()?;
    for (scheme, words) in [
        ("http", "no answer within 3 s (read)"),
        ("https", "handshake (TLS)"),
    ] {
        let begun = Instant::now();
        let endpoint = format!("{scheme}://127.0.0.1:{port}");
        let said = ask(
            &[("ETCD_ENDPOINTS", &endpoint)],
            &["endpoint", "--request-timeout", "3s"],
        )?;
        refused(&said, &[words]);
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{scheme}: {:?}",
            begun.elapsed()
        );
    }
    let said = ask(
        &[
            ("ETCD_ENDPOINTS", &format!("http://127.0.0.1:{port}")),
            ("ETCD_USERNAME", "reader"),
            ("ETCD_PASSWORD", "pw-reader"),
        ],
        &["endpoint", "--request-timeout", "2s"],
    )?;
    refused(&said, &["no answer within 2 s (authentication)"]);
    let begun = Instant::now();
    let said = ask(
        &[("ETCD_ENDPOINTS", &format!("https://127.0.0.1:{port}"))],
        &["endpoint"],
    )?;
    refused(&said, &["handshake (TLS)"]);
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    Ok(())
}

/// A member that has not joined yet answers no reads: the next is asked.
pub fn a_learner_is_passed_over(_: &Lab) -> Verdict {
    let etcd = filled()?;
    let learner = etcd.start_learner()?;
    let alone = web_1(&[("ETCD_ENDPOINTS", &learner.url())])?;
    refused(&alone, &["learner"]);
    answered(&web_1(&[(
        "ETCD_ENDPOINTS",
        &format!("{},{}", learner.url(), etcd.url()),
    )])?);
    Ok(())
}

/// A member that goes away in the middle hands over to the next of the same cluster only.
pub fn members_of_another_cluster_are_never_mixed(_: &Lab) -> Verdict {
    let (etcd, other) = (filled()?, filled()?);
    let pods: Vec<Entry> = (2..3000).map(|number| workload(number, 0)).collect();
    etcd.put_all(&pods)?;
    let port = etcd.url().rsplit(':').next().unwrap_or_default().parse()?;
    let cut = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&cut);
    // The relay loses its server after a megabyte, and nothing goes through it any more.
    let told = move |bytes: usize| {
        if bytes > 1_000_000 || seen.load(Ordering::SeqCst) {
            seen.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_secs(3600));
        }
    };
    let broken = format!("http://127.0.0.1:{}", relay(port, Arc::new(told))?);
    let args = ["endpoint", "-q", "-o", "name", "--request-timeout", "2s"];
    let list = format!("{broken},{}", other.url());
    let said = ask(&[("ETCD_ENDPOINTS", &list)], &args)?;
    assert!(
        cut.load(Ordering::SeqCst),
        "nothing was cut: the test proves nothing"
    );
    refused(&said, &["belongs to another cluster"]);
    cut.store(false, Ordering::SeqCst);
    Ok(())
}

fn tls(authority: &Authority, server: &Signed, more: &[&str]) -> Vec<String> {
    let path = |path: &std::path::Path| path.display().to_string();
    let mut flags = vec![
        "--cert-file".to_owned(),
        path(&server.certificate),
        "--key-file".to_owned(),
        path(&server.key),
        "--trusted-ca-file".to_owned(),
        path(&authority.certificate()),
    ];
    flags.extend(more.iter().map(|&flag| flag.to_owned()));
    flags
}

/// An etcd with TLS over the small cluster.
fn secured(authority: &Authority, server: &Signed, more: &[&str]) -> Outcome<(Etcd, TempDir)> {
    let data = filled()?.into_data()?;
    let options = EtcdOptions {
        tls: tls(authority, server, more),
        data: Some(data.path().join("data")),
        ..EtcdOptions::default()
    };
    Ok((Etcd::start_with(&options)?, data))
}

/// Every form of key and curve, on either side.
pub fn tls_with_client_certificates(_: &Lab) -> Verdict {
    let authority = Authority::new()?;
    let ca = authority.certificate().display().to_string();
    for (server, clients) in [
        (
            "P-256",
            &[
                ("rsa:2048", Form::Pkcs8),
                ("rsa:2048", Form::Pkcs1),
                ("P-256", Form::Sec1),
                ("P-384", Form::Pkcs8),
                ("P-521", Form::Sec1),
            ][..],
        ),
        ("P-384", &[("P-256", Form::Pkcs8)]),
        ("P-521", &[("P-521", Form::Pkcs8)]),
    ] {
        let server = authority.sign("server", "IP:127.0.0.1", server, Form::Pkcs8)?;
        let (etcd, _data) = secured(&authority, &server, &["--client-cert-auth"])?;
        for (key, form) in clients {
            let client = authority.sign("client", "", key, *form)?;
            let (certificate, key) = (
                client.certificate.display().to_string(),
                client.key.display().to_string(),
            );
            let said = web_1(&[
                ("ETCD_ENDPOINTS", &etcd.url()),
                ("ETCD_CA_CERT_FILE", &ca),
                ("ETCD_CERT_FILE", &certificate),
                ("ETCD_KEY_FILE", &key),
            ])?;
            answered(&said);
        }
    }
    Ok(())
}

/// Each way in which TLS fails says what is wrong with which side.
pub fn what_is_wrong_with_tls_is_said(_: &Lab) -> Verdict {
    let (authority, stranger) = (Authority::new()?, Authority::new()?);
    let server = authority.sign("server", "IP:127.0.0.1", "P-256", Form::Pkcs8)?;
    let (etcd, data) = secured(&authority, &server, &["--client-cert-auth"])?;
    let url = etcd.url();
    let path = |path: std::path::PathBuf| path.display().to_string();
    let (ca, other_ca) = (path(authority.certificate()), path(stranger.certificate()));
    let client = stranger.sign("client", "", "P-256", Form::Pkcs8)?;
    let (certificate, key) = (path(client.certificate), path(client.key));
    let plain = filled()?;
    let localhost = url.replace("127.0.0.1", "localhost");
    let (as_http, as_https) = (
        url.replace("https", "http"),
        plain.url().replace("http", "https"),
    );
    let no_file = path(authority.path("nowhere.pem"));
    let (other_key, plain_url) = (path(server.key.clone()), plain.url());
    let damaged = path(authority.path("damaged.pem"));
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&damaged, nonsense)?;
    let said = ask(
        &[
            ("ETCD_ENDPOINTS", &format!("{plain_url},{url}")),
            ("ETCD_CA_CERT_FILE", &ca),
        ],
        &["endpoint", "shop/web-1"],
    )?;
    assert_eq!(said.code, 0, "{}", said.stderr);
    for line in [
        "ignored: ETCD_CA_CERT_FILE (the first endpoint is http://, so that TLS is not spoken)"
            .to_owned(),
        format!("ignored: {url} (the first endpoint's scheme counts for all)"),
    ] {
        assert!(
            said.stderr.contains(&line),
            "no {line:?} in {}",
            said.stderr
        );
    }
    for (settings, words) in [
        (
            vec![("ETCD_ENDPOINTS", &url), ("ETCD_CA_CERT_FILE", &other_ca)],
            ["unknown authority", "(TLS)"],
        ),
        (
            vec![("ETCD_ENDPOINTS", &url)],
            ["unknown authority", "(TLS)"],
        ),
        (
            vec![("ETCD_ENDPOINTS", &url), ("ETCD_CA_CERT_FILE", &ca)],
            ["client certificate", "(TLS)"],
        ),
        (
            vec![
                ("ETCD_ENDPOINTS", &url),
                ("ETCD_CA_CERT_FILE", &ca),
                ("ETCD_CERT_FILE", &certificate),
                ("ETCD_KEY_FILE", &key),
            ],
            ["client certificate", "(TLS)"],
        ),
        (
            vec![("ETCD_ENDPOINTS", &localhost), ("ETCD_CA_CERT_FILE", &ca)],
            ["for other names: 127.0.0.1", "(TLS)"],
        ),
        (vec![("ETCD_ENDPOINTS", &as_http)], ["https://", "(TLS)"]),
        (
            vec![("ETCD_ENDPOINTS", &as_https), ("ETCD_CA_CERT_FILE", &ca)],
            ["does not speak TLS", "http://"],
        ),
        (
            vec![("ETCD_ENDPOINTS", &url), ("ETCD_CA_CERT_FILE", &no_file)],
            ["nowhere.pem", "no such file"],
        ),
        (
            vec![("ETCD_ENDPOINTS", &url), ("ETCD_CA_CERT_FILE", &key)],
            ["no PEM block", "CERTIFICATE"],
        ),
        (
            vec![("ETCD_ENDPOINTS", &url), ("ETCD_CA_CERT_FILE", &damaged)],
            ["damaged.pem", "no certificate that can be read"],
        ),
        (
            vec![
                ("ETCD_ENDPOINTS", &url),
                ("ETCD_CA_CERT_FILE", &ca),
                ("ETCD_CERT_FILE", &certificate),
                ("ETCD_KEY_FILE", &other_key),
            ],
            ["it is not the key of the client certificate", &other_key],
        ),
        // Files that are named have to be there, also where TLS is not spoken.
        (
            vec![
                ("ETCD_ENDPOINTS", &plain_url),
                ("ETCD_CA_CERT_FILE", &no_file),
            ],
            ["nowhere.pem", "no such file"],
        ),
    ] {
        let settings: Vec<(&str, &str)> = settings
            .into_iter()
            .map(|(name, value)| (name, value.as_str()))
            .collect();
        let said = ask(&settings, &["endpoint"])?;
        refused(&said, &words);
    }
    drop(etcd);
    let nameless = authority.sign("127.0.0.1", "", "P-256", Form::Pkcs8)?;
    let options = EtcdOptions {
        tls: tls(&authority, &nameless, &[]),
        data: Some(data.path().join("data")),
        ..EtcdOptions::default()
    };
    let etcd = Etcd::start_with(&options)?;
    let said = web_1(&[("ETCD_ENDPOINTS", &etcd.url()), ("ETCD_CA_CERT_FILE", &ca)])?;
    refused(&said, &["names no host", "(TLS)"]);
    Ok(())
}

/// Name and password: right, wrong, none, and where none is needed; never in what is said.
pub fn users_and_passwords(_: &Lab) -> Verdict {
    let open = filled()?;
    let said = web_1(&[
        ("ETCD_ENDPOINTS", &open.url()),
        ("ETCD_USERNAME", "reader"),
        ("ETCD_PASSWORD", "pw-reader"),
    ])?;
    answered(&said);
    let said = ask(
        &[
            ("ETCD_ENDPOINTS", &open.url()),
            ("ETCD_USERNAME", "reader"),
            ("ETCD_PASSWORD", "pw-reader"),
        ],
        &["endpoint", "shop/web-1", "-o", "json"],
    )?;
    answered(&said);
    let warning = "warning: etcd has no users: its user name and password did not count";
    assert!(said.stderr.contains(warning), "{}", said.stderr);
    let etcd = filled()?;
    etcd.enable_users(&[("reader", &[ROOT])])?;
    let url = etcd.url();
    answered(&web_1(&[
        ("ETCD_ENDPOINTS", &url),
        ("ETCD_USERNAME", "reader"),
        ("ETCD_PASSWORD", "pw-reader"),
    ])?);
    for (settings, words) in [
        (
            vec![("ETCD_USERNAME", "reader"), ("ETCD_PASSWORD", "topsecret")],
            "does not accept the user name or password (authentication)",
        ),
        (
            vec![("ETCD_USERNAME", "nobody"), ("ETCD_PASSWORD", "topsecret")],
            "does not accept the user name or password (authentication)",
        ),
        (
            vec![],
            "etcd wants a user, and none was given (authentication)",
        ),
        (
            vec![("ETCD_USERNAME", "reader")],
            "etcd wants a user, and none was given (authentication)",
        ),
    ] {
        let settings: Vec<(&str, &str)> = [("ETCD_ENDPOINTS", url.as_str())]
            .into_iter()
            .chain(settings)
            .collect();
        let said = ask(&settings, &["endpoint", "-v=9"])?;
        refused(&said, &[words]);
        assert!(!said.stderr.contains("topsecret"), "{}", said.stderr);
    }
    Ok(())
}

/// A role for some prefixes reads those, at the same revision, and says what it could not.
pub fn a_role_for_some_prefixes(_: &Lab) -> Verdict {
    let etcd = filled()?;
    let some = [
        "workloadendpoints/shop/",
        "tiers/",
        "profiles/",
        "networkpolicies/",
    ]
    .map(|segment| format!("{ROOT}{segment}"));
    let some: Vec<&str> = some.iter().map(String::as_str).collect();
    let within =
        ["workloadendpoints/shop/", "networkpolicies/shop/"].map(|keys| format!("{ROOT}{keys}"));
    let within: Vec<&str> = within.iter().map(String::as_str).collect();
    etcd.enable_users(&[
        ("some", &some),
        (
            "sets",
            &["/calico/resources/v3/projectcalico.org/networksets/"],
        ),
        ("shop", &within),
    ])?;
    let url = etcd.url();
    let user = |name: &'static str, password: &'static str| {
        vec![
            ("ETCD_ENDPOINTS", url.as_str()),
            ("ETCD_USERNAME", name),
            ("ETCD_PASSWORD", password),
        ]
    };
    let said = web_1(&user("some", "pw-some"))?;
    assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
    let answer = said.json()?;
    assert_eq!(answer["snapshot"]["pinned"], true);
    assert_eq!(answer["complete"], false);
    let gaps = answer["gaps"].as_array().into_iter().flatten();
    let denied: Vec<&str> = gaps.filter_map(|gap| gap["resource"].as_str()).collect();
    assert!(
        denied.contains(&"globalnetworkpolicies") && !denied.contains(&"networkpolicies"),
        "{denied:?}"
    );
    assert_eq!(
        answer["items"][0]["egress"]["normal"]["unmatched"]["action"],
        "Unknown"
    );
    assert!(
        said.stderr
            .contains("the etcd user may not read globalnetworkpolicies"),
        "{}",
        said.stderr
    );
    let policies = gaps_of(&answer, "networksets");
    assert!(
        policies.contains("the etcd user may not read it"),
        "{answer}"
    );
    // A role for one namespace alone.
    let said = ask(
        &user("shop", "pw-shop"),
        &["endpoint", "-n", "shop", "web-1", "-o", "json"],
    )?;
    assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
    let answer = said.json()?;
    assert_eq!(answer["items"][0]["ref"], "pod/shop/web-1", "{answer}");
    assert_eq!(
        gaps_of(&answer, "networkpolicies"),
        "the etcd user may not read it; only namespace shop was read"
    );
    // All namespaces may not be read, and nothing can be said of pods.
    let said = ask(&user("some", "pw-some"), &["endpoint"])?;
    refused(&said, &["workloadendpoints", "grant its role READ on"]);
    let said = ask(&user("sets", "pw-sets"), &["endpoint"])?;
    refused(&said, &["may not read"]);
    Ok(())
}

/// What the gap of a resource says.
fn gaps_of(answer: &Value, resource: &str) -> String {
    let mut gaps = answer["gaps"].as_array().into_iter().flatten();
    let gap = gaps.find(|gap| gap["resource"] == resource);
    gap.and_then(|gap| gap["message"].as_str())
        .unwrap_or_default()
        .to_owned()
}

/// History ends in the middle of a read: everything is read again at a new revision.
pub fn a_compaction_in_the_middle_starts_anew(_: &Lab) -> Verdict {
    let etcd = Arc::new(filled()?);
    let pods: Vec<Entry> = (2..3000).map(|number| workload(number, 0)).collect();
    etcd.put_all(&pods)?;
    let port = etcd.url().rsplit(':').next().unwrap_or_default().parse()?;
    let (server, compactions) = (Arc::clone(&etcd), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&compactions);
    let told = move |bytes: usize| {
        // Once, when the first page is on its way.
        if bytes > 500_000 && counted.fetch_add(1, Ordering::SeqCst) == 0 {
            let changed = server
                .put_all(&[workload(1, 1)])
                .and_then(|()| server.compact(server.revision()?));
            assert!(changed.is_ok(), "{changed:?}");
        }
    };
    let url = format!("http://127.0.0.1:{}", relay(port, Arc::new(told))?);
    let said = ask(
        &[("ETCD_ENDPOINTS", &url)],
        &["endpoint", "-v", "-o", "json", "-r"],
    )?;
    assert!(
        compactions.load(Ordering::SeqCst) > 0,
        "nothing was compacted: the test proves nothing"
    );
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(
        said.stderr.matches("at revision").count(),
        2,
        "it was to begin twice: {}",
        said.stderr
    );
    let answer = said.json()?;
    let items = answer["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    assert_eq!(items.len(), 2999);
    assert_eq!(
        items[0]["labels"]["v"], "1",
        "a new revision shows the new state"
    );
    Ok(())
}

/// A writer changes a pod's label and a tier's order in one transaction: never seen apart at one revision, and seen apart
/// when each is read at its own.
pub fn a_write_of_two_keys_is_never_seen_torn(_: &Lab) -> Verdict {
    let etcd = filled()?;
    let done = AtomicBool::new(false);
    let url = etcd.url();
    let outcome: Outcome<(usize, usize)> = std::thread::scope(|scope| {
        scope.spawn(|| {
            for version in 1.. {
                if done.load(Ordering::Relaxed)
                    || etcd
                        .put_in_one(&[workload(1, version), tier(version)])
                        .is_err()
                {
                    break;
                }
            }
        });
        let torn = (|| {
            let pinned = torn(&url, &["endpoint", "-q", "-o", "json"], 40)?;
            let mut unpinned = 0;
            for _ in 0..40 {
                unpinned += torn(&url, &["endpoint", "-q", "-o", "json", "--latest"], 10)?;
                if unpinned > 0 {
                    break;
                }
            }
            Ok((pinned, unpinned))
        })();
        done.store(true, Ordering::Relaxed);
        torn
    });
    let (pinned, unpinned) = outcome?;
    assert_eq!(pinned, 0, "pinned reads saw half of a write");
    assert!(
        unpinned > 0,
        "reads without a pin should tear: the test proves nothing"
    );
    Ok(())
}

fn torn(url: &str, args: &[&str], times: usize) -> Outcome<usize> {
    let mut torn = 0;
    for _ in 0..times {
        let said = ask(&[("ETCD_ENDPOINTS", url)], args)?;
        let answer = said.json()?;
        let label = answer["items"][0]["labels"]["v"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let mut tiers = answer["tiers"].as_array().into_iter().flatten();
        let order = tiers
            .find(|tier| tier["name"] == "ops")
            .map(|tier| tier["order"].to_string());
        torn += usize::from(order.as_deref() != Some(&*label));
    }
    Ok(torn)
}

/// Never an empty answer: nothing of Calico there, or Kubernetes' own keys.
pub fn an_etcd_without_calico_is_said_so(_: &Lab) -> Verdict {
    let etcd = Etcd::start()?;
    let url = etcd.url();
    refused(
        &ask(&[("ETCD_ENDPOINTS", &url)], &["endpoint"])?,
        &["it holds no Calico data", "--datastore kubernetes"],
    );
    etcd.put("/registry/pods/shop/web-1", b"{}")?;
    refused(
        &ask(&[("ETCD_ENDPOINTS", &url)], &["endpoint"])?,
        &["Kubernetes cluster (/registry/)", "--datastore kubernetes"],
    );
    Ok(())
}

/// After a migration to Kubernetes the old etcd stays locked for ever.
pub fn a_locked_datastore_is_said_so(_: &Lab) -> Verdict {
    let etcd = filled()?;
    etcd.put_all(&[entry(
        "clusterinformations/default",
        json!({"calicoVersion": "v3.32.1", "datastoreReady": false}),
    )])?;
    let said = ask(
        &[("ETCD_ENDPOINTS", &etcd.url())],
        &["endpoint", "shop/web-1"],
    )?;
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr
            .contains("probably it was migrated to Kubernetes"),
        "{}",
        said.stderr
    );
    Ok(())
}

/// A value that does not decode costs itself alone, and is named by its key.
pub fn a_value_that_does_not_decode_is_named_by_its_key(_: &Lab) -> Verdict {
    let etcd = filled()?;
    etcd.put(
        &format!("{ROOT}globalnetworkpolicies/broken"),
        br#"{"spec": {"order": "first"}}"#,
    )?;
    etcd.put(&format!("{ROOT}networkpolicies/onlyname"), b"{}")?;
    etcd.put(&format!("{ROOT}licensekeys/default"), b"nonsense")?;
    etcd.put("/calico/ipam/v2/handle/x", b"nonsense")?;
    let answer = answered(&web_1(&[("ETCD_ENDPOINTS", &etcd.url())])?);
    assert_eq!(answer["complete"], true);
    let notes = answer["notes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let messages: Vec<&str> = notes
        .iter()
        .filter_map(|note| note["message"].as_str())
        .collect();
    // A key with too few parts is nothing to Calico, and to us.
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes
            .iter()
            .all(|note| note["code"] == "undecodable-etcd-value"),
        "{notes:?}"
    );
    assert!(
        messages
            .iter()
            .any(|text| text.contains("globalnetworkpolicies/broken does not decode: spec.order")),
        "{messages:?}"
    );
    Ok(())
}
