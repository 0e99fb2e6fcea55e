//! Our own snapshots: what a file says of itself, and its items as they were written.
//!
//! A snapshot stands in for the datastore that it was taken from. Its objects are told as that datastore's own
//! source would tell them, and so are its gaps and notes: no sooner than the kinds that they are about are asked for.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::find::File;
use super::kinds;
use super::object::{self, About, Head, Read};
use crate::need::{Kind, Read as Wanted};
use crate::note::{Datastore, GapCode, SnapshotInfo};
use crate::raw::{Broken, KeptBroken, KeptUndecodable, Undecodable, documents};
use crate::source::Sink;

/// What a snapshot says of itself, and how much of it was told.
pub(super) struct Taken {
    pub(super) info: SnapshotInfo,
    /// How many items follow it.
    items: u64,
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
pub(super) fn snapshot(file: &File, text: &str) -> Option<Result<(Taken, Vec<Read>), String>> {
    if !text.contains(SnapshotInfo::KIND) {
        return None;
    }
    let list = if text.trim_start().starts_with('{') {
        file.text.slice_ref(text.as_bytes())
    } else {
        let document = documents(text).into_iter().next()?;
        document.parse().ok()?.to_string().into()
    };
    let list_head: Head<'_> = serde_json::from_slice(&list).ok()?;
    let items = object::elements(list_head.items)?;
    let (first, rest) = items.split_first()?;
    let head: Head<'_> = serde_json::from_str(first.get()).ok()?;
    if object::text(head.kind) != SnapshotInfo::KIND {
        return None;
    }
    let api_version = object::text(head.api_version);
    if api_version != SnapshotInfo::API_VERSION {
        return Some(Err(of_another_form(&api_version)));
    }
    let info: SnapshotInfo = match serde_json::from_str(first.get()) {
        Ok(info) => info,
        Err(error) => return Some(Err(format!("SnapshotInfo cannot be read: {error}"))),
    };
    let mut objects = Vec::with_capacity(rest.len());
    for item in rest {
        match read(file, &list, item) {
            Ok(object) => objects.extend(object),
            Err(error) => return Some(Err(format!("an item cannot be read: {error}"))),
        }
    }
    Some(Ok((Taken::new(info, rest.len()), objects)))
}

fn of_another_form(api_version: &str) -> String {
    format!(
        "a snapshot of the form {api_version:?}; this version reads {}",
        SnapshotInfo::API_VERSION
    )
}

/// One item; none if it is of a kind that policy does not read.
fn read(file: &File, list: &Bytes, item: &RawValue) -> serde_json::Result<Option<Read>> {
    let head: Head<'_> = serde_json::from_str(item.get())?;
    let (api_version, kind) = (object::text(head.api_version), object::text(head.kind));
    let bytes = object::part_of(list, item);
    Ok(match (&*api_version, &*kind) {
        (SnapshotInfo::API_VERSION, KeptBroken::KIND) => broken(file, &bytes)?,
        (SnapshotInfo::API_VERSION, KeptUndecodable::KIND) => Some(undecodable(file, &bytes)?),
        _ => kinds::of(&api_version, &kind).map(|known| Read {
            origin: file.origin(1, 1),
            kind: known,
            first: api_version != "projectcalico.org/v3",
            about: About::of(&head, known),
            json: bytes,
            fault: None,
        }),
    })
}

fn broken(file: &File, item: &Bytes) -> serde_json::Result<Option<Read>> {
    let KeptBroken { broken, object, .. } = serde_json::from_slice(item)?;
    let Some(kind) = kinds::of(&broken.api_version, &broken.kind) else {
        return Ok(None);
    };
    let json = kept(object);
    let head: Head<'_> = serde_json::from_slice(&json).unwrap_or_default();
    let mut about = About::of(&head, kind);
    if about.name.is_empty() {
        about.name.clone_from(&broken.name);
        about.namespace.clone_from(&broken.namespace);
    }
    Ok(Some(Read {
        origin: file.origin(1, 1),
        kind,
        first: broken.api_version != "projectcalico.org/v3",
        about,
        json,
        fault: Some(Fault::Broken(broken)),
    }))
}

/// It is found by its key alone.
fn undecodable(file: &File, item: &Bytes) -> serde_json::Result<Read> {
    let KeptUndecodable {
        key, cause, object, ..
    } = serde_json::from_slice(item)?;
    Ok(Read {
        origin: file.origin(1, 1),
        kind: Kind::Pod,
        first: true,
        about: About::default(),
        json: kept(object),
        fault: Some(Fault::Undecodable(Undecodable::new(&key, cause))),
    })
}

fn kept(object: Option<Box<RawValue>>) -> Bytes {
    object.map_or_else(Bytes::new, |object| {
        Bytes::from(Box::<str>::from(object).into_string().into_bytes())
    })
}

// === impl Taken ===

impl Taken {
    fn new(info: SnapshotInfo, items: usize) -> Self {
        Self {
            info,
            items: u64::try_from(items).unwrap_or(u64::MAX),
            told: BTreeSet::new(),
            began: false,
        }
    }

    /// That items are missing, as YAML that was cut cannot show.
    pub(super) fn is_cut(&self) -> Option<String> {
        let written = self.info.objects.filter(|written| self.items < *written)?;
        let items = self.items;
        Some(format!(
            "{items} of {written} objects of the snapshot are here: it was cut"
        ))
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
