//! File × environment × flags: the source, what is said of it, how it ends.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::error::Exit;
use crate::run::reach::reach;
use crate::run::{asked, report};

const HEAD: &str = "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nspec:\n";
const ETCD: &str = "  etcdEndpoints: https://file:2379\n";
const KUBE: &str = "  datastoreType: kubernetes\n  k8sAPIEndpoint: https://file:6443\n";
const BOTH: &str = "  etcdEndpoints: https://file:2379\n  k8sAPIEndpoint: https://file:6443\n";

/// What is there: calicoctl's own file (`OWN` in what is said), one called `FILE`, variables.
struct Case<'a> {
    own: Option<&'a str>,
    file: Option<&'a str>,
    variables: &'a [(&'a str, &'a str)],
    typed: &'a str,
}

/// The source, and all that stderr shows; an error's hint is left out.
fn outcome(case: &Case<'_>) -> (String, String, Exit) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, spec: Option<&str>| {
        if let Some(spec) = spec {
            std::fs::write(path(name), format!("{HEAD}{spec}")).unwrap();
        }
    };
    write("OWN", case.own);
    write("FILE", case.file);
    let place = format!("{}/", folder.path().display());
    let words = case.typed.split_whitespace();
    let words = words.map(|word| match word {
        "FILE" | "OWN" => path(word).into_os_string(),
        word => word.into(),
    });
    let line = ["kubectl-calicoq", "endpoint"].map(OsString::from);
    let cli = Cli::parse_from_arguments(line.into_iter().chain(words)).unwrap();
    let variables: BTreeMap<_, _> = case.variables.iter().copied().collect();
    let own: PathBuf = path("OWN");
    let around = Surroundings {
        variable: &|name| variables.get(name).map(OsString::from),
        calicoctl_cfg: &own,
    };
    let mut said = String::new();
    let mut question = asked::question(&cli).unwrap();
    let (source, error) = match choose(&cli, &around) {
        Err(error) => ("-", Some(error)),
        Ok(chosen) => match &chosen.source {
            // The machine's own kubeconfig is no part of the test.
            Choice::Kubeconfig => {
                said += &report::ignored(&chosen.ignored);
                ("kubeconfig", None)
            }
            source => {
                let name = match source {
                    Choice::Flags(_) => "flags",
                    Choice::Configured(read, _) if *read.origin() == Origin::Environment => {
                        "environment"
                    }
                    Choice::Configured(..) => "file",
                    _ => "files",
                };
                (
                    name,
                    reach(&cli, question.as_mut(), &chosen, &mut said).err(),
                )
            }
        },
    };
    let exit = error.as_ref().map_or(Exit::Answered, |_| Exit::NoAnswer);
    if let Some(error) = error {
        said += &format!("error: {error}\n");
    }
    (source.to_owned(), said.replace(&place, ""), exit)
}

#[test]
fn one_source_is_chosen_and_what_is_ignored_is_said() {
    let none: &[(&str, &str)] = &[];
    let env: &[(&str, &str)] = &[("ETCD_ENDPOINTS", "http://env:2379")];
    let kube_env: &[(&str, &str)] = &[
        ("DATASTORE_TYPE", "kubernetes"),
        ("K8S_API_ENDPOINT", "https://env:6443"),
    ];
    let both_env: &[(&str, &str)] = &[
        ("ETCD_ENDPOINTS", "http://env:2379"),
        ("K8S_API_ENDPOINT", "https://env:6443"),
    ];
    let missing: &[(&str, &str)] = &[("KUBECONFIG", "/nowhere/config")];
    let files = "-f tests/worlds/shop";
    let prod = "--server https://typed:6443";
    for (own, file, variables, typed, source, said) in [
        // (1) files
        (Some(ETCD), None, env, files, "files", ""),
        // (2) flags
        (
            None,
            None,
            none,
            prod,
            "flags",
            "reading kubernetes https://typed:6443 (--server)\n",
        ),
        (
            Some(KUBE),
            None,
            env,
            prod,
            "flags",
            "reading kubernetes https://typed:6443 (--server)\nignored: OWN, ETCD_ENDPOINTS\n",
        ),
        (
            None,
            Some(ETCD),
            missing,
            "--server https://typed:6443 -c FILE --datastore kubernetes",
            "flags",
            "reading kubernetes https://typed:6443 (--server)\nignored: FILE\n",
        ),
        (
            None,
            None,
            none,
            "--server https://typed:6443 --datastore etcdv3",
            "-",
            "error: --server cannot be used with --datastore etcdv3\n",
        ),
        // (3) a file that is typed
        (
            None,
            Some(ETCD),
            none,
            "-c FILE",
            "file",
            "reading etcd https://file:2379 (FILE)\n",
        ),
        (
            Some(KUBE),
            Some(ETCD),
            env,
            "-c FILE",
            "file",
            "reading etcd https://file:2379 (FILE)\nignored: OWN, ETCD_ENDPOINTS\n",
        ),
        (
            None,
            Some(ETCD),
            missing,
            "-c FILE",
            "file",
            "reading etcd https://file:2379 (FILE)\n",
        ),
        (
            None,
            Some(KUBE),
            missing,
            "-c FILE",
            "file",
            "reading kubernetes https://file:6443 (FILE)\nignored: KUBECONFIG\n",
        ),
        (
            Some(KUBE),
            None,
            env,
            "-c OWN",
            "file",
            "reading kubernetes https://file:6443 (OWN)\nignored: ETCD_ENDPOINTS\n",
        ),
        (
            None,
            Some(BOTH),
            none,
            "-c FILE",
            "file",
            "reading etcd https://file:2379 (FILE)\n",
        ),
        (
            None,
            Some(BOTH),
            none,
            "-c FILE --datastore kubernetes",
            "file",
            "reading kubernetes https://file:6443 (FILE)\nignored: etcdEndpoints\n",
        ),
        (
            None,
            Some(KUBE),
            env,
            "-c FILE --datastore etcdv3",
            "file",
            "ignored: ETCD_ENDPOINTS\nerror: FILE: no etcd endpoints specified\n",
        ),
        (
            None,
            None,
            env,
            "-c FILE",
            "-",
            "error: FILE: no such file\n",
        ),
        (
            None,
            Some("  k8sToken: topsecret\n"),
            env,
            "-c FILE",
            "-",
            "error: FILE: unknown field spec.k8sToken (line 4)\n",
        ),
        (
            None,
            Some("  datastoreType: etcd\n"),
            none,
            "-c FILE --datastore etcdv3",
            "-",
            "error: FILE: datastoreType: unknown datastore type \"etcd\"\n",
        ),
        (
            None,
            Some("  kubeconfig: /nowhere/config\n"),
            none,
            "-c FILE",
            "file",
            "error: /nowhere/config: no such file\n",
        ),
        (
            None,
            Some("  etcdEndpoints: a:1\n  etcdUsername: me\n"),
            none,
            "-c FILE",
            "file",
            "reading etcd a:1 (FILE)\nignored: etcdUsername (user name and password count only together)\n",
        ),
        // (4) the environment
        (
            None,
            None,
            env,
            "",
            "environment",
            "reading etcd http://env:2379 (ETCD_ENDPOINTS)\n",
        ),
        (
            Some(ETCD),
            None,
            env,
            "",
            "environment",
            "reading etcd http://env:2379 (ETCD_ENDPOINTS)\nignored: OWN\n",
        ),
        (
            Some(ETCD),
            None,
            kube_env,
            "",
            "environment",
            "reading kubernetes https://env:6443 (DATASTORE_TYPE)\nignored: OWN\n",
        ),
        (
            None,
            None,
            &[
                ("CALICO_ETCD_ENDPOINTS", "http://a:1"),
                ("ETCD_ENDPOINTS", "http://b:1"),
            ],
            "",
            "environment",
            "reading etcd http://a:1 (CALICO_ETCD_ENDPOINTS)\nignored: ETCD_ENDPOINTS (CALICO_ETCD_ENDPOINTS comes first)\n",
        ),
        (
            None,
            None,
            &[
                ("DATASTORE_TYPE", "etcdv3"),
                ("ETCD_DISCOVERY_SRV", "example.com"),
            ],
            "",
            "environment",
            "reading etcd SRV records of example.com (ETCD_DISCOVERY_SRV)\n",
        ),
        (
            None,
            None,
            &[("DATASTORE_TYPE", "etcdv3")],
            "",
            "environment",
            "error: environment: no etcd endpoints specified\n",
        ),
        (
            Some(ETCD),
            None,
            &[("DATASTORE_TYPE", "Kubernetes")],
            "",
            "-",
            "error: DATASTORE_TYPE: unknown datastore type \"Kubernetes\"\n",
        ),
        (
            None,
            None,
            &[
                ("DATASTORE_TYPE", "kubernetes"),
                ("KUBECONFIG", "/nowhere/config"),
            ],
            "",
            "environment",
            "error: /nowhere/config: no such file\n",
        ),
        (
            None,
            None,
            both_env,
            "--datastore kubernetes",
            "environment",
            "reading kubernetes https://env:6443 (K8S_API_ENDPOINT)\nignored: ETCD_ENDPOINTS\n",
        ),
        (
            None,
            None,
            both_env,
            "--datastore etcdv3",
            "environment",
            "reading etcd http://env:2379 (ETCD_ENDPOINTS)\n",
        ),
        (
            None,
            None,
            &[("ETCD_DISCOVERY_SRV", "example.com")],
            "--datastore etcdv3",
            "environment",
            "reading etcd SRV records of example.com (ETCD_DISCOVERY_SRV)\n",
        ),
        (
            None,
            None,
            &[("ETCD_ENDPOINTS", "http//a:1")],
            "",
            "environment",
            "error: ETCD_ENDPOINTS: endpoint 1 \"http//a:1\" cannot be used: it is no URL: write http://HOST:PORT or https://HOST:PORT\n",
        ),
        // (5) calicoctl's own file
        (
            Some(ETCD),
            None,
            none,
            "",
            "file",
            "reading etcd https://file:2379 (OWN)\n",
        ),
        (
            Some(ETCD),
            None,
            &[
                ("ETCD_DISCOVERY_SRV", "x"),
                ("K8S_INSECURE_SKIP_TLS_VERIFY", ""),
            ],
            "",
            "file",
            "reading etcd https://file:2379 (OWN)\nignored: ETCD_DISCOVERY_SRV\n",
        ),
        (
            Some(KUBE),
            None,
            &[("KUBECONFIG", "/home/me/config"), ("K8S_CLIENT_QPS", "5")],
            "",
            "file",
            "reading kubernetes https://file:6443 (OWN)\nignored: KUBECONFIG\n",
        ),
        (
            Some(KUBE),
            None,
            env,
            "--datastore kubernetes",
            "file",
            "reading kubernetes https://file:6443 (OWN)\nignored: ETCD_ENDPOINTS\n",
        ),
        (
            Some("  k8sAPIEndpoint: https://file:6443\n  etcdDiscoverySrv: example.com\n"),
            None,
            none,
            "",
            "file",
            "reading kubernetes https://file:6443 (OWN)\nignored: etcdDiscoverySrv (etcdDiscoverySrv alone does not choose etcd; set datastoreType: etcdv3)\n",
        ),
        (
            Some("  nonsense: 1\n"),
            None,
            missing,
            "",
            "-",
            "error: OWN: unknown field spec.nonsense (line 4)\n",
        ),
        // (6) the kubeconfig
        (None, None, none, "", "kubeconfig", ""),
        (None, None, missing, "", "kubeconfig", ""),
        (None, None, &[("ETCD_ENDPOINTS", "")], "", "kubeconfig", ""),
        (
            None,
            None,
            &[
                ("CALICO_ETCD_ENDPOINTS", ""),
                ("ETCD_ENDPOINTS", "http://a:2379"),
            ],
            "",
            "kubeconfig",
            "ignored: ETCD_ENDPOINTS (CALICO_ETCD_ENDPOINTS is set, to nothing)\n",
        ),
        (
            None,
            None,
            &[("ETCD_DISCOVERY_SRV", "example.com")],
            "",
            "kubeconfig",
            "ignored: ETCD_DISCOVERY_SRV (ETCD_DISCOVERY_SRV alone does not choose etcd; set DATASTORE_TYPE=etcdv3)\n",
        ),
        (
            None,
            None,
            &[
                ("K8S_API_ENDPOINT", "https://env:6443"),
                ("ETCD_KEY_FILE", "k"),
            ],
            "",
            "kubeconfig",
            "ignored: ETCD_KEY_FILE, K8S_API_ENDPOINT (DATASTORE_TYPE is not set)\n",
        ),
        (
            None,
            None,
            &[("K8S_INSECURE_SKIP_TLS_VERIFY", "")],
            "",
            "-",
            "error: CALICO_K8S_INSECURE_SKIP_TLS_VERIFY (set as K8S_INSECURE_SKIP_TLS_VERIFY): \"\" is not true or false\n",
        ),
        (
            Some(ETCD),
            None,
            env,
            "--datastore kubernetes",
            "kubeconfig",
            "ignored: OWN, ETCD_ENDPOINTS\n",
        ),
        (
            None,
            None,
            kube_env,
            "--datastore etcdv3",
            "-",
            "error: --datastore etcdv3: no etcd endpoints specified\n",
        ),
    ] {
        let case = Case {
            own,
            file,
            variables,
            typed,
        };
        let exit = match said.contains("error: ") {
            true => Exit::NoAnswer,
            false => Exit::Answered,
        };
        let want = (source.to_owned(), said.to_owned(), exit);
        assert_eq!(
            outcome(&case),
            want,
            "{own:?} {file:?} {variables:?} {typed:?}"
        );
    }
}

#[test]
fn each_setting_is_listed_with_what_sets_it_and_secrets_are_hidden() {
    let listed = outcome(&Case {
        own: None,
        file: Some(
            "  etcdEndpoints: https://file:2379\n  etcdUsername: me\n  etcdPassword: topsecret\n  k8sClientBurst: 5\n",
        ),
        variables: &[],
        typed: "-c FILE -v",
    });
    assert_eq!(
        listed.1,
        "reading etcd https://file:2379 (FILE)\n  etcdEndpoints: https://file:2379 (FILE)\n  etcdUsername: me (FILE)\n  \
         etcdPassword: (hidden) (FILE)\n  k8sClientBurst: 5 (FILE)\n"
    );
    let listed = outcome(&Case {
        own: None,
        file: None,
        variables: &[
            ("DATASTORE_TYPE", "kubernetes"),
            ("K8S_API_ENDPOINT", "https://me:topsecret@env:6443"),
            ("CALICO_K8SAPITOKEN", "topsecret"),
            ("ETCD_PASSWORD", "topsecret"),
            ("ETCD_USERNAME", ""),
        ],
        typed: "-v",
    });
    assert_eq!(
        listed.1,
        "reading kubernetes https://env:6443 (DATASTORE_TYPE)\n  datastoreType: kubernetes (DATASTORE_TYPE)\n  \
         etcdUsername: (empty) (ETCD_USERNAME)\n  etcdPassword: (hidden) (ETCD_PASSWORD)\n  \
         k8sAPIEndpoint: (hidden) (K8S_API_ENDPOINT)\n  k8sAPIToken: (hidden) (CALICO_K8SAPITOKEN)\n"
    );
    let typed = outcome(&Case {
        own: None,
        file: None,
        variables: &[],
        typed: "--server https://me:topsecret@typed:6443 --token topsecret -v",
    });
    assert_eq!(
        typed.1,
        "reading kubernetes https://typed:6443 (--server, --token)\n  server: https://typed:6443 (--server)\n"
    );
}
