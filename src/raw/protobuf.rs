//! Pods as protobuf, which an API server writes in half the time of JSON: of each message no field but those that are
//! read, the others are skipped by their length.
//!
//! Numbers of fields are those of Kubernetes' own `generated.proto` files, where they never change.

use std::borrow::Cow;

use bytes::Bytes;
use prost::encoding::{WireType, decode_key, decode_varint};
use prost::{DecodeError, Message};

use super::core::{self, Pod};
use super::metadata::Metadata;
use super::page::PageHead;
use super::value::{Annotations, List, Pairs, Slice};

/// What every such answer begins with.
const MAGIC: &[u8] = b"k8s\0";

/// An answer that is no list of pods in protobuf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it holds no pods in protobuf")]
pub struct NoPods;

/// Whether an answer is protobuf.
#[must_use]
pub fn is_protobuf(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// What a page says of itself, as soon as that is there: it stands in front of the items.
pub(super) fn head(bytes: &[u8]) -> Option<PageHead> {
    let mut answer = bytes.strip_prefix(MAGIC)?;
    let type_meta = TypeMeta::decode(whole(begun(&mut answer, 1)?)?).ok()?;
    let (mut list, _) = begun(&mut answer, 2)?;
    let metadata = ListMeta::decode(whole(begun(&mut list, 1)?)?).ok()?;
    let next = text(&metadata.next);
    Some(PageHead {
        api_version: text(&type_meta.api_version).0.into_owned(),
        kind: text(&type_meta.kind).0.into_owned(),
        resource_version: text(&metadata.resource_version).0.into_owned(),
        next: (!next.is_empty()).then(|| next.0.into_owned()),
    })
}

/// Hands over the pods of a page, one after another.
///
/// # Errors
/// It is no list of pods to its end; those in front of the fault were handed over.
pub fn pods(page: &Bytes, take: &mut dyn FnMut(Pod<'_>)) -> Result<(), NoPods> {
    // Without its head it is cut off where a message may end.
    if !is_protobuf(page) || head(page).is_none() {
        return Err(NoPods);
    }
    let list = Unknown::decode(page.slice(MAGIC.len()..))?;
    for item in PodList::decode(list.raw)?.items {
        take(PodMessage::decode(item)?.as_read());
    }
    Ok(())
}

/// What a `Status` says; `None` of anything else.
#[must_use]
pub fn status_message(answer: &[u8]) -> Option<String> {
    let answer = Bytes::copy_from_slice(answer.strip_prefix(MAGIC)?);
    let answer = Unknown::decode(answer).ok()?;
    if answer.type_meta?.kind != "Status" {
        return None;
    }
    let status = Status::decode(answer.raw).ok()?;
    Some(text(&status.message).0.into_owned())
}

/// What is there of the field with this number, which must be next, and its whole length.
fn begun<'b>(bytes: &mut &'b [u8], number: u32) -> Option<(&'b [u8], usize)> {
    let key = decode_key(bytes).ok()?;
    if key != (number, WireType::LengthDelimited) {
        return None;
    }
    let length = usize::try_from(decode_varint(bytes).ok()?).ok()?;
    let (field, rest) = bytes.split_at_checked(length).unwrap_or((bytes, &[]));
    *bytes = rest;
    Some((field, length))
}

fn whole((field, length): (&[u8], usize)) -> Option<&[u8]> {
    (field.len() == length).then_some(field)
}

/// Go writes no other text than UTF-8.
fn text(bytes: &Bytes) -> Slice<'_> {
    Slice(String::from_utf8_lossy(bytes))
}

/// As JSON leaves an empty list out.
fn some<'a, M, T>(messages: &'a [M], read: impl Fn(&'a M) -> T) -> Option<List<T>> {
    (!messages.is_empty()).then(|| List(messages.iter().map(read).collect()))
}

impl From<DecodeError> for NoPods {
    fn from(_: DecodeError) -> Self {
        Self
    }
}

// === impl PodMessage ===

impl PodMessage {
    /// The pod, borrowed from the page.
    fn as_read(&self) -> Pod<'_> {
        Pod {
            metadata: self
                .metadata
                .as_ref()
                .map_or_else(Metadata::default, ObjectMeta::as_read),
            spec: self.spec.as_ref().map(PodSpec::as_read),
            status: self.status.as_ref().map(PodStatus::as_read),
        }
    }
}

impl ObjectMeta {
    fn as_read(&self) -> Metadata<'_> {
        let deleted = self.deletion_timestamp.as_ref();
        Metadata {
            name: text(&self.name),
            namespace: text(&self.namespace),
            uid: text(&self.uid),
            resource_version: text(&self.resource_version),
            deletion_timestamp: deleted.map_or_else(Slice::default, Time::as_read),
            labels: Pairs(self.labels.iter().map(Entry::as_read).collect()),
            annotations: Annotations::of(self.annotations.iter().map(Entry::as_read)),
        }
    }
}

impl Entry {
    fn as_read(&self) -> (Slice<'_>, Slice<'_>) {
        (text(&self.key), text(&self.value))
    }
}

impl Time {
    /// As in JSON: in UTC, to the second.
    fn as_read(&self) -> Slice<'static> {
        let time = jiff::Timestamp::from_second(self.seconds).unwrap_or_default();
        Slice(Cow::Owned(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
    }
}

impl PodSpec {
    fn as_read(&self) -> core::PodSpec<'_> {
        core::PodSpec {
            node_name: text(&self.node_name),
            host_network: self.host_network.then_some(true),
            service_account_name: text(&self.service_account_name),
            containers: some(&self.containers, Container::as_read),
            init_containers: some(&self.init_containers, Container::as_read),
        }
    }
}

impl Container {
    fn as_read(&self) -> core::Container<'_> {
        core::Container {
            ports: some(&self.ports, ContainerPort::as_read),
        }
    }
}

impl ContainerPort {
    fn as_read(&self) -> core::ContainerPort<'_> {
        core::ContainerPort {
            name: text(&self.name),
            protocol: text(&self.protocol),
            container_port: Some(self.container_port),
        }
    }
}

impl PodIp {
    fn as_read(&self) -> core::PodIp<'_> {
        core::PodIp { ip: text(&self.ip) }
    }
}

impl PodStatus {
    fn as_read(&self) -> core::PodStatus<'_> {
        core::PodStatus {
            phase: text(&self.phase),
            pod_ip: text(&self.pod_ip),
            pod_ips: some(&self.pod_ips, PodIp::as_read),
        }
    }
}

// `k8s.io/apimachinery/pkg/runtime/generated.proto`.

#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(message, optional, tag = "1")]
    type_meta: Option<TypeMeta>,
    #[prost(bytes = "bytes", tag = "2")]
    raw: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct TypeMeta {
    #[prost(bytes = "bytes", tag = "1")]
    api_version: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    kind: Bytes,
}

// `k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto`.

#[derive(Clone, PartialEq, Message)]
struct ListMeta {
    #[prost(bytes = "bytes", tag = "2")]
    resource_version: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    next: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(bytes = "bytes", tag = "3")]
    message: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct ObjectMeta {
    #[prost(bytes = "bytes", tag = "1")]
    name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    namespace: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    uid: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    resource_version: Bytes,
    #[prost(message, optional, tag = "9")]
    deletion_timestamp: Option<Time>,
    #[prost(message, repeated, tag = "11")]
    labels: Vec<Entry>,
    #[prost(message, repeated, tag = "12")]
    annotations: Vec<Entry>,
}

/// An entry of a map of strings, which is on the wire what a list of these is.
#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct Time {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

// `k8s.io/api/core/v1/generated.proto`.

#[derive(Clone, PartialEq, Message)]
struct PodList {
    #[prost(bytes = "bytes", repeated, tag = "2")]
    items: Vec<Bytes>,
}

#[derive(Clone, PartialEq, Message)]
struct PodMessage {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<PodSpec>,
    #[prost(message, optional, tag = "3")]
    status: Option<PodStatus>,
}

#[derive(Clone, PartialEq, Message)]
struct PodSpec {
    #[prost(message, repeated, tag = "2")]
    containers: Vec<Container>,
    #[prost(bytes = "bytes", tag = "8")]
    service_account_name: Bytes,
    #[prost(bytes = "bytes", tag = "10")]
    node_name: Bytes,
    #[prost(bool, tag = "11")]
    host_network: bool,
    #[prost(message, repeated, tag = "20")]
    init_containers: Vec<Container>,
}

#[derive(Clone, PartialEq, Message)]
struct Container {
    #[prost(message, repeated, tag = "6")]
    ports: Vec<ContainerPort>,
}

#[derive(Clone, PartialEq, Message)]
struct ContainerPort {
    #[prost(bytes = "bytes", tag = "1")]
    name: Bytes,
    #[prost(int32, tag = "3")]
    container_port: i32,
    #[prost(bytes = "bytes", tag = "4")]
    protocol: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct PodStatus {
    #[prost(bytes = "bytes", tag = "1")]
    phase: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    pod_ip: Bytes,
    #[prost(message, repeated, tag = "12")]
    pod_ips: Vec<PodIp>,
}

#[derive(Clone, PartialEq, Message)]
struct PodIp {
    #[prost(bytes = "bytes", tag = "1")]
    ip: Bytes,
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]
mod tests;
