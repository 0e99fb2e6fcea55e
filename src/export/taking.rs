//! Taking what a source reads: objects go to the file at once, what they are and what is missing is counted.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::time::Instant;

use serde::Serialize;

use super::{Form, item};
use crate::behaviour::{Behaviour, Version};
use crate::load::{self, Watcher};
use crate::need::Kind;
use crate::note::{Datastore, Gap, Note, Provenance, SnapshotGap, SnapshotInfo};
use crate::raw::{Broken, Kept, KeptBroken, KeptUndecodable, Object, Undecodable};
use crate::source::Sink;

/// A snapshot in the making.
pub(super) struct Taking<'a> {
    out: BufWriter<&'a File>,
    form: Form,
    datastore: Datastore,
    watcher: &'a mut dyn Watcher,
    started: Instant,
    objects: u64,
    version: Option<String>,
    nodes_read: bool,
    gaps: Vec<SnapshotGap>,
    notes: Vec<Note>,
    /// Why the file cannot be written, which a source cannot be told.
    failed: Option<io::Error>,
}

impl<'a> Taking<'a> {
    pub(super) fn new(
        spool: &'a File,
        form: Form,
        datastore: Datastore,
        watcher: &'a mut dyn Watcher,
        started: Instant,
    ) -> Self {
        Self {
            out: BufWriter::new(spool),
            form,
            datastore,
            watcher,
            started,
            objects: 0,
            version: None,
            nodes_read: false,
            gaps: Vec::new(),
            notes: Vec::new(),
            failed: None,
        }
    }

    /// What the snapshot says of itself, and how many objects there are.
    pub(super) fn finish(mut self, provenance: Provenance) -> io::Result<(SnapshotInfo, u64)> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.out.flush()?;
        let behaviour = Behaviour::of(self.version.as_deref().and_then(Version::parse));
        let mut info = SnapshotInfo::of(provenance);
        // A snapshot of a snapshot stands in for the same datastore.
        info.datastore = self.datastore;
        info.objects = Some(self.objects);
        info.complete = !self.gaps.iter().any(|gap| behaviour.reads(&gap.kind));
        info.calico_version = self.version;
        info.gaps = self.gaps;
        info.notes = self.notes;
        if !self.nodes_read {
            info.unread.push(Kind::Node.name().to_owned());
        }
        Ok((info, self.objects))
    }

    fn write<T: Serialize>(&mut self, item: &T) {
        if self.failed.is_some() {
            return;
        }
        self.objects += 1;
        let separator = match self.form {
            Form::Json => ",\n",
            Form::Yaml => "",
        };
        let written = item::text(item, self.form).and_then(|text| {
            self.out.write_all(separator.as_bytes())?;
            self.out.write_all(text.as_bytes())
        });
        self.failed = written.err();
    }

    fn add(&mut self, kind: &str, gap: Gap) {
        let gap = SnapshotGap {
            kind: kind.to_owned(),
            gap,
        };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }
}

impl Sink for Taking<'_> {
    fn object(&mut self, object: Object<'_>, json: &[u8]) {
        if let Object::ClusterInformation(information) = &object
            && &*information.metadata.name == "default"
        {
            let version = &information.spec.calico_version;
            self.version = Some(version.0.clone()).filter(|version| !version.is_empty());
        }
        self.write(&Kept {
            object: &object,
            json,
        });
    }

    fn broken(&mut self, broken: Broken, json: &[u8]) {
        self.add(&broken.kind, load::poisoned(&broken));
        self.write(&KeptBroken::new(SnapshotInfo::API_VERSION, broken, json));
    }

    fn undecodable(&mut self, value: Undecodable, text: &[u8]) {
        self.write(&KeptUndecodable::new(
            SnapshotInfo::API_VERSION,
            value,
            text,
        ));
    }

    fn gap(&mut self, kind: Kind, gap: Gap) {
        let kinds = match (self.datastore, kind) {
            // Those of namespaces and service accounts are among them.
            (Datastore::Etcdv3, Kind::Profile) => {
                &[Kind::Profile, Kind::Namespace, Kind::ServiceAccount][..]
            }
            _ => &[kind],
        };
        for kind in kinds {
            self.add(kind.name(), gap.clone());
        }
    }

    fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn progress(&mut self, kind: Kind, objects: u64, revision: Option<&str>) {
        self.nodes_read |= kind == Kind::Node;
        self.watcher.progress(kind, objects, revision, self.started);
    }
}
