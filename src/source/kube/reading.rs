//! The reads of one stage: several lists at once, their objects handed over one after another.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::beginning::Informed;
use super::connection::Api;
use super::errors::Failure;
use super::forbidden::{Ended, Fate, Guarded, Job, Weight, looks_for_owners};
use super::gaps;
use super::list::{self, Event, Lister, Page, no_list};
use super::resources::Resource;
use super::{KubeSource, Owners, Pods, endpoint};
use crate::error::Error;
use crate::need::{Kind, Read};
use crate::note::Gap;
use crate::raw::core::Pod;
use crate::raw::{self, Object};
use crate::source::{ReadError, Sink};

/// Pages and ends that wait to be taken. Memory is bounded by each list's own three pages.
const WAITING: usize = 16;

/// How much of a page was handed over.
enum Whole {
    Yes,
    /// So many items: the one behind them does not decode.
    UpTo(usize),
}

/// Objects of each kind so far, for progress.
pub(super) type Counts = BTreeMap<Kind, u64>;

impl KubeSource {
    /// Performs the reads of one stage.
    pub(super) fn perform(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        let api = self.api()?;
        let mut counts = Counts::new();
        tracing::debug!("stage: what is served, and the moment");
        let informed = self.open(&api, reads, &mut counts, sink)?;
        let rest: Vec<&Read> = reads
            .iter()
            .filter(|read| read.kind != Kind::ClusterInformation || informed == Informed::No)
            // On Kubernetes Calico computes profiles: there is no such stored kind.
            .filter(|read| read.kind != Kind::Profile)
            .collect();
        self.choose_moment(&api, &rest)?;
        tracing::debug!("stage: {} lists", rest.len());
        let (events, mut tasks) = self.start(&api, &rest);
        let outcome = self.take(events, &rest, &mut counts, sink);
        tasks.abort_all();
        let unreadable = outcome?;
        match unreadable {
            Some(gap) if self.attempt.pods == Pods::NoneRead => Err(no_pods(&gap).into()),
            Some(gap) => {
                self.tell(Kind::Pod, gap, sink);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Compares the moment with what is now.
    pub(super) fn check(&mut self) -> Result<(), ReadError> {
        let moment = self.pin.moment().filter(|_| self.pin.needs_a_check());
        let Some(from) = moment.map(|moment| moment.from.clone()) else {
            return Ok(());
        };
        let api = self.api()?;
        tracing::debug!("stage: whether all was one moment");
        let now = self.wait(list::guard(&api, &from))?;
        let now = now.map_err(|failure| self.lost(failure))?;
        let strays = self.pin.strays(&now.unwrap_or_default());
        if strays.is_empty() {
            return Ok(());
        }
        for kind in strays {
            self.pin.unpin(kind);
        }
        self.forget();
        Err(ReadError::Restart)
    }

    fn start(&self, api: &Arc<Api>, reads: &[&Read]) -> (mpsc::Receiver<Event>, JoinSet<()>) {
        let (events, receiver) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        let (Some(runtime), Some(discovery)) = (&self.runtime, &self.discovery) else {
            return (receiver, tasks);
        };
        for (index, read) in reads.iter().enumerate() {
            let wished = looks_for_owners(read) && self.attempt.pods == Pods::Read;
            let job = Job {
                lister: Lister::new(Arc::clone(api), events.clone(), self.buffers.clone()),
                discovery: Arc::clone(discovery),
                read: (*read).clone(),
                revision: self.pin.revision_for(read.kind).map(str::to_owned),
                guarded: match self.pin.is_guarded(read.kind) {
                    true => Guarded::Already,
                    false => Guarded::NotYet,
                },
                namespace: self.connection.fallback_namespace.clone(),
                weight: if wished {
                    Weight::Wished
                } else {
                    Weight::Needed
                },
            };
            let events = events.clone();
            tasks.spawn_on(
                async move {
                    let ended = job.run().await.map(Box::new);
                    let _ = events.send(Event::Ended(index, ended)).await;
                },
                runtime.handle(),
            );
        }
        (receiver, tasks)
    }

    /// Takes pages and ends; the gap of pods, if they may not be read.
    fn take(
        &mut self,
        mut events: mpsc::Receiver<Event>,
        reads: &[&Read],
        counts: &mut Counts,
        sink: &mut dyn Sink,
    ) -> Result<Option<Gap>, ReadError> {
        let mut open = reads.len();
        let mut no_pods = None;
        while let Some(event) = events.blocking_recv() {
            match event {
                Event::Page { resource, page, .. } => {
                    self.hand_over(&resource, page, counts, sink)
                        .map_err(|failure| self.lost(failure))?;
                }
                Event::Ended(index, ended) => {
                    open -= 1;
                    let ended = ended.map_err(|failure| self.lost(failure))?;
                    let read = reads.get(index).copied();
                    no_pods = self.settle(read, *ended, counts, sink).or(no_pods);
                }
            }
        }
        match open {
            0 => Ok(no_pods),
            _ => Err(self.lost(Failure::Garbage("a read was given up".to_owned()))),
        }
    }

    /// Keeps how a read ended; the gap of pods, if they may not be read.
    fn settle(
        &mut self,
        read: Option<&Read>,
        ended: Ended,
        counts: &mut Counts,
        sink: &mut dyn Sink,
    ) -> Option<Gap> {
        let kind = ended.resource.kind;
        if let Some(note) = ended.note {
            sink.note(note);
        }
        match ended.fate {
            Fate::Read(seen) => {
                if kind == Kind::Pod {
                    self.attempt.pods = Pods::Read;
                }
                self.pin.keep(ended.resource.full_name(), kind, seen);
            }
            Fate::Absent => sink.progress(kind, counts.get(&kind).copied().unwrap_or(0), None),
            Fate::Unread if read.is_some_and(looks_for_owners) => {
                self.attempt.owners = Owners::NotAll;
            }
            Fate::Unread if kind == Kind::Pod => return ended.gap,
            Fate::Unread => {}
        }
        if let Some(gap) = ended.gap {
            self.tell(kind, gap, sink);
        }
        None
    }

    fn tell(&mut self, kind: Kind, gap: Gap, sink: &mut dyn Sink) {
        if !self.attempt.told.contains(&gap) {
            self.attempt.told.push(gap.clone());
            sink.gap(kind, gap);
        }
    }

    /// Hands the objects of a page over.
    ///
    /// # Errors
    /// It is no list to its end.
    pub(super) fn hand_over(
        &self,
        resource: &Resource,
        page: Page,
        counts: &mut Counts,
        sink: &mut dyn Sink,
    ) -> Result<(), Failure> {
        let version = resource.api_version();
        let count = counts.entry(resource.kind).or_default();
        let whole = match resource.kind {
            Kind::Pod => pods(&page, count, sink)?,
            _ => Whole::UpTo(0),
        };
        if let Whole::UpTo(taken) = whole {
            for item in page.items()?.into_iter().skip(taken) {
                *count += 1;
                match raw::decode(item, Some((&version, resource.name))) {
                    Ok(Some(object)) => sink.object(object, item),
                    Ok(None) => {}
                    Err(broken) => sink.broken(*broken, item),
                }
            }
        }
        sink.progress(resource.kind, *count, Some(page.revision()));
        self.buffers.give(page);
        Ok(())
    }

    /// What a failure means for the whole.
    pub(super) fn lost(&mut self, failure: Failure) -> ReadError {
        let again = match &failure {
            Failure::Gone => self.pin.expire(),
            Failure::Moved(kind) => {
                self.pin.unpin(*kind);
                true
            }
            _ => false,
        };
        self.forget();
        match again {
            true => ReadError::Restart,
            false => failure.explain(&endpoint(&self.connection.config)).into(),
        }
    }

    fn forget(&mut self) {
        self.pin.forget();
        self.attempt = Default::default();
    }
}

/// Hands over the pods of a page. They are many: each is read as it goes by, and none is looked at twice.
///
/// # Errors
/// It is protobuf, and no list of pods to its end.
fn pods(page: &Page, count: &mut u64, sink: &mut dyn Sink) -> Result<Whole, Failure> {
    let mut take = |pod: Pod<'_>| {
        *count += 1;
        sink.object(Object::Pod(pod), &[]);
    };
    if raw::is_protobuf(page.body()) {
        let read = raw::protobuf_pods(page.body(), &mut take);
        return read.map(|()| Whole::Yes).map_err(|error| no_list(&error));
    }
    Ok(match raw::pods(page.body(), &mut take) {
        (_, Ok(())) => Whole::Yes,
        (taken, Err(_)) => Whole::UpTo(taken),
    })
}

/// Nothing can be said of pods.
fn no_pods(gap: &Gap) -> Error {
    Error::Unreadable {
        what: gap.resource.clone(),
        cause: gap.message.clone(),
        hint: gap.rule.as_ref().map(|_| gaps::rule_wanted(gap)),
    }
}
