//! The servers of one test run: each starts when a test first asks for it and ends with the run.

use std::sync::{Arc, OnceLock};

use super::apiserver::Options;
use super::cluster::Cluster;
use super::etcd::Etcd;
use super::kinds::Mode;
use super::{Outcome, Trouble};

/// A server, or why it did not start: the second test that wants it is told at once.
type Cell<T> = OnceLock<Result<T, String>>;

/// One etcd and one cluster for each mode over it.
#[derive(Default)]
pub struct Lab {
    // INVARIANT: the clusters before the etcd: a server that has lost its etcd ends slowly.
    v1: Cell<Cluster>,
    v3: Cell<Cluster>,
    etcd: Cell<Arc<Etcd>>,
}

impl Lab {
    /// The etcd of all clusters here. Compacting it touches them all: tests of compaction start their own.
    pub fn etcd(&self) -> Outcome<&Arc<Etcd>> {
        once(&self.etcd, || Etcd::start().map(Arc::new))
    }

    /// The cluster that serves Calico's kinds in the group of `mode`.
    pub fn cluster(&self, mode: Mode) -> Outcome<&Cluster> {
        let (cell, etcd_prefix) = match mode {
            Mode::V1 => (&self.v1, "/v1"),
            Mode::V3 => (&self.v3, "/v3"),
        };
        let etcd = self.etcd()?;
        let options = Options {
            etcd_prefix: etcd_prefix.to_owned(),
            ..Options::default()
        };
        once(cell, || Cluster::start(Arc::clone(etcd), mode, &options))
    }
}

fn once<T>(cell: &Cell<T>, start: impl FnOnce() -> Outcome<T>) -> Outcome<&T> {
    let started = cell.get_or_init(|| start().map_err(|error| error.to_string()));
    started
        .as_ref()
        .map_err(|error| Trouble::from(error.clone()))
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Both at once; each is then waited for as the fields drop.
        for cell in [&mut self.v1, &mut self.v3] {
            if let Some(Ok(cluster)) = cell.get_mut() {
                cluster.ask_to_end();
            }
        }
    }
}
