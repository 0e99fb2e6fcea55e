//! A generated cluster as a source that never holds all of its pods.

use std::time::{Duration, Instant};

use calicoq::need::{Kind, Read};
use calicoq::note::Provenance;
use calicoq::source::{ReadError, Sink, Source};

use crate::cluster::Cluster;
use crate::feed::{Feed, PAGE, hand_over, pod_page};

/// A generated cluster as a source whose pods are made as they are read.
pub struct Streamed {
    cluster: Cluster,
    others: Feed,
    /// How long it took to make pages.
    pub making: Duration,
    /// Bytes of pages of pods so far.
    pub bytes: usize,
    /// Called while a page is there, once it was read.
    after_page: Box<dyn FnMut() + Send>,
}

impl Streamed {
    /// Everything but pods is made at once.
    pub fn of(cluster: Cluster, after_page: Box<dyn FnMut() + Send>) -> Self {
        Self {
            cluster,
            others: Feed::of_others(&cluster),
            making: Duration::ZERO,
            bytes: 0,
            after_page,
        }
    }
}

impl Source for Streamed {
    fn read(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        (&self.others).read(reads, sink)?;
        if reads.iter().any(|read| read.kind == Kind::Pod) {
            for from in (0..self.cluster.0.pods).step_by(PAGE) {
                let began = Instant::now();
                let page = pod_page(&self.cluster, from);
                self.making += began.elapsed();
                self.bytes += page.len();
                hand_over(&page, "v1", "Pod", sink);
                (self.after_page)();
            }
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn Sink) -> Result<(), ReadError> {
        Ok(())
    }

    fn provenance(&self) -> Provenance {
        (&self.others).provenance()
    }
}
