//! Which endpoints a question names.

use std::collections::BTreeSet;

use super::near::{elsewhere, near, pods};
use crate::answer::{Matched, NotEndpoint, NotEndpointReason, NotFound, Widened};
use crate::intern::LabelSet;
use crate::model::net::contains;
use crate::model::{Endpoint, EndpointId};
use crate::note::{Code, codes};
use crate::question::{Form, Question, Scope, What, glob_matches};
use crate::snapshot::{self, Reason, Snapshot};

/// What was found for all WHATs together.
pub(super) struct Finding<'a> {
    /// In the order of answers, each once.
    pub(super) endpoints: Vec<&'a Endpoint>,
    /// The widest match.
    pub(super) matched: Matched,
    /// Named, and no endpoints.
    pub(super) not_endpoints: Vec<NotEndpoint>,
    /// Named, and not there.
    pub(super) not_found: Vec<NotFound>,
    /// Names that were widened to parts of ids.
    pub(super) widened: Vec<Widened>,
}

/// What was found for one WHAT.
#[derive(Default)]
struct Found<'a> {
    endpoints: Vec<&'a Endpoint>,
    not_endpoints: Vec<&'a snapshot::NotEndpoint>,
    missing: bool,
}

/// Finds the endpoints of all WHATs, or all in scope where there is none.
pub(super) fn find<'a>(snapshot: &'a Snapshot, question: &Question) -> Finding<'a> {
    let finder = Finder {
        snapshot,
        scope: &question.scope,
    };
    let mut finding = Finding {
        endpoints: Vec::new(),
        matched: if question.what.is_empty() {
            Matched::Set
        } else {
            Matched::Exact
        },
        not_endpoints: Vec::new(),
        not_found: Vec::new(),
        widened: Vec::new(),
    };
    if question.what.is_empty() {
        finding.endpoints = finder.all(|endpoint| finder.in_scope(endpoint));
    }
    for what in &question.what {
        let (found, matched) = finder.one(what);
        finding.matched = finding.matched.max(matched);
        if matched == Matched::Substring {
            let count = found.endpoints.len();
            finding.widened.push(Widened {
                what: what.text.clone(),
                count,
            });
        }
        finding.endpoints.extend(found.endpoints);
        finding.not_endpoints.extend(
            found
                .not_endpoints
                .into_iter()
                .map(|pod| finder.explain(pod)),
        );
        if found.missing {
            finding.not_found.push(NotFound {
                what: finder.shown(what),
                near: finder.near(what),
            });
        }
    }
    let labelled = |labels: &LabelSet| question.labels.as_ref().is_none_or(|l| l.matches(labels));
    finding
        .endpoints
        .retain(|endpoint| labelled(&endpoint.object_labels));
    finding.endpoints.sort_by(|a, b| a.id.cmp(&b.id));
    finding.endpoints.dedup_by(|a, b| a.id == b.id);
    let mut seen = BTreeSet::new();
    finding
        .not_endpoints
        .retain(|pod| seen.insert(pod.what.clone()));
    finding
}

/// Every endpoint in scope that `-l` selects, in the order of answers.
pub(super) fn in_scope<'a>(snapshot: &'a Snapshot, question: &Question) -> Vec<&'a Endpoint> {
    let finder = Finder {
        snapshot,
        scope: &question.scope,
    };
    let labelled = |labels: &LabelSet| question.labels.as_ref().is_none_or(|l| l.matches(labels));
    finder.all(|endpoint| finder.in_scope(endpoint) && labelled(&endpoint.object_labels))
}

struct Finder<'a, 'q> {
    snapshot: &'a Snapshot,
    scope: &'q Scope,
}

impl<'a> Finder<'a, '_> {
    fn one(&self, what: &What) -> (Found<'a>, Matched) {
        match &what.form {
            Form::Pod { namespace, name } => {
                let namespace = namespace.as_deref().or(self.scope.namespace.as_deref());
                (self.pod(namespace, name).or_missing(), Matched::Exact)
            }
            Form::Host { name } => (self.host(name).or_missing(), Matched::Exact),
            Form::Node { name } => (self.node(name), Matched::Set),
            Form::Id {
                node,
                orchestrator,
                workload,
                endpoint,
            } => {
                let path = format!("{orchestrator}/{workload}/{endpoint}");
                (self.id(node.as_deref(), &path, workload), Matched::Exact)
            }
            Form::Address(address) => {
                let net = (*address).into();
                let holds = |e: &Endpoint| e.nets.iter().any(|held| contains(held, &net));
                let found = self.all(|e| holds(e) && self.in_typed_namespace(e));
                (
                    Found {
                        endpoints: found,
                        ..Found::default()
                    }
                    .or_missing(),
                    Matched::Exact,
                )
            }
            Form::Glob(pattern) => {
                let slash = pattern.contains('/');
                let here = |e: &Endpoint| {
                    if slash {
                        self.in_typed_namespace(e)
                    } else {
                        self.in_scope(e)
                    }
                };
                let endpoints = self.all(|e| here(e) && glob(pattern, e));
                (
                    Found {
                        endpoints,
                        ..Found::default()
                    },
                    Matched::Set,
                )
            }
            Form::Name(name) => self.name(name),
        }
    }

    fn all(&self, wanted: impl Fn(&Endpoint) -> bool) -> Vec<&'a Endpoint> {
        self.snapshot
            .endpoints
            .iter()
            .filter(|endpoint| wanted(endpoint))
            .collect()
    }

    fn in_scope(&self, endpoint: &Endpoint) -> bool {
        match &endpoint.id {
            EndpointId::Host { .. } => self.scope.hosts,
            EndpointId::Workload { namespace, .. } => self
                .scope
                .namespace
                .as_deref()
                .is_none_or(|wanted| wanted == &**namespace),
        }
    }

    fn in_typed_namespace(&self, endpoint: &Endpoint) -> bool {
        !self.scope.typed || self.in_scope(endpoint)
    }

    fn pod(&self, namespace: Option<&str>, name: &str) -> Found<'a> {
        let here = |other: &str| namespace.is_none_or(|wanted| wanted == other);
        let endpoints = self.all(|endpoint| match &endpoint.id {
            EndpointId::Workload {
                namespace,
                workload,
                ..
            } => here(namespace) && &**workload == name,
            EndpointId::Host { .. } => false,
        });
        let not_endpoints = self.not_endpoints(|pod| {
            pod.object.kind == "Pod"
                && here(pod.object.namespace.as_deref().unwrap_or_default())
                && pod.object.name == name
        });
        Found {
            endpoints,
            not_endpoints,
            missing: false,
        }
    }

    fn host(&self, name: &str) -> Found<'a> {
        let endpoints = self.all(|endpoint| match &endpoint.id {
            EndpointId::Host { name: theirs, .. } => &**theirs == name,
            EndpointId::Workload { .. } => false,
        });
        let not_endpoints = self.not_endpoints(|other| {
            other.object.kind == "HostEndpoint" && other.object.name == name
        });
        Found {
            endpoints,
            not_endpoints,
            missing: false,
        }
    }

    fn not_endpoints(
        &self,
        wanted: impl Fn(&snapshot::NotEndpoint) -> bool,
    ) -> Vec<&'a snapshot::NotEndpoint> {
        self.snapshot
            .not_endpoints
            .iter()
            .filter(|other| wanted(other))
            .collect()
    }

    fn node(&self, name: &str) -> Found<'a> {
        let endpoints = self.all(|e| &**e.id.node() == name && self.in_typed_namespace(e));
        let known = self
            .snapshot
            .nodes
            .as_ref()
            .is_some_and(|nodes| nodes.contains(name))
            || self
                .snapshot
                .not_endpoints
                .iter()
                .any(|pod| &*pod.node == name);
        Found {
            missing: endpoints.is_empty() && !known,
            endpoints,
            not_endpoints: Vec::new(),
        }
    }

    fn id(&self, node: Option<&str>, path: &str, workload: &str) -> Found<'a> {
        let here = |other: &str| node.is_none_or(|wanted| wanted == other);
        let endpoints =
            self.all(|e| !e.is_host() && here(e.id.node()) && e.id.without_node() == path);
        let not_endpoints = match workload.split_once('.') {
            Some((namespace, name)) if endpoints.is_empty() => {
                self.pod(Some(namespace), name).not_endpoints
            }
            _ => Vec::new(),
        };
        Found {
            endpoints,
            not_endpoints,
            missing: false,
        }
        .or_missing()
    }

    /// A pod and a host endpoint of exactly this name; if there is neither, every id that contains it.
    fn name(&self, name: &str) -> (Found<'a>, Matched) {
        let mut exact = self.pod(self.scope.namespace.as_deref(), name);
        let host = self.host(name);
        exact.endpoints.extend(host.endpoints);
        exact.not_endpoints.extend(host.not_endpoints);
        if !exact.is_empty() {
            return (exact, Matched::Exact);
        }
        let endpoints = self.all(|e| self.in_scope(e) && e.id.searchable().contains(name));
        let matched = if endpoints.is_empty() {
            Matched::Exact
        } else {
            Matched::Substring
        };
        (
            Found {
                endpoints,
                ..Found::default()
            }
            .or_missing(),
            matched,
        )
    }

    fn explain(&self, other: &snapshot::NotEndpoint) -> NotEndpoint {
        let kind = match other.object.kind.as_str() {
            "Pod" => "pod/",
            "HostEndpoint" => "hep/",
            // A workload that is no pod has Calico's own name alone.
            _ => "",
        };
        let namespace = other.object.namespace.as_deref().map(|ns| format!("{ns}/"));
        let hosts = self.all(|e| e.is_host() && other.reason == Reason::HostNetwork);
        let see = hosts
            .iter()
            .filter(|e| *e.id.node() == other.node)
            .map(|e| e.id.short_ref());
        NotEndpoint {
            what: format!(
                "{kind}{}{}",
                namespace.unwrap_or_default(),
                other.object.name
            ),
            reason: reason(other.reason),
            code: code(other),
            message: message(other),
            see: see.collect(),
        }
    }

    /// Names like one that nothing has; if there is none, where it may be.
    fn near(&self, what: &What) -> Vec<String> {
        let near = self.near_names(what);
        let scope = self.scope.namespace.as_deref();
        match &what.form {
            _ if !near.is_empty() => near,
            Form::Pod { namespace, name } => {
                elsewhere(self.snapshot, namespace.as_deref().or(scope), name)
            }
            Form::Name(name) => elsewhere(self.snapshot, scope, name),
            _ => near,
        }
    }

    fn near_names(&self, what: &What) -> Vec<String> {
        let endpoints = self.snapshot.endpoints.iter();
        match &what.form {
            Form::Node { name } => {
                let nodes = self.snapshot.nodes.iter().flatten().map(String::as_str);
                near(
                    name,
                    nodes.chain(endpoints.map(|endpoint| &**endpoint.id.node())),
                )
            }
            Form::Host { name } => near(name, self.hosts()),
            Form::Pod { namespace, name } => self.near_pods(namespace.as_deref(), name),
            Form::Name(name) => {
                let scope = self.scope.namespace.as_deref();
                let pods = pods(self.snapshot)
                    .filter(|(namespace, _)| scope.is_none_or(|it| it == *namespace));
                near(name, pods.map(|(_, name)| name).chain(self.hosts()))
            }
            _ => Vec::new(),
        }
    }

    /// Pods like one that nobody has, as they are typed; of one that was typed with its namespace that may be wrong.
    fn near_pods(&self, typed: Option<&str>, name: &str) -> Vec<String> {
        let scope = self.scope.namespace.as_deref();
        match typed {
            Some(namespace) => {
                let all =
                    pods(self.snapshot).map(|(namespace, name)| format!("{namespace}/{name}"));
                // A kind with letters turned round is taken for a namespace.
                let hosts = self.hosts().map(|name| format!("hep/{name}"));
                let all: Vec<String> = all.chain(hosts).collect();
                near(
                    &format!("{namespace}/{name}"),
                    all.iter().map(String::as_str),
                )
            }
            None => {
                let pods = pods(self.snapshot)
                    .filter(|(namespace, _)| scope.is_none_or(|it| it == *namespace));
                near(name, pods.map(|(_, name)| name))
            }
        }
    }

    /// The name of every host endpoint that was read.
    fn hosts(&self) -> impl Iterator<Item = &'a str> {
        let endpoints = self.snapshot.endpoints.iter();
        endpoints.filter_map(|endpoint| match &endpoint.id {
            EndpointId::Host { name, .. } => Some(&**name),
            EndpointId::Workload { .. } => None,
        })
    }

    /// The WHAT as a ref, where its form tells.
    fn shown(&self, what: &What) -> String {
        match &what.form {
            Form::Pod { namespace, name } => {
                let namespace = namespace.as_deref().or(self.scope.namespace.as_deref());
                let namespace = namespace.map(|ns| format!("{ns}/")).unwrap_or_default();
                format!("pod/{namespace}{name}")
            }
            Form::Host { name } => format!("hep/{name}"),
            Form::Node { name } => format!("node/{name}"),
            _ => what.text.clone(),
        }
    }
}

impl Found<'_> {
    fn is_empty(&self) -> bool {
        self.endpoints.is_empty() && self.not_endpoints.is_empty()
    }

    fn or_missing(mut self) -> Self {
        self.missing = self.is_empty();
        self
    }
}

fn glob(pattern: &str, endpoint: &Endpoint) -> bool {
    match &endpoint.id {
        EndpointId::Host { name, .. } => !pattern.contains('/') && glob_matches(pattern, name),
        EndpointId::Workload {
            namespace,
            workload,
            ..
        } if pattern.contains('/') => glob_matches(pattern, &format!("{namespace}/{workload}")),
        EndpointId::Workload { workload, .. } => glob_matches(pattern, workload),
    }
}

fn reason(reason: Reason) -> NotEndpointReason {
    match reason {
        Reason::HostNetwork => NotEndpointReason::HostNetwork,
        Reason::NotScheduled => NotEndpointReason::NotScheduled,
        Reason::NoIp => NotEndpointReason::NoIp,
        Reason::Finished => NotEndpointReason::Finished,
        Reason::Invalid => NotEndpointReason::Invalid,
        Reason::SpoofingDisabled => NotEndpointReason::SpoofingDisabled,
    }
}

fn code(other: &snapshot::NotEndpoint) -> Code {
    match other.reason {
        Reason::HostNetwork => codes::POD_HOST_NETWORK,
        Reason::NotScheduled | Reason::NoIp => codes::POD_NO_IP,
        Reason::Finished => codes::POD_FINISHED,
        Reason::SpoofingDisabled => codes::POD_SPOOFING_DISABLED,
        Reason::Invalid if other.object.kind == "HostEndpoint" => codes::HEP_INVALID_DROPPED,
        Reason::Invalid => codes::POD_ANNOTATION_BAD,
    }
}

fn message(other: &snapshot::NotEndpoint) -> String {
    match other.reason {
        Reason::HostNetwork => "it uses the node's network; see its host endpoints".to_owned(),
        Reason::NotScheduled => "it runs on no node yet".to_owned(),
        Reason::NoIp => "it has no address yet, so no policy is programmed".to_owned(),
        Reason::Finished => "it has finished; its address is in no set any more".to_owned(),
        Reason::Invalid => format!("Calico ignores it: {}", other.detail),
        Reason::SpoofingDisabled => {
            "it asks for source spoofing, which is not enabled, so nodes drop its endpoint"
                .to_owned()
        }
    }
}
