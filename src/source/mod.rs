//! Where data comes from: adapters that turn [`Read`]s into raw objects, gaps and progress.
//!
//! Async lives below this module alone; its face is blocking. What an object means to Calico is not known
//! here.

pub mod calicoctl;
pub mod etcd;
pub mod files;
pub mod kube;
mod missing;

use crate::error::Error;
use crate::need::{Kind, Read};
use crate::note::{Datastore, Gap, Note, Provenance};
use crate::raw::{Broken, Object, Undecodable};

/// Takes what a source reads.
pub trait Sink {
    /// One object, and the text that it was read from; empty where all that is read of it is in the object.
    fn object(&mut self, object: Object<'_>, json: &[u8]);
    /// One object of a known kind that does not decode, and its text; empty where there is none any more.
    fn broken(&mut self, broken: Broken, json: &[u8]);
    /// One value of etcd that does not decode, which Calico ignores alone, and its text, as above.
    fn undecodable(&mut self, value: Undecodable, text: &[u8]);
    /// Something that could not be read.
    fn gap(&mut self, kind: Kind, gap: Gap);
    /// Something that the source knows about the datastore.
    fn note(&mut self, note: Note);
    /// How far a kind is: objects so far, at which revision.
    fn progress(&mut self, kind: Kind, objects: u64, revision: Option<&str>);
}

/// A datastore at one moment.
pub trait Source: Send {
    /// Performs the reads of one stage, several at once where that is quicker.
    ///
    /// # Errors
    /// [`ReadError::Restart`] when the moment is gone and everything must be read again (the source has
    /// then already chosen a new moment), [`ReadError::Failed`] when there can be no answer.
    fn read(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError>;

    /// Checks, after the last read, that everything was one moment; what was not is read again.
    ///
    /// # Errors
    /// As [`Source::read`].
    fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), ReadError>;

    /// What there is to say of how it was read, for people.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Where the data came from; version fields are filled in by the caller.
    fn provenance(&self) -> Provenance;

    /// The datastore whose rules hold for what is read; a file may hold what was read from another.
    fn rules(&self) -> Datastore {
        self.provenance().datastore
    }
}

/// When each kind is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenRead {
    /// All at one revision.
    #[default]
    OneMoment,
    /// Each as it is when it is asked for, `--latest`.
    Latest,
}

/// Why a read ended early.
#[derive(Debug)]
pub enum ReadError {
    /// Start again from the first read, forgetting what was read.
    Restart,
    /// No answer is possible.
    Failed(Error),
}

impl From<Error> for ReadError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
