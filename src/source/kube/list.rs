//! One list, page by page: each page is handed over as soon as it has come, and the next is asked for while it is
//! being read.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::connection::{Api, Reply};
use super::errors::Failure;
use super::forbidden::Ended;
use super::resources::{At, Resource, Target};
use crate::raw::{self, PageHead};

/// Objects of a page.
pub(super) const LIMIT: usize = 500;
/// Pages of one list in memory: one is being read, one is coming, one is asked for.
pub(super) const PAGES: usize = 3;
/// Buffers that are kept for further pages.
const BUFFERS: usize = 8;

/// One page of a list.
pub(super) struct Page {
    body: Bytes,
    head: PageHead,
}

/// What a read hands over.
pub(super) enum Event {
    /// Objects.
    Page {
        /// As which they were read.
        resource: Resource,
        /// The objects.
        page: Page,
        /// Lets the page after the next come once this page is dropped.
        _memory: OwnedSemaphorePermit,
    },
    /// The end of the read with this index.
    Ended(usize, Result<Box<Ended>, Failure>),
}

/// How a list ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Listed {
    /// All pages were handed over; they stand at this revision.
    Whole(String),
    /// The server does not know the kind.
    Absent,
    /// The server refuses, with its status and what it says.
    Refused(u16, String),
    /// Nothing was handed over: the list does not stand at the revision asked for.
    Elsewhere,
}

/// Lists for one read.
pub(super) struct Lister {
    api: Arc<Api>,
    events: mpsc::Sender<Event>,
    buffers: Buffers,
    memory: Arc<Semaphore>,
}

/// A page that is on its way.
struct Fetch {
    task: JoinHandle<Result<Fetched, Failure>>,
    head: oneshot::Receiver<PageHead>,
}

/// What a server answers, and the memory that it takes.
type Fetched = (Result<Reply, Listed>, OwnedSemaphorePermit);

/// Buffers of pages that were read.
#[derive(Clone, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<BytesMut>>>);

// === impl Page ===

impl Page {
    /// An answer; its items are not looked at yet, if it says what it is in front of them.
    ///
    /// # Errors
    /// It is no list.
    pub fn of(body: BytesMut) -> Result<Self, Failure> {
        let body = body.freeze();
        let head = match raw::head(&body) {
            Some(head) => head,
            None => raw::items(&body).map_err(|error| no_list(&error))?.head,
        };
        if head.resource_version.is_empty() && !head.kind.ends_with("List") {
            return Err(Failure::Garbage("the answer is no list".to_owned()));
        }
        Ok(Self { body, head })
    }

    /// The revision that it was read at.
    pub fn revision(&self) -> &str {
        &self.head.resource_version
    }

    /// The objects' bytes.
    ///
    /// # Errors
    /// It is no list to its end.
    pub fn items(&self) -> Result<Vec<&[u8]>, Failure> {
        let page = raw::items(&self.body).map_err(|error| no_list(&error))?;
        Ok(page.items)
    }

    /// The whole answer, JSON or protobuf.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

pub(super) fn no_list(error: &dyn std::error::Error) -> Failure {
    Failure::Garbage(format!("the answer is no list: {error}"))
}

// === impl Buffers ===

impl Buffers {
    /// Keeps the buffer of a page that was read, for another.
    pub fn give(&self, page: Page) {
        let Ok(buffer) = page.body.try_into_mut() else {
            return;
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < BUFFERS {
            kept.push(buffer);
        }
    }

    fn take(&self) -> BytesMut {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop().unwrap_or_default()
    }
}

// === impl Fetch ===

impl Fetch {
    /// What asks for the page behind it, if it says so before its items.
    async fn next(&mut self) -> Option<String> {
        (&mut self.head).await.ok()?.next
    }

    async fn page(&mut self) -> Result<Fetched, Failure> {
        (&mut self.task).await.map_err(|_| given_up())?
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn given_up() -> Failure {
    Failure::Garbage("reading was given up".to_owned())
}

// === impl Lister ===

impl Lister {
    /// Hands pages over to `events`.
    pub fn new(api: Arc<Api>, events: mpsc::Sender<Event>, buffers: Buffers) -> Self {
        let memory = Arc::new(Semaphore::new(PAGES));
        Self {
            api,
            events,
            buffers,
            memory,
        }
    }

    /// The connection.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Reads a list to its end. The next page is asked for as soon as the one before says how.
    ///
    /// # Errors
    /// [`Failure::Gone`] when the moment is gone, [`Failure::Moved`] when pages were handed over and the rest
    /// cannot be had at that moment; else what the connection says.
    pub async fn list(&self, target: &Target, at: At<'_>) -> Result<Listed, Failure> {
        let mut coming = self.fetch(target, target.first(at, LIMIT));
        let mut revision: Option<String> = None;
        loop {
            let token = coming.next().await;
            let mut following = token.map(|token| self.fetch(target, target.next(&token, LIMIT)));
            let (page, memory) = coming.page().await?;
            let page = match page {
                Ok(reply) => Page::of(reply.body)?,
                Err(_) if revision.is_some() && at != At::Latest => {
                    return Err(Failure::Moved(target.resource.kind));
                }
                Err(refused) => return Ok(refused),
            };
            let revision = revision.get_or_insert_with(|| page.revision().to_owned());
            if matches!(at, At::Revision(n) if n != revision) {
                return Ok(Listed::Elsewhere);
            }
            if following.is_none() {
                let token = page.head.next.as_deref();
                following = token.map(|token| self.fetch(target, target.next(token, LIMIT)));
            }
            self.hand_over(target, page, memory).await;
            match following {
                Some(next) => coming = next,
                None => return Ok(Listed::Whole(revision.clone())),
            }
        }
    }

    /// The present revision of a kind; `None` where it may not be known.
    ///
    /// # Errors
    /// As the connection.
    pub async fn guard(&self, target: &Target) -> Result<Option<String>, Failure> {
        guard(&self.api, target).await
    }

    /// Begins to fetch a page.
    fn fetch(&self, target: &Target, path: String) -> Fetch {
        let (api, buffers, memory) = (
            Arc::clone(&self.api),
            self.buffers.clone(),
            Arc::clone(&self.memory),
        );
        let (kind, is_core) = (target.resource.kind, target.resource.is_core());
        let (said, head) = oneshot::channel();
        let task = tokio::spawn(async move {
            let memory = memory.acquire_owned().await;
            let memory = memory.map_err(|_| given_up())?;
            let reply = api.get_page(&path, kind, buffers.take(), said).await?;
            let page = match reply.status {
                200 => Ok(reply),
                404 if !is_core => Err(Listed::Absent),
                410 => return Err(Failure::Gone),
                status => Err(Listed::Refused(status, reply.message())),
            };
            Ok((page, memory))
        });
        Fetch { task, head }
    }

    async fn hand_over(&self, target: &Target, page: Page, memory: OwnedSemaphorePermit) {
        let event = Event::Page {
            resource: target.resource,
            page,
            _memory: memory,
        };
        // Nobody takes it when another read has ended everything: this one is then given up, too.
        let _ = self.events.send(event).await;
    }
}

/// The present revision by a list of at most one object of a kind.
///
/// # Errors
/// As the connection.
pub(super) async fn guard(api: &Api, target: &Target) -> Result<Option<String>, Failure> {
    let kind = Some(target.resource.kind);
    let reply = api.get(&target.guard(), kind).await?;
    match reply.status {
        200 => Ok(Some(Page::of(reply.body)?.head.resource_version)),
        _ => Ok(None),
    }
}
