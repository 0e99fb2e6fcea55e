//! From bytes to an object of the kind that they name.

use serde::Deserialize;
use serde_ignored::Path;

use super::Broken;
use super::broken::Head;
use super::calico_policy::PolicySpec;
use super::metadata::Metadata;
use super::object::{Calico, Group, Kubernetes, Object};
use super::value::object;

/// Decodes one object; `None` for kinds that Calico's policy does not read.
///
/// `default` is group and version and kind of the items of a typed list, which may name neither; when it
/// is given, what the object itself names does not count.
///
/// # Errors
/// What Go could not decode either: then Calico cannot read any object of the kind.
pub fn decode<'a>(
    json: &'a [u8],
    default: Option<(&str, &str)>,
) -> Result<Option<Object<'a>>, Box<Broken>> {
    let named: Head<'a>;
    let kind = match default {
        Some(kind) => kind,
        None => {
            named = serde_json::from_slice(json)
                .map_err(|e| Box::new(Broken::new(json, ("", ""), &e)))?;
            (&*named.api_version, &*named.kind)
        }
    };
    of_kind(json, kind).map_err(|error| Box::new(Broken::new(json, kind, &error)))
}

fn of_kind<'a>(json: &'a [u8], kind: (&str, &str)) -> serde_json::Result<Option<Object<'a>>> {
    // Go takes no list for an object, serde would.
    if json.trim_ascii_start().first() == Some(&b'[') {
        return Err(serde::de::Error::custom(
            "invalid type: sequence, expected an object",
        ));
    }
    let group = match kind.0 {
        "crd.projectcalico.org/v1" => Group::CrdV1,
        "projectcalico.org/v3" => Group::V3,
        _ => return of_kubernetes(json, kind),
    };
    Ok(Some(match kind.1 {
        "NetworkPolicy" => Object::NetworkPolicy(own_part(kind.1, calico(json, group)?)),
        "GlobalNetworkPolicy" => {
            Object::GlobalNetworkPolicy(own_part(kind.1, calico(json, group)?))
        }
        "StagedNetworkPolicy" => {
            Object::StagedNetworkPolicy(own_part(kind.1, calico(json, group)?))
        }
        "StagedGlobalNetworkPolicy" => Object::StagedGlobalNetworkPolicy(calico(json, group)?),
        "StagedKubernetesNetworkPolicy" => {
            Object::StagedKubernetesNetworkPolicy(calico(json, group)?)
        }
        "Tier" => Object::Tier(calico(json, group)?),
        "HostEndpoint" => Object::HostEndpoint(calico(json, group)?),
        "NetworkSet" => Object::NetworkSet(calico(json, group)?),
        "GlobalNetworkSet" => Object::GlobalNetworkSet(calico(json, group)?),
        "ClusterInformation" => Object::ClusterInformation(part_of(json, group)?),
        "FelixConfiguration" => Object::FelixConfiguration(part_of(json, group)?),
        "WorkloadEndpoint" => Object::WorkloadEndpoint(part_of(json, group)?),
        "Profile" => Object::Profile(calico(json, group)?),
        "Node" => Object::Node(serde_json::from_slice(json)?),
        _ => return Ok(None),
    }))
}

fn of_kubernetes<'a>(json: &'a [u8], kind: (&str, &str)) -> serde_json::Result<Option<Object<'a>>> {
    Ok(Some(match kind {
        ("v1", "Pod") => Object::Pod(serde_json::from_slice(json)?),
        ("v1", "Namespace") => Object::Namespace(serde_json::from_slice(json)?),
        ("v1", "ServiceAccount") => Object::ServiceAccount(serde_json::from_slice(json)?),
        ("v1", "Node") => Object::Node(serde_json::from_slice(json)?),
        ("discovery.k8s.io/v1", "EndpointSlice") => {
            Object::EndpointSlice(serde_json::from_slice(json)?)
        }
        ("networking.k8s.io/v1", "NetworkPolicy") => {
            Object::KubernetesNetworkPolicy(kubernetes(json)?)
        }
        ("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy") => {
            Object::ClusterNetworkPolicy(kubernetes(json)?)
        }
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy") => {
            Object::AdminNetworkPolicy(kubernetes(json)?)
        }
        ("policy.networking.k8s.io/v1alpha1", "BaselineAdminNetworkPolicy") => {
            Object::BaselineAdminNetworkPolicy(kubernetes(json)?)
        }
        _ => return Ok(None),
    }))
}

#[derive(Deserialize)]
#[serde(bound = "S: Deserialize<'de> + Default")]
struct Resource<'a, S> {
    #[serde(borrow, default, deserialize_with = "object")]
    metadata: Metadata<'a>,
    #[serde(default, deserialize_with = "object")]
    spec: S,
}

fn kubernetes<'a, S>(json: &'a [u8]) -> serde_json::Result<Kubernetes<'a, S>>
where
    S: Deserialize<'a> + Default,
{
    let Resource { metadata, spec } = serde_json::from_slice(json)?;
    Ok(Kubernetes { metadata, spec })
}

/// A Calico object of which only a part of the spec is known here.
fn part_of<'a, S>(json: &'a [u8], group: Group) -> serde_json::Result<Calico<'a, S>>
where
    S: Deserialize<'a> + Default,
{
    let Resource { metadata, spec } = serde_json::from_slice(json)?;
    Ok(Calico {
        group,
        metadata,
        spec,
        unknown_fields: Vec::new(),
    })
}

/// A Calico object of which the whole spec is known here.
fn calico<'a, S>(json: &'a [u8], group: Group) -> serde_json::Result<Calico<'a, S>>
where
    S: Deserialize<'a> + Default,
{
    let mut unknown_fields = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let Resource { metadata, spec } = serde_ignored::deserialize(&mut deserializer, |path| {
        let path = written(&path);
        if path.starts_with("spec.") {
            unknown_fields.push(path);
        }
    })?;
    deserializer.end()?;
    Ok(Calico {
        group,
        metadata,
        spec,
        unknown_fields,
    })
}

fn written(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", written(parent)),
        Path::Map { parent, key } => match written(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => written(parent),
    }
}

/// Takes fields away that other policy kinds have and this one does not.
fn own_part<'a>(kind: &str, mut policy: Calico<'a, PolicySpec>) -> Calico<'a, PolicySpec> {
    let PolicySpec {
        staged_action,
        namespace_selector,
        do_not_track,
        pre_dnat,
        apply_on_forward,
        ..
    } = &mut policy.spec;
    let unknown = &mut policy.unknown_fields;
    if !kind.starts_with("Staged") && !staged_action.is_empty() {
        unknown.push("spec.stagedAction".to_owned());
        *staged_action = Default::default();
    }
    if kind.ends_with("GlobalNetworkPolicy") {
        return policy;
    }
    if !namespace_selector.is_empty() {
        unknown.push("spec.namespaceSelector".to_owned());
        *namespace_selector = Default::default();
    }
    for (flag, path) in [
        (do_not_track, "spec.doNotTrack"),
        (pre_dnat, "spec.preDNAT"),
        (apply_on_forward, "spec.applyOnForward"),
    ] {
        if flag.take().is_some() {
            unknown.push(path.to_owned());
        }
    }
    policy
}
