//! The etcd v3 datastore: every key at one revision.
//!
//! The first answer gives the revision and the cluster, and everything else is read at that revision. What values mean is
//! not known here, nor who asks; the grammar of keys stands in `raw`.

mod address;
mod connection;
mod failure;
mod opening;
mod pages;
mod plan;
mod reading;
mod srv;
mod tls;

pub use self::address::{overruled, plain_first};

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;

use self::address::Address;
use self::connection::Member;
pub(super) use self::plan::Plan;
use super::{ReadError, Sink, Source, WhenRead};
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
    /// Where a kind may not be read in every namespace, it is read in this one.
    pub fallback_namespace: Option<String>,
    /// When each kind is read.
    pub moment: WhenRead,
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
    runtime: Option<Runtime>,
    /// Every endpoint, once they are known.
    addresses: Vec<Address>,
    /// Those before this one have failed.
    next: usize,
    member: Option<Member>,
    /// The cluster that answered first, which later members must belong to.
    cluster: Option<u64>,
    /// The revision at which everything is read.
    revision: Option<i64>,
    /// By segment, where each is read at its own.
    revisions: BTreeMap<String, String>,
    pods_read: bool,
    /// Whether owners of an address were asked for and not searched.
    not_searched: bool,
    began: Option<jiff::Timestamp>,
    /// When the whole read has to be done.
    deadline: Option<Instant>,
    /// Whether a user was named to a server without users.
    user_in_vain: bool,
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
        Self {
            settings,
            runtime: None,
            addresses: Vec::new(),
            next: 0,
            member: None,
            cluster: None,
            revision: None,
            revisions: BTreeMap::new(),
            pods_read: false,
            not_searched: false,
            began: None,
            deadline: None,
            user_in_vain: false,
        }
    }

    /// Where it reads, or will try to.
    fn endpoint(&self) -> String {
        match (&self.member, self.addresses.as_slice()) {
            (Some(member), _) => member.address.url.clone(),
            (None, []) if self.settings.endpoints.is_empty() => self.settings.discovery_srv.clone(),
            (None, []) => address::shown(&self.settings.endpoints),
            (None, addresses) => {
                let urls: Vec<&str> = addresses
                    .iter()
                    .map(|address| address.url.as_str())
                    .collect();
                urls.join(", ")
            }
        }
    }
}

impl Source for EtcdSource {
    fn read(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.perform(reads, sink)
    }

    fn finish(&mut self, _: &mut dyn Sink) -> Result<(), ReadError> {
        Ok(())
    }

    fn warnings(&self) -> Vec<String> {
        let said = "etcd has no users: its user name and password did not count";
        self.user_in_vain
            .then(|| said.to_owned())
            .into_iter()
            .collect()
    }

    fn provenance(&self) -> Provenance {
        let pinned = self.settings.moment == WhenRead::OneMoment;
        let began = self.began.unwrap_or_else(jiff::Timestamp::now);
        Provenance {
            basis: "datastore",
            datastore: Datastore::Etcdv3,
            source: self.endpoint(),
            calico_api: None,
            calico_version: None,
            version_from: VersionFrom::Assumed,
            pinned,
            revision: self
                .revision
                .filter(|_| pinned)
                .map(|revision| revision.to_string()),
            revisions: match pinned {
                true => BTreeMap::new(),
                false => self.revisions.clone(),
            },
            read_at: began.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            shared_ips_checked: !self.not_searched,
        }
    }
}

impl Drop for EtcdSource {
    fn drop(&mut self) {
        // A name that is still being resolved must not hold up the end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
