//! A configuration of calicoctl, as the process takes it: what it says on stderr, and how it ends.
//!
//! Nothing listens where the settings point to, so every run ends with an error about the source that was chosen.

#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use std::path::Path;
use std::process::{Command, Stdio};

const HEAD: &str = "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n";

/// Runs the tool in a folder with these variables alone; exit code, stdout and stderr.
fn run(folder: &Path, variables: &[(&str, &str)], typed: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(["endpoint", "--request-timeout", "2s"])
        .args(typed)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A port on which nobody listens, and nobody will: it is never given out.
const NOBODY: &str = "127.0.0.1:1";

#[test]
fn the_source_is_named_before_what_goes_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, spec: &str| {
        std::fs::write(folder.path().join(name), format!("{HEAD}{spec}")).unwrap();
    };
    write("etcd.cfg", &format!("  etcdEndpoints: http://{NOBODY}\n"));
    write("kube.cfg", &format!("  k8sAPIEndpoint: http://{NOBODY}\n"));
    let server = format!("http://{NOBODY}");
    let etcd = [("ETCD_ENDPOINTS", &*server)];
    for (variables, typed, want) in [
        (
            &etcd[..],
            vec![],
            format!("reading etcd {server} (ETCD_ENDPOINTS)\n"),
        ),
        (
            &[],
            vec!["-c", "etcd.cfg"],
            format!("reading etcd {server} (etcd.cfg)\n"),
        ),
        (
            &etcd,
            vec!["-c", "kube.cfg"],
            format!("reading kubernetes {server} (kube.cfg)\nignored: ETCD_ENDPOINTS\n"),
        ),
        (
            &etcd,
            vec!["--server", &server],
            format!("reading kubernetes {server} (--server)\nignored: ETCD_ENDPOINTS\n"),
        ),
    ] {
        let (code, stdout, stderr) = run(folder.path(), variables, &typed);
        assert_eq!((code, &*stdout), (2, ""), "{stderr}");
        let rest = stderr.strip_prefix(&*want);
        let rest = rest.unwrap_or(stderr.as_str());
        assert!(
            rest.starts_with("error: ") && rest != stderr,
            "{typed:?}: {stderr}"
        );
        assert!(rest.contains(NOBODY), "{stderr}");
        let quiet: Vec<&str> = typed.into_iter().chain(["-q", "-v"]).collect();
        let (code, _, stderr) = run(folder.path(), variables, &quiet);
        assert_eq!(code, 2);
        assert!(
            !stderr.contains("reading etcd") && !stderr.contains("ignored"),
            "{stderr}"
        );
    }
}

/// As by kubectl: they are sent to nobody where no TLS is spoken. That is said, and nothing where TLS is.
#[test]
fn credentials_that_are_not_sent_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kube.cfg");
    let why = "(the server is http://, so that no credential is sent)";
    for (scheme, told) in [("http", true), ("https", false)] {
        let server = format!("{scheme}://{NOBODY}");
        let spec = format!("{HEAD}  k8sAPIEndpoint: {server}\n  k8sAPIToken: topsecret\n");
        std::fs::write(&path, spec).unwrap();
        let variables = [
            ("DATASTORE_TYPE", "kubernetes"),
            ("K8S_API_ENDPOINT", &*server),
            ("CALICO_K8SAPITOKEN", "topsecret"),
        ];
        for (variables, typed, what) in [
            (&[][..], vec!["-c", "kube.cfg"], "k8sAPIToken"),
            (&variables[..], vec![], "CALICO_K8SAPITOKEN"),
            (
                &[],
                vec!["--server", &server, "--token", "topsecret"],
                "--token",
            ),
        ] {
            let (code, _, stderr) = run(folder.path(), variables, &typed);
            assert_eq!(code, 2, "{stderr}");
            let line = format!("ignored: {what} {why}\n");
            assert_eq!(stderr.contains(&line), told, "{scheme} {what}: {stderr}");
            assert_eq!(stderr.contains("ignored:"), told, "{stderr}");
            assert!(!stderr.contains("topsecret"), "{stderr}");
        }
    }
}

#[test]
fn no_secret_is_printed_whatever_goes_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calicoctl.cfg");
    let etcd = format!("  etcdEndpoints: http://{NOBODY}\n  etcdUsername: me\n");
    for spec in [
        format!("{etcd}  etcdPassword: topsecret\n"),
        format!("{etcd}  etcdPassword: topsecret\n  etcdKey: topsecret\n  etcdCert: topsecret\n"),
        format!("{etcd}  etcdPassword: [topsecret]\n"),
        format!("{etcd}  etcdPassword: *topsecret\n"),
        format!("{etcd}  etcdPassword: topsecret: x\n"),
        "  etcdEndpoints: http://me:topsecret@127.0.0.1:1\n".to_owned(),
        format!("  k8sAPIEndpoint: http://me:topsecret@{NOBODY}\n  k8sAPIToken: topsecret\n"),
        "  kubeconfigInline: topsecret\n".to_owned(),
        "  kubeconfigInline: 'users: [topsecret'\n".to_owned(),
        "  k8sToken: topsecret\n".to_owned(),
    ] {
        std::fs::write(&path, format!("{HEAD}{spec}")).unwrap();
        for verbose in ["-v", "-v=9"] {
            let (code, stdout, stderr) = run(folder.path(), &[], &["-c", "calicoctl.cfg", verbose]);
            assert_eq!((code, &*stdout), (2, ""), "{spec}");
            assert!(stderr.contains("error: "), "{spec}");
            assert!(!stderr.contains("topsecret"), "{spec}: {stderr}");
        }
    }
    for variables in [
        [
            ("ETCD_ENDPOINTS", "http://127.0.0.1:1"),
            ("ETCD_PASSWORD", "topsecret"),
        ],
        [
            ("ETCD_ENDPOINTS", "http://me:top,secret@127.0.0.1:1"),
            ("ETCD_PASSWORD", "topsecret"),
        ],
        [
            ("DATASTORE_TYPE", "kubernetes"),
            ("CALICO_K8SAPITOKEN", "topsecret"),
        ],
    ] {
        let (code, _, stderr) = run(folder.path(), &variables, &["-v=9"]);
        assert_eq!(code, 2);
        assert!(
            !stderr.contains("topsecret") && !stderr.contains("top,secret"),
            "{stderr}"
        );
    }
}

/// It is there, so that nothing else may take its place.
#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("calicoctl.cfg")).unwrap();
    let (code, stdout, stderr) = run(folder.path(), &[], &["-c", "calicoctl.cfg"]);
    assert_eq!((code, &*stdout), (2, ""));
    assert!(stderr.starts_with("error: calicoctl.cfg: "), "{stderr}");
}
