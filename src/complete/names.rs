//! Names: which are wanted in a place, what has to be read for them, and how each is spelled there.

use crate::model::PolicyKind;
use crate::need::{Kind, Read, ReadScope};
use crate::question::{Form, PolicyName, What};
use crate::raw::{self, Broken, Object};

/// Names that have to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// Of the kubeconfig.
    Kubeconfig(Entry),
    /// Namespaces.
    Namespaces,
    /// Nodes.
    Nodes,
    /// What WHAT can be, as far as it is typed.
    Endpoints(String),
    /// What the name of a policy can be, as far as it is typed.
    Policies(String),
}

/// The lists of a kubeconfig.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the list of that name")]
pub enum Entry {
    Contexts,
    Clusters,
    Users,
}

/// What is known of the source before it is read.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The namespace in force; none means all.
    pub namespace: Option<String>,
    /// Whether the namespace was typed.
    pub typed: bool,
    /// Whether everything lies at hand, as in files, so that reading all pods costs nothing.
    pub at_hand: bool,
}

/// Objects of one kind, and how their names are spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The kind.
    pub kind: Kind,
    /// The namespace, if only one is looked at.
    pub namespace: Option<String>,
    /// One candidate of each object for each of these.
    pub spellings: Vec<Spelling>,
}

/// A candidate that an object gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// What stands before it.
    pub front: String,
    /// What it is.
    pub part: Part,
    /// What stands behind it.
    pub back: &'static str,
}

/// What of an object is a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Its name.
    Name,
    /// Its namespace, if it has one, and its name.
    Full,
    /// Its namespace.
    Namespace,
    /// The node that it is on.
    Node,
}

/// An object, as far as its name goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it was read as.
    pub kind: Kind,
    /// Empty where there is none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Empty where there is none.
    pub node: String,
}

/// The names that a flag takes.
pub(super) fn of_flag(id: &str) -> Option<Names> {
    match id {
        "namespace" => Some(Names::Namespaces),
        "context" => Some(Names::Kubeconfig(Entry::Contexts)),
        "cluster" => Some(Names::Kubeconfig(Entry::Clusters)),
        "user" => Some(Names::Kubeconfig(Entry::Users)),
        _ => None,
    }
}

/// The names that a command takes as its arguments.
pub(super) fn of_argument(command: &str, typed: &str) -> Option<Names> {
    match command {
        "endpoint" => Some(Names::Endpoints(typed.to_owned())),
        "host" => Some(Names::Nodes),
        "policy" => Some(Names::Policies(typed.to_owned())),
        _ => None,
    }
}

// === impl Names ===

impl Names {
    /// What has to be read, in stages: what costs little first, so that it is there when time is up.
    #[must_use]
    pub fn wanted(&self, reach: &Reach) -> Vec<Vec<Wanted>> {
        match self {
            Self::Kubeconfig(_) => Vec::new(),
            Self::Namespaces => namespaces(reach),
            Self::Nodes => nodes(reach, ""),
            Self::Endpoints(typed) => endpoints(reach, typed),
            Self::Policies(typed) => policies(reach, typed),
        }
    }

    /// Those that are known without reading.
    #[must_use]
    pub fn known(&self) -> &'static [&'static str] {
        match self {
            Self::Endpoints(_) => &["node/"],
            _ => &[],
        }
    }
}

fn namespaces(reach: &Reach) -> Vec<Vec<Wanted>> {
    let mut first = vec![all(Kind::Namespace, Part::Name.as_it_is())];
    if reach.at_hand {
        first.push(all(Kind::Pod, Part::Namespace.as_it_is()));
    }
    vec![first]
}

fn nodes(reach: &Reach, front: &str) -> Vec<Vec<Wanted>> {
    let mut first = vec![all(Kind::Node, Part::Name.behind(front))];
    if reach.at_hand {
        first.push(all(Kind::Pod, Part::Node.behind(front)));
        first.push(all(Kind::HostEndpoint, Part::Node.behind(front)));
    }
    vec![first]
}

/// What is typed up to its last slash stands; behind it, a name is looked for.
fn endpoints(reach: &Reach, typed: &str) -> Vec<Vec<Wanted>> {
    let front = up_to_slash(typed);
    // The unfinished part taken for a name.
    let Ok(what) = What::parse(&format!("{typed}x")) else {
        return Vec::new();
    };
    match what.form {
        Form::Host { .. } => vec![vec![all(Kind::HostEndpoint, Part::Name.behind(front))]],
        Form::Node { .. } => nodes(reach, front),
        Form::Pod {
            namespace: Some(namespace),
            ..
        } => vec![vec![Wanted {
            kind: Kind::Pod,
            namespace: Some(namespace),
            spellings: vec![Part::Name.behind(front)],
        }]],
        Form::Pod { .. } => pods(reach, front, Vec::new()),
        Form::Name(_) => {
            let hosts = "hep/".starts_with(typed);
            let hosts = hosts.then(|| all(Kind::HostEndpoint, Part::Name.behind("hep/")));
            pods(reach, "", hosts.into_iter().collect())
        }
        Form::Id { .. } | Form::Address(_) | Form::Glob(_) => Vec::new(),
    }
}

/// Pods in force by their names, and namespaces, behind which others stand. Where all namespaces are in force, pods are
/// not: a cluster may have fifty thousand.
fn pods(reach: &Reach, front: &str, mut first: Vec<Wanted>) -> Vec<Vec<Wanted>> {
    let folder = |part: Part| Spelling {
        back: "/",
        ..part.behind(front)
    };
    let name = Part::Name.behind(front);
    if reach.at_hand {
        let mut pods = all(Kind::Pod, folder(Part::Namespace));
        if reach.namespace.is_none() {
            pods.spellings.push(name.clone());
        }
        first.push(pods);
    } else {
        first.push(all(Kind::Namespace, folder(Part::Name)));
    }
    let mut stages = vec![first];
    stages.extend(reach.namespace.clone().map(|namespace| {
        vec![Wanted {
            kind: Kind::Pod,
            namespace: Some(namespace),
            spellings: vec![name],
        }]
    }));
    stages
}

/// Ids as they are printed; a bare name only once it is begun, since ids say more.
fn policies(reach: &Reach, typed: &str) -> Vec<Vec<Wanted>> {
    let front = up_to_slash(typed);
    let Ok(name) = PolicyName::parse(&format!("{typed}x")) else {
        return Vec::new();
    };
    let within = name.namespace;
    let kinds = PolicyKind::ALL.into_iter().filter(|kind| match name.kind {
        Some(wanted) => *kind == wanted,
        None => within.is_none() || kind.is_namespaced(),
    });
    let of_kind = |kind: PolicyKind| {
        let mut spellings = match (name.kind, &within) {
            (_, Some(_)) => vec![Part::Name.behind(front)],
            (Some(_), None) => vec![Part::Full.behind(front)],
            (None, None) => vec![Part::Full.behind(&format!("{}/", kind.short()))],
        };
        if within.is_none() && typed.len() > front.len() {
            spellings.push(Part::Name.behind(front));
        }
        let in_force = reach.namespace.clone().filter(|_| reach.typed);
        Wanted {
            kind: read_as(kind),
            namespace: within.clone().or(in_force).filter(|_| kind.is_namespaced()),
            spellings,
        }
    };
    vec![kinds.map(of_kind).collect()]
}

fn up_to_slash(typed: &str) -> &str {
    typed
        .rfind('/')
        .map_or("", |at| typed.get(..=at).unwrap_or_default())
}

fn all(kind: Kind, spelling: Spelling) -> Wanted {
    Wanted {
        kind,
        namespace: None,
        spellings: vec![spelling],
    }
}

fn read_as(kind: PolicyKind) -> Kind {
    match kind {
        PolicyKind::GlobalNetworkPolicy => Kind::GlobalNetworkPolicy,
        PolicyKind::KubernetesAdminNetworkPolicy => Kind::AdminNetworkPolicy,
        PolicyKind::KubernetesBaselineAdminNetworkPolicy => Kind::BaselineAdminNetworkPolicy,
        PolicyKind::KubernetesClusterNetworkPolicy => Kind::ClusterNetworkPolicy,
        PolicyKind::KubernetesNetworkPolicy => Kind::KubernetesNetworkPolicy,
        PolicyKind::NetworkPolicy => Kind::NetworkPolicy,
        PolicyKind::StagedGlobalNetworkPolicy => Kind::StagedGlobalNetworkPolicy,
        PolicyKind::StagedKubernetesNetworkPolicy => Kind::StagedKubernetesNetworkPolicy,
        PolicyKind::StagedNetworkPolicy => Kind::StagedNetworkPolicy,
    }
}

// === impl Wanted ===

impl Wanted {
    /// The read that gives them.
    #[must_use]
    pub fn read(&self) -> Read {
        let namespace = self.namespace.clone();
        Read {
            kind: self.kind,
            scope: namespace.map_or(ReadScope::All, ReadScope::Namespace),
            labels: None,
        }
    }

    /// The candidates that an object gives.
    pub fn candidates<'a>(&'a self, object: &'a Named) -> impl Iterator<Item = String> + 'a {
        let spellings = self.spellings.iter().filter(|_| object.kind == self.kind);
        spellings.filter_map(|spelling| spelling.of(object))
    }
}

impl Part {
    fn behind(self, front: &str) -> Spelling {
        Spelling {
            front: front.to_owned(),
            part: self,
            back: "",
        }
    }

    fn as_it_is(self) -> Spelling {
        self.behind("")
    }
}

impl Spelling {
    fn of(&self, object: &Named) -> Option<String> {
        let Self { front, part, back } = self;
        let full = || match &*object.namespace {
            "" => object.name.clone(),
            namespace => format!("{namespace}/{}", object.name),
        };
        let text = match part {
            Part::Name => object.name.clone(),
            Part::Full if object.name.is_empty() => String::new(),
            Part::Full => full(),
            Part::Namespace => object.namespace.clone(),
            Part::Node => object.node.clone(),
        };
        (!text.is_empty()).then(|| format!("{front}{text}{back}"))
    }
}

// === impl Named ===

impl Named {
    /// The name of an object, if it is of a kind whose names are offered.
    #[must_use]
    pub fn of(object: &Object<'_>) -> Option<Self> {
        let metadata = object.metadata();
        let mut named = Self {
            kind: kind_of(object)?,
            namespace: metadata.namespace.to_string(),
            name: metadata.name.to_string(),
            node: String::new(),
        };
        match object {
            Object::Pod(pod) => {
                let node = pod.spec.as_ref().map(|spec| spec.node_name.to_string());
                named.node = node.unwrap_or_default();
            }
            Object::HostEndpoint(host) => named.node = host.spec.node.0.clone(),
            // How etcd keeps pods, and what it keeps of namespaces.
            Object::WorkloadEndpoint(_) => {
                let [node, _, workload, _] = raw::workload_parts(&named.name)?;
                (named.node, named.name) = (node, workload);
            }
            Object::Profile(_) => {
                named.name = named.name.strip_prefix("kns.")?.to_owned();
            }
            _ => {}
        }
        Some(named)
    }

    /// The name of an object that does not decode, if a question can be about it.
    #[must_use]
    pub fn of_broken(broken: &Broken) -> Option<Self> {
        let kubernetes = broken.api_version.starts_with("networking.k8s.io/");
        let kind = match &*broken.kind {
            "NetworkPolicy" if kubernetes => Kind::KubernetesNetworkPolicy,
            name => Kind::ALL.into_iter().find(|kind| kind.name() == name)?,
        };
        Some(Self {
            kind,
            namespace: broken.namespace.clone(),
            name: broken.name.clone(),
            node: String::new(),
        })
    }
}

fn kind_of(object: &Object<'_>) -> Option<Kind> {
    Some(match object {
        Object::Pod(_) | Object::WorkloadEndpoint(_) => Kind::Pod,
        Object::Namespace(_) | Object::Profile(_) => Kind::Namespace,
        Object::Node(_) => Kind::Node,
        Object::HostEndpoint(_) => Kind::HostEndpoint,
        Object::KubernetesNetworkPolicy(_) => Kind::KubernetesNetworkPolicy,
        Object::ClusterNetworkPolicy(_) => Kind::ClusterNetworkPolicy,
        Object::AdminNetworkPolicy(_) => Kind::AdminNetworkPolicy,
        Object::BaselineAdminNetworkPolicy(_) => Kind::BaselineAdminNetworkPolicy,
        Object::NetworkPolicy(_) => Kind::NetworkPolicy,
        Object::GlobalNetworkPolicy(_) => Kind::GlobalNetworkPolicy,
        Object::StagedNetworkPolicy(_) => Kind::StagedNetworkPolicy,
        Object::StagedGlobalNetworkPolicy(_) => Kind::StagedGlobalNetworkPolicy,
        Object::StagedKubernetesNetworkPolicy(_) => Kind::StagedKubernetesNetworkPolicy,
        _ => return None,
    })
}
