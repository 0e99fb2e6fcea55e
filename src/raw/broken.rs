//! An object that does not decode, and where.

use serde::{Deserialize, Serialize};

use super::Metadata;
use super::value::{Slice, nullable};

/// An object that does not decode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Broken {
    /// Group and version as read.
    pub api_version: String,
    /// Kind as read.
    pub kind: String,
    /// Empty when there is none or it could not be found out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Empty when it could not be found out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The field, when it is known: `spec.ingress[0].destination.ports[1]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The cause, a lower-case fragment.
    pub cause: String,
}

/// What every object starts with.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) api_version: Slice<'a>,
    #[serde(borrow)]
    pub(super) kind: Slice<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    metadata: Metadata<'a>,
}

/// The kind alone, which may be readable where the metadata is not.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Kinds<'a> {
    #[serde(borrow)]
    api_version: Slice<'a>,
    #[serde(borrow)]
    kind: Slice<'a>,
}

impl Broken {
    /// What is known of an object whose decoding failed with `error`.
    pub(super) fn new(json: &[u8], kind: (&str, &str), error: &serde_json::Error) -> Self {
        let head: Head<'_> = serde_json::from_slice(json).unwrap_or_default();
        let named: Kinds<'_> = serde_json::from_slice(json).unwrap_or_default();
        let kind = match kind {
            ("", "") => (&*named.api_version, &*named.kind),
            kind => kind,
        };
        let field = path_at(json, error);
        Self {
            api_version: kind.0.to_owned(),
            kind: kind.1.to_owned(),
            namespace: head.metadata.namespace.to_string(),
            name: head.metadata.name.to_string(),
            field: (!field.is_empty()).then_some(field),
            cause: cause(error),
        }
    }
}

/// The error's text without its place.
fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cause = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(cause, _)| cause);
    // The names of our own types say nothing to a user.
    match cause.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected an object"),
        None => cause.to_owned(),
    }
}

enum Frame {
    Object(String),
    Array(usize),
}

/// The path of the value at which an error stands; empty at the top.
fn path_at(json: &[u8], error: &serde_json::Error) -> String {
    let lines = error.line().saturating_sub(1);
    let line_starts = json
        .iter()
        .enumerate()
        .filter_map(|(at, byte)| (*byte == b'\n').then_some(at + 1));
    let start = std::iter::once(0)
        .chain(line_starts)
        .nth(lines)
        .unwrap_or(0);
    // The last byte that was read belongs to the value.
    let end = start + error.column().saturating_sub(1);
    let mut path = String::new();
    for frame in frames(json.iter().take(end).copied()) {
        match frame {
            Frame::Object(key) if path.is_empty() => path.push_str(&key),
            Frame::Object(key) => {
                path.push('.');
                path.push_str(&key);
            }
            Frame::Array(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// The objects and lists that are open where the bytes end. Escapes in keys stay as they are.
fn frames(mut bytes: impl Iterator<Item = u8>) -> Vec<Frame> {
    let mut open = Vec::new();
    let mut at_key = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' => {
                open.push(Frame::Object(String::new()));
                at_key = true;
            }
            b'[' => open.push(Frame::Array(0)),
            b'}' | b']' => {
                open.pop();
            }
            b':' => at_key = false,
            b',' => match open.last_mut() {
                Some(Frame::Array(index)) => *index += 1,
                _ => at_key = true,
            },
            b'"' => {
                let text = string(&mut bytes);
                if let (true, Some(Frame::Object(key))) = (at_key, open.last_mut()) {
                    *key = text;
                }
            }
            _ => {}
        }
    }
    open
}

/// The rest of a string literal.
fn string(bytes: &mut impl Iterator<Item = u8>) -> String {
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => {
                text.push(byte);
                text.extend(bytes.next());
            }
            _ => text.push(byte),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}
