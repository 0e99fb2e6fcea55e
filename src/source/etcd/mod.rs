//! The etcd v3 datastore: every key at one revision.
//!
//! The first answer gives the revision and the cluster, and everything else is read at that revision. What values mean is
//! not known here, nor who asks; the grammar of keys stands in `raw`.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::{ReadError, Sink, Source};
use crate::error::Error;
use crate::need::Read;
use crate::note::{Datastore, Provenance, VersionFrom};

/// How to reach an etcd: calicoctl's settings as they were written, and how to read.
#[derive(Clone, Default)]
pub struct Settings {
    /// `etcdEndpoints`: a comma-separated list; blanks around an entry do not count.
    pub endpoints: String,
    /// `etcdDiscoverySrv`: a domain whose SRV records name the endpoints.
    pub discovery_srv: String,
    /// `etcdUsername`; counts only beside a password.
    pub username: String,
    /// `etcdPassword`; counts only beside a user name.
    pub password: String,
    /// `etcdCACertFile` or `etcdCACert`; none means the system's roots.
    pub ca: Option<Pem>,
    /// `etcdCertFile` or `etcdCert`.
    pub certificate: Option<Pem>,
    /// `etcdKeyFile` or `etcdKey`.
    pub key: Option<Pem>,
    /// The name server that is asked for SRV records; the system's when none is given.
    pub resolver: Option<SocketAddr>,
    /// How long one request may take: 30 s when not typed, none at zero.
    pub request_timeout: Option<Duration>,
}

/// PEM text, or the file that holds it.
#[derive(Clone)]
pub enum Pem {
    /// A file's path.
    File(PathBuf),
    /// The text itself.
    Inline(String),
}

/// Reads from an etcd.
pub struct EtcdSource {
    settings: Settings,
}

// === impl Pem ===

/// Never shows the text.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Inline(_) => f.write_str("(inline)"),
        }
    }
}

// === impl EtcdSource ===

impl EtcdSource {
    /// A source that connects with its first read.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Source for EtcdSource {
    fn read(&mut self, _: &[Read], _: &mut dyn Sink) -> Result<(), ReadError> {
        Err(ReadError::Failed(Error::Source {
            what: format!("etcd {}", self.settings.endpoints),
            cause: "this datastore cannot be read yet".to_owned(),
            hint: None,
        }))
    }

    fn finish(&mut self, _: &mut dyn Sink) -> Result<(), ReadError> {
        Ok(())
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            basis: "datastore",
            datastore: Datastore::Etcdv3,
            source: self.settings.endpoints.clone(),
            calico_api: None,
            calico_version: None,
            version_from: VersionFrom::Assumed,
            pinned: true,
            revision: None,
            revisions: Default::default(),
            read_at: String::new(),
            shared_ips_checked: true,
        }
    }
}
