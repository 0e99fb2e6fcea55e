//! Our own snapshots: what a file says of itself, and its items as they were written.
//!
//! A snapshot stands in for the datastore that it was taken from. Its objects are told as that datastore's own
//! source would tell them, and so are its gaps and notes: no sooner than the kinds that they are about are asked for.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::kinds;
use super::parse::{Origin, Read};
use crate::need::{Kind, Read as Wanted};
use crate::note::{Datastore, GapCode, SnapshotInfo};
use crate::raw::{self, Broken, KeptBroken, KeptUndecodable, Undecodable, documents};
use crate::source::Sink;

/// What a snapshot says of itself, and how much of it was told.
pub(super) struct Taken {
    pub(super) info: SnapshotInfo,
    told: BTreeSet<usize>,
    began: bool,
}

/// What does not decode, beside its text.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Broken(Broken),
    Undecodable(Undecodable),
}

/// A snapshot's head and items; `None` if the text is none. An error is why it cannot be read.
pub(super) fn snapshot(file: &str, text: &str) -> Option<Result<(Taken, Vec<Read>), String>> {
    if !text.contains(SnapshotInfo::KIND) {
        return None;
    }
    let listed;
    let list = if text.trim_start().starts_with('{') {
        text
    } else {
        let document = documents(text).into_iter().next()?;
        listed = document.parse().ok()?.to_string();
        &listed
    };
    let page = raw::items(list.as_bytes()).ok()?;
    let (first, rest) = page.items.split_first()?;
    let head: Head = serde_json::from_slice(first).ok()?;
    if (&*head.api_version, &*head.kind) != (SnapshotInfo::API_VERSION, SnapshotInfo::KIND) {
        return None;
    }
    let info: SnapshotInfo = match serde_json::from_slice(first) {
        Ok(info) => info,
        Err(error) => return Some(Err(format!("SnapshotInfo cannot be read: {error}"))),
    };
    let mut objects = Vec::with_capacity(rest.len());
    for item in rest {
        match read(file, item) {
            Ok(object) => objects.extend(object),
            Err(cause) => return Some(Err(cause)),
        }
    }
    Some(Ok((Taken::new(info), objects)))
}

/// What every item starts with.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Head {
    api_version: String,
    kind: String,
}

/// One item; none if it is of a kind that policy does not read.
fn read(file: &str, item: &[u8]) -> Result<Option<Read>, String> {
    let said = |error: serde_json::Error| format!("an item cannot be read: {error}");
    let head: Head = serde_json::from_slice(item).map_err(said)?;
    let (json, fault) = match (&*head.api_version, &*head.kind) {
        (SnapshotInfo::API_VERSION, KeptBroken::KIND) => {
            let KeptBroken { broken, object, .. } = serde_json::from_slice(item).map_err(said)?;
            (object, Some(Fault::Broken(broken)))
        }
        (SnapshotInfo::API_VERSION, KeptUndecodable::KIND) => {
            let KeptUndecodable {
                key, cause, object, ..
            } = serde_json::from_slice(item).map_err(said)?;
            (
                object,
                Some(Fault::Undecodable(Undecodable::new(&key, cause))),
            )
        }
        _ => (None, None),
    };
    let (api_version, kind) = match &fault {
        Some(Fault::Broken(broken)) => (broken.api_version.clone(), broken.kind.clone()),
        _ => (head.api_version, head.kind),
    };
    let known = match &fault {
        // Found by its key alone.
        Some(Fault::Undecodable(_)) => Kind::Pod,
        _ => match kinds::of(&api_version, &kind) {
            Some(known) => known,
            None => return Ok(None),
        },
    };
    let json = match (json, &fault) {
        (Some(object), _) => object.get().as_bytes().to_vec(),
        (None, Some(_)) => Vec::new(),
        (None, None) => item.to_vec(),
    };
    Ok(Some(Read {
        origin: Origin {
            file: file.to_owned(),
            line: 1,
            column: 1,
        },
        kind: known,
        first: api_version != "projectcalico.org/v3",
        value: value_of(&json, fault.as_ref()),
        json: Some(json),
        fault,
    }))
}

/// What an item is looked up by. Of one with a number beyond every type, what was decoded.
fn value_of(json: &[u8], fault: Option<&Fault>) -> Value {
    if let Ok(value) = serde_json::from_slice(json) {
        return value;
    }
    match (fault, raw::decode(json, None)) {
        (Some(Fault::Broken(broken)), _) => serde_json::json!({
            "metadata": {"name": broken.name, "namespace": broken.namespace}
        }),
        (None, Ok(Some(object))) => serde_json::to_value(&object).unwrap_or_default(),
        _ => Value::Null,
    }
}

// === impl Taken ===

impl Taken {
    fn new(info: SnapshotInfo) -> Self {
        Self {
            info,
            told: BTreeSet::new(),
            began: false,
        }
    }

    /// Whether objects are found by the keys that they had in etcd.
    pub(super) fn is_etcd(&self) -> bool {
        self.info.datastore == Datastore::Etcdv3
    }

    /// Whether the objects came from files, where some may be manifests.
    pub(super) fn is_files(&self) -> bool {
        self.info.datastore == Datastore::Files
    }

    /// Whether objects of a kind could be read.
    pub(super) fn has_read(&self, kind: Kind) -> bool {
        !self.info.unread.iter().any(|unread| unread == kind.name())
    }

    /// Tells notes with the first read, and gaps with the first of their kind. What does not decode tells its own.
    pub(super) fn tell(&mut self, reads: &[Wanted], sink: &mut dyn Sink) {
        if !self.began {
            self.began = true;
            self.info
                .notes
                .iter()
                .for_each(|note| sink.note(note.clone()));
        }
        for (at, stored) in self.info.gaps.iter().enumerate() {
            // The object that does not decode tells it.
            if stored.gap.code == GapCode::PoisonsKind {
                continue;
            }
            let kind = Kind::ALL
                .into_iter()
                .find(|kind| kind.name() == stored.kind);
            let asked = reads.iter().any(|read| Some(read.kind) == kind);
            if (asked || self.is_files()) && self.told.insert(at) {
                sink.gap(kind.unwrap_or(Kind::Pod), stored.gap.clone());
            }
        }
    }
}
