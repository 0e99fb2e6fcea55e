//! One object of a file: its bytes, and what it is looked up by.
//!
//! Nothing is decoded here that a read does not ask for: what is wrong elsewhere in the object is found when it is told.

use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::taken::Fault;
use crate::need::Kind;

/// Where a text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's name.
    pub file: Arc<str>,
    /// From 1.
    pub line: u64,
    /// From 1.
    pub column: u64,
}

/// One object of a kind that matters.
pub(super) struct Read {
    /// Its document.
    pub(super) origin: Origin,
    pub(super) kind: Kind,
    /// Whether it stands before what Calico's API made of it: all but `projectcalico.org/v3`.
    pub(super) first: bool,
    pub(super) about: About,
    pub(super) json: Bytes,
    /// Why it does not decode, where that is known.
    pub(super) fault: Option<Fault>,
}

/// What an object is looked up by; what is absent, or no text, is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) namespace: String,
    /// `spec.nodeName` or `spec.node`
    pub(super) node: String,
    /// The first address, without its mask.
    pub(super) address: String,
    /// The service of an EndpointSlice.
    pub(super) service: String,
}

/// What every object starts with, each part still as its text.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) api_version: Part<'a>,
    #[serde(borrow)]
    pub(super) kind: Part<'a>,
    #[serde(borrow)]
    pub(super) metadata: Part<'a>,
    #[serde(borrow)]
    pub(super) items: Part<'a>,
    #[serde(borrow)]
    pub(super) spec: Part<'a>,
    #[serde(borrow)]
    status: Part<'a>,
}

/// A field as its text; `None` where there is none.
pub(super) type Part<'a> = Option<&'a RawValue>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Part<'a>,
    #[serde(borrow)]
    namespace: Part<'a>,
    #[serde(borrow)]
    labels: Part<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels<'a> {
    #[serde(borrow, rename = "kubernetes.io/service-name")]
    service: Part<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec<'a> {
    #[serde(borrow)]
    node_name: Part<'a>,
    #[serde(borrow)]
    node: Part<'a>,
    #[serde(borrow)]
    ip_networks: Part<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status<'a> {
    #[serde(borrow, rename = "podIP")]
    pod_ip: Part<'a>,
    #[serde(borrow, rename = "podIPs")]
    pod_ips: Part<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Address<'a> {
    #[serde(borrow)]
    ip: Part<'a>,
}

/// A field's text, or nothing where it is no text.
pub(super) fn text(part: Part<'_>) -> String {
    part.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

/// What a field holds, or nothing where it is of another form.
fn inside<'a, T: Deserialize<'a> + Default>(part: Part<'a>) -> T {
    part.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

/// The elements of a list; `None` where it is none.
pub(super) fn elements<'a>(part: Part<'a>) -> Option<Vec<&'a RawValue>> {
    serde_json::from_str(part?.get()).ok()
}

/// The bytes of a part of a text.
pub(super) fn part_of(whole: &Bytes, part: &RawValue) -> Bytes {
    whole.slice_ref(part.get().as_bytes())
}

impl About {
    pub(super) fn of(head: &Head<'_>, kind: Kind) -> Self {
        let metadata: Metadata<'_> = inside(head.metadata);
        let mut about = Self {
            name: text(metadata.name),
            namespace: text(metadata.namespace),
            ..Self::default()
        };
        match kind {
            Kind::EndpointSlice => {
                about.service = text(inside::<Labels<'_>>(metadata.labels).service);
            }
            Kind::Pod | Kind::HostEndpoint => about.place(head),
            _ => {}
        }
        about
    }

    /// Where an endpoint is.
    fn place(&mut self, head: &Head<'_>) {
        let spec: Spec<'_> = inside(head.spec);
        let status: Status<'_> = inside(head.status);
        self.node = match text(spec.node_name) {
            none if none.is_empty() => text(spec.node),
            node => node,
        };
        let first = |list| elements(list).and_then(|elements| elements.first().copied());
        let address: Address<'_> = inside(first(status.pod_ips));
        self.address = [
            text(address.ip),
            text(status.pod_ip),
            text(first(spec.ip_networks)),
        ]
        .into_iter()
        .find(|address| !address.is_empty())
        .unwrap_or_default();
        if let Some(bare) = self.address.find('/') {
            self.address.truncate(bare);
        }
    }
}

/// An object with what it does not name itself and its list does.
pub(super) fn inheriting(
    json: &Bytes,
    head: &Head<'_>,
    (api_version, kind): (&str, &str),
) -> Bytes {
    let missing = [
        ("apiVersion", head.api_version, api_version),
        ("kind", head.kind, kind),
    ];
    let mut front = String::new();
    for (field, _, value) in missing.iter().filter(|(_, own, _)| own.is_none()) {
        front.push_str(&format!(
            "{}:{},",
            serde_json::json!(field),
            serde_json::json!(value)
        ));
    }
    let body = std::str::from_utf8(json).unwrap_or_default().trim_start();
    match body.strip_prefix('{') {
        Some(body) if !front.is_empty() => {
            if body.trim_start().starts_with('}') {
                front.pop();
            }
            Bytes::from(format!("{{{front}{body}"))
        }
        _ => json.clone(),
    }
}
