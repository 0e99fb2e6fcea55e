//! The reads of one stage: several ranges at once, their objects handed over one after another.

use std::collections::BTreeMap;
use std::time::Duration;

use etcd_client::{GetOptions, KeyValue};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::EtcdSource;
use super::failure::Failure;
use super::pages::{Ended, Event, Job, Room, behind};
use super::plan::{Plan, of_kind};
use crate::error::Error;
use crate::need::{Kind, Read};
use crate::note::{Gap, GapCode, Part};
use crate::raw::{EtcdKey, ROOT, as_go_reads, decode_etcd};
use crate::source::missing::{Lack, missing_from};
use crate::source::{ReadError, Sink, WhenRead};

/// How long everything may take, beginning anew included.
pub(super) const WHOLE: Duration = Duration::from_secs(120);
/// Pages and ends that wait to be taken; memory is bounded by the room for pages.
const WAITING: usize = 16;

impl EtcdSource {
    /// Performs the reads of one stage.
    pub(super) fn perform(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        self.open()?;
        let (mut events, mut tasks) = self.start(reads)?;
        let outcome = self.take(&mut events, reads, sink);
        tasks.abort_all();
        outcome
    }

    fn start(&mut self, reads: &[Read]) -> Result<(mpsc::Receiver<Event>, JoinSet<()>), ReadError> {
        let (events, receiver) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        let room = Room::default();
        for (index, read) in reads.iter().enumerate() {
            let plan = Plan::of(read);
            self.not_searched |= plan == Plan::NotSearched;
            let (member, runtime) = self.connected()?;
            let job = Job {
                member: member.clone(),
                room: room.clone(),
                events: events.clone(),
                index,
                revision: self
                    .revision
                    .filter(|_| self.settings.moment == WhenRead::OneMoment),
                namespace: self.settings.fallback_namespace.clone(),
            };
            tasks.spawn_on(job.run(plan), runtime.handle());
        }
        Ok((receiver, tasks))
    }

    fn take(
        &mut self,
        events: &mut mpsc::Receiver<Event>,
        reads: &[Read],
        sink: &mut dyn Sink,
    ) -> Result<(), ReadError> {
        let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
        let mut open = reads.len();
        while let Some(event) = self.next_event(events)? {
            match event {
                Event::Page(index, page, room) => {
                    if let Some(read) = reads.get(index) {
                        self.hand_over(read.kind, &page, &mut counts, sink);
                    }
                    // Only now is there room for the next page.
                    drop((page, room));
                }
                Event::Ended(index, ended) => {
                    open -= 1;
                    if let Some(read) = reads.get(index) {
                        self.settle(read.kind, ended, &counts, sink)?;
                    }
                }
            }
        }
        match open {
            0 => Ok(()),
            _ => Err(self.lost(Failure::Other("a read was given up".to_owned()))),
        }
    }

    fn next_event(
        &mut self,
        events: &mut mpsc::Receiver<Event>,
    ) -> Result<Option<Event>, ReadError> {
        let deadline = self.deadline.unwrap_or_else(|| Instant::now() + WHOLE);
        let (_, runtime) = self.connected()?;
        let event = runtime.block_on(async { timeout_at(deadline, events.recv()).await });
        event.map_err(|_| self.lost(Failure::endless(WHOLE)))
    }

    fn hand_over(
        &self,
        kind: Kind,
        page: &[KeyValue],
        counts: &mut BTreeMap<Kind, u64>,
        sink: &mut dyn Sink,
    ) {
        let count = counts.entry(kind).or_default();
        for kv in page {
            // Calico's keys are text; others are none of its.
            let Ok(key) = kv.key_str() else { continue };
            *count += 1;
            if EtcdKey::parse(key) == EtcdKey::Malformed {
                tracing::info!(
                    "Calico ignores the key {key}, which has a part too few or too many"
                );
                continue;
            }
            let undecodable = match decode_etcd(key, kv.value(), kv.mod_revision()) {
                Ok(Some(object)) => {
                    sink.object(object, kv.value());
                    continue;
                }
                Ok(None) => continue,
                Err(undecodable) => undecodable,
            };
            let again = as_go_reads(kv.value());
            let again = again.as_deref();
            let decoded = again.map(|again| (decode_etcd(key, again, kv.mod_revision()), again));
            match decoded {
                Some((Ok(Some(object)), again)) => sink.object(object, again),
                Some((Ok(None), _)) => {}
                Some((Err(_), _)) | None => sink.undecodable(undecodable, kv.value()),
            }
        }
        let revision = self.revision.map(|revision| revision.to_string());
        sink.progress(kind, *count, revision.as_deref());
    }

    fn settle(
        &mut self,
        kind: Kind,
        ended: Result<Ended, Failure>,
        counts: &BTreeMap<Kind, u64>,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadError> {
        match ended {
            Ok(Ended { head: at, narrowed }) => {
                if narrowed {
                    self.narrowed(kind, sink);
                }
                if kind == Kind::Pod {
                    self.pods_read = true;
                }
                if at.revision > 0 {
                    self.revisions
                        .insert(of_kind(kind).to_owned(), at.revision.to_string());
                }
                // None of it is known to be there, and that is known.
                let revision = self.revision.map(|revision| revision.to_string());
                sink.progress(
                    kind,
                    counts.get(&kind).copied().unwrap_or(0),
                    revision.as_deref(),
                );
                Ok(())
            }
            Err(Failure::Denied) => self.denied(kind, sink),
            Err(failure) => Err(self.lost(failure)),
        }
    }

    fn denied(&mut self, kind: Kind, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let segment = of_kind(kind);
        if kind == Kind::Pod && !self.pods_read {
            return Err(ReadError::Failed(Error::Unreadable {
                what: segment.to_owned(),
                cause: "the etcd user may not read them".to_owned(),
                hint: Some(format!(
                    "grant its role READ on {ROOT}{segment}/ as a prefix"
                )),
            }));
        }
        let missing_from = match segment {
            "profiles" => vec![
                Part::RuleMatches,
                Part::NamespaceLabels,
                Part::ServiceAccountLabels,
                Part::Profiles,
            ],
            _ => missing_from(kind, Lack::All),
        };
        if !missing_from.is_empty() {
            let message = "the etcd user may not read it".to_owned();
            sink.gap(kind, forbidden(segment, missing_from, message));
        }
        Ok(())
    }

    /// One namespace was read in place of all.
    fn narrowed(&self, kind: Kind, sink: &mut dyn Sink) {
        let namespace = self.settings.fallback_namespace.as_deref();
        let message = format!(
            "the etcd user may not read it; only namespace {} was read",
            namespace.unwrap_or_default()
        );
        let missing_from = missing_from(kind, Lack::OtherNamespaces);
        sink.gap(kind, forbidden(of_kind(kind), missing_from, message));
    }

    /// What a failure in the middle means for the whole.
    pub(super) fn lost(&mut self, failure: Failure) -> ReadError {
        let endpoint = self.endpoint();
        let again = match &failure {
            Failure::Compacted | Failure::Miscounted => true,
            Failure::Member(..) => self.go_on_elsewhere(),
            _ => false,
        };
        self.forget();
        match again {
            true => ReadError::Restart,
            false => failure.explain(&endpoint).into(),
        }
    }

    /// Nothing of Calico under the root: never an empty answer.
    pub(super) fn check_not_empty(&self) -> Result<(), ReadError> {
        let count = |prefix: &str| self.count(prefix);
        match count(ROOT) {
            Ok(0) => {}
            // Whoever may not look has to trust what was found.
            Ok(_) | Err(Failure::Denied) => return Ok(()),
            Err(failure) => return Err(failure.explain(&self.endpoint()).into()),
        }
        let kubernetes = count("/registry/").is_ok_and(|keys| keys > 0);
        let (cause, hint) = if kubernetes {
            (
                "this is the etcd of a Kubernetes cluster (/registry/): Calico's data is in the Kubernetes API there",
                "leave etcd's settings out, or choose with --datastore kubernetes",
            )
        } else {
            (
                "it holds no Calico data (nothing under /calico/resources/v3/projectcalico.org/)",
                "check that this is Calico's etcd, or choose with --datastore kubernetes",
            )
        };
        Err(ReadError::Failed(Error::Source {
            what: format!("etcd {}", self.endpoint()),
            cause: cause.to_owned(),
            hint: Some(hint.to_owned()),
        }))
    }

    fn count(&self, prefix: &str) -> Result<i64, Failure> {
        let (Some(member), Some(runtime)) = (&self.member, &self.runtime) else {
            return Ok(0);
        };
        let options = GetOptions::new()
            .with_count_only()
            .with_range(behind(prefix));
        let reply = runtime.block_on(member.get(prefix.as_bytes(), options))?;
        Ok(reply.count())
    }
}

fn forbidden(segment: &str, missing_from: Vec<Part>, message: String) -> Gap {
    Gap {
        code: GapCode::Forbidden,
        resource: segment.to_owned(),
        verb: Some("read".to_owned()),
        scope: None,
        missing_from,
        message,
        rule: None,
    }
}
