//! The question as data: which endpoints are asked about, in which scope, and what is hidden.
//!
//! How it was typed and where the data is are not known here.

mod label_selector;
mod policy_name;
mod what;

use std::net::IpAddr;

use crate::selector::Selector;

pub use label_selector::LabelSelector;
pub use policy_name::PolicyName;
pub use what::glob_matches;

/// What is asked, and of which endpoints.
#[derive(Clone, Debug)]
pub struct Question {
    /// What it is about.
    pub about: About,
    /// The WHATs in the order typed; none means all in scope.
    pub what: Vec<What>,
    /// Where endpoints are looked for.
    pub scope: Scope,
    /// `-l`, over the objects' own labels.
    pub labels: Option<LabelSelector>,
    /// What is left out.
    pub hide: Hide,
}

/// Where endpoints are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The namespace of pods; none means all.
    pub namespace: Option<String>,
    /// Whether the namespace was typed (`-n`), which then also limits `node/` and addresses.
    pub typed: bool,
    /// Whether host endpoints that are not named are in scope (`-A`, or no context).
    pub hosts: bool,
}

/// What a question is about.
#[derive(Clone, Debug)]
pub enum About {
    /// `endpoint`: what polices the endpoints named.
    Endpoints,
    /// `host`: the same for the endpoints of a node.
    Host(String),
    /// `policy`: what it applies to, and whom its rules name.
    Policy(PolicyName),
    /// `eval`: what it selects.
    Selected {
        /// As typed.
        text: String,
        /// Parsed.
        selector: Selector,
    },
}

impl About {
    /// Whether it asks what polices endpoints.
    #[must_use]
    pub fn is_of_endpoints(&self) -> bool {
        matches!(self, Self::Endpoints | Self::Host(_))
    }

    /// Whether it is asked of the namespace of a context, rather than of the whole cluster.
    #[must_use]
    pub fn heeds_context(&self) -> bool {
        matches!(self, Self::Endpoints)
    }
}

impl Question {
    /// The one namespace that it is about, if it is about one: so what may be listed in that namespace alone
    /// suffices.
    #[must_use]
    pub fn only_namespace(&self) -> Option<&str> {
        let in_scope = self.scope.namespace.as_deref();
        let mut namespaces = self.what.iter().map(|what| match &what.form {
            Form::Pod { namespace, .. } => namespace.as_deref().or(in_scope),
            Form::Id { workload, .. } => workload.split_once('.').map(|(namespace, _)| namespace),
            Form::Glob(pattern) if !self.scope.typed => match pattern.split_once('/') {
                Some((namespace, _)) => (!namespace.contains(['*', '?'])).then_some(namespace),
                None => in_scope,
            },
            _ => in_scope,
        });
        let first = namespaces.next().unwrap_or(in_scope)?;
        namespaces
            .all(|other| other == Some(first))
            .then_some(first)
    }

    /// Whether it names nothing but pods: host endpoints then matter only for the addresses that they share.
    #[must_use]
    pub fn names_only_pods(&self) -> bool {
        let pod = |what: &What| matches!(what.form, Form::Pod { .. } | Form::Id { .. });
        !self.what.is_empty() && self.what.iter().all(pod)
    }
}

/// What is left out of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hide {
    /// `-r`
    pub rule_matches: bool,
    /// `-s`
    pub selectors: bool,
    /// `-o name`: everything but who is meant.
    pub details: bool,
}

/// One WHAT: its text, and what it means by its shape alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct What {
    /// As typed.
    pub text: String,
    /// Its meaning.
    pub form: Form,
}

/// The forms of WHAT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// `pod/NAME` (in scope), `pod/NS/NAME` or `NS/NAME`.
    Pod {
        /// None: the namespace in scope, or any.
        namespace: Option<String>,
        /// The pod's name.
        name: String,
    },
    /// `hep/NAME`.
    Host {
        /// The host endpoint's name.
        name: String,
    },
    /// `node/NAME`: every endpoint on it.
    Node {
        /// The node's name.
        name: String,
    },
    /// An endpoint id as this tool prints it, with or without its node.
    Id {
        /// The node, if given.
        node: Option<String>,
        /// For example `k8s`.
        orchestrator: String,
        /// For example `shop.web-1`.
        workload: String,
        /// For example `eth0`.
        endpoint: String,
    },
    /// An address: every endpoint that holds it.
    Address(IpAddr),
    /// A pattern with `*` or `?`, over `NS/NAME` if it has a slash, else over names.
    Glob(String),
    /// Anything else: a name, or a part of an id.
    Name(String),
}
