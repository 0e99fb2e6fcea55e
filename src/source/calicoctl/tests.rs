#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::*;
use crate::source::etcd::Pem;
use crate::source::kube::Kubeconfigs;

const HEAD: &str = "apiVersion: projectcalico.org/v3\nkind: CalicoAPIConfig\nmetadata:\n";

fn whole(text: &str) -> Result<Configuration, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calicoctl.cfg");
    std::fs::write(&path, text).unwrap();
    Configuration::from_file(&path)
}

/// A file with these lines under `spec`.
fn file(spec: &str) -> Result<Configuration, Error> {
    let lines = spec.lines().map(|line| format!("  {line}\n"));
    whole(&format!("{HEAD}spec:\n{}", lines.collect::<String>()))
}

fn environment(variables: &[(&str, &str)]) -> Result<Configuration, Error> {
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    let found = Configuration::from_environment(&|name| variables.get(name).map(OsString::from));
    found.sound().map(|()| found)
}

/// What is said of an error, without the folder of the file.
fn said<T>(result: Result<T, Error>) -> String {
    let error = result.map(|_| ()).unwrap_err();
    let text = error.to_string();
    let text = match text.split_once("calicoctl.cfg") {
        Some((_, text)) => format!("FILE{text}"),
        None => text,
    };
    format!("{text} | {}", error.hint().unwrap_or_default())
}

#[test]
fn every_field_is_read_from_a_file_in_any_case() {
    for field in Field::ALL {
        let value = match field.type_of() {
            field::Type::Text => "something",
            field::Type::Bool => "true",
            field::Type::Float => "7.5",
            field::Type::Integer => "7",
        };
        for name in [
            field.name().to_owned(),
            field.name().to_lowercase(),
            field.name().to_uppercase(),
        ] {
            let read = file(&format!("{name}: {value}")).unwrap();
            let setting = read.get(field).unwrap();
            assert_eq!(setting.text, value, "{name}");
            assert!(setting.from.ends_with("calicoctl.cfg"));
            let json = format!(
                r#"{{"apiVersion":"projectcalico.org/v3","kind":"CalicoAPIConfig","spec":{{"{name}":{}}}}}"#,
                if value == "something" {
                    "\"something\""
                } else {
                    value
                }
            );
            assert_eq!(whole(&json).unwrap().text(field), value, "{json}");
        }
        assert_eq!(
            file(&format!("{}:", field.name()))
                .unwrap()
                .get(field)
                .map(Setting::shown),
            None
        );
    }
}

#[test]
fn every_variable_is_read_and_calicos_own_form_comes_first() {
    for field in Field::ALL {
        let value = match field.type_of() {
            field::Type::Text => "something",
            field::Type::Bool => "T",
            field::Type::Float => "7.5",
            field::Type::Integer => "0x7",
        };
        for variable in field.variables() {
            let read = environment(&[(variable, value)]).unwrap();
            assert_eq!(read.get(field).unwrap().from, *variable);
            assert_eq!(read.settings().len(), 1);
        }
        if let [first, second, ..] = field.variables() {
            assert_eq!(format!("CALICO_{second}"), *first);
            let read = environment(&[(first, value), (second, value)]).unwrap();
            assert_eq!(read.get(field).unwrap().from, *first);
            let shadow = Shadowed {
                variable: second,
                by: first,
                by_nothing: false,
            };
            assert_eq!(read.shadowed(), [shadow]);
        }
    }
    for (field, variables) in [
        (Field::EtcdKey, vec![]),
        (Field::EtcdCert, vec![]),
        (Field::EtcdCaCert, vec![]),
        (Field::KubeconfigInline, vec![]),
        (Field::K8sApiToken, vec!["CALICO_K8SAPITOKEN"]),
    ] {
        assert_eq!(field.variables(), variables);
    }
    let foreign = [
        ("K8S_API_TOKEN", "x"),
        ("K8SAPITOKEN", "x"),
        ("ETCD_KEY", "x"),
        ("ETCD_AUTHORITY", "x"),
        ("FELIX_DATASTORETYPE", "etcdv3"),
    ];
    assert!(environment(&foreign).unwrap().settings().is_empty());
}

#[test]
fn a_variable_set_to_nothing_is_set() {
    let read = environment(&[
        ("CALICO_ETCD_ENDPOINTS", ""),
        ("ETCD_ENDPOINTS", "http://a:2379"),
    ])
    .unwrap();
    assert_eq!(read.datastore().unwrap(), Datastore::Kubernetes);
    let shadow = Shadowed {
        variable: "ETCD_ENDPOINTS",
        by: "CALICO_ETCD_ENDPOINTS",
        by_nothing: true,
    };
    assert_eq!(read.shadowed(), [shadow]);
}

#[test]
fn a_variable_of_the_wrong_type_is_named_as_calico_names_it() {
    let hint = "it is set, and empty: unset it, or set it to true or false";
    for (variables, want) in [
        (("K8S_INSECURE_SKIP_TLS_VERIFY", ""), format!("CALICO_K8S_INSECURE_SKIP_TLS_VERIFY (set as K8S_INSECURE_SKIP_TLS_VERIFY): \"\" is not true or false | {hint}")),
        (("CALICO_USE_POD_CIDR", "yes"), "CALICO_USE_POD_CIDR: \"yes\" is not true or false | set it to true or false".to_owned()),
        (("K8S_DISABLE_NODE_POLL", "tRUE"), "CALICO_K8S_DISABLE_NODE_POLL (set as K8S_DISABLE_NODE_POLL): \"tRUE\" is not true or false | set it to true or false".to_owned()),
        (("CALICO_K8SCLIENTQPS", "fast"), "CALICO_K8S_CLIENT_QPS (set as CALICO_K8SCLIENTQPS): \"fast\" is not a number | set it to a number".to_owned()),
        (("K8S_CLIENT_BURST", "1.5"), "CALICO_K8S_CLIENT_BURST (set as K8S_CLIENT_BURST): \"1.5\" is not a whole number | set it to a whole number".to_owned()),
    ] {
        assert_eq!(said(environment(&[variables])), want);
    }
}

#[test]
fn numbers_and_booleans_become_texts_where_texts_are_meant() {
    for (written, want) in [
        ("12345", "12345"),
        ("-7", "-7"),
        ("true", "true"),
        ("1.50", "1.5"),
        ("1.0", "1"),
        ("1234567.5", "1.2345675e+06"),
        ("0.00001", "1e-05"),
        ("\"012\"", "012"),
        ("yes", "yes"),
    ] {
        let read = file(&format!("etcdPassword: {written}")).unwrap();
        assert_eq!(read.text(Field::EtcdPassword), want, "{written}");
    }
}

#[test]
fn what_calicoctl_refuses_is_refused_with_its_place() {
    for (spec, want) in [
        (
            "k8sToken: abc",
            "FILE: unknown field spec.k8sToken (line 5) | calicoctl's name for it is k8sAPIToken, whatever its documentation says",
        ),
        (
            "etcdEndpoint: abc",
            "FILE: unknown field spec.etcdEndpoint (line 5) | see calicoctl's documentation for its fields; each stands directly under spec",
        ),
        (
            "etcdFIPSModeEnabled: true",
            "FILE: unknown field spec.etcdFIPSModeEnabled (line 5) | see calicoctl's documentation for its fields; each stands directly under spec",
        ),
        (
            "etcdEndpoints: a\netcdEndpoints: b",
            "FILE: the field etcdEndpoints stands twice (line 6, column 3) | ",
        ),
        (
            "etcdEndpoints: a\netcdendpoints: b",
            "FILE: the field spec.etcdEndpoints stands twice (line 6) | ",
        ),
        (
            "k8sInsecureSkipTLSVerify: \"true\"",
            "FILE: spec.k8sInsecureSkipTLSVerify must be true or false, without quotes (line 5) | ",
        ),
        (
            "k8sDisableNodePoll: 1",
            "FILE: spec.k8sDisableNodePoll must be true or false, without quotes (line 5) | ",
        ),
        (
            "k8sClientQPS: \"5\"",
            "FILE: spec.k8sClientQPS must be a number, without quotes (line 5) | ",
        ),
        (
            "k8sClientBurst: 1.5",
            "FILE: spec.k8sClientBurst must be a whole number, without quotes (line 5) | ",
        ),
        (
            "etcdPassword: [topsecret]",
            "FILE: spec.etcdPassword must be a text (line 5) | ",
        ),
        (
            "etcdPassword: *topsecret",
            "FILE: syntax error (line 5, column 17) | a value that begins with one of * & ! % @ or holds ': ' or ' #' needs quotes",
        ),
    ] {
        assert_eq!(said(file(spec)), want, "{spec}");
    }
    for (text, want) in [
        (
            "",
            "FILE: unknown apiVersion \"\" | write apiVersion: projectcalico.org/v3",
        ),
        (
            " \n# nothing\n",
            "FILE: unknown apiVersion \"\" | write apiVersion: projectcalico.org/v3",
        ),
        (
            "apiVersion: v1\nkind: CalicoAPIConfig",
            "FILE: unknown apiVersion \"v1\" | write apiVersion: projectcalico.org/v3",
        ),
        (
            "apiVersion: projectcalico.org/V3\nkind: CalicoAPIConfig",
            "FILE: unknown apiVersion \"projectcalico.org/V3\" | write apiVersion: projectcalico.org/v3",
        ),
        (
            "apiVersion: projectcalico.org/v3\nkind: calicoApiConfig",
            "FILE: unknown kind \"calicoApiConfig\" | write kind: CalicoAPIConfig",
        ),
        (
            "apiVersion: projectcalico.org/v3",
            "FILE: unknown kind \"\" | write kind: CalicoAPIConfig",
        ),
        (
            "etcdEndpoints: a",
            "FILE: unknown field etcdEndpoints (line 1) | etcdEndpoints belongs directly under spec",
        ),
        (
            "metadata:\n  etcdPassword: topsecret",
            "FILE: unknown field metadata.etcdPassword (line 2) | etcdPassword belongs directly under spec",
        ),
        ("spec: topsecret", "FILE: spec holds no fields (line 1) | "),
        (
            "- a",
            "FILE: it is no configuration of calicoctl, but a list or a single value | it holds apiVersion: projectcalico.org/v3, kind: CalicoAPIConfig and a spec",
        ),
    ] {
        assert_eq!(said(whole(text)), want, "{text}");
    }
    let json = r#"{"apiVersion":"projectcalico.org/v3","kind":"CalicoAPIConfig","spec":{"etcdKey":"a","etcdKey":"b"}}"#;
    assert_eq!(
        said(whole(json)),
        "FILE: the field etcdKey stands twice (line 1, column 85) | "
    );
    let tabs = "{\n\t\"apiVersion\": \"projectcalico.org/v3\",\n\t\"kind\": \"CalicoAPIConfig\",\n\t\"spec\": {\n\t\t\"etcdKey\": \"a\\nb\"\n\t}\n}\n";
    assert_eq!(whole(tabs).unwrap().text(Field::EtcdKey), "a\nb");
    let labelled = format!("{HEAD}  name: x\n  labels: {{a: b}}\nspec:\n");
    assert!(whole(&labelled).unwrap().settings().is_empty());
    let folder = tempfile::tempdir().unwrap();
    assert!(said(Configuration::from_file(folder.path())).contains(": it is a folder"));
    let missing = folder.path().join("calicoctl.cfg");
    assert_eq!(
        said(Configuration::from_file(&missing)),
        "FILE: no such file | "
    );
}

#[test]
fn the_datastore_is_said_or_follows_from_endpoints() {
    for (spec, want) in [
        ("datastoreType: etcdv3", Datastore::Etcdv3),
        (
            "datastoreType: kubernetes\netcdEndpoints: http://a:2379",
            Datastore::Kubernetes,
        ),
        ("etcdEndpoints: http://a:2379", Datastore::Etcdv3),
        ("etcdEndpoints: \"\"", Datastore::Kubernetes),
        ("etcdDiscoverySrv: example.com", Datastore::Kubernetes),
        ("datastoreType: \"\"", Datastore::Kubernetes),
    ] {
        assert_eq!(file(spec).unwrap().datastore().unwrap(), want, "{spec}");
    }
    let hint = "it is etcdv3 or kubernetes, in small letters";
    let wrong = file("datastoreType: etcd").unwrap().datastore();
    assert_eq!(
        said(wrong),
        format!("FILE: datastoreType: unknown datastore type \"etcd\" | {hint}")
    );
    let wrong = environment(&[("DATASTORE_TYPE", "Kubernetes")])
        .unwrap()
        .datastore();
    assert_eq!(
        said(wrong),
        format!("DATASTORE_TYPE: unknown datastore type \"Kubernetes\" | {hint}")
    );
}

#[test]
fn etcd_has_its_settings_from_a_file() {
    let read = file(
        "etcdEndpoints: ' https://a:2379, https://b:2379/ ,'\netcdUsername: calico\netcdPassword: 12345\n\
         etcdKeyFile: k.pem\netcdCertFile: c.pem\netcdCACertFile: ca.pem",
    );
    let etcd = read.unwrap().etcd().unwrap();
    assert_eq!(etcd.endpoints, "https://a:2379,https://b:2379");
    assert_eq!((&*etcd.username, &*etcd.password), ("calico", "12345"));
    let files = [etcd.ca, etcd.certificate, etcd.key].map(|pem| format!("{:?}", pem.unwrap()));
    assert_eq!(files, ["ca.pem", "c.pem", "k.pem"]);

    let inline =
        file("datastoreType: etcdv3\netcdDiscoverySrv: example.com\netcdKey: K\netcdCert: C")
            .unwrap()
            .etcd()
            .unwrap();
    assert_eq!(
        (&*inline.endpoints, &*inline.discovery_srv),
        ("", "example.com")
    );
    assert!(matches!(inline.key, Some(Pem::Inline(key)) if key == "K"));
    assert!(inline.ca.is_none());

    let alone = file("etcdEndpoints: a:2379\netcdCACertFile: ca.pem")
        .unwrap()
        .etcd()
        .unwrap();
    assert!(alone.ca.is_some() && alone.certificate.is_none());
}

#[test]
fn what_excludes_or_needs_another_is_said() {
    let choose = "or choose the other datastore with --datastore kubernetes";
    for (spec, want) in [
        ("datastoreType: etcdv3".to_owned(), format!("FILE: no etcd endpoints specified | set etcdEndpoints or etcdDiscoverySrv, {choose}")),
        ("etcdEndpoints: ' , '".to_owned(), format!("FILE: no etcd endpoints specified | set etcdEndpoints or etcdDiscoverySrv, {choose}")),
        ("etcdEndpoints: a:1\netcdDiscoverySrv: b".to_owned(), "FILE: etcdEndpoints and etcdDiscoverySrv both say where etcd is | leave one of them out".to_owned()),
        ("etcdEndpoints: a:1\netcdKey: k\netcdCACertFile: f".to_owned(), "FILE: etcdKey holds a text and etcdCACertFile names a file: they cannot be mixed | write certificate, key and CA all in one way".to_owned()),
        ("etcdEndpoints: a:1\netcdCACert: c".to_owned(), "FILE: a CA as text needs etcdCert and etcdKey as well | without a client certificate, write the CA into a file that etcdCACertFile names".to_owned()),
        ("etcdEndpoints: a:1\netcdCert: c".to_owned(), "FILE: etcdCert is set and etcdKey is not | set etcdKey too, or neither".to_owned()),
        ("etcdEndpoints: a:1\netcdKeyFile: k".to_owned(), "FILE: etcdKeyFile is set and etcdCertFile is not | set etcdCertFile too, or neither".to_owned()),
        ("etcdEndpoints: 'http://a:2379,http//a:2379'".to_owned(), "FILE: etcdEndpoints: endpoint 2 \"http//a:2379\" cannot be used: it is no URL: write http://HOST:PORT or https://HOST:PORT | the list looks like https://10.0.0.5:2379,https://10.0.0.6:2379".to_owned()),
        ("etcdEndpoints: 'http://me:topsecret@a:2379'".to_owned(), "FILE: etcdEndpoints: endpoint 1 cannot be used: a user and password have fields of their own | the list looks like https://10.0.0.5:2379,https://10.0.0.6:2379".to_owned()),
    ] {
        assert_eq!(said(file(&spec).unwrap().etcd()), want, "{spec}");
    }
    for (variables, want) in [
        ([("DATASTORE_TYPE", "etcdv3"), ("ETCD_KEY_FILE", "k")], format!("environment: no etcd endpoints specified | set ETCD_ENDPOINTS or ETCD_DISCOVERY_SRV, {choose}")),
        ([("ETCD_ENDPOINTS", "a:1"), ("CALICO_ETCD_CERT_FILE", "c")], "environment: CALICO_ETCD_CERT_FILE is set and ETCD_KEY_FILE is not | set ETCD_KEY_FILE too, or neither".to_owned()),
    ] {
        assert_eq!(said(environment(&variables).unwrap().etcd()), want);
    }
    let both = file("k8sInsecureSkipTLSVerify: true\nk8sCAFile: ca.pem")
        .unwrap()
        .kubernetes();
    assert_eq!(
        said(both),
        "FILE: k8sCAFile and k8sInsecureSkipTLSVerify exclude each other | leave one of them out"
    );
}

#[test]
fn kubernetes_has_its_settings_from_a_file() {
    let read = file(
        "kubeconfig: /a:/b\nk8sAPIEndpoint: https://k:6443\nk8sKeyFile: k.pem\nk8sCertFile: c.pem\nk8sCAFile: ca.pem\n\
         k8sAPIToken: abc\nk8sCurrentContext: prod\ncalicoAPIGroup: projectcalico.org/v3\nk8sInsecureSkipTLSVerify: false",
    );
    let kube = read.unwrap().kubernetes().unwrap();
    assert_eq!(
        kube.kubeconfigs,
        Kubeconfigs::Listed(vec!["/a".into(), "/b".into()])
    );
    assert_eq!(kube.server.as_deref(), Some("https://k:6443"));
    assert_eq!(kube.token.as_deref(), Some("abc"));
    assert_eq!(kube.context.as_deref(), Some("prod"));
    assert_eq!(kube.api_group.as_deref(), Some("projectcalico.org/v3"));
    let files = [
        kube.certificate_authority,
        kube.client_certificate,
        kube.client_key,
    ];
    assert_eq!(
        files.map(Option::unwrap),
        ["ca.pem", "c.pem", "k.pem"].map(PathBuf::from)
    );
    assert_eq!(kube.insecure_skip_tls_verify, None);

    let inline = file(
        "kubeconfigInline: 'text'\nk8sAPIEndpoint: https://k\nk8sCurrentContext: prod\nk8sAPIToken: abc\nk8sInsecureSkipTLSVerify: true\nk8sCAFile: x",
    );
    let inline = inline.unwrap().kubernetes().unwrap();
    assert_eq!(inline.kubeconfigs, Kubeconfigs::Inline("text".to_owned()));
    assert_eq!(
        (
            inline.server,
            inline.context,
            inline.token,
            inline.insecure_skip_tls_verify
        ),
        (None, None, None, None)
    );

    for (spec, want) in [
        ("k8sAPIEndpoint: https://k", Kubeconfigs::None),
        ("datastoreType: kubernetes", Kubeconfigs::Home),
        ("kubeconfig: one", Kubeconfigs::Listed(vec!["one".into()])),
    ] {
        assert_eq!(
            file(spec).unwrap().kubernetes().unwrap().kubeconfigs,
            want,
            "{spec}"
        );
    }
    let token = environment(&[
        ("DATASTORE_TYPE", "kubernetes"),
        ("CALICO_K8SAPITOKEN", "abc"),
        ("K8S_API_TOKEN", "def"),
        ("K8S_INSECURE_SKIP_TLS_VERIFY", "1"),
    ]);
    let token = token.unwrap().kubernetes().unwrap();
    assert_eq!(
        (token.token.as_deref(), token.insecure_skip_tls_verify),
        (Some("abc"), Some(true))
    );
}

#[test]
fn half_a_login_counts_for_nothing() {
    let alone = |spec| file(spec).unwrap().half_a_login().map(str::to_owned);
    assert_eq!(alone("etcdUsername: me"), Some("etcdUsername".to_owned()));
    assert_eq!(alone("etcdPassword: x"), Some("etcdPassword".to_owned()));
    assert_eq!(alone("etcdUsername: me\netcdPassword: x"), None);
    assert_eq!(
        alone("etcdUsername: me\netcdPassword: ''"),
        Some("etcdUsername".to_owned())
    );
}

#[test]
fn secrets_are_never_shown() {
    let read = file(
        "etcdEndpoints: http://me:topsecret@a\netcdPassword: topsecret\netcdKey: topsecret\netcdCert: topsecret\n\
         etcdCACert: topsecret\nk8sAPIToken: topsecret\nkubeconfigInline: topsecret\nk8sAPIEndpoint: https://me:topsecret@k",
    );
    let read = read.unwrap();
    let shown: Vec<&str> = read.settings().iter().map(Setting::shown).collect();
    assert_eq!(
        shown,
        [
            "(hidden)", "(hidden)", "(hidden)", "(inline)", "(inline)", "(hidden)", "(hidden)",
            "(hidden)"
        ]
    );
    assert!(!format!("{read:?}").contains("topsecret"));
    assert!(!format!("{:?}", read.kubernetes().unwrap().kubeconfigs).contains("topsecret"));
    assert!(!said(read.etcd()).contains("topsecret"));
}
