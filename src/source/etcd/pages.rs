//! Ranges read page by page, at one revision. Pages are measured by their bytes, and no more of them are in memory than have
//! room, whichever range they are of.

use std::sync::Arc;

use etcd_client::{GetOptions, KeyValue};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::connection::{Head, Member, head_of};
use super::failure::Failure;
use super::plan::{Plan, Wanted};

/// Pages in memory at once, of all ranges together.
const PAGES: usize = 2;
/// How large a page should be.
const BYTES: usize = 2 << 20;
/// Keys of the first page, whose values may be of any size.
const FIRST: i64 = 200;
/// The most keys of a page.
const MOST: i64 = 50_000;
/// Keys that are read one by one in one request; etcd allows 128.
const TOGETHER: usize = 64;

/// What the reads of one stage hand over.
pub(super) enum Event {
    /// Some keys with their values; the room that they take is given back when it is dropped.
    Page(usize, Vec<KeyValue>, OwnedSemaphorePermit),
    /// A read has ended.
    Ended(usize, Result<Ended, Failure>),
}

/// How a read ended well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    /// Of its last answer.
    pub head: Head,
    /// Whether the one namespace of the question was read, in place of all, which the user may not.
    pub narrowed: bool,
}

/// Room for pages.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

/// One read of a stage.
pub(super) struct Job {
    pub member: Member,
    pub room: Room,
    pub events: mpsc::Sender<Event>,
    /// Its place in the stage.
    pub index: usize,
    /// The revision to read at; none reads what is there now.
    pub revision: Option<i64>,
    /// The namespace that is read where not all may be.
    pub namespace: Option<String>,
}

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(PAGES)))
    }
}

impl Room {
    async fn take(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let taken = Arc::clone(&self.0).acquire_owned().await;
        taken.map_err(|_| Failure::Other("reading was given up".to_owned()))
    }
}

impl Job {
    /// Reads it to its end and says so.
    pub async fn run(self, plan: Plan) {
        let whole = self.perform(&plan).await;
        let narrower = self.namespace.as_deref().and_then(|it| plan.within(it));
        let (ended, narrowed) = match (whole, narrower) {
            (Err(Failure::Denied), Some(narrower)) => (self.perform(&narrower).await, true),
            (whole, _) => (whole, false),
        };
        let ended = ended.map(|head| Ended { head, narrowed });
        let _ = self.events.send(Event::Ended(self.index, ended)).await;
    }

    async fn perform(&self, plan: &Plan) -> Result<Head, Failure> {
        match plan {
            Plan::Nothing | Plan::NotSearched => Ok(Head {
                cluster: 0,
                revision: 0,
            }),
            Plan::All(prefix) => self.range(prefix).await,
            Plan::One(key) => self.each(vec![key.clone().into_bytes()]).await,
            Plan::Some(prefix, wanted) => self.some(prefix, wanted).await,
        }
    }

    /// The keys alone, then the values of those that are wanted.
    async fn some(&self, prefix: &str, wanted: &Wanted) -> Result<Head, Failure> {
        let mut keys = Vec::new();
        let mut start = prefix.as_bytes().to_vec();
        let end = behind(prefix);
        loop {
            let options = self
                .options()
                .with_keys_only()
                .with_range(end.clone())
                .with_limit(MOST);
            let mut reply = self.member.get(&start, options).await?;
            let (more, at) = (reply.more(), head_of(reply.header()));
            let page = reply.take_kvs();
            if let Some(last) = page.last() {
                start = after(last.key());
            }
            let named = page
                .into_iter()
                .filter(|kv| kv.key_str().is_ok_and(|key| wanted.has(key)));
            keys.extend(named.map(|kv| kv.key().to_vec()));
            if !more {
                return if keys.is_empty() {
                    Ok(at)
                } else {
                    self.each(keys).await
                };
            }
        }
    }

    async fn each(&self, keys: Vec<Vec<u8>>) -> Result<Head, Failure> {
        let mut at = Head {
            cluster: 0,
            revision: 0,
        };
        let (mut rest, mut together) = (keys.as_slice(), TOGETHER);
        while !rest.is_empty() {
            let room = self.room.take().await?;
            let (keys, behind) = rest.split_at(together.min(rest.len()));
            let replies = match self.member.get_each(keys, &self.options()).await {
                Err(Failure::TooLarge) if together > 1 => {
                    together = (together / 2).max(1);
                    continue;
                }
                replies => replies?,
            };
            rest = behind;
            let mut page = Vec::new();
            for mut reply in replies {
                at = head_of(reply.header());
                page.extend(reply.take_kvs());
            }
            self.hand_over(page, room).await?;
        }
        Ok(at)
    }

    async fn range(&self, prefix: &str) -> Result<Head, Failure> {
        let end = behind(prefix);
        let mut start = prefix.as_bytes().to_vec();
        let mut limit = FIRST;
        let (mut counted, mut taken) = (None, 0_i64);
        loop {
            let room = self.room.take().await?;
            let options = self.options().with_range(end.clone()).with_limit(limit);
            let mut reply = match self.member.get(&start, options).await {
                Err(Failure::TooLarge) if limit > 1 => {
                    limit = (limit / 2).max(1);
                    continue;
                }
                reply => reply?,
            };
            let (more, at) = (reply.more(), head_of(reply.header()));
            let all = *counted.get_or_insert(reply.count());
            let page = reply.take_kvs();
            taken += i64::try_from(page.len()).unwrap_or(i64::MAX);
            limit = fitting(&page).unwrap_or(limit);
            if let Some(last) = page.last() {
                start = after(last.key());
            }
            self.hand_over(page, room).await?;
            match more {
                true => {}
                false if self.revision.is_some() && taken != all => {
                    return Err(Failure::Miscounted);
                }
                false => return Ok(at),
            }
        }
    }

    async fn hand_over(
        &self,
        page: Vec<KeyValue>,
        room: OwnedSemaphorePermit,
    ) -> Result<(), Failure> {
        let handed = self.events.send(Event::Page(self.index, page, room)).await;
        handed.map_err(|_| Failure::Other("reading was given up".to_owned()))
    }

    fn options(&self) -> GetOptions {
        match self.revision {
            Some(revision) => GetOptions::new().with_revision(revision),
            None => GetOptions::new(),
        }
    }
}

/// How many keys like those of a page make a page of the size wanted.
fn fitting(page: &[KeyValue]) -> Option<i64> {
    let bytes: usize = page
        .iter()
        .map(|kv| kv.key().len() + kv.value().len())
        .sum();
    let each = bytes.checked_div(page.len())?.max(1);
    Some(i64::try_from(BYTES / each).unwrap_or(MOST).clamp(1, MOST))
}

/// The first key that does not begin with `prefix`: its last byte is ASCII.
pub(super) fn behind(prefix: &str) -> Vec<u8> {
    let mut end = prefix.as_bytes().to_vec();
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}

/// The first key after `key`.
fn after(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}
