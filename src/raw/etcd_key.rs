//! The grammar of keys in the etcd v3 datastore (`libcalico-go/lib/backend/model/resource.go`) and of the names of
//! workload endpoints in them (`libcalico-go/lib/names/workloadendpoint.go`).

use super::decode;
use super::object::Object;
use super::value::Slice;

/// Every key of Calico's resources begins so.
pub const ROOT: &str = "/calico/resources/v3/projectcalico.org/";

/// Group and version of every value.
const V3: &str = "projectcalico.org/v3";

/// Segment, kind, and whether objects of the kind have a namespace.
const KINDS: [(&str, &str, bool); 14] = [
    ("clusterinformations", "ClusterInformation", false),
    ("felixconfigurations", "FelixConfiguration", false),
    ("globalnetworkpolicies", "GlobalNetworkPolicy", false),
    ("globalnetworksets", "GlobalNetworkSet", false),
    ("hostendpoints", "HostEndpoint", false),
    ("networkpolicies", "NetworkPolicy", true),
    ("networksets", "NetworkSet", true),
    ("nodes", "Node", false),
    ("profiles", "Profile", false),
    (
        "stagedglobalnetworkpolicies",
        "StagedGlobalNetworkPolicy",
        false,
    ),
    (
        "stagedkubernetesnetworkpolicies",
        "StagedKubernetesNetworkPolicy",
        true,
    ),
    ("stagednetworkpolicies", "StagedNetworkPolicy", true),
    ("tiers", "Tier", false),
    ("workloadendpoints", "WorkloadEndpoint", true),
];

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EtcdKey<'a> {
    /// An object of a kind that policy needs. The key is what identifies it to Felix.
    Object {
        /// For example `NetworkPolicy`.
        kind: &'static str,
        /// Empty for cluster-scoped kinds.
        namespace: &'a str,
        /// As stored, without any unescaping.
        name: &'a str,
    },
    /// A key of such a kind with a segment too few, too many or empty: Calico ignores it.
    Malformed,
    /// Anything else.
    Foreign,
}

/// A value that does not decode; Calico ignores it alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// The whole key.
    pub key: String,
    /// What it names, as far as it can be read: kind, namespace and name.
    pub named: Option<(String, String, String)>,
    /// The cause, a lower-case fragment.
    pub cause: String,
}

impl Undecodable {
    /// What is known of a value whose key is `key`.
    #[must_use]
    pub fn new(key: &str, cause: String) -> Self {
        let named = match EtcdKey::parse(key) {
            EtcdKey::Object {
                kind,
                namespace,
                name,
            } => Some((kind.to_owned(), namespace.to_owned(), name.to_owned())),
            EtcdKey::Malformed | EtcdKey::Foreign => None,
        };
        Self {
            key: key.to_owned(),
            named,
            cause,
        }
    }
}

impl<'a> EtcdKey<'a> {
    /// Reads a key.
    #[must_use]
    pub fn parse(key: &'a str) -> Self {
        let Some((segment, rest)) = key.strip_prefix(ROOT).and_then(|rest| rest.split_once('/'))
        else {
            return Self::Foreign;
        };
        let Some((_, kind, namespaced)) = KINDS.iter().find(|(known, ..)| *known == segment) else {
            return Self::Foreign;
        };
        let (namespace, name) = match (namespaced, rest.split_once('/')) {
            (true, Some(parts)) => parts,
            (false, None) => ("", rest),
            _ => return Self::Malformed,
        };
        if name.is_empty() || name.contains('/') || *namespaced == namespace.is_empty() {
            return Self::Malformed;
        }
        Self::Object {
            kind,
            namespace,
            name,
        }
    }
}

/// The segment of a kind's keys, if etcd holds the kind.
#[must_use]
pub fn segment(kind: &str) -> Option<&'static str> {
    let known = KINDS.iter().find(|(_, known, _)| *known == kind);
    known.map(|(segment, ..)| *segment)
}

/// Whether objects of a segment have a namespace in their keys.
#[must_use]
pub fn is_namespaced(segment: &str) -> bool {
    let mut known = KINDS.iter();
    known.any(|(known, _, namespaced)| *known == segment && *namespaced)
}

/// The key of an object in etcd, if its kind is held there.
#[must_use]
pub fn key_of(object: &Object<'_>) -> Option<String> {
    let (segment, _, namespaced) = KINDS.iter().find(|(_, kind, _)| *kind == object.kind())?;
    let metadata = object.metadata();
    let name = &*metadata.name;
    Some(match namespaced {
        true => format!("{ROOT}{segment}/{}/{name}", &*metadata.namespace),
        false => format!("{ROOT}{segment}/{name}"),
    })
}

/// Decodes one value under the name that its key gives, with the revision of its last change. `None` for keys that are
/// not about policy.
///
/// # Errors
/// A malformed key, or a value that Go could not decode either.
pub fn decode_etcd<'a>(
    key: &'a str,
    value: &'a [u8],
    revision: i64,
) -> Result<Option<Object<'a>>, Undecodable> {
    let (kind, namespace, name) = match EtcdKey::parse(key) {
        EtcdKey::Object {
            kind,
            namespace,
            name,
        } => (kind, namespace, name),
        EtcdKey::Foreign => return Ok(None),
        EtcdKey::Malformed => {
            let cause = "the key has a part too few or too many".to_owned();
            return Err(Undecodable::new(key, cause));
        }
    };
    let mut object = match decode(value, Some((V3, kind))) {
        Ok(Some(object)) => object,
        Ok(None) => return Ok(None),
        Err(broken) => {
            let field = broken
                .field
                .map(|field| format!("{field}: "))
                .unwrap_or_default();
            return Err(Undecodable::new(key, format!("{field}{}", broken.cause)));
        }
    };
    let metadata = object.metadata_mut();
    metadata.name = Slice::from(name);
    metadata.namespace = Slice::from(namespace);
    metadata.resource_version = Slice(revision.to_string().into());
    Ok(Some(object))
}

/// A value as Go reads it, where that is more than what [`decode_etcd`] takes: of a field that stands twice the last one
/// counts, and bytes that are no UTF-8 are replaced. `None` where it is no JSON in Go's eyes either, or nothing changes.
#[must_use]
pub fn as_go_reads(value: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(value);
    let read: serde_json::Value = serde_json::from_str(&text).ok()?;
    let again = serde_json::to_vec(&read).ok()?;
    (again != value).then_some(again)
}

/// The four parts of a workload endpoint's name: node, orchestrator, workload, endpoint. A dash inside a part is doubled.
/// `None` for a name of which Felix makes no endpoint.
#[must_use]
pub fn workload_parts(name: &str) -> Option<[String; 4]> {
    const SHORTEST: usize = 7;
    let mut parts = vec![String::new()];
    let mut characters = name.chars().peekable();
    // A dash at the very start separates nothing.
    if let (Some(first), Some(part)) = (characters.next(), parts.last_mut()) {
        part.push(first);
    }
    while let Some(character) = characters.next() {
        if character == '-' && characters.next_if_eq(&'-').is_none() {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
    }
    let parts: [String; 4] = parts.try_into().ok()?;
    (name.len() >= SHORTEST).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object<'a>(kind: &'static str, namespace: &'a str, name: &'a str) -> EtcdKey<'a> {
        EtcdKey::Object {
            kind,
            namespace,
            name,
        }
    }

    #[test]
    fn keys_name_objects() {
        for (key, want) in [
            (
                "networkpolicies/shop/default.x",
                object("NetworkPolicy", "shop", "default.x"),
            ),
            ("tiers/default", object("Tier", "", "default")),
            (
                "workloadendpoints/shop/n-k8s-p-eth0",
                object("WorkloadEndpoint", "shop", "n-k8s-p-eth0"),
            ),
            ("nodes/a%2fb", object("Node", "", "a%2fb")),
            // T-49
            ("networkpolicies/shop/a/b", EtcdKey::Malformed),
            ("tiers/x/y", EtcdKey::Malformed),
            ("networkpolicies/onlyname", EtcdKey::Malformed),
            ("networkpolicies//name", EtcdKey::Malformed),
            ("networkpolicies/shop/", EtcdKey::Malformed),
            ("tiers/", EtcdKey::Malformed),
            // T-50
            ("licensekeys/default", EtcdKey::Foreign),
            ("tiers", EtcdKey::Foreign),
            ("Tiers/default", EtcdKey::Foreign),
        ] {
            assert_eq!(EtcdKey::parse(&format!("{ROOT}{key}")), want, "{key}");
        }
        for key in [
            "calico/resources/v3/projectcalico.org/tiers/x",
            "/calico/ipam/v2/assignment/x",
            "/calico/felix/v2/no-region/host/n1/workload/k8s/ns%2fpod/endpoint/eth0",
            "/registry/pods/shop/web",
            "compact_rev_key",
        ] {
            assert_eq!(EtcdKey::parse(key), EtcdKey::Foreign, "{key}");
        }
    }

    #[test]
    fn workload_endpoints_have_four_parts() {
        for (name, want) in [
            (
                "node--1-k8s-pod--name-eth0",
                Some(["node-1", "k8s", "pod-name", "eth0"]),
            ),
            ("n1-k8s-a----b-eth0", Some(["n1", "k8s", "a--b", "eth0"])),
            ("n1-k8s-pod-eth0-extra", None),
            ("n1-k8s-pod", None),
            (
                "n1-cni-0123abcd-eth0",
                Some(["n1", "cni", "0123abcd", "eth0"]),
            ),
            (
                "h1-libnetwork-libnetwork-ep1",
                Some(["h1", "libnetwork", "libnetwork", "ep1"]),
            ),
            (
                "n.example-k8s-web.0-eth0",
                Some(["n.example", "k8s", "web.0", "eth0"]),
            ),
            ("-a-b-c-d", Some(["-a", "b", "c", "d"])),
            ("a-b-c-", None),
            ("", None),
        ] {
            let want = want.map(|parts| parts.map(str::to_owned));
            assert_eq!(workload_parts(name), want, "{name}");
        }
    }

    #[test]
    fn what_go_reads_is_read() {
        let key = format!("{ROOT}tiers/sec");
        for (value, order) in [
            (&br#"{"spec":{"order":1,"order":2}}"#[..], Some(2.0)),
            (
                b"{\"metadata\":{\"labels\":{\"a\":\"\xff\"}},\"spec\":{\"order\":3}}",
                Some(3.0),
            ),
        ] {
            assert!(decode_etcd(&key, value, 7).is_err());
            let again = as_go_reads(value).unwrap_or_default();
            let Ok(Some(Object::Tier(tier))) = decode_etcd(&key, &again, 7) else {
                unreachable!("it is a tier");
            };
            assert_eq!(tier.spec.order, order);
        }
        for value in [
            &b"[]"[..],
            br#"{"spec":[]}"#,
            br#"{"metadata":[]}"#,
            br#""x""#,
            b"{",
            b"",
        ] {
            assert!(
                decode_etcd(&key, value, 7).is_err(),
                "{}",
                String::from_utf8_lossy(value)
            );
            let again = as_go_reads(value).unwrap_or_else(|| value.to_vec());
            assert!(decode_etcd(&key, &again, 7).is_err());
        }
    }

    #[test]
    fn the_key_names_the_object() {
        let key = format!("{ROOT}tiers/sec");
        let value = br#"{"kind":"Tier","metadata":{"name":"other"},"spec":{"order":5}}"#;
        let Ok(Some(Object::Tier(tier))) = decode_etcd(&key, value, 7) else {
            unreachable!("it is a tier");
        };
        assert_eq!(
            (&*tier.metadata.name, &*tier.metadata.resource_version),
            ("sec", "7")
        );
        assert_eq!(tier.spec.order, Some(5.0));
        let broken = decode_etcd(&key, br#"{"spec":{"order":"five"}}"#, 7).err();
        let broken = broken.map(|broken| (broken.named, broken.cause.starts_with("spec.order: ")));
        assert_eq!(
            broken,
            Some((
                Some(("Tier".to_owned(), String::new(), "sec".to_owned())),
                true
            ))
        );
    }
}
