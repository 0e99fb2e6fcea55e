//! The kubeconfig and the flags over it.

use std::fmt::Write as _;
use std::path::Path;

use ::kube::config::AuthInfo;

use super::*;
use crate::source::kube::{Kubeconfigs, exec};

const KUBECONFIG: &str = "
apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: east, cluster: {server: 'https://east.example:6443', tls-server-name: kube, insecure-skip-tls-verify: true}}
- {name: west, cluster: {server: 'https://me:pw@west.example/k8s/'}}
contexts:
- {name: prod, context: {cluster: east, user: ops, namespace: shop}}
- {name: lab, context: {cluster: west, user: nobody}}
users:
- {name: ops, user: {token: kubeconfig-secret}}
";

fn configured(change: impl FnOnce(&mut Settings)) -> Result<Connection, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, KUBECONFIG).unwrap();
    let mut settings = Settings {
        kubeconfig: Some(path),
        ..Settings::default()
    };
    change(&mut settings);
    Connection::configure(&settings)
}

fn server(connection: &Connection) -> String {
    super::super::endpoint(&connection.config)
}

#[test]
fn the_current_context_gives_all() {
    let connection = configured(|_| {}).unwrap();
    assert_eq!(connection.context.as_deref(), Some("prod"));
    assert_eq!(connection.namespace, "shop");
    assert_eq!(connection.describe, "context prod");
    assert_eq!(server(&connection), "https://east.example:6443");
    assert_eq!(connection.config.tls_server_name.as_deref(), Some("kube"));
    assert!(connection.config.accept_invalid_certs);
}

#[test]
fn flags_beat_the_context() {
    let lab = configured(|flags| flags.context = Some("lab".to_owned())).unwrap();
    assert_eq!(
        (&*lab.namespace, &*lab.describe),
        ("default", "context lab")
    );
    assert_eq!(server(&lab), "https://west.example/k8s");

    let west = configured(|flags| flags.cluster = Some("west".to_owned())).unwrap();
    assert_eq!(
        (server(&west), &*west.namespace),
        ("https://west.example/k8s".to_owned(), "shop")
    );

    let other =
        configured(|flags| flags.server = Some("https://10.0.0.9:6443".to_owned())).unwrap();
    assert_eq!(other.describe, "server https://10.0.0.9:6443");
    assert_eq!(
        other.config.tls_server_name, None,
        "it names another server"
    );

    let secure = configured(|flags| flags.insecure_skip_tls_verify = Some(false)).unwrap();
    assert!(!secure.config.accept_invalid_certs);
}

#[test]
fn what_is_named_and_missing_is_said_with_what_there_is() {
    let error = |change: fn(&mut Settings)| {
        let error = configured(change).err().unwrap();
        format!("{error}; {}", error.hint().unwrap_or_default())
    };
    assert_eq!(
        error(|flags| flags.context = Some("prdo".to_owned())),
        "kubeconfig: it has no context \"prdo\"; choose one with --context: prod, lab"
    );
    assert_eq!(
        error(|flags| flags.cluster = Some("north".to_owned())),
        "kubeconfig: it has no cluster \"north\"; choose one with --cluster: east, west"
    );
    assert_eq!(
        error(|flags| flags.user = Some("dev".to_owned())),
        "kubeconfig: it has no user \"dev\"; choose one with --user: ops"
    );
    assert_eq!(
        error(|flags| flags.kubeconfig = Some("nowhere".into())),
        "nowhere: no such file; "
    );
    assert!(error(|flags| flags.as_group = vec!["x".to_owned()]).contains("need --as"));
}

#[test]
fn a_kubeconfig_that_does_not_parse_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    let mut text = KUBECONFIG.to_owned();
    writeln!(text, "- {{name: x, user: {{token: [kubeconfig-secret}}}}").unwrap();
    std::fs::write(&path, text).unwrap();
    let settings = Settings {
        kubeconfig: Some(path),
        ..Settings::default()
    };
    let error = Connection::configure(&settings).err().unwrap().to_string();
    assert!(error.contains("it is no kubeconfig (line "), "{error}");
    assert!(!error.contains("secret"), "{error}");
}

fn script(folder: &Path, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("plugin");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

/// Logs in with a credential plugin that runs `text`; where it succeeds, the live tests try.
fn failure_of(text: &str) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let plugin = serde_json::json!({"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never",
        "command": script(folder.path(), text), "installHint": "install the plugin"});
    let plugin = serde_json::from_value(plugin).unwrap();
    let logged_in = exec::log_in(&plugin, None, &mut AuthInfo::default());
    logged_in.err().unwrap()
}

#[test]
fn a_credential_plugin_that_fails_shows_no_secret() {
    for text in [
        "echo plugin-secret; exit 3",
        "echo plugin-secret",
        "echo '{\"status\":\"plugin-secret\"}'",
    ] {
        let error = failure_of(text);
        assert!(error.to_string().contains("credential plugin"), "{error}");
        assert!(error.to_string().ends_with("(authentication)"), "{error}");
        assert!(!error.to_string().contains("plugin-secret"), "{error}");
        assert_eq!(error.hint(), Some("install the plugin"));
    }
}

/// As kubectl, which says there whom it acts as, and no more.
#[test]
fn no_credential_goes_through_a_connection_that_anybody_can_read() {
    let user = "{token: kubeconfig-secret, username: me, password: secret, client-certificate: nowhere.crt,
        client-key: nowhere.key, exec: {command: nowhere}, as: you}";
    for (scheme, kept) in [("https", true), ("http", false), ("HTTP", false)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let user = if kept {
            "{token: kubeconfig-secret, as: you}"
        } else {
            user
        };
        let text = format!(
            "current-context: c\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\n\
             clusters: [{{name: c, cluster: {{server: '{scheme}://c.example'}}}}]\n\
             users: [{{name: u, user: {user}}}]\n"
        );
        std::fs::write(&path, text).unwrap();
        let settings = Settings {
            kubeconfig: Some(path),
            ..Settings::default()
        };
        let connection = Connection::configure(&settings).unwrap();
        let auth = &connection.config.auth_info;
        assert_eq!(auth.token.is_some(), kept, "{scheme}");
        assert!(auth.username.is_none() && auth.password.is_none() && connection.exec.is_none());
        assert_eq!(auth.impersonate.as_deref(), Some("you"), "{scheme}");
    }
}

/// What a configuration of calicoctl comes to.
fn of_calicoctl(kubeconfigs: Kubeconfigs, change: fn(&mut Settings)) -> Result<Connection, Error> {
    let mut settings = Settings {
        kubeconfigs,
        ..Settings::default()
    };
    change(&mut settings);
    Connection::configure(&settings)
}

#[test]
fn a_kubeconfig_can_stand_inside_a_configuration() {
    let inline = |text: &str| of_calicoctl(Kubeconfigs::Inline(text.to_owned()), |_| {});
    let connection = inline(KUBECONFIG).unwrap();
    assert_eq!(server(&connection), "https://east.example:6443");
    assert_eq!(connection.namespace, "shop");
    let broken = inline(&format!(
        "{KUBECONFIG}- {{name: x, user: [kubeconfig-secret}}\n"
    ));
    let broken = broken.err().unwrap().to_string();
    assert!(broken.contains("it is no kubeconfig (line "), "{broken}");
    assert!(!broken.contains("secret"), "{broken}");
}

#[test]
fn of_several_kubeconfigs_those_that_exist_are_merged() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    std::fs::write(&first, "current-context: lab\n").unwrap();
    std::fs::write(&second, KUBECONFIG).unwrap();
    let missing = folder.path().join("missing");
    let listed = vec![missing.clone(), first, second];
    let connection = of_calicoctl(Kubeconfigs::Listed(listed), |_| {}).unwrap();
    assert_eq!(connection.context.as_deref(), Some("lab"));
    let alone = of_calicoctl(Kubeconfigs::Listed(vec![missing]), |_| {});
    assert!(
        alone
            .err()
            .unwrap()
            .to_string()
            .ends_with("missing: no such file")
    );
}

#[test]
fn a_server_without_a_kubeconfig_is_taken_as_it_is() {
    let connection = of_calicoctl(Kubeconfigs::None, |settings| {
        settings.server = Some("https://k.example:6443".to_owned());
        settings.token = Some("abc".to_owned());
    });
    let connection = connection.unwrap();
    assert_eq!(connection.describe, "server https://k.example:6443");
    assert!(connection.config.auth_info.token.is_some());
}

#[test]
fn hints_name_no_flag_where_a_flag_would_choose_another_source() {
    let wrong = of_calicoctl(Kubeconfigs::Inline(KUBECONFIG.to_owned()), |settings| {
        settings.context = Some("prdo".to_owned());
    });
    assert_eq!(wrong.err().unwrap().hint(), Some("it has prod, lab"));
}
