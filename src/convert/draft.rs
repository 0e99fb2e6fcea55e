//! A policy between its own kind and Felix's model: the Calico v3 policy that Calico makes of every kind,
//! with the places that the user knows.

use crate::intern::Symbol;
use crate::model::rule::AsWritten;
use crate::model::{Direction, Directions, ObjectRef, PolicyId, PolicyKind, Treatment};
use crate::note::Note;
use crate::raw::calico_policy::Rule;

/// A policy in v3 terms.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) id: PolicyId,
    pub(super) name: Symbol,
    pub(super) object: ObjectRef,
    pub(super) tier: String,
    pub(super) order: Option<f64>,
    pub(super) governs: Directions,
    pub(super) treatment: Treatment,
    /// What Calico composes.
    pub(super) selectors: Selectors,
    /// What is shown as written.
    pub(super) written: Selectors,
    pub(super) hints: Vec<String>,
    pub(super) ingress: Vec<DraftRule>,
    pub(super) egress: Vec<DraftRule>,
    /// What is to be said unless the whole policy is dropped.
    pub(super) notes: Vec<Note>,
}

/// The three selectors of a policy; empty is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Selectors {
    pub(super) selector: String,
    pub(super) namespace: String,
    pub(super) service_account: String,
}

/// A rule in v3 terms.
#[derive(Debug)]
pub(super) struct DraftRule {
    /// The place in the list that the user wrote.
    pub(super) index: usize,
    /// That place as a path, `spec.ingress[1]`.
    pub(super) path: String,
    pub(super) rule: Rule,
    pub(super) traffic: AsWritten,
    pub(super) source: Place,
    pub(super) destination: Place,
    pub(super) unknown_fields: bool,
}

/// Where a side of a rule stands in the object that the user wrote.
#[derive(Debug)]
pub(super) struct Place {
    /// As a path.
    pub(super) path: String,
    /// Its selectors as written.
    pub(super) written: AsWritten,
    /// How its fields are named.
    pub(super) fields: Fields,
}

/// How the fields of a side are named in the object.
#[derive(Debug)]
pub(super) enum Fields {
    /// As in a Calico rule.
    Calico,
    /// A Kubernetes peer, whose ports stand elsewhere.
    Kubernetes {
        /// The path of the ports.
        ports: String,
    },
}

impl Draft {
    /// Its rules of a direction.
    pub(super) fn rules_mut(&mut self, direction: Direction) -> &mut Vec<DraftRule> {
        match direction {
            Direction::Ingress => &mut self.ingress,
            Direction::Egress => &mut self.egress,
        }
    }

    /// Whether the object is a Kubernetes policy, or the staged form of one.
    pub(super) fn is_kubernetes(&self) -> bool {
        let kind = self.id.kind;
        kind.is_kubernetes() || kind == PolicyKind::StagedKubernetesNetworkPolicy
    }

    /// The path of one of Calico's policy selectors.
    pub(super) fn selector_field(&self, name: &str) -> String {
        match (self.is_kubernetes(), self.id.kind.is_namespaced()) {
            (false, _) => format!("spec.{name}"),
            (true, true) => "spec.podSelector".to_owned(),
            (true, false) => "spec.subject".to_owned(),
        }
    }
}

impl Place {
    /// The path of one of Calico's fields.
    pub(super) fn field(&self, name: &str) -> String {
        match &self.fields {
            Fields::Calico => format!("{}.{name}", self.path),
            Fields::Kubernetes { .. } => self.path.clone(),
        }
    }

    /// The path of one port.
    pub(super) fn port(&self, list: &str, index: usize) -> String {
        match &self.fields {
            Fields::Calico => format!("{}.{list}[{index}]", self.path),
            Fields::Kubernetes { ports } => ports.clone(),
        }
    }
}

impl DraftRule {
    /// The path of one of Calico's fields that belong to no side.
    pub(super) fn field(&self, name: &str) -> String {
        match &self.source.fields {
            Fields::Calico => format!("{}.{name}", self.path),
            Fields::Kubernetes { ports } => ports.clone(),
        }
    }

    /// A rule without any criterion, in place of one that a Kubernetes kind cannot express.
    pub(super) fn bare(index: usize, path: String, action: &str) -> Self {
        let place = || Place {
            path: path.clone(),
            written: AsWritten::default(),
            fields: Fields::Kubernetes {
                ports: path.clone(),
            },
        };
        Self {
            index,
            rule: Rule {
                action: action.into(),
                ..Rule::default()
            },
            traffic: AsWritten::default(),
            source: place(),
            destination: place(),
            unknown_fields: false,
            path,
        }
    }
}
