//! What the reads cost, for tests and for `-v`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::need::Kind;

/// How much was asked and received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent, repeated ones included.
    pub requests: u64,
    /// Bytes of the answers' bodies by kind, after decompression; discovery is not counted.
    pub bytes: BTreeMap<Kind, u64>,
}

/// Counts from several tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters(Arc<Mutex<Stats>>);

impl Counters {
    /// One request more.
    pub fn request(&self) {
        self.change(|stats| stats.requests += 1);
    }

    /// So many bytes more of `kind`.
    pub fn bytes(&self, kind: Kind, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.change(|stats| *stats.bytes.entry(kind).or_default() += bytes);
    }

    /// The counts so far.
    pub fn so_far(&self) -> Stats {
        let stats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stats.clone()
    }

    fn change(&self, change: impl FnOnce(&mut Stats)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
