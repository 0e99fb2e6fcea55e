//! calicoctl's configuration: what a file or the environment says, with calicoctl's own strictness.
//!
//! A configuration is one file or the environment, never both. Which of them counts is decided elsewhere; here each is
//! read, checked as far as that needs no network, and turned into the settings of the datastore that it is for.

mod endpoints;
mod environment;
mod etcd;
mod field;
mod file;
mod kubernetes;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

pub use field::Field;

use crate::error::Error;
use crate::note::Datastore;
use field::About;

/// What a file or the environment sets.
#[derive(Clone, Debug)]
pub struct Configuration {
    origin: Origin,
    settings: Vec<Setting>,
    shadowed: Vec<Shadowed>,
}

/// Where a configuration stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The variables of the process.
    Environment,
}

/// A field that is set, be it to nothing.
#[derive(Clone)]
pub struct Setting {
    /// Which.
    pub field: Field,
    /// The file or the variable that sets it.
    pub from: String,
    text: String,
}

/// A variable that does not count because another one comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shadowed {
    /// The variable.
    pub variable: &'static str,
    /// The one that comes first.
    pub by: &'static str,
    /// Whether that one is empty, which counts as well.
    pub by_nothing: bool,
}

// === impl Setting ===

impl Setting {
    /// What it says, as far as that may be printed.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self.field {
            field if field.is_secret() && !self.text.is_empty() => "(hidden)",
            Field::EtcdCert | Field::EtcdCaCert if !self.text.is_empty() => "(inline)",
            // An address may hold a user and a password.
            Field::EtcdEndpoints | Field::K8sApiEndpoint if self.text.contains('@') => "(hidden)",
            _ => &self.text,
        }
    }

    /// Whether it says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it says something about this datastore and not the other.
    #[must_use]
    pub fn is_about(&self, datastore: Datastore) -> bool {
        let about = match datastore {
            Datastore::Etcdv3 => About::Etcd,
            Datastore::Kubernetes => About::Kubernetes,
            Datastore::Files => return false,
        };
        !self.is_empty() && self.field.about() == about
    }

    /// Whether it says something that a reader could use.
    #[must_use]
    pub fn matters(&self) -> bool {
        !self.is_empty() && self.field.about() != About::Neither
    }
}

/// Never shows a credential.
impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, shown) = (self.field.name(), self.shown());
        write!(f, "{name}: {shown} ({})", self.from)
    }
}

// === impl Configuration ===

impl Configuration {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is no YAML, or holds what calicoctl refuses.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        file::read(path)
    }

    /// Where it stands.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Everything that is set.
    #[must_use]
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// Variables that are set and do not count.
    #[must_use]
    pub fn shadowed(&self) -> &[Shadowed] {
        &self.shadowed
    }

    /// The setting of a field, if it says anything.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Setting> {
        let set = |setting: &&Setting| setting.field == field && !setting.is_empty();
        self.settings.iter().find(set)
    }

    /// The datastore that it is for: what `datastoreType` says, else etcd where there are endpoints, else Kubernetes. As
    /// in calicoctl, a discovery domain alone chooses nothing.
    ///
    /// # Errors
    /// `datastoreType` is none of the two.
    pub fn datastore(&self) -> Result<Datastore, Error> {
        let Some(written) = self.get(Field::DatastoreType) else {
            return Ok(match self.get(Field::EtcdEndpoints) {
                Some(_) => Datastore::Etcdv3,
                None => Datastore::Kubernetes,
            });
        };
        match &*written.text {
            "etcdv3" => Ok(Datastore::Etcdv3),
            "kubernetes" => Ok(Datastore::Kubernetes),
            other => Err(Error::Config {
                what: self.name_of(written),
                cause: format!("unknown datastore type {other:?}"),
                hint: Some("it is etcdv3 or kubernetes, in small letters".to_owned()),
            }),
        }
    }

    fn text(&self, field: Field) -> &str {
        self.get(field)
            .map_or("", |setting: &Setting| &setting.text)
    }

    fn path(&self, field: Field) -> Option<PathBuf> {
        self.get(field).map(|setting| PathBuf::from(&setting.text))
    }

    /// How an error names a setting: a variable by its name, a field by its file too.
    fn name_of(&self, setting: &Setting) -> String {
        match &self.origin {
            Origin::Environment => setting.from.clone(),
            Origin::File(path) => format!("{}: {}", path.display(), setting.field.name()),
        }
    }

    /// How a field is called where it is written, or could be.
    #[must_use]
    pub fn spelled(&self, field: Field) -> &str {
        match (&self.origin, self.get(field)) {
            (Origin::Environment, Some(setting)) => &setting.from,
            (Origin::Environment, None) => field.variables().last().unwrap_or(&field.name()),
            (Origin::File(_), _) => field.name(),
        }
    }

    fn error(&self, cause: String, hint: &str) -> Error {
        Error::Config {
            what: match &self.origin {
                Origin::File(path) => path.display().to_string(),
                Origin::Environment => "environment".to_owned(),
            },
            cause,
            hint: Some(hint.to_owned()),
        }
    }
}
