//! Notes and gaps: what must be said beside an answer.
//!
//! A [`Note`] says what Calico does to an object without telling anyone; its code is one row of the table
//! in [`codes`]. A [`Gap`] says what could not be read and which parts of the answer it makes uncertain.
//! [`Provenance`] says where the data came from. Who meets these conditions is decided elsewhere.

pub mod codes;
pub mod gap;
pub mod provenance;
pub mod snapshot_info;

use serde::{Deserialize, Serialize};

pub use codes::Code;
pub use gap::{Gap, GapCode, Part, RbacRule};
pub use provenance::{Datastore, Provenance, VersionFrom};
pub use snapshot_info::{SnapshotGap, SnapshotInfo};

use crate::model::ObjectRef;

/// What traffic the condition can let pass or stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Traffic that the author meant to stop can pass.
    Opens,
    /// Traffic that the author meant to allow is stopped, or nodes stop taking changes.
    Closes,
    /// One or the other, as what is lost allowed or denied.
    Either,
    /// The meaning differs from what one reads.
    Info,
}

/// What Calico does with the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Nodes keep their last rules and take no new ones.
    Isolates,
    /// Treats it as if it did not exist.
    Dropped,
    /// Ignores a part of it.
    PartDropped,
    /// Matches more than written.
    Widened,
    /// Matches less than written.
    Narrowed,
    /// Denies what nothing else decides.
    Denies,
    /// Allows what the author did not say.
    Allows,
    /// Reads it in another way than written.
    Reinterpreted,
    /// Computes it and does not put it on the node.
    NotProgrammed,
    /// Never acts on it.
    Inert,
    /// Nothing.
    None,
}

/// One thing to know about an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Which condition.
    pub code: Code,
    /// From the code's row.
    pub severity: Severity,
    /// From the code's row.
    pub effect: Effect,
    /// The object that meets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// The field, as a path into the object that the user wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The special code of what made Calico drop the whole object, where `code` says only that it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Code>,
    /// The cause, lower case, no full stop.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The string that does not parse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where in `text` it stops parsing, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// Whether a dropped policy would select the endpoint shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_select: Option<bool>,
    /// The directions that a dropped policy would govern, for people.
    #[serde(skip)]
    pub governs: Option<String>,
}

impl Note {
    /// A note about `object`.
    #[must_use]
    pub fn new(code: Code, object: &ObjectRef, message: impl Into<String>) -> Self {
        Self::bare(code, Some(object.clone()), message.into())
    }

    /// A note about the cluster.
    #[must_use]
    pub fn about_cluster(code: Code, message: impl Into<String>) -> Self {
        Self::bare(code, None, message.into())
    }

    fn bare(code: Code, object: Option<ObjectRef>, message: String) -> Self {
        Self {
            code,
            severity: code.severity(),
            effect: code.effect(),
            object,
            field: None,
            cause: None,
            message,
            advice: (!code.advice().is_empty()).then(|| code.advice().to_owned()),
            text: None,
            at: None,
            would_select: None,
            governs: None,
        }
    }

    /// Names the field.
    #[must_use]
    pub fn field(mut self, path: impl Into<String>) -> Self {
        self.field = Some(path.into());
        self
    }

    /// Shows where a string stops parsing.
    #[must_use]
    pub fn caret(mut self, text: &str, at: usize) -> Self {
        self.text = Some(text.to_owned());
        self.at = Some(at);
        self
    }

    /// Replaces the table's advice by one that knows the object.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The order of notes: what stops nodes from taking changes, then severity, code, object, field.
    #[must_use]
    pub fn sort_key(&self) -> impl Ord + use<> {
        (
            self.effect != Effect::Isolates,
            self.severity,
            self.code.id(),
            self.object.clone(),
            self.field.as_deref().map(places),
            self.message.clone(),
        )
    }
}

/// A path in pieces; indices compare as numbers.
fn places(path: &str) -> Vec<(String, usize)> {
    let piece = |piece: &str| (piece.trim_end_matches(']').to_owned(), 0);
    let index = |piece: &str| piece.strip_suffix(']').and_then(|index| index.parse().ok());
    path.split(['.', '['])
        .map(|text| index(text).map_or_else(|| piece(text), |index| (String::new(), index)))
        .collect()
}

/// Sorts notes as they are shown and drops repetitions.
pub fn sort(notes: &mut Vec<Note>) {
    notes.sort_by_cached_key(Note::sort_key);
    notes.dedup();
}
