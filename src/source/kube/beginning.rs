//! The beginning: a client, the first requests, and the moment that they give.

use std::sync::Arc;

use tokio::runtime::Builder;

use super::connection::Api;
use super::errors::Failure;
use super::list;
use super::opening::{self, Information, NoStart};
use super::pin::Seen;
use super::reading::Counts;
use super::resources::Target;
use super::{KubeSource, WhenRead, endpoint, exec};
use crate::error::Error;
use crate::need::{Kind, Read};
use crate::source::{ReadError, Sink};

/// Whether ClusterInformation is done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Informed {
    Yes,
    No,
}

/// Whether its objects are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Yes,
    No,
}

impl From<bool> for Wanted {
    fn from(wanted: bool) -> Self {
        if wanted { Self::Yes } else { Self::No }
    }
}

impl KubeSource {
    /// The connection; the first call runs the credential plugin.
    pub(super) fn api(&mut self) -> Result<Arc<Api>, Error> {
        if let Some(api) = &self.api {
            return Ok(Arc::clone(api));
        }
        let connection = &mut self.connection;
        if let Some(plugin) = connection.exec.take() {
            exec::log_in(
                &plugin,
                connection.login_limit,
                &mut connection.config.auth_info,
            )?;
        }
        let failed = |cause: String| Error::Source {
            what: format!("kubernetes {}", endpoint(&connection.config)),
            cause,
            hint: None,
        };
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let entered = runtime.enter();
        let api = Api::new(
            connection.config.clone(),
            connection.limit,
            self.counters.clone(),
        );
        let api = api.map_err(|error| failed(setup(&error)))?;
        drop(entered);
        let api = Arc::new(api);
        self.runtime = Some(runtime);
        self.api = Some(Arc::clone(&api));
        Ok(api)
    }

    /// Runs a future to its end.
    pub(super) fn wait<F: Future>(&self, future: F) -> Result<F::Output, Error> {
        match &self.runtime {
            Some(runtime) => Ok(runtime.block_on(future)),
            None => Err(Failure::Garbage("there is no connection".to_owned())
                .explain(&endpoint(&self.connection.config))),
        }
    }

    /// The first requests of an attempt.
    pub(super) fn open(
        &mut self,
        api: &Api,
        reads: &[Read],
        counts: &mut Counts,
        sink: &mut dyn Sink,
    ) -> Result<Informed, ReadError> {
        if self.attempt.began.is_some() {
            return Ok(Informed::No);
        }
        self.attempt.began = Some(jiff::Timestamp::now());
        let endpoint = endpoint(&self.connection.config);
        let information = match &self.discovery {
            Some(known) => self
                .wait(opening::reopen(api, known.calico))?
                .map_err(|failure| self.lost(failure))?,
            None => {
                let setting = self.connection.api_group.as_deref();
                let opened = self.wait(opening::open(api, setting, &endpoint))?;
                let opened = opened.map_err(|error| match error {
                    NoStart::Failure(failure) => self.lost(failure),
                    NoStart::Error(error) => error.into(),
                })?;
                self.notes = opened.notes;
                self.discovery = Some(opened.discovery);
                opened.information
            }
        };
        for note in &self.notes {
            sink.note(note.clone());
        }
        let wanted = reads
            .iter()
            .any(|read| read.kind == Kind::ClusterInformation);
        let begun = self.begin(information, Wanted::from(wanted), counts, sink);
        begun.map_err(|failure| self.lost(failure))
    }

    fn begin(
        &mut self,
        information: Information,
        wanted: Wanted,
        counts: &mut Counts,
        sink: &mut dyn Sink,
    ) -> Result<Informed, Failure> {
        let Some(discovery) = &self.discovery else {
            return Ok(Informed::No);
        };
        let target = opening::information(discovery.calico);
        match information {
            Information::Listed(page) => {
                let (name, kind) = (target.resource.full_name(), target.resource.kind);
                let revision = page.revision().to_owned();
                if wanted == Wanted::Yes {
                    self.hand_over(&target.resource, page, counts, sink)?;
                }
                if self.connection.moment == WhenRead::OneMoment && !self.pin.is_unpinned(kind) {
                    self.pin.choose(revision.clone(), target);
                    self.pin.keep(name, kind, Seen::Pinned(Some(revision)));
                } else {
                    self.pin.keep(name, kind, Seen::At(revision));
                }
                Ok(Informed::Yes)
            }
            Information::Absent => Ok(Informed::Yes),
            // The read of it finds out why, and what else can be done.
            Information::Refused => Ok(Informed::No),
        }
    }

    /// Where ClusterInformation gives no moment, another kind that is needed does.
    pub(super) fn choose_moment(&mut self, api: &Api, reads: &[&Read]) -> Result<(), ReadError> {
        let Some(discovery) = self.discovery.as_ref().map(Arc::clone) else {
            return Ok(());
        };
        if self.pin.moment().is_some() || self.connection.moment == WhenRead::Latest {
            return Ok(());
        }
        for read in reads {
            if read.kind == Kind::ClusterInformation || self.pin.is_unpinned(read.kind) {
                continue;
            }
            let own = Target::of(read, discovery.calico);
            let narrow = self.connection.fallback_namespace.as_ref();
            let narrow = narrow.map(|namespace| own.within(namespace));
            for target in std::iter::once(own).chain(narrow) {
                let revision = self.wait(list::guard(api, &target))?;
                if let Some(revision) = revision.map_err(|failure| self.lost(failure))? {
                    self.pin.choose(revision, target);
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Why the client cannot be made; never with what is in a key.
fn setup(error: &::kube::Error) -> String {
    match error {
        ::kube::Error::RustlsTls(_) | ::kube::Error::InferKubeconfig(_) => {
            "the certificates or the key cannot be used (TLS)".to_owned()
        }
        ::kube::Error::Auth(_) => "the credentials cannot be loaded (authentication)".to_owned(),
        ::kube::Error::ProxyProtocolUnsupported { .. } => {
            "the proxy's protocol is none of http, https and socks5 (proxy)".to_owned()
        }
        _ => "the client cannot be set up".to_owned(),
    }
}
