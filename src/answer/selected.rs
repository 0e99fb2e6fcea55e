//! The answer of `eval`: what a selector selects.

use serde::Serialize;

use super::Head;
use crate::model::LabelSet;
use crate::model::{EndpointId, NetworkSetId};

/// The answer of `eval`.
pub struct EvalAnswer<'a> {
    /// What stands before the items.
    pub head: Head,
    /// The endpoints that are selected, made one by one.
    pub items: Box<dyn Iterator<Item = EvalItem> + 'a>,
    /// What stands behind them.
    pub tail: EvalTail,
}

/// What stands behind the items.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvalTail {
    /// The network sets that are selected.
    pub network_sets: Vec<NetworkSetItem>,
    /// What may surprise about the selector.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// An endpoint that is selected.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvalItem {
    /// Which one.
    #[serde(flatten)]
    pub who: Identity,
    /// Its addresses.
    pub ips: Vec<String>,
    /// Its labels, for people.
    #[serde(skip)]
    pub labels: LabelSet,
}

/// Which endpoint an item of a list is about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// `WorkloadEndpoint` or `HostEndpoint`.
    pub kind: &'static str,
    /// Its id.
    pub id: EndpointId,
    /// Its ref.
    #[serde(rename = "ref")]
    pub short_ref: String,
    /// Its node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// A network set.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkSetItem {
    /// `NetworkSet` or `GlobalNetworkSet`.
    pub kind: &'static str,
    /// Its id.
    pub id: NetworkSetId,
    /// How many usable networks it has.
    pub nets: usize,
    /// Its labels, for people.
    #[serde(skip)]
    pub labels: LabelSet,
}
