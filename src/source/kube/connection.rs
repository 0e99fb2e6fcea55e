//! A connection to an API server: requests with their time-outs, and waits where the server asks for them.

use std::time::{Duration, Instant};

use ::kube::client::Body;
use ::kube::{Client, Config};
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use tokio::sync::{Semaphore, oneshot};

use super::errors::Failure;
use super::stats::Counters;
use crate::need::Kind;
use crate::raw::{self, PageHead};

/// How long connecting may take: DNS, TCP and TLS together.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
/// How long one request may take, when nothing else is typed.
pub(super) const REQUEST: Duration = Duration::from_secs(30);
/// How long all requests may take.
pub(super) const WHOLE: Duration = Duration::from_secs(120);
/// The most requests at once.
const AT_ONCE: usize = 4;
/// How much of a page is searched for what it says of itself.
const FRONT: usize = 64 << 10;
/// The waits of a busy server that does not say how long it will be.
const WAITS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// What answers may be written in.
const JSON: &str = "application/json";
/// A server writes pods so in half the time; those that cannot answer in JSON.
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf,application/json";

/// Sends requests.
pub(super) struct Api {
    client: Client,
    /// Of one request; `None` is as long as it takes.
    limit: Option<Duration>,
    since: Instant,
    deadline: Instant,
    slots: Semaphore,
    counters: Counters,
}

/// An answer that is neither 401, 429 nor 503.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The whole body.
    pub body: BytesMut,
}

/// What to get.
struct Wanted<'a> {
    path: &'a str,
    /// Whose bytes are counted.
    kind: Option<Kind>,
    accept: &'static str,
}

/// What an API server says of a failure.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    kind: String,
    message: String,
}

// === impl Api ===

impl Api {
    /// Prepares a client; must stand in an async context.
    ///
    /// # Errors
    /// A certificate, a key or the proxy cannot be used.
    pub fn new(
        config: Config,
        limit: Option<Duration>,
        counters: Counters,
    ) -> Result<Self, ::kube::Error> {
        Ok(Self {
            client: Client::try_from(config)?,
            limit,
            since: Instant::now(),
            deadline: Instant::now() + WHOLE,
            slots: Semaphore::new(AT_ONCE),
            counters,
        })
    }

    /// Performs a GET, again where the server is busy; the answer is JSON.
    ///
    /// # Errors
    /// No usable answer in time, or the credentials are refused.
    pub async fn get(&self, path: &str, kind: Option<Kind>) -> Result<Reply, Failure> {
        let wanted = Wanted {
            path,
            kind,
            accept: JSON,
        };
        self.fetch(&wanted, BytesMut::new(), &mut None).await
    }

    /// As [`Api::get`], of a page of a list, into `buffer`: what it says of itself is told while the rest is still
    /// coming. A list of pods may be protobuf.
    ///
    /// # Errors
    /// As [`Api::get`].
    pub async fn get_page(
        &self,
        path: &str,
        kind: Kind,
        buffer: BytesMut,
        head: oneshot::Sender<PageHead>,
    ) -> Result<Reply, Failure> {
        let wanted = Wanted {
            path,
            kind: Some(kind),
            accept: if kind == Kind::Pod { PROTOBUF } else { JSON },
        };
        self.fetch(&wanted, buffer, &mut Some(head)).await
    }

    async fn fetch(
        &self,
        wanted: &Wanted<'_>,
        mut buffer: BytesMut,
        head: &mut Option<oneshot::Sender<PageHead>>,
    ) -> Result<Reply, Failure> {
        let mut waits = WAITS.into_iter();
        loop {
            let (reply, after) = self.once(wanted, buffer, head).await?;
            if let Some(kind) = wanted.kind {
                self.counters.bytes(kind, reply.body.len());
            }
            match reply.status {
                401 => return Err(Failure::Unauthorized(reply.message())),
                429 | 503 => {}
                _ => return Ok(reply),
            }
            let busy = Failure::Busy(reply.status, after);
            // What the server asks for, but never at once and never for ever.
            let own = waits.next();
            let wait = match after {
                Some(after) if after >= WAITS[0] => after,
                _ => own.ok_or(Failure::Busy(reply.status, None))?,
            };
            if Instant::now() + wait >= self.deadline {
                return Err(busy);
            }
            tokio::time::sleep(wait).await;
            buffer = reply.body;
        }
    }

    /// One request, and how long the server asks to wait.
    async fn once(
        &self,
        wanted: &Wanted<'_>,
        buffer: BytesMut,
        head: &mut Option<oneshot::Sender<PageHead>>,
    ) -> Result<(Reply, Option<Duration>), Failure> {
        let late = || Failure::Late(WHOLE);
        let left = self.deadline.saturating_duration_since(Instant::now());
        let slot = tokio::time::timeout(left, self.slots.acquire());
        let _slot = slot.await.map_err(|_| late())?.map_err(|_| late())?;
        let left = self.deadline.saturating_duration_since(Instant::now());
        let (limit, failure) = match self.limit {
            Some(limit) if limit < left => (limit, Failure::Silent(limit)),
            _ => (left, late()),
        };
        self.counters.request();
        let began = Instant::now();
        let done = tokio::time::timeout(limit, self.exchange(wanted, buffer, head)).await;
        let (reply, after) = done.map_err(|_| failure)??;
        tracing::debug!(
            "GET {}: {}, {} bytes, {} ms, begun at {} ms",
            wanted.path,
            reply.status,
            reply.body.len(),
            began.elapsed().as_millis(),
            began.duration_since(self.since).as_millis()
        );
        Ok((reply, after))
    }

    async fn exchange(
        &self,
        wanted: &Wanted<'_>,
        mut buffer: BytesMut,
        head: &mut Option<oneshot::Sender<PageHead>>,
    ) -> Result<(Reply, Option<Duration>), Failure> {
        buffer.clear();
        let request = http::Request::get(wanted.path)
            .header(http::header::ACCEPT, wanted.accept)
            .body(Body::empty())
            .map_err(|error| Failure::Garbage(error.to_string()))?;
        let response = self.client.send(request).await;
        let response = response.map_err(|error| Failure::from_client(&error))?;
        let after = response.headers().get(http::header::RETRY_AFTER);
        let after = after.and_then(|after| after.to_str().ok()?.trim().parse().ok());
        let status = response.status().as_u16();
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::from_chain(&error))?;
            if let Ok(data) = frame.into_data() {
                buffer.extend_from_slice(&data);
                if status == 200 && head.is_some() {
                    tell_head(&buffer, head);
                }
            }
        }
        let reply = Reply {
            status,
            body: buffer,
        };
        Ok((reply, after.map(Duration::from_secs)))
    }
}

/// Tells what the beginning of a page says of it, once; what is not said there is not looked for.
fn tell_head(bytes: &[u8], head: &mut Option<oneshot::Sender<PageHead>>) {
    let found = raw::head(bytes);
    if found.is_none() && bytes.len() < FRONT {
        return;
    }
    // Whoever asked may have given up, or learns by the dropped end that nothing is said.
    if let (Some(sender), Some(found)) = (head.take(), found) {
        let _ = sender.send(found);
    }
}

// === impl Reply ===

impl Reply {
    /// What the server says, in one line.
    pub fn message(&self) -> String {
        if let Some(message) = raw::status_message(&self.body) {
            return message;
        }
        let status: Status = serde_json::from_slice(&self.body).unwrap_or_default();
        if status.kind == "Status" && !status.message.is_empty() {
            return status.message;
        }
        let text = String::from_utf8_lossy(&self.body);
        let line = text.lines().next().unwrap_or_default().trim();
        let line: String = line.chars().take(200).collect();
        match line.is_empty() || line.starts_with('<') {
            true => format!("HTTP status {}", self.status),
            false => line,
        }
    }
}
