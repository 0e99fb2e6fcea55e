//! Reading a WHAT by its shape, never by what happens to exist.

use std::net::IpAddr;

use super::{Form, What};
use crate::error::Error;

/// A kind that a WHAT can name.
#[derive(Clone, Copy)]
enum Kind {
    Pod,
    Host,
    Node,
}

impl Kind {
    /// kubectl's spellings.
    fn parse(text: &str) -> Option<Self> {
        match text.to_lowercase().as_str() {
            "po" | "pod" | "pods" => Some(Self::Pod),
            "hep" | "heps" | "hostendpoint" | "hostendpoints" => Some(Self::Host),
            "no" | "node" | "nodes" => Some(Self::Node),
            _ => None,
        }
    }
}

impl What {
    /// Reads what was typed.
    ///
    /// # Errors
    /// A usage error for text that no form takes.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if is_network_set(text) {
            return Err(Error::Usage {
                message: format!("{text:?} names a network set, and these are no endpoints"),
                hint: Some("eval shows the sets that a selector selects".to_owned()),
            });
        }
        let form = form(text).ok_or_else(|| Error::Usage {
            message: format!("{text:?} names no endpoint"),
            hint: Some(hint(text)),
        })?;
        Ok(Self {
            text: text.to_owned(),
            form,
        })
    }
}

/// What to type instead. A pattern is over names and takes no KIND: there is no telling `hep` from a namespace.
fn hint(text: &str) -> String {
    let kind = |(kind, rest)| Kind::parse(kind).map(|kind| (kind, rest));
    match text.split_once('/').and_then(kind) {
        Some((Kind::Node, _)) if is_pattern(text) => {
            "node/ takes one name; a pattern is over the names of pods and host endpoints".to_owned()
        }
        Some((_, pattern)) if is_pattern(text) => {
            format!("a pattern takes no KIND: type '{pattern}'")
        }
        _ => "WHAT is [pod/][NAMESPACE/]NAME, hep/NAME, node/NAME, an endpoint id, an address, a pattern or a part \
              of an id"
            .to_owned(),
    }
}

/// `gns/NAME` and `ns/NAMESPACE/NAME`, as `eval` prints them. A namespace may have the one's name, and is then typed
/// behind `pod/`.
fn is_network_set(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    matches!(parts.as_slice(), ["gns", name] | ["ns", _, name] if !name.is_empty() && !is_pattern(text))
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

fn form(text: &str) -> Option<Form> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Form::Address(address.to_canonical()));
    }
    let parts: Vec<&str> = text.split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let kind = match parts.as_slice() {
        [kind, _, ..] => Kind::parse(kind),
        _ => None,
    };
    match (kind, parts.as_slice(), is_pattern(text)) {
        (None, [_] | [_, _], true) => Some(Form::Glob(text.to_owned())),
        (_, _, true) => None,
        (Some(kind), [_, rest @ ..], false) => of_kind(kind, rest).or_else(|| id(&parts)),
        (_, [_], false) => Some(Form::Name(text.to_owned())),
        (_, parts, false) => without_kind(parts),
    }
}

/// `KIND/NAME` and `KIND/NS/NAME`.
fn of_kind(kind: Kind, rest: &[&str]) -> Option<Form> {
    match (kind, rest) {
        (Kind::Pod, [name]) => Some(Form::Pod {
            namespace: None,
            name: (*name).to_owned(),
        }),
        (Kind::Pod, [namespace, name]) => Some(Form::Pod {
            namespace: Some((*namespace).to_owned()),
            name: (*name).to_owned(),
        }),
        (Kind::Host, [name]) => Some(Form::Host {
            name: (*name).to_owned(),
        }),
        (Kind::Node, [name]) => Some(Form::Node {
            name: (*name).to_owned(),
        }),
        _ => None,
    }
}

/// `NS/NAME`, else an id.
fn without_kind(parts: &[&str]) -> Option<Form> {
    match parts {
        [namespace, name] => Some(Form::Pod {
            namespace: Some((*namespace).to_owned()),
            name: (*name).to_owned(),
        }),
        _ => id(parts),
    }
}

/// `[NODE/]ORCHESTRATOR/WORKLOAD/ENDPOINT`.
fn id(parts: &[&str]) -> Option<Form> {
    let (node, rest) = match parts {
        [node, rest @ ..] if rest.len() == 3 => (Some((*node).to_owned()), rest),
        rest => (None, rest),
    };
    let [orchestrator, workload, endpoint] = rest else {
        return None;
    };
    Some(Form::Id {
        node,
        orchestrator: (*orchestrator).to_owned(),
        workload: (*workload).to_owned(),
        endpoint: (*endpoint).to_owned(),
    })
}

/// Whether `text` fits a pattern in which `*` is any text and `?` any character.
#[must_use]
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // The place to go on from when what follows the last star does not fit.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(wanted) if *wanted == '?' || Some(wanted) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(namespace: Option<&str>, name: &str) -> Option<Form> {
        Some(Form::Pod {
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        })
    }

    fn id(node: Option<&str>, orchestrator: &str, workload: &str, endpoint: &str) -> Option<Form> {
        Some(Form::Id {
            node: node.map(str::to_owned),
            orchestrator: orchestrator.to_owned(),
            workload: workload.to_owned(),
            endpoint: endpoint.to_owned(),
        })
    }

    #[test]
    fn a_network_set_is_no_endpoint() {
        for text in ["gns/lab", "ns/a/b"] {
            let error = What::parse(text).map_or_else(|error| error.to_string(), |_| String::new());
            assert!(error.contains("network set"), "{error}");
        }
        assert!(What::parse("pod/gns/lab").is_ok());
        assert!(What::parse("ns/a").is_ok(), "a pod of the namespace ns");
    }

    #[test]
    fn the_shape_alone_decides() {
        let name = |name: &str| name.to_owned();
        for (text, want) in [
            ("pod/web-1", pod(None, "web-1")),
            ("po/shop/web-1", pod(Some("shop"), "web-1")),
            ("pod/pod/web-1", pod(Some("pod"), "web-1")),
            ("shop/web-1", pod(Some("shop"), "web-1")),
            ("unknown/web-1", pod(Some("unknown"), "web-1")),
            (
                "hep/node-a-eth0",
                Some(Form::Host {
                    name: name("node-a-eth0"),
                }),
            ),
            ("HostEndpoints/x", Some(Form::Host { name: name("x") })),
            (
                "no/node-a",
                Some(Form::Node {
                    name: name("node-a"),
                }),
            ),
            (
                "node-a/k8s/shop.web-1/eth0",
                id(Some("node-a"), "k8s", "shop.web-1", "eth0"),
            ),
            (
                "node/k8s/shop.web-1/eth0",
                id(Some("node"), "k8s", "shop.web-1", "eth0"),
            ),
            ("k8s/shop.web-1/eth0", id(None, "k8s", "shop.web-1", "eth0")),
            ("hep/a/b", id(None, "hep", "a", "b")),
            ("10.65.0.12", Some(Form::Address([10, 65, 0, 12].into()))),
            (
                "::ffff:10.65.0.12",
                Some(Form::Address([10, 65, 0, 12].into())),
            ),
            ("fd00:10::12", "fd00:10::12".parse().ok().map(Form::Address)),
            ("web-*", Some(Form::Glob(name("web-*")))),
            ("shop/web-?", Some(Form::Glob(name("shop/web-?")))),
            ("a/b/c*", None),
            ("hep/node-*", None),
            ("pod/web-?", None),
            ("pods/shop/web-*", None),
            ("web", Some(Form::Name(name("web")))),
            ("pod", Some(Form::Name(name("pod")))),
            ("", None),
            ("/", None),
            ("shop/", None),
            ("a/b/c/d/e", None),
        ] {
            assert_eq!(form(text), want, "{text}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, text, want) in [
            ("web-*", "web-1", true),
            ("web-*", "web", false),
            ("*", "", true),
            ("*-1", "web-1-1", true),
            ("w?b", "wéb", true),
            ("w?b", "wb", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxxbxx", false),
        ] {
            assert_eq!(glob_matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
