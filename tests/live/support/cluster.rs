//! A kube-apiserver with Calico's definitions of one group, and the users and worlds in it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::access::{Rule, User, grant};
use super::apiserver::{ADMIN, ApiServer, Options, USERS, eventually, user_name};
use super::audit::{AuditLine, lines_of};
use super::client::Client;
use super::etcd::{Entry, Etcd};
use super::kinds::{Kind, Mode};
use super::world::World;
use super::{Outcome, binaries};

/// The query of the request that closes a look into the audit log.
const MARKER: &str = "/version?audited=";

/// A running cluster.
pub struct Cluster {
    /// Which group it serves.
    pub mode: Mode,
    /// A client that may do everything.
    pub admin: Client,
    // INVARIANT: before `etcd`: a server that has lost its etcd ends slowly.
    server: ApiServer,
    pub(super) etcd: Arc<Etcd>,
    pub(super) kinds: Vec<Kind>,
    /// What the server itself keeps among these kinds: its namespaces and its service.
    pub(super) pristine: Vec<Entry>,
    /// Held by whoever uses the cluster's contents.
    pub(super) turn: Mutex<()>,
    etcd_prefix: String,
    users: AtomicUsize,
    markers: AtomicUsize,
}

impl Cluster {
    /// Starts a server, installs the definitions and waits until every kind is served.
    pub fn start(etcd: Arc<Etcd>, mode: Mode, options: &Options) -> Outcome<Self> {
        let server = ApiServer::start(&etcd, options)?;
        let admin = Client::from_kubeconfig(&server.kubeconfig(ADMIN, None)?)?;
        for definition in mode.definitions()? {
            admin.create(
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                &definition,
            )?;
        }
        let mut cluster = Self {
            mode,
            admin,
            etcd,
            kinds: Kind::all(mode)?,
            pristine: Vec::new(),
            turn: Mutex::new(()),
            server,
            etcd_prefix: options.etcd_prefix.clone(),
            users: AtomicUsize::new(0),
            markers: AtomicUsize::new(0),
        };
        cluster.wait_until_served()?;
        cluster.pristine = cluster.wait_for_system_objects()?;
        Ok(cluster)
    }

    fn wait_until_served(&self) -> Outcome<()> {
        self.kinds
            .iter()
            .try_for_each(|kind| self.admin.get_when_served(&kind.list_path()).map(drop))
    }

    /// `default` and the three `kube-` namespaces, and the service `kubernetes`.
    fn wait_for_system_objects(&self) -> Outcome<Vec<Entry>> {
        eventually("the server's own namespaces and service", || {
            let mut entries = Vec::new();
            for prefix in self.key_prefixes() {
                entries.extend(self.etcd.range(&prefix)?);
            }
            Ok((entries.len() >= 5).then_some(entries))
        })
    }

    /// The world of `tests/worlds/NAME`, and nothing else, in the cluster. Others wait until it is dropped.
    pub fn world(&self, name: &str) -> Outcome<World<'_>> {
        let world = self.empty()?;
        world.store(&World::objects_of(name)?)?;
        Ok(world)
    }

    /// The cluster to oneself, with nothing in it.
    pub fn empty(&self) -> Outcome<World<'_>> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        World::empty(self, turn)
    }

    /// A user that nobody had before, with these rights and no others.
    pub fn user(&self, rules: &[Rule]) -> Outcome<User> {
        let number = self.users.fetch_add(1, Ordering::Relaxed) + 1;
        if number > USERS {
            return Err("more users than tokens: raise USERS".into());
        }
        let name = user_name(number);
        grant(&self.admin, &name, rules)?;
        let kubeconfig = self.server.kubeconfig(&name, None)?;
        User::new(name, kubeconfig)
    }

    /// A user that may list everything the tool reads.
    pub fn reader(&self) -> Outcome<User> {
        self.user(&Rule::list_all(self.mode)?)
    }

    /// What `user` has asked so far, complete.
    pub fn audit(&self, user: &User) -> Outcome<Vec<AuditLine>> {
        let marker = format!("{MARKER}{}", self.markers.fetch_add(1, Ordering::Relaxed));
        user.client.get(&marker)?;
        let log = self.server.audit_log();
        eventually("the last request in the audit log", || {
            let mut lines = lines_of(&log, &user.name)?;
            if !lines.iter().any(|line| line.uri == marker) {
                return Ok(None);
            }
            lines.retain(|line| !line.uri.starts_with(MARKER));
            Ok(Some(lines))
        })
    }

    /// A kubeconfig of `user` whose context names a namespace.
    pub fn kubeconfig_in(&self, user: &User, namespace: &str) -> Outcome<std::path::PathBuf> {
        self.server.kubeconfig(&user.name, Some(namespace))
    }

    /// The servers' own kubectl with a kubeconfig and a closed stdin.
    pub fn kubectl(&self, kubeconfig: &Path) -> Command {
        let mut command = Command::new(binaries::path("kubectl"));
        command.env("KUBECONFIG", kubeconfig).stdin(Stdio::null());
        command
    }

    /// A shell in which `kubectl` is the servers' own and finds the tool as its plugin.
    pub fn shell(&self, kubeconfig: &Path, line: &str) -> Outcome<std::process::Output> {
        let tool = Path::new(env!("CARGO_BIN_EXE_kubectl-calicoq"));
        let kubectl = binaries::path("kubectl");
        let folders = [kubectl.parent(), tool.parent()];
        let found = std::env::var_os("PATH").unwrap_or_default();
        let folders = folders.into_iter().flatten().map(Path::to_path_buf);
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&found)))?;
        let mut command = Command::new("bash");
        command
            .args(["-c", line])
            .env("PATH", path)
            .env("KUBECONFIG", kubeconfig);
        Ok(command.stdin(Stdio::null()).output()?)
    }

    /// The server's audit log.
    pub fn audit_log(&self) -> std::path::PathBuf {
        self.server.audit_log()
    }

    /// The etcd behind the server, for what no API allows.
    pub fn etcd(&self) -> &Etcd {
        &self.etcd
    }

    /// The key of an object in etcd; its kind must be one that this mode serves.
    pub fn key(&self, object: &Value) -> Outcome<String> {
        Ok(self.kind_of(object)?.key(&self.etcd_prefix, object))
    }

    /// The keys of all these kinds begin so.
    pub(super) fn key_prefixes(&self) -> Vec<String> {
        self.kinds
            .iter()
            .map(|kind| kind.key_prefix(&self.etcd_prefix))
            .collect()
    }

    pub(super) fn kind_of(&self, object: &Value) -> Outcome<&Kind> {
        let (api_version, kind) = (object["apiVersion"].as_str(), object["kind"].as_str());
        self.kinds
            .iter()
            .find(|known| Some(&*known.api_version) == api_version && Some(&*known.kind) == kind)
            .ok_or_else(|| {
                format!(
                    "{api_version:?} {kind:?} is not served in mode {:?}",
                    self.mode
                )
                .into()
            })
    }

    /// Asks the server to end and does not wait.
    pub fn ask_to_end(&mut self) {
        self.server.ask_to_end();
    }
}
