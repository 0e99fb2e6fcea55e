//! The joint between source, convert and snapshot: reads in stages until the question has enough.

mod judge;

use std::time::Instant;

use crate::behaviour::{Behaviour, Version};
use crate::convert::{self, Converter, Fact, ManifestMode};
use crate::error::Error;
use crate::model::ObjectRef;
use crate::need::{self, Kind, Read};
use crate::note::{Datastore, Gap, GapCode, Note, Part, Provenance, VersionFrom, codes};
use crate::question::Question;
use crate::raw::{Broken, Object, Undecodable};
use crate::snapshot::{NotEndpoint, Snapshot};
use crate::source::{ReadError, Sink, Source};

/// How often everything may be read again because its moment was gone.
pub(crate) const RESTARTS: usize = 2;

/// What the question does not say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `--calico-version`
    pub calico_version: Option<Version>,
    /// `--manifests`
    pub manifests: ManifestMode,
    /// The namespace of manifests that name none.
    pub default_namespace: String,
    /// Whether objects of `projectcalico.org/v3` may have folded metadata.
    pub unfold_v3: bool,
}

/// Everything that an answer is made of.
pub struct Loaded {
    /// The world.
    pub snapshot: Snapshot,
    /// How its Calico version behaves.
    pub behaviour: Behaviour,
    /// Where it came from.
    pub provenance: Provenance,
    /// Fields that were filled into manifests, each with how often.
    pub filled_in: Vec<(&'static str, usize)>,
}

/// Told how far a read is.
pub trait Watcher {
    /// A kind has so many objects by now.
    fn progress(&mut self, kind: Kind, objects: u64, revision: Option<&str>, since: Instant);
}

/// Reads what the question needs.
///
/// # Errors
/// The source cannot be read, or its moment was gone too often.
pub fn load(
    question: &Question,
    source: &mut dyn Source,
    settings: &Settings,
    watcher: &mut dyn Watcher,
) -> Result<Loaded, Error> {
    let started = Instant::now();
    for _ in 0..=RESTARTS {
        let datastore = source.rules();
        let mut gathering = Gathering::new(settings, datastore, watcher, started);
        match gathering.gather(question, source) {
            Ok(done) => return Ok(gathering.loaded(question, source, &done)),
            Err(ReadError::Restart) => {}
            Err(ReadError::Failed(error)) => return Err(error),
        }
    }
    Err(moment_gone(source))
}

/// The moment of a read was gone too often.
pub(crate) fn moment_gone(source: &dyn Source) -> Error {
    Error::Source {
        what: source.provenance().source,
        cause: "its history was compacted while it was read, again and again".to_owned(),
        hint: Some("--latest reads without one moment for all kinds".to_owned()),
    }
}

/// One object that Go cannot decode: no node can read any object of the kind.
pub(crate) fn poisoned(broken: &Broken) -> Gap {
    Gap {
        code: GapCode::PoisonsKind,
        resource: resource(broken),
        verb: None,
        scope: None,
        missing_from: parts(&broken.kind),
        message:
            "an object that cannot be decoded keeps nodes from reading the whole kind; what they \
                  enforce is older than the datastore"
                .to_owned(),
        rule: None,
    }
}

/// A snapshot in the making.
struct Gathering<'a> {
    snapshot: Snapshot,
    settings: &'a Settings,
    datastore: Datastore,
    converter: Converter,
    version: Option<(Version, VersionFrom)>,
    facts: Vec<Fact>,
    /// What a source could not read.
    unread: Vec<(Kind, Gap)>,
    watcher: &'a mut dyn Watcher,
    started: Instant,
}

impl<'a> Gathering<'a> {
    fn new(
        settings: &'a Settings,
        datastore: Datastore,
        watcher: &'a mut dyn Watcher,
        started: Instant,
    ) -> Self {
        let mut snapshot = Snapshot::default();
        let allow = convert::profile::default_allow();
        snapshot.profiles.insert(allow.name.clone(), allow);
        snapshot.stored_profiles = datastore == Datastore::Etcdv3;
        Self {
            converter: converter(
                settings,
                datastore,
                Behaviour::of(settings.calico_version),
                &snapshot,
            ),
            datastore,
            version: settings
                .calico_version
                .map(|version| (version, VersionFrom::Flag)),
            snapshot,
            settings,
            facts: Vec::new(),
            unread: Vec::new(),
            watcher,
            started,
        }
    }

    fn gather(
        &mut self,
        question: &Question,
        source: &mut dyn Source,
    ) -> Result<Vec<Read>, ReadError> {
        let mut done: Vec<Read> = Vec::new();
        loop {
            let reads = need::next(question, &self.snapshot, &done);
            if reads.is_empty() {
                break;
            }
            source.read(&reads, self)?;
            self.weigh_gaps(question);
            if done.is_empty() {
                self.know_version();
            }
            done.extend(reads);
        }
        source.finish(self)?;
        self.weigh_gaps(question);
        Ok(done)
    }

    /// After the first stage: everything else is converted as that version does.
    fn know_version(&mut self) {
        if self.version.is_none() {
            let found = self
                .snapshot
                .cluster
                .as_ref()
                .and_then(|info| info.calico_version.as_deref());
            let version = found.and_then(Version::parse);
            self.version = version.map(|version| (version, VersionFrom::ClusterInformation));
        }
        let behaviour = self.behaviour();
        self.converter = converter(self.settings, self.datastore, behaviour, &self.snapshot);
    }

    /// Keeps the gaps that matter: nodes of this version may not read the kind, and host endpoints cannot be
    /// missing from a list of pods.
    fn weigh_gaps(&mut self, question: &Question) {
        for (kind, mut gap) in std::mem::take(&mut self.unread) {
            if kind == Kind::HostEndpoint && question.names_only_pods() {
                gap.missing_from.retain(|part| *part != Part::Items);
            }
            if self.behaviour().reads(kind.name()) {
                self.snapshot.gaps.push(gap);
            }
        }
    }

    fn behaviour(&self) -> Behaviour {
        Behaviour::of(self.version.map(|(version, _)| version))
    }

    fn take(&mut self, fact: Fact) {
        let snapshot = &mut self.snapshot;
        match fact {
            Fact::Endpoint(endpoint) => snapshot.endpoints.push(endpoint),
            Fact::NotEndpoint {
                object,
                node,
                reason,
                detail,
                object_labels,
            } => {
                snapshot.not_endpoints.push(NotEndpoint {
                    object,
                    node,
                    reason,
                    detail,
                    object_labels,
                });
            }
            Fact::Policy(policy) => snapshot.policies.push(policy),
            Fact::Dropped(policy) => snapshot.dropped.push(policy),
            Fact::Tier(tier) => snapshot.tiers.push(tier),
            Fact::Profile(profile) => {
                snapshot.profiles.insert(profile.name.clone(), profile);
            }
            Fact::Set(set) => snapshot.sets.push(set),
            Fact::Slice {
                service,
                addresses,
                with_ports,
            } => {
                let known = snapshot.services.entry(service).or_default();
                if with_ports {
                    known.with_ports.extend(&addresses);
                }
                known.all.extend(addresses);
            }
            Fact::Node(name) => {
                snapshot.nodes.get_or_insert_default().insert(name);
            }
            Fact::ClusterInformation(information) => snapshot.cluster = Some(information),
            Fact::FelixConfiguration(felix) => snapshot.felix.push(felix),
            Fact::Note(note) => snapshot.notes.push(note),
        }
    }

    fn loaded(mut self, question: &Question, source: &dyn Source, done: &[Read]) -> Loaded {
        let behaviour = self.behaviour();
        self.snapshot.data_interfaces = behaviour.bpf_data_iface_pattern();
        self.find_absent_nodes(done);
        self.add_default_tier();
        self.note_services_in_etcd();
        self.note_duplicates();
        self.note_foreign_fields();
        if question.hide.rule_matches {
            self.forget_gaps_of_rule_matches();
        }
        self.note_node_selectors();
        self.note_unknown_version();
        self.snapshot.finish();
        let mut provenance = source.provenance();
        provenance.shared_ips_checked &= need::shared_addresses_checked(&self.snapshot, done);
        provenance.calico_version = match self.version {
            Some((version, VersionFrom::Flag)) => Some(version.to_string()),
            _ => self
                .snapshot
                .cluster
                .as_ref()
                .and_then(|info| info.calico_version.clone()),
        };
        provenance.version_from = self.version.map_or(VersionFrom::Assumed, |(_, from)| from);
        let filled_in = self
            .converter
            .filled_in()
            .iter()
            .map(|(field, count)| (*field, *count))
            .collect();
        Loaded {
            snapshot: self.snapshot,
            behaviour,
            provenance,
            filled_in,
        }
    }
}

impl Sink for Gathering<'_> {
    fn object(&mut self, object: Object<'_>, _: &[u8]) {
        let mut facts = std::mem::take(&mut self.facts);
        self.converter.convert(object, &mut facts);
        for fact in facts.drain(..) {
            self.take(fact);
        }
        self.facts = facts;
    }

    fn broken(&mut self, broken: Broken, _: &[u8]) {
        // The nodes of this version do not read the kind, so it does not hurt them.
        if !self.behaviour().reads(&broken.kind) {
            return;
        }
        self.snapshot.gaps.push(poisoned(&broken));
        let Broken {
            api_version,
            kind,
            namespace,
            name,
            field,
            cause,
        } = broken;
        let object = ObjectRef::new(&api_version, &kind, &namespace, &name);
        let mut note = Note::new(codes::LIST_POISONED, &object, cause);
        note.field = field;
        self.snapshot.notes.push(note);
    }

    fn undecodable(&mut self, value: Undecodable, _: &[u8]) {
        let Undecodable { key, named, cause } = value;
        let message = format!("the value of {key} does not decode: {cause}");
        let code = codes::UNDECODABLE_ETCD_VALUE;
        self.snapshot.notes.push(match named {
            Some((kind, namespace, name)) => {
                let object = ObjectRef::new("projectcalico.org/v3", &kind, &namespace, &name);
                Note::new(code, &object, message)
            }
            None => Note::about_cluster(code, message),
        });
    }

    fn gap(&mut self, kind: Kind, gap: Gap) {
        self.unread.push((kind, gap));
    }

    fn note(&mut self, note: Note) {
        self.snapshot.notes.push(note);
    }

    fn progress(&mut self, kind: Kind, objects: u64, revision: Option<&str>) {
        // A kind that could be read: a Node that was asked for and is not among it does not exist.
        if kind == Kind::Node {
            self.snapshot.nodes.get_or_insert_default();
        }
        self.watcher.progress(kind, objects, revision, self.started);
    }
}

fn converter(
    settings: &Settings,
    datastore: Datastore,
    behaviour: Behaviour,
    snapshot: &Snapshot,
) -> Converter {
    Converter::new(convert::Settings {
        behaviour,
        datastore,
        felix: snapshot.felix.clone(),
        manifests: settings.manifests,
        default_namespace: settings.default_namespace.clone(),
        unfold_v3: settings.unfold_v3,
    })
}

/// `plural.group`, as kubectl names it.
fn resource(broken: &Broken) -> String {
    let kind = broken.kind.to_lowercase();
    let plural = match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{kind}s"),
    };
    match broken.api_version.split_once('/') {
        Some((group, _)) => format!("{plural}.{group}"),
        None => plural,
    }
}

/// What is uncertain when no object of the kind is read by nodes.
fn parts(kind: &str) -> Vec<Part> {
    match kind {
        "NetworkSet" | "GlobalNetworkSet" | "EndpointSlice" => vec![Part::RuleMatches],
        "HostEndpoint" | "Pod" => vec![Part::Items, Part::RuleMatches],
        "Namespace" => vec![Part::NamespaceLabels, Part::Profiles, Part::RuleMatches],
        "ServiceAccount" => vec![
            Part::ServiceAccountLabels,
            Part::Profiles,
            Part::RuleMatches,
        ],
        "FelixConfiguration" | "ClusterInformation" | "Node" => vec![Part::Items],
        _ => vec![Part::Policies, Part::RuleMatches, Part::Unmatched],
    }
}
