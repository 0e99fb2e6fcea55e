//! The server that all rows reach, who may read there, and the files that a kubeconfig can name.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD as BASE64, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::support::Outcome;
use super::super::support::access::{Rule, User, grant};
use super::super::support::apiserver::Options;
use super::super::support::authority::{Authority, Form, Signed};
use super::super::support::cluster::Cluster;
use super::super::support::etcd::Etcd;
use super::super::support::kinds::Mode;

/// Where a pod finds its service account.
const MOUNT: &str = "/run/secrets/kubernetes.io/serviceaccount";

/// The group whose members may read.
pub const READERS: &str = "readers";
/// A user with the rights of its groups alone.
pub const MEMBER: &str = "somebody";
/// The service account that may read.
const ROBOT: &str = "system:serviceaccount:default:robot";

/// A server with an authority for client certificates.
pub struct Place {
    pub cluster: Cluster,
    /// May list all that the tool reads.
    pub reader: User,
    /// May act as others, and read nothing.
    pub deputy: User,
    /// Of the reader, signed by the server's authority for clients.
    pub client: Signed,
    /// Of the reader's name, signed by an authority that the server does not know.
    pub stranger: Signed,
    folder: TempDir,
    _authorities: [Authority; 2],
}

impl Place {
    pub fn new() -> Outcome<Self> {
        let authorities = [Authority::new()?, Authority::new()?];
        let [known, unknown] = &authorities;
        let options = Options {
            extra_args: vec![
                "--client-ca-file".to_owned(),
                known.certificate().display().to_string(),
            ],
            ..Options::default()
        };
        let cluster = Cluster::start(Arc::new(Etcd::start()?), Mode::V1, &options)?;
        let (reader, deputy) = (cluster.reader()?, cluster.user(&impersonation())?);
        allow_group(&cluster)?;
        let client = known.sign(&reader.name, "", "P-256", Form::Pkcs8)?;
        let stranger = unknown.sign(&reader.name, "", "P-256", Form::Pkcs8)?;
        let folder = TempDir::with_prefix("calicoq-connections-")?;
        for inside in ["nowhere", "home/.kube", "bin", "pod"] {
            fs::create_dir_all(folder.path().join(inside))?;
        }
        let place = Self {
            cluster,
            reader,
            deputy,
            client,
            stranger,
            folder,
            _authorities: authorities,
        };
        place.write("ca.crt", &fs::read(place.field("certificate-authority")?)?)?;
        place.write("client.crt", &fs::read(&place.client.certificate)?)?;
        place.write("client.key", &fs::read(&place.client.key)?)?;
        place.write("token", format!("{}\n", place.token()?).as_bytes())?;
        Ok(place)
    }

    /// A folder without any file.
    pub fn nowhere(&self) -> PathBuf {
        self.folder.path().join("nowhere")
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> Outcome<String> {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes)?;
        Ok(path.display().to_string())
    }

    pub fn script(&self, name: &str, text: &str) -> Outcome<String> {
        let path = self.write(name, format!("#!/bin/sh\n{text}\n").as_bytes())?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(path)
    }

    /// How often a credential plugin has run since this was asked.
    pub fn plugin_runs(&self) -> usize {
        let runs = self.folder.path().join("runs");
        let lines = fs::read_to_string(&runs).unwrap_or_default();
        // Without one there is no such file.
        let _ = fs::remove_file(&runs);
        lines.lines().count()
    }

    /// A field of the cluster in the reader's kubeconfig.
    fn field(&self, name: &str) -> Outcome<String> {
        let config: Value = serde_json::from_slice(&fs::read(self.reader.kubeconfig())?)?;
        let field = config["clusters"][0]["cluster"][name].as_str();
        Ok(field.unwrap_or_default().to_owned())
    }

    /// The server's address, and its port.
    pub fn server(&self) -> Outcome<(String, String)> {
        let url = self.field("server")?;
        let port = url.rsplit(':').next().unwrap_or_default().to_owned();
        Ok((url, port))
    }

    /// The token of the reader.
    pub fn token(&self) -> Outcome<String> {
        token_of(&self.reader)
    }

    /// What may never be shown.
    pub fn secrets(&self) -> Vec<String> {
        vec![self.token().unwrap_or_default(), "topsecret".to_owned()]
    }

    /// Writes a kubeconfig; the fields are those of its one cluster and its one user.
    pub fn kubeconfig(&self, name: &str, cluster: Value, user: Value) -> Outcome<String> {
        let config = config(cluster, user);
        self.write(name, config.to_string().as_bytes())
    }

    /// A token of a service account that may read; it is a signed one with an end.
    pub fn signed_token(&self) -> Outcome<String> {
        let accounts = "/api/v1/namespaces/default/serviceaccounts";
        let admin = &self.cluster.admin;
        admin.create(accounts, &json!({"metadata": {"name": "robot"}}))?;
        grant(admin, ROBOT, &Rule::list_all(Mode::V1)?)?;
        let given = admin.create(&format!("{accounts}/robot/token"), &json!({"spec": {}}))?;
        let token = given["status"]["token"].as_str().unwrap_or_default();
        self.write("pod/token", token.as_bytes())?;
        self.write("pod/ca.crt", &fs::read(self.path("ca.crt"))?)?;
        self.write("pod/namespace", b"shop")?;
        Ok(token.to_owned())
    }

    /// A program with the service account's files where a pod has them, seen by it alone.
    pub fn in_a_pod(&self, program: &str) -> Outcome<Command> {
        let script = format!(
            "mount -t tmpfs none /run && mkdir -p {MOUNT} && cp {}/* {MOUNT} && \
             if [ -n \"$POD_NAMESPACE\" ]; then echo elsewhere > {MOUNT}/namespace; fi && exec \"$@\"",
            self.path("pod")
        );
        let flags = ["-rm", "-m"].into_iter().find(|flags| {
            let mut tried = Command::new("unshare");
            tried.args([flags, "mount", "-t", "tmpfs", "none", "/run"]);
            let tried = tried.stdin(Stdio::null()).stderr(Stdio::null()).status();
            tried.is_ok_and(|status| status.success())
        });
        let flags = flags.ok_or("this machine lets nobody mount in a namespace of one's own")?;
        let mut command = Command::new("unshare");
        command.args([flags, "sh", "-c", &script, "sh", program]);
        Ok(command)
    }

    /// What the server noted of those that others acted as, if it is not all that the rows say.
    pub fn without_a_trace_of_impersonation(&self) -> Outcome<Option<String>> {
        let log = fs::read_to_string(self.cluster.audit_log())?;
        let uid = "\"impersonatedUser\":{\"username\":\"somebody\",\"uid\":\"uid-17\",\"groups\":[\"readers\"";
        let missing = !log
            .lines()
            .any(|line| line.contains(uid) && line.contains("kubectl-calicoq/"));
        Ok(missing.then(|| format!("the server never saw {uid}")))
    }
}

/// A kubeconfig with one cluster, one user and the context of both.
pub fn config(cluster: Value, user: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "here", "cluster": cluster}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
    })
}

/// The token of a user.
pub fn token_of(user: &User) -> Outcome<String> {
    let config: Value = serde_json::from_slice(&fs::read(user.kubeconfig())?)?;
    let token = config["users"][0]["user"]["token"].as_str();
    Ok(token.unwrap_or_default().to_owned())
}

/// A file as a kubeconfig holds it inside.
pub fn inline(path: &Path) -> Outcome<String> {
    Ok(BASE64.encode(fs::read(path)?))
}

/// A token that says it ended long ago.
pub fn ended_token() -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let (head, claims) = (json!({"alg": "RS256"}), json!({"exp": 1_000_000_000}));
    format!("{}.{}.c2ln", part(head), part(claims))
}

fn impersonation() -> [Rule; 2] {
    let impersonate = |group: &str, resources: &[&str]| Rule {
        verbs: vec!["impersonate".to_owned()],
        ..Rule::list(group, resources)
    };
    [
        impersonate("", &["users", "groups"]),
        impersonate("authentication.k8s.io", &["uids"]),
    ]
}

/// Lets the members of the group read what the reader may.
fn allow_group(cluster: &Cluster) -> Outcome<()> {
    let rules: Vec<Value> = Rule::list_all(Mode::V1)?
        .iter()
        .map(|rule| json!({"apiGroups": [rule.group], "resources": rule.resources, "verbs": ["list"]}))
        .collect();
    let path = "/apis/rbac.authorization.k8s.io/v1/cluster";
    let role = json!({"metadata": {"name": READERS}, "rules": rules});
    cluster.admin.create(&format!("{path}roles"), &role)?;
    let binding = json!({
        "metadata": {"name": READERS},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": READERS},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": READERS}],
    });
    cluster
        .admin
        .create(&format!("{path}rolebindings"), &binding)?;
    Ok(())
}
