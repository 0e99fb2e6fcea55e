//! Files as a datastore: dumps by kubectl and calicoctl, manifests, and our own snapshots.
//!
//! Everything is read once and kept as the JSON of each object; reads then only filter. What an object
//! means, and whether it is a manifest, is not known here.

mod find;
mod kinds;
mod object;
mod parse;
mod taken;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Error;
use crate::need::{Kind, Read, ReadScope};
use crate::note::{Datastore, Gap, GapCode, Part, Provenance, VersionFrom};
use crate::raw;
use crate::source::etcd::Plan;
use crate::source::{ReadError, Sink, Source};
use bytes::Bytes;
use taken::{Fault, Taken};

pub use object::Origin;

/// Which files to read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// As typed with `-f`; `-` is stdin.
    pub paths: Vec<PathBuf>,
    /// `-R`
    pub recursive: bool,
    /// The namespace of namespaced objects that name none.
    pub default_namespace: String,
}

/// The objects of all files.
pub struct Files {
    objects: Vec<Entry>,
    problems: Vec<parse::Problem>,
    /// What a snapshot says of itself.
    taken: Option<Taken>,
    /// Whether owners of an address were asked for and not searched.
    not_searched: bool,
    source: String,
    read_at: String,
}

/// One object.
struct Entry {
    key: Key,
    origin: Origin,
    json: Bytes,
    /// Why it does not decode, where a snapshot says so.
    fault: Option<Fault>,
    /// The key in etcd, in a snapshot of one.
    etcd_key: String,
    node: String,
    address: String,
    service: String,
}

/// An object's identity, whichever group it was read from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Kind,
    namespace: String,
    name: String,
}

impl Files {
    /// Reads all files. A broken document costs only itself.
    ///
    /// # Errors
    /// A path that cannot be read, or nothing readable at all.
    pub fn open(settings: &Settings) -> Result<Self, Error> {
        let mut found = parse::Found::default();
        let files = find::files(settings)?;
        for file in &files {
            parse::file(file, &mut found);
        }
        let source = settings.paths.iter().map(|path| path.display().to_string());
        let source = source.collect::<Vec<_>>().join(", ");
        if found.taken.is_some() && files.len() > 1 {
            return Err(not_alone(&source, found.snapshots));
        }
        if found.objects.is_empty() && found.foreign == 0 && found.taken.is_none() {
            return Err(nothing(&source, &found.problems));
        }
        Ok(Self {
            objects: match &found.taken {
                // What a datastore holds is not there twice.
                Some(taken) if !taken.is_files() => {
                    let entry = |read| Entry::new(read, "").with_key(taken.is_etcd());
                    found.objects.into_iter().map(entry).collect()
                }
                _ => once(found.objects, &settings.default_namespace),
            },
            problems: found.problems,
            taken: found.taken,
            not_searched: false,
            source,
            read_at: jiff::Timestamp::now()
                .strftime("%Y-%m-%dT%H:%M:%SZ")
                .to_string(),
        })
    }

    /// Whether all objects are as a datastore held them: so in a snapshot of one.
    #[must_use]
    pub fn is_as_stored(&self) -> bool {
        self.taken.as_ref().is_some_and(|taken| !taken.is_files())
    }

    /// Whether an object of `crd.projectcalico.org/v1` is among them: then those of `projectcalico.org/v3`
    /// may have their metadata folded too.
    #[must_use]
    pub fn has_v1_group(&self) -> bool {
        !self.is_as_stored()
            && self.objects.iter().any(|entry| {
                raw::decode(&entry.json, None).is_ok_and(|object| {
                    object.is_some_and(|object| {
                        object.api_version() == raw::Group::CrdV1.api_version()
                    })
                })
            })
    }
}

/// What a snapshot says of its datastore holds for its own objects.
fn not_alone(source: &str, snapshots: usize) -> Error {
    Error::Source {
        what: source.to_owned(),
        cause: match snapshots {
            1 => "a snapshot is among other files".to_owned(),
            count => format!("{count} snapshots at once"),
        },
        hint: Some("read one alone: -f and the snapshot's name".to_owned()),
    }
}

/// Nothing readable at all.
fn nothing(source: &str, problems: &[parse::Problem]) -> Error {
    let (what, cause) = problems.first().map_or_else(
        || {
            (
                source.to_owned(),
                "no object that Calico's policy reads".to_owned(),
            )
        },
        |problem| (problem.origin.to_string(), problem.cause.clone()),
    );
    Error::Source {
        what,
        cause,
        hint: Some(
            "give files as kubectl get -o yaml or calicoctl get -o yaml write them".to_owned(),
        ),
    }
}

/// The same object counts once: what Calico is made of before what it made of it (the stored v1 resource, the pod, the
/// namespace), then the later one.
fn once(objects: Vec<object::Read>, default_namespace: &str) -> Vec<Entry> {
    let mut kept: BTreeMap<Key, (bool, Entry)> = BTreeMap::new();
    for read in objects {
        let first_group = read.first;
        let entry = Entry::new(read, default_namespace);
        match kept.get(&entry.key) {
            Some((true, _)) if !first_group => {}
            _ => {
                kept.insert(entry.key.clone(), (first_group, entry));
            }
        }
    }
    kept.into_values().map(|(_, entry)| entry).collect()
}

impl Key {
    /// A workload endpoint is a pod's, and profiles of two prefixes are a namespace's or a service account's.
    fn of(kind: Kind, first: bool, namespace: String, name: String) -> Self {
        let (kind, namespace, name) = match kind {
            Kind::Pod if !first => match raw::workload_parts(&name) {
                Some([_, _, workload, _]) => (Kind::Pod, namespace, workload),
                None => (Kind::Pod, namespace, name),
            },
            Kind::Profile => match (name.strip_prefix("kns."), name.strip_prefix("ksa.")) {
                (Some(namespace), _) => (Kind::Namespace, String::new(), namespace.to_owned()),
                (_, Some(account)) if account.contains('.') => {
                    let (namespace, account) = account.split_once('.').unwrap_or_default();
                    (
                        Kind::ServiceAccount,
                        namespace.to_owned(),
                        account.to_owned(),
                    )
                }
                _ => (Kind::Profile, namespace, name),
            },
            kind => (kind, namespace, name),
        };
        Self {
            kind,
            namespace,
            name,
        }
    }
}

impl Entry {
    fn new(read: object::Read, default_namespace: &str) -> Self {
        let mut about = read.about;
        if about.namespace.is_empty() && kinds::is_namespaced(read.kind) {
            about.namespace = default_namespace.to_owned();
        }
        if about.node.is_empty()
            && read.kind == Kind::Pod
            && !read.first
            && let Some([own, ..]) = raw::workload_parts(&about.name)
        {
            about.node = own;
        }
        Self {
            key: Key::of(read.kind, read.first, about.namespace, about.name),
            node: about.node,
            address: about.address,
            service: about.service,
            origin: read.origin,
            json: read.json,
            fault: read.fault,
            etcd_key: String::new(),
        }
    }

    /// With the key under which it was found.
    fn with_key(mut self, is_etcd: bool) -> Self {
        self.etcd_key = match &self.fault {
            _ if !is_etcd => String::new(),
            Some(Fault::Undecodable(value)) => value.key.clone(),
            _ => raw::decode(&self.json, None)
                .ok()
                .flatten()
                .and_then(|object| raw::key_of(&object))
                .unwrap_or_default(),
        };
        self
    }

    /// Tells what it holds.
    fn tell(&self, sink: &mut dyn Sink) {
        match &self.fault {
            Some(Fault::Broken(broken)) => return sink.broken(broken.clone(), &self.json),
            Some(Fault::Undecodable(value)) => return sink.undecodable(value.clone(), &self.json),
            None => {}
        }
        let again = match raw::decode(&self.json, None) {
            Ok(Some(object)) => return sink.object(object, &self.json),
            Ok(None) => return,
            Err(_) => raw::as_go_reads(&self.json),
        };
        let json = again.as_deref().unwrap_or(&self.json);
        match raw::decode(json, None) {
            Ok(Some(object)) => sink.object(object, json),
            Ok(None) => {}
            Err(mut broken) => {
                broken.cause = format!("{} ({})", broken.cause, self.origin);
                sink.broken(*broken, json);
            }
        }
    }
}

impl Entry {
    fn is_in(&self, read: &Read) -> bool {
        let Key {
            kind,
            namespace,
            name,
        } = &self.key;
        *kind == read.kind
            && match &read.scope {
                ReadScope::All => true,
                ReadScope::Namespace(wanted) => namespace == wanted,
                ReadScope::Name {
                    namespace: wanted,
                    name: wanted_name,
                } => {
                    let anywhere = *kind == Kind::Pod && wanted.is_empty();
                    (anywhere || namespace == wanted) && name == wanted_name
                }
                ReadScope::Node(wanted) => self.node == *wanted,
                ReadScope::Address(wanted) => self
                    .address
                    .parse()
                    .is_ok_and(|address: std::net::IpAddr| address == *wanted),
                ReadScope::Service {
                    namespace: wanted,
                    name,
                } => namespace == wanted && self.service == *name,
            }
    }
}

impl Source for Files {
    fn read(&mut self, reads: &[Read], sink: &mut dyn Sink) -> Result<(), ReadError> {
        let is_etcd = self.taken.as_ref().is_some_and(Taken::is_etcd);
        let plans: Vec<Plan> = reads.iter().map(Plan::of).collect();
        self.not_searched |= is_etcd && plans.contains(&Plan::NotSearched);
        if let Some(taken) = &mut self.taken {
            taken.tell(reads, sink);
        }
        for problem in self.problems.drain(..) {
            sink.gap(Kind::Pod, problem.gap());
        }
        for entry in &self.objects {
            let wanted = match is_etcd {
                true => plans.iter().any(|plan| plan.has(&entry.etcd_key)),
                false => reads.iter().any(|read| entry.is_in(read)),
            };
            if wanted {
                entry.tell(sink);
            }
        }
        let kinds: std::collections::BTreeSet<_> = reads.iter().map(|read| read.kind).collect();
        let read = |kind: &Kind| {
            self.taken
                .as_ref()
                .is_none_or(|taken| taken.has_read(*kind))
        };
        for kind in kinds.into_iter().filter(read) {
            let count = self
                .objects
                .iter()
                .filter(|entry| entry.key.kind == kind)
                .count();
            sink.progress(kind, u64::try_from(count).unwrap_or(u64::MAX), None);
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn Sink) -> Result<(), ReadError> {
        Ok(())
    }

    fn provenance(&self) -> Provenance {
        let taken = self.taken.as_ref().map(|taken| taken.info.clone());
        Provenance {
            basis: "datastore",
            datastore: Datastore::Files,
            source: self.source.clone(),
            calico_api: taken.as_ref().and_then(|info| info.calico_api.clone()),
            calico_version: None,
            version_from: VersionFrom::Assumed,
            pinned: taken.as_ref().is_none_or(|info| info.pinned),
            revision: taken.as_ref().and_then(|info| info.revision.clone()),
            read_at: match &taken {
                Some(info) => info.read_at.clone(),
                None => self.read_at.clone(),
            },
            revisions: taken.map(|info| info.revisions).unwrap_or_default(),
            shared_ips_checked: !self.not_searched,
        }
    }

    fn rules(&self) -> Datastore {
        let taken = self.taken.as_ref();
        taken.map_or(Datastore::Files, |taken| taken.info.datastore)
    }
}

impl parse::Problem {
    fn gap(&self) -> Gap {
        Gap {
            code: GapCode::Undecodable,
            resource: self.origin.file.to_string(),
            verb: None,
            scope: None,
            missing_from: vec![
                Part::Items,
                Part::Policies,
                Part::RuleMatches,
                Part::Unmatched,
            ],
            message: self.to_string(),
            rule: None,
        }
    }
}

#[cfg(test)]
mod tests;
