//! The beginning: which endpoints there are, which of them answers, and at which revision.

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use super::address::{self, Address};
use super::connection::{Limits, Member, User};
use super::failure::Failure;
use super::reading::WHOLE;
use super::{EtcdSource, srv, tls};
use crate::error::Error;
use crate::raw::{ROOT, is_namespaced};
use crate::source::ReadError;

/// Kinds that may be read where others may not; the first that is gives the revision.
const FIRST: [&str; 14] = [
    "clusterinformations",
    "tiers",
    "globalnetworkpolicies",
    "networkpolicies",
    "profiles",
    "workloadendpoints",
    "hostendpoints",
    "nodes",
    "globalnetworksets",
    "networksets",
    "felixconfigurations",
    "stagedglobalnetworkpolicies",
    "stagednetworkpolicies",
    "stagedkubernetesnetworkpolicies",
];

impl EtcdSource {
    /// Connects, once, and fixes cluster and revision.
    pub(super) fn open(&mut self) -> Result<(), ReadError> {
        if self.revision.is_some() {
            return Ok(());
        }
        self.began = Some(jiff::Timestamp::now());
        self.deadline.get_or_insert_with(|| Instant::now() + WHOLE);
        if self.runtime.is_none() {
            self.runtime = Some(runtime().map_err(|cause| self.unfit(cause))?);
        }
        self.find_addresses()?;
        self.connect()?;
        self.check_not_empty()
    }

    fn unfit(&self, cause: String) -> Error {
        Error::Source {
            what: format!("etcd {}", self.endpoint()),
            cause,
            hint: None,
        }
    }

    fn find_addresses(&mut self) -> Result<(), Error> {
        let Some(runtime) = &self.runtime else {
            return Ok(());
        };
        let settings = &self.settings;
        if self.addresses.is_empty() {
            self.addresses = if settings.discovery_srv.is_empty() {
                address::addresses(&settings.endpoints)?
            } else {
                runtime.block_on(srv::discover(&settings.discovery_srv, settings.resolver))?
            };
        }
        if self.addresses.is_empty() {
            return Err(Error::Config {
                what: "etcd".to_owned(),
                cause: "no etcd endpoints specified".to_owned(),
                hint: Some(
                    "set etcdEndpoints or ETCD_ENDPOINTS, or choose with --datastore kubernetes"
                        .to_owned(),
                ),
            });
        }
        Ok(())
    }

    /// Tries the endpoints in order.
    fn connect(&mut self) -> Result<(), ReadError> {
        let limits = Limits::typed(self.settings.request_timeout);
        // Files that are named have to be sound, whether or not TLS is spoken.
        let tls = tls::load(&self.settings, limits)?;
        let user = self.user();
        let keys = first_keys(self.settings.fallback_namespace.as_deref());
        let mut failures: Vec<(Address, Failure)> = Vec::new();
        let addresses = self.addresses.clone();
        for (index, address) in addresses.iter().enumerate().skip(self.next) {
            tracing::info!("trying etcd {}", address.url);
            let Some(runtime) = &self.runtime else { break };
            match runtime.block_on(Member::connect(address, &tls, &user, limits, &keys)) {
                Ok((member, revision)) => {
                    let cluster = member.cluster();
                    if self.cluster.is_some_and(|known| known != cluster) {
                        return Err(Failure::OtherCluster.explain(&address.url).into());
                    }
                    tracing::info!("reading etcd {} at revision {revision}", address.url);
                    self.cluster = Some(cluster);
                    self.user_in_vain |= member.user_in_vain;
                    self.next = index;
                    self.member = Some(member);
                    self.revision = Some(revision);
                    return Ok(());
                }
                Err(failure) if failure.is_of_member() => {
                    tracing::info!("{}: {}", address.url, failure.brief());
                    failures.push((address.clone(), failure));
                }
                Err(failure) => return Err(failure.explain(&address.url).into()),
            }
        }
        Err(no_member(&failures).into())
    }

    /// Either alone means neither, as in Calico.
    fn user(&self) -> User {
        let (name, password) = (&self.settings.username, &self.settings.password);
        (!name.is_empty() && !password.is_empty()).then(|| (name.clone(), password.clone()))
    }

    /// Whether there is another endpoint to go on with.
    pub(super) fn go_on_elsewhere(&mut self) -> bool {
        self.next += 1;
        self.next < self.addresses.len()
    }

    /// Forgets what belongs to the moment.
    pub(super) fn forget(&mut self) {
        self.member = None;
        self.revision = None;
        self.revisions.clear();
        self.pods_read = false;
        self.not_searched = false;
    }

    /// Member and runtime, which `open` has made.
    pub(super) fn connected(&self) -> Result<(&Member, &Runtime), ReadError> {
        match (&self.member, &self.runtime) {
            (Some(member), Some(runtime)) => Ok((member, runtime)),
            _ => Err(self.unfit("it is not connected".to_owned()).into()),
        }
    }
}

/// Where a role may begin to read: whole kinds, then those in a namespace.
fn first_keys(namespace: Option<&str>) -> Vec<String> {
    let whole = FIRST.iter().map(|segment| format!("{ROOT}{segment}/"));
    let within = namespace.into_iter().flat_map(|namespace| {
        let namespaced = FIRST.iter().filter(|segment| is_namespaced(segment));
        namespaced.map(move |segment| format!("{ROOT}{segment}/{namespace}/"))
    });
    whole.chain(within).collect()
}

fn runtime() -> Result<Runtime, String> {
    let built = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    built.map_err(|error| error.to_string())
}

/// Why none of the endpoints serves.
fn no_member(failures: &[(Address, Failure)]) -> Error {
    match failures {
        [] => Error::Source {
            what: "etcd".to_owned(),
            cause: "no endpoint is left to read from (read)".to_owned(),
            hint: None,
        },
        [(address, failure)] => failure.explain(&address.url),
        several => {
            let each = several
                .iter()
                .map(|(address, failure)| format!("{}: {}", address.url, failure.brief()));
            Error::Source {
                what: "etcd".to_owned(),
                cause: format!("no endpoint answers: {}", each.collect::<Vec<_>>().join("; ")),
                hint: Some("check the addresses, certificates, and that a VPN or firewall lets them through".to_owned()),
            }
        }
    }
}
