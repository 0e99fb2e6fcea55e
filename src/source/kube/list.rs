//! One list, page by page: each page is handed over as soon as it has come, and the next is asked for while it is
//! being read.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::connection::{Api, Reply};
use super::errors::Failure;
use super::forbidden::Ended;
use super::resources::{At, Resource, Target};
use crate::raw;

/// Objects of a page.
pub(super) const LIMIT: usize = 500;
/// Pages of one list in memory: one is being read, one is coming.
const PAGES: usize = 2;
/// Buffers that are kept for further pages.
const BUFFERS: usize = 8;

/// One page of a list, split into its objects.
pub(super) struct Page {
    body: Vec<u8>,
    items: Vec<Range<usize>>,
    /// The revision it was read at.
    pub revision: String,
    next: Option<String>,
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

/// Buffers of pages that were read.
#[derive(Clone, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

// === impl Page ===

impl Page {
    /// Splits an answer.
    ///
    /// # Errors
    /// It is no list.
    pub fn split(body: Vec<u8>) -> Result<Self, Failure> {
        let start = body.as_ptr().addr();
        let page = raw::items(&body)
            .map_err(|error| Failure::Garbage(format!("the answer is no list: {error}")))?;
        if page.resource_version.is_empty() && !page.kind.ends_with("List") {
            return Err(Failure::Garbage("the answer is no list".to_owned()));
        }
        let range = |item: &&[u8]| {
            let from = item.as_ptr().addr() - start;
            from..from + item.len()
        };
        let items = page.items.iter().map(range).collect();
        let (revision, next) = (page.resource_version, page.next);
        Ok(Self {
            body,
            items,
            revision,
            next,
        })
    }

    /// The objects' bytes.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.items
            .iter()
            .filter_map(|range| self.body.get(range.clone()))
    }

    /// The buffer, for another page.
    pub fn into_buffer(self) -> Vec<u8> {
        self.body
    }
}

// === impl Buffers ===

impl Buffers {
    /// Keeps a buffer.
    pub fn give(&self, buffer: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < BUFFERS {
            kept.push(buffer);
        }
    }

    fn take(&self) -> Vec<u8> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.pop().unwrap_or_default()
    }
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

    /// Reads a list to its end.
    ///
    /// # Errors
    /// [`Failure::Gone`] when the moment is gone, [`Failure::Moved`] when pages were handed over and the rest
    /// cannot be had at that moment; else what the connection says.
    pub async fn list(&self, target: &Target, at: At<'_>) -> Result<Listed, Failure> {
        let (page, memory) = self.page(target, &target.first(at, LIMIT)).await?;
        let mut page = match page {
            Ok(reply) => Page::split(reply.body)?,
            Err(refused) => return Ok(refused),
        };
        if matches!(at, At::Revision(n) if n != page.revision) {
            return Ok(Listed::Elsewhere);
        }
        let revision = page.revision.clone();
        let mut memory = memory;
        loop {
            let next = page.next.take();
            self.hand_over(target, page, memory).await;
            let Some(token) = next else {
                return Ok(Listed::Whole(revision));
            };
            let (reply, further) = self.page(target, &target.next(&token, LIMIT)).await?;
            page = match reply {
                Ok(reply) => Page::split(reply.body)?,
                Err(_) if at != At::Latest => return Err(Failure::Moved(target.resource.kind)),
                Err(refused) => return Ok(refused),
            };
            memory = further;
        }
    }

    /// The present revision of a kind; `None` where it may not be known.
    ///
    /// # Errors
    /// As the connection.
    pub async fn guard(&self, target: &Target) -> Result<Option<String>, Failure> {
        guard(&self.api, target).await
    }

    async fn page(
        &self,
        target: &Target,
        path: &str,
    ) -> Result<(Result<Reply, Listed>, OwnedSemaphorePermit), Failure> {
        let memory = Arc::clone(&self.memory).acquire_owned().await;
        let memory = memory.map_err(|_| Failure::Garbage("reading was given up".to_owned()))?;
        let kind = Some(target.resource.kind);
        let reply = self.api.get(path, kind, self.buffers.take()).await?;
        let page = match reply.status {
            200 => Ok(reply),
            404 if !target.resource.is_core() => Err(Listed::Absent),
            410 => return Err(Failure::Gone),
            status => Err(Listed::Refused(status, reply.message())),
        };
        Ok((page, memory))
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
    let reply = api.get(&target.guard(), kind, Vec::new()).await?;
    match reply.status {
        200 => Ok(Some(Page::split(reply.body)?.revision)),
        _ => Ok(None),
    }
}
