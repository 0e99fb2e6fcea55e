//! A real kube-apiserver on loopback: its flags, its users' kubeconfigs, its audit log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::client::Client;
use super::etcd::Etcd;
use super::process::{Process, free_ports, with_retry};
use super::{Outcome, Trouble, binaries};

/// The user that may do everything.
pub const ADMIN: &str = "admin";

/// Users without any right of their own, `user-1` and so on. The server reads their tokens at its start only.
pub const USERS: usize = 500;

const AUDIT_POLICY: &str = r#"{"apiVersion": "audit.k8s.io/v1", "kind": "Policy",
"omitStages": ["RequestReceived"], "rules": [{"level": "Metadata"}]}"#;

/// What may differ between servers.
#[derive(Clone)]
pub struct Options {
    /// Root of its keys, with the leading slash. Servers over one etcd need different ones.
    pub etcd_prefix: String,
    /// `--etcd-compaction-interval`, as `10s`; the server's default is five minutes.
    pub compaction_interval: Option<String>,
    /// As `ListFromCacheSnapshot=false`.
    pub feature_gates: Vec<String>,
    /// Further flags, as they are.
    pub extra_args: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            etcd_prefix: "/registry".to_owned(),
            compaction_interval: None,
            feature_gates: Vec::new(),
            extra_args: Vec::new(),
        }
    }
}

impl Options {
    fn args(&self) -> Vec<String> {
        let mut args = vec![format!("--etcd-prefix={}", self.etcd_prefix)];
        args.extend(
            self.compaction_interval
                .iter()
                .map(|every| format!("--etcd-compaction-interval={every}")),
        );
        args.extend(
            self.feature_gates
                .iter()
                .map(|gate| format!("--feature-gates={gate}")),
        );
        args.extend(self.extra_args.iter().cloned());
        args
    }
}

/// A running kube-apiserver. Dropping it ends it.
pub struct ApiServer {
    // INVARIANT: before `folder`, so that the server ends before its files go.
    process: Process,
    port: u16,
    folder: TempDir,
}

impl ApiServer {
    /// Starts a server over `etcd` and waits until it is ready.
    pub fn start(etcd: &Etcd, options: &Options) -> Outcome<Self> {
        with_retry(|| Self::try_start(etcd, options))
    }

    fn try_start(etcd: &Etcd, options: &Options) -> Outcome<Self> {
        let folder = TempDir::with_prefix("calicoq-apiserver-")?;
        let at = |name: &str| folder.path().join(name);
        write_key(&at("sa.key"))?;
        fs::write(at("tokens.csv"), tokens())?;
        fs::write(at("audit.yaml"), AUDIT_POLICY)?;
        let [port] = free_ports()?;
        let mut command = Command::new(binaries::path("kube-apiserver"));
        command
            .args([
                "--etcd-servers",
                &etcd.url(),
                "--secure-port",
                &port.to_string(),
            ])
            .args([
                "--bind-address",
                "127.0.0.1",
                "--advertise-address",
                "127.0.0.1",
            ])
            // Without it a loopback address may not be advertised.
            .args([
                "--endpoint-reconciler-type",
                "none",
                "--service-cluster-ip-range",
                "10.96.0.0/16",
            ])
            .args(["--service-account-issuer", "https://kubernetes.default.svc"])
            .args([
                "--authorization-mode",
                "RBAC",
                "--disable-admission-plugins",
                "ServiceAccount",
            ])
            .arg("--cert-dir")
            .arg(at("certs"))
            .arg("--service-account-key-file")
            .arg(at("sa.key"))
            .arg("--service-account-signing-key-file")
            .arg(at("sa.key"))
            .arg("--token-auth-file")
            .arg(at("tokens.csv"))
            .arg("--audit-policy-file")
            .arg(at("audit.yaml"))
            .arg("--audit-log-path")
            .arg(at("audit.log"))
            .args(options.args());
        let process = Process::start("kube-apiserver", &mut command, folder.path())?;
        let mut server = Self {
            process,
            port,
            folder,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> Outcome<()> {
        let (certificate, kubeconfig) = (self.certificate(), self.kubeconfig(ADMIN, None)?);
        self.process.wait_until(|| {
            certificate.exists()
                && Client::from_kubeconfig(&kubeconfig)
                    .and_then(|client| client.get("/readyz"))
                    .is_ok_and(|response| response.code == 200)
        })
    }

    /// The server's URL.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Leaf and authority in one: itself the `certificate-authority` of a kubeconfig.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("certs/apiserver.crt")
    }

    /// The audit log, one JSON line for each request.
    pub fn audit_log(&self) -> PathBuf {
        self.folder.path().join("audit.log")
    }

    /// Writes a kubeconfig for `user`, its context naming `namespace`.
    pub fn kubeconfig(&self, user: &str, namespace: Option<&str>) -> Outcome<PathBuf> {
        let path = self.folder.path().join(format!(
            "{user}-{}.kubeconfig",
            namespace.unwrap_or_default()
        ));
        let mut context = json!({"cluster": "test", "user": user});
        if let Some(namespace) = namespace {
            context["namespace"] = json!(namespace);
        }
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": {"server": self.url(), "certificate-authority": self.certificate()}}],
            "users": [{"name": user, "user": {"token": token(user)}}],
            "contexts": [{"name": "test", "context": context}],
        });
        // JSON is YAML.
        fs::write(&path, serde_json::to_string_pretty(&config)?)?;
        Ok(path)
    }

    /// Asks the server to end and does not wait.
    pub fn ask_to_end(&mut self) {
        self.process.ask_to_end();
    }
}

/// The bearer token of a user.
fn token(user: &str) -> String {
    format!("{user}-token")
}

/// The server's `--token-auth-file`.
fn tokens() -> String {
    let mut lines = format!("{},{ADMIN},{ADMIN},system:masters\n", token(ADMIN));
    for number in 1..=USERS {
        let user = user_name(number);
        lines.push_str(&format!("{},{user},{user}\n", token(&user)));
    }
    lines
}

/// The name of user `number`, from 1 to [`USERS`].
pub fn user_name(number: usize) -> String {
    format!("user-{number}")
}

/// A fresh key that signs service-account tokens; no test uses any, but the server does not start without.
fn write_key(path: &Path) -> Outcome<()> {
    let status = Command::new("openssl")
        .args([
            "ecparam",
            "-name",
            "prime256v1",
            "-genkey",
            "-noout",
            "-out",
        ])
        .arg(path)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| {
            Trouble::from(format!("failed to run openssl (see make setup): {error}"))
        })?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("openssl: {status}").into())
    }
}

/// Waits until `found` gives something, at most ten seconds; `what` names it in the error.
pub(super) fn eventually<T>(
    what: &str,
    mut found: impl FnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    for _ in 0..1000 {
        if let Some(value) = found()? {
            return Ok(value);
        }
        sleep(Duration::from_millis(10));
    }
    Err(format!("{what}: not within ten seconds").into())
}
