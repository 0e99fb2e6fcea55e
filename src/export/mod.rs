//! The joint between a source's pages and a file: everything that any question could need, as a `List` that `-f`
//! reads back.
//!
//! Objects are written as they arrive. What the snapshot says of itself is known only when all is read and stands in
//! front, so that they go through a nameless file first.

mod item;
mod taking;
mod target;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::time::Instant;

use crate::error::Error;
use crate::load::{self, RESTARTS, Watcher};
use crate::need::{self, Kind, Read};
use crate::note::{Datastore, Gap, SnapshotInfo};
use crate::render;
use crate::source::{ReadError, Source};
use crate::yaml;

use taking::Taking;
pub use target::Target;

/// How a snapshot is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON, each object on a line of its own.
    Json,
    /// YAML.
    Yaml,
}

/// Everything that was read, but for what it says of itself.
pub struct Snapshot {
    /// What it says of itself.
    pub info: SnapshotInfo,
    /// How many objects there are.
    pub objects: u64,
    form: Form,
    items: File,
}

/// Reads everything; the objects go into `spool`.
///
/// # Errors
/// The source cannot be read, its moment was gone too often, or the file cannot be written.
pub fn read(
    source: &mut dyn Source,
    form: Form,
    mut spool: File,
    watcher: &mut dyn Watcher,
) -> Result<Snapshot, Error> {
    let started = Instant::now();
    let stages = stages(source.rules());
    for _ in 0..=RESTARTS {
        spool.set_len(0)?;
        spool.rewind()?;
        let mut taking = Taking::new(&spool, form, source.rules(), watcher, started);
        match take(source, &stages, &mut taking) {
            Ok(()) => {
                let (info, objects) = taking.finish(source.provenance())?;
                return Ok(Snapshot {
                    info,
                    objects,
                    form,
                    items: spool,
                });
            }
            Err(ReadError::Restart) => {}
            Err(ReadError::Failed(error)) => return Err(error),
        }
    }
    Err(load::moment_gone(source))
}

/// What is read. In etcd those of namespaces and service accounts are among the profiles.
fn stages(datastore: Datastore) -> [Vec<Read>; 2] {
    let mut stages = need::everything();
    if datastore == Datastore::Etcdv3 {
        for stage in &mut stages {
            stage.retain(|read| !matches!(read.kind, Kind::Namespace | Kind::ServiceAccount));
        }
    }
    stages
}

fn take(
    source: &mut dyn Source,
    stages: &[Vec<Read>],
    taking: &mut Taking<'_>,
) -> Result<(), ReadError> {
    for reads in stages {
        source.read(reads, taking)?;
    }
    source.finish(taking)
}

impl Snapshot {
    /// What could not be read.
    pub fn gaps(&self) -> Vec<Gap> {
        let gaps = self.info.gaps.iter().map(|stored| stored.gap.clone());
        let mut distinct: Vec<Gap> = Vec::new();
        for gap in gaps {
            if !distinct.contains(&gap) {
                distinct.push(gap);
            }
        }
        distinct
    }

    /// Writes the list: the head, then the objects. On a terminal nothing of the cluster may move the cursor.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(mut self, escaped: bool, out: &mut dyn Write) -> io::Result<()> {
        self.items.rewind()?;
        let items = BufReader::new(self.items);
        let head = item::text(&self.info, self.form)?;
        match self.form {
            Form::Json => {
                out.write_all(b"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n")?;
                copy(head.as_bytes(), self.form, escaped, out)?;
                copy(items, self.form, escaped, out)?;
                out.write_all(b"\n]}\n")?;
            }
            Form::Yaml => {
                out.write_all(b"apiVersion: v1\nkind: List\nitems:\n")?;
                copy(head.as_bytes(), self.form, escaped, out)?;
                copy(items, self.form, escaped, out)?;
            }
        }
        out.flush()
    }
}

fn copy(mut from: impl BufRead, form: Form, escaped: bool, out: &mut dyn Write) -> io::Result<()> {
    if !escaped {
        io::copy(&mut from, out)?;
        return Ok(());
    }
    let mut line = String::new();
    while from.read_line(&mut line)? > 0 {
        match form {
            Form::Yaml => {
                out.write_all(yaml::write::escaped(&line, render::is_unsafe).as_bytes())?;
            }
            Form::Json => {
                let text = line.trim_end_matches('\n');
                out.write_all(render::escape(text).as_bytes())?;
                out.write_all(line.get(text.len()..).unwrap_or_default().as_bytes())?;
            }
        }
        line.clear();
    }
    Ok(())
}
