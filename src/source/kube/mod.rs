//! A live Kubernetes API server: every kind as one list at one revision.
//!
//! The list of ClusterInformation gives the moment, and every further list asks for exactly that. What a server
//! cannot give at that moment is read as it is, and the provenance says so. What may not be read becomes a gap.
//! Only GET requests are sent. What objects mean is not known here, nor who asks.

mod beginning;
mod config;
mod connection;
mod discovery;
mod entries;
mod errors;
mod exec;
mod forbidden;
mod gaps;
mod list;
mod opening;
mod pin;
mod proxy;
mod reading;
mod resources;
mod stats;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::kube::Config;
use ::kube::config::ExecConfig;
use tokio::runtime::Runtime;

pub use entries::Entries;
pub use stats::Stats;

use self::connection::Api;
use self::discovery::Discovery;
use self::list::Buffers;
use self::pin::Pin;
use self::stats::Counters;
use super::{ReadError, Sink, Source, WhenRead};
use crate::error::Error;
use crate::need::Read;
use crate::note::{Datastore, Gap, Note, Provenance, VersionFrom};

/// The connection flags of `kubectl`, and how to read. A configuration of calicoctl gives the same settings, and says
/// which kubeconfigs it means.
#[derive(Clone, Default)]
pub struct Settings {
    /// The kubeconfigs that are read where `--kubeconfig` names none.
    pub kubeconfigs: Kubeconfigs,
    /// `--kubeconfig`; else `KUBECONFIG`, `~/.kube/config`, the pod's service account.
    pub kubeconfig: Option<PathBuf>,
    /// `--context`.
    pub context: Option<String>,
    /// `--cluster`.
    pub cluster: Option<String>,
    /// `--user`.
    pub user: Option<String>,
    /// `--server`.
    pub server: Option<String>,
    /// `--token`; replaces every other way to log in.
    pub token: Option<String>,
    /// `--as`.
    pub as_user: Option<String>,
    /// `--as-group`, several.
    pub as_group: Vec<String>,
    /// `--as-uid`.
    pub as_uid: Option<String>,
    /// `--certificate-authority`.
    pub certificate_authority: Option<PathBuf>,
    /// `--client-certificate`.
    pub client_certificate: Option<PathBuf>,
    /// `--client-key`.
    pub client_key: Option<PathBuf>,
    /// `--tls-server-name`.
    pub tls_server_name: Option<String>,
    /// `--insecure-skip-tls-verify`.
    pub insecure_skip_tls_verify: Option<bool>,
    /// `--disable-compression`.
    pub disable_compression: Option<bool>,
    /// `--request-timeout`: 30 s when not typed, none at zero.
    pub request_timeout: Option<Duration>,
    /// `calicoAPIGroup` of Calico's client configuration.
    pub api_group: Option<String>,
    /// When each kind is read.
    pub moment: WhenRead,
    /// `kubectl-calicoq/<version>`.
    pub user_agent: String,
    /// The namespace that the question is about, if it is about one: what may not be listed in the whole
    /// cluster is listed there.
    pub fallback_namespace: Option<String>,
}

/// Which kubeconfigs are read.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Kubeconfigs {
    /// Those that `kubectl` reads: `KUBECONFIG`, else `~/.kube/config`.
    #[default]
    AsKubectl,
    /// `~/.kube/config`, whatever `KUBECONFIG` says.
    Home,
    /// These: a single one must exist, of several those that do are merged.
    Listed(Vec<PathBuf>),
    /// This text.
    Inline(String),
    /// None: the settings say all.
    None,
}

/// A server and credentials; nothing was sent yet.
pub struct Connection {
    /// The context that was chosen.
    pub context: Option<String>,
    /// The context's namespace, else `default`.
    pub namespace: String,
    /// `context prod`, or `server https://…`.
    pub describe: String,
    /// The server's address without anything secret.
    pub address: String,
    /// As in [`Settings`]; may be set once the namespace is known.
    pub fallback_namespace: Option<String>,
    /// How long a credential plugin may take; without it as long as its user needs.
    pub login_limit: Option<Duration>,
    config: Config,
    exec: Option<ExecConfig>,
    limit: Option<Duration>,
    api_group: Option<String>,
    moment: WhenRead,
}

/// Reads from an API server.
pub struct KubeSource {
    connection: Connection,
    runtime: Option<Runtime>,
    api: Option<Arc<Api>>,
    discovery: Option<Arc<Discovery>>,
    pin: Pin,
    buffers: Buffers,
    counters: Counters,
    notes: Vec<Note>,
    attempt: Attempt,
}

/// What was met since the last start.
#[derive(Default)]
struct Attempt {
    told: Vec<Gap>,
    pods: Pods,
    owners: Owners,
    began: Option<jiff::Timestamp>,
}

/// Whether any read of pods succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pods {
    #[default]
    NoneRead,
    Read,
}

/// Whether every search for further owners of an address succeeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Owners {
    #[default]
    Searched,
    NotAll,
}

// === impl Kubeconfigs ===

/// Never shows a text.
impl fmt::Debug for Kubeconfigs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsKubectl => f.write_str("as kubectl"),
            Self::Home => f.write_str("home"),
            Self::Listed(paths) => f.debug_list().entries(paths).finish(),
            Self::Inline(_) => f.write_str("(inline)"),
            Self::None => f.write_str("none"),
        }
    }
}

// === impl Connection ===

impl Connection {
    /// Finds server and credentials as `kubectl` does; sends nothing and runs no credential plugin.
    ///
    /// # Errors
    /// [`Error::Config`] when the kubeconfig cannot be used, [`Error::Usage`] for flags that need others.
    pub fn configure(settings: &Settings) -> Result<Self, Error> {
        let loaded = config::load(settings)?;
        let address = endpoint(&loaded.config);
        let describe = match &loaded.context {
            Some(context) if settings.server.is_none() => format!("context {context}"),
            _ => format!("server {address}"),
        };
        let limit = settings.request_timeout.unwrap_or(connection::REQUEST);
        Ok(Self {
            context: loaded.context,
            namespace: loaded.config.default_namespace.clone(),
            describe,
            address,
            fallback_namespace: settings.fallback_namespace.clone(),
            login_limit: None,
            exec: loaded.exec,
            config: loaded.config,
            limit: (!limit.is_zero()).then_some(limit),
            api_group: settings.api_group.clone(),
            moment: settings.moment,
        })
    }

    /// A source that connects with its first read.
    #[must_use]
    pub fn connect(self) -> KubeSource {
        KubeSource {
            connection: self,
            runtime: None,
            api: None,
            discovery: None,
            pin: Pin::default(),
            buffers: Buffers::default(),
            counters: Counters::default(),
            notes: Vec::new(),
            attempt: Attempt::default(),
        }
    }
}

/// The server's address without anything secret.
fn endpoint(config: &Config) -> String {
    let uri = &config.cluster_url;
    let authority = uri.authority().map(http::uri::Authority::as_str);
    let host = authority.unwrap_or_default().rsplit('@').next();
    let path = uri.path().trim_end_matches('/');
    let scheme = uri.scheme_str().unwrap_or("https");
    format!("{scheme}://{}{path}", host.unwrap_or_default())
}

// === impl KubeSource ===

impl KubeSource {
    /// What the reads cost so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.counters.so_far()
    }
}

impl Source for KubeSource {
    fn read(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.perform(reads, sink)
    }

    fn finish(&mut self, _: &mut dyn Sink) -> Result<(), ReadError> {
        self.check()
    }

    fn provenance(&self) -> Provenance {
        let pinned = self.pin.holds();
        let moment = self.pin.moment().filter(|_| pinned);
        let began = self.attempt.began.unwrap_or_else(jiff::Timestamp::now);
        Provenance {
            basis: "datastore",
            datastore: Datastore::Kubernetes,
            source: self.connection.describe.clone(),
            calico_api: self
                .discovery
                .as_ref()
                .map(|known| known.calico.to_string()),
            calico_version: None,
            version_from: VersionFrom::Assumed,
            pinned,
            revision: moment.map(|moment| moment.revision.clone()),
            revisions: match pinned {
                true => Default::default(),
                false => self.pin.revisions(),
            },
            read_at: began.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            shared_ips_checked: self.attempt.owners == Owners::Searched,
        }
    }
}

impl Drop for KubeSource {
    fn drop(&mut self) {
        // A name that is still being resolved must not hold up the end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
