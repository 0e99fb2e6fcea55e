//! Where the API serves each kind, and the request that lists a part of it.
//!
//! What a refusal of such a list means is left to others.

use std::fmt;

use crate::need::{Kind, Read, ReadScope};

/// The API group of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    /// Kubernetes' own first group, under `/api`.
    Core,
    /// Calico's group, whichever is read.
    Calico,
    /// Another group and version.
    Other(&'static str, &'static str),
}

/// Whether objects of a kind stand in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Cluster,
    Namespaced,
}

/// Which of its two groups holds Calico's kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CalicoApi {
    /// `crd.projectcalico.org/v1`.
    Crd,
    /// `projectcalico.org/v3`.
    V3,
}

/// A kind as the API serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// The kind that is asked for.
    pub kind: Kind,
    /// Empty for the core group.
    pub group: &'static str,
    /// For example `v1`.
    pub version: &'static str,
    /// As in paths.
    pub plural: &'static str,
    /// As in `kind:` of an object.
    pub name: &'static str,
    standing: Standing,
}

/// What one list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Of which kind.
    pub resource: Resource,
    /// In which namespace; `None` is the whole cluster.
    pub namespace: Option<String>,
    /// Selectors as a query, escaped; each begins with `&`.
    selectors: String,
}

/// The place of a page in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At<'a> {
    /// Exactly this revision.
    Revision(&'a str),
    /// Now.
    Latest,
}

// === impl CalicoApi ===

impl CalicoApi {
    /// The group's name.
    pub fn group(self) -> &'static str {
        match self {
            Self::Crd => "crd.projectcalico.org",
            Self::V3 => "projectcalico.org",
        }
    }

    /// The group's version.
    pub fn version(self) -> &'static str {
        match self {
            Self::Crd => "v1",
            Self::V3 => "v3",
        }
    }
}

impl fmt::Display for CalicoApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.group(), self.version())
    }
}

// === impl Resource ===

impl Resource {
    /// Where `kind` is served when Calico's kinds are in `calico`.
    pub fn of(kind: Kind, calico: CalicoApi) -> Self {
        let (home, plural, name, standing) = row(kind);
        let (group, version) = match home {
            Home::Core => ("", "v1"),
            Home::Calico => (calico.group(), calico.version()),
            Home::Other(group, version) => (group, version),
        };
        Self {
            kind,
            group,
            version,
            plural,
            name,
            standing,
        }
    }

    /// Group and version as in `apiVersion:`.
    pub fn api_version(&self) -> String {
        match self.group {
            "" => self.version.to_owned(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// `plural.group`, as kubectl names it.
    pub fn full_name(&self) -> String {
        match self.group {
            "" => self.plural.to_owned(),
            group => format!("{}.{group}", self.plural),
        }
    }

    /// Where discovery describes the group and version.
    pub fn group_path(&self) -> String {
        match self.group {
            "" => format!("/api/{}", self.version),
            group => format!("/apis/{group}/{}", self.version),
        }
    }

    /// Whether its objects stand in namespaces.
    pub fn is_namespaced(&self) -> bool {
        self.standing == Standing::Namespaced
    }

    /// Whether every Kubernetes serves it.
    pub fn is_core(&self) -> bool {
        self.group.is_empty()
    }
}

#[rustfmt::skip]
fn row(kind: Kind) -> (Home, &'static str, &'static str, Standing) {
    use Home::{Calico, Core, Other};
    use Standing::{Cluster, Namespaced};
    let policy = "policy.networking.k8s.io";
    match kind {
        Kind::ClusterInformation => (Calico, "clusterinformations", "ClusterInformation", Cluster),
        Kind::FelixConfiguration => (Calico, "felixconfigurations", "FelixConfiguration", Cluster),
        Kind::Tier => (Calico, "tiers", "Tier", Cluster),
        Kind::GlobalNetworkPolicy => (Calico, "globalnetworkpolicies", "GlobalNetworkPolicy", Cluster),
        Kind::NetworkPolicy => (Calico, "networkpolicies", "NetworkPolicy", Namespaced),
        Kind::StagedGlobalNetworkPolicy => (Calico, "stagedglobalnetworkpolicies", "StagedGlobalNetworkPolicy", Cluster),
        Kind::StagedNetworkPolicy => (Calico, "stagednetworkpolicies", "StagedNetworkPolicy", Namespaced),
        Kind::StagedKubernetesNetworkPolicy => (Calico, "stagedkubernetesnetworkpolicies", "StagedKubernetesNetworkPolicy", Namespaced),
        Kind::GlobalNetworkSet => (Calico, "globalnetworksets", "GlobalNetworkSet", Cluster),
        Kind::NetworkSet => (Calico, "networksets", "NetworkSet", Namespaced),
        Kind::Profile => (Calico, "profiles", "Profile", Cluster),
        Kind::HostEndpoint => (Calico, "hostendpoints", "HostEndpoint", Cluster),
        Kind::KubernetesNetworkPolicy => (Other("networking.k8s.io", "v1"), "networkpolicies", "NetworkPolicy", Namespaced),
        Kind::ClusterNetworkPolicy => (Other(policy, "v1alpha2"), "clusternetworkpolicies", "ClusterNetworkPolicy", Cluster),
        Kind::AdminNetworkPolicy => (Other(policy, "v1alpha1"), "adminnetworkpolicies", "AdminNetworkPolicy", Cluster),
        Kind::BaselineAdminNetworkPolicy => (Other(policy, "v1alpha1"), "baselineadminnetworkpolicies", "BaselineAdminNetworkPolicy", Cluster),
        Kind::EndpointSlice => (Other("discovery.k8s.io", "v1"), "endpointslices", "EndpointSlice", Namespaced),
        Kind::Namespace => (Core, "namespaces", "Namespace", Cluster),
        Kind::ServiceAccount => (Core, "serviceaccounts", "ServiceAccount", Namespaced),
        Kind::Node => (Core, "nodes", "Node", Cluster),
        Kind::Pod => (Core, "pods", "Pod", Namespaced),
    }
}

// === impl Target ===

impl Target {
    /// The list that performs `read`.
    pub fn of(read: &Read, calico: CalicoApi) -> Self {
        let resource = Resource::of(read.kind, calico);
        let mut target = Self::all(resource);
        match (&read.scope, read.kind) {
            (ReadScope::All, _) => {}
            (ReadScope::Namespace(namespace), _) => target.enter(namespace),
            (ReadScope::Name { namespace, name }, _) => {
                target.enter(namespace);
                target.field("metadata.name", name);
            }
            (ReadScope::Node(node), Kind::Pod) => target.field("spec.nodeName", node),
            (ReadScope::Address(ip), Kind::Pod) => target.field("status.podIP", &ip.to_string()),
            (ReadScope::Service { namespace, name }, _) => {
                target.enter(namespace);
                target.label(&format!("kubernetes.io/service-name={name}"));
            }
            (ReadScope::Node(_) | ReadScope::Address(_), _) => {}
        }
        if let Some(labels) = &read.labels {
            target.label(labels);
        }
        target
    }

    /// All objects of the cluster.
    pub fn all(resource: Resource) -> Self {
        Self {
            resource,
            namespace: None,
            selectors: String::new(),
        }
    }

    /// The same from Calico's aggregated API.
    pub fn in_v3(&self) -> Self {
        Self {
            resource: Resource::of(self.resource.kind, CalicoApi::V3),
            ..self.clone()
        }
    }

    /// The same of one namespace.
    pub fn within(&self, namespace: &str) -> Self {
        let mut target = self.clone();
        target.enter(namespace);
        target
    }

    /// `cluster`, or the namespace.
    pub fn scope(&self) -> &str {
        self.namespace.as_deref().unwrap_or("cluster")
    }

    /// The request for the first page: up to `limit` objects.
    pub fn first(&self, at: At<'_>, limit: usize) -> String {
        let at = match at {
            At::Latest => String::new(),
            At::Revision(n) => {
                format!("&resourceVersion={}&resourceVersionMatch=Exact", escaped(n))
            }
        };
        format!("{}?limit={limit}{at}{}", self.path(), self.selectors)
    }

    /// The request for a further page; the token holds the revision.
    pub fn next(&self, token: &str, limit: usize) -> String {
        let token = escaped(token);
        let path = self.path();
        format!("{path}?limit={limit}&continue={token}{}", self.selectors)
    }

    /// The cheapest request that tells the present revision. It keeps a name, since rights may be to that name
    /// only, and no other selector, since a server may have to look through all objects for it.
    pub fn guard(&self) -> String {
        let named = self.selectors.starts_with("&fieldSelector=metadata.name=");
        let selectors = if named { &*self.selectors } else { "" };
        format!("{}?limit=1{selectors}", self.path())
    }

    fn path(&self) -> String {
        let group = self.resource.group_path();
        let plural = self.resource.plural;
        match &self.namespace {
            Some(namespace) => format!("{group}/namespaces/{}/{plural}", escaped(namespace)),
            None => format!("{group}/{plural}"),
        }
    }

    fn enter(&mut self, namespace: &str) {
        if self.resource.is_namespaced() && !namespace.is_empty() {
            self.namespace = Some(namespace.to_owned());
        }
    }

    fn field(&mut self, field: &str, value: &str) {
        let value = escaped(&format!("{field}={value}"));
        self.selectors.push_str(&format!("&fieldSelector={value}"));
    }

    fn label(&mut self, selector: &str) {
        let value = escaped(selector);
        self.selectors.push_str(&format!("&labelSelector={value}"));
    }
}

/// Percent-encodes what may not stand in a path segment or a query value.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'=' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, scope: ReadScope) -> Read {
        Read {
            kind,
            scope,
            labels: None,
        }
    }

    fn first(read: &Read) -> String {
        Target::of(read, CalicoApi::Crd).first(At::Revision("7"), 500)
    }

    #[test]
    fn a_list_is_pinned_on_its_first_page_only() {
        let all = read(Kind::Tier, ReadScope::All);
        let target = Target::of(&all, CalicoApi::V3);
        assert_eq!(
            target.first(At::Revision("7"), 500),
            "/apis/projectcalico.org/v3/tiers?limit=500&resourceVersion=7&resourceVersionMatch=Exact"
        );
        assert_eq!(
            target.next("a/b=", 500),
            "/apis/projectcalico.org/v3/tiers?limit=500&continue=a%2Fb="
        );
        assert_eq!(target.guard(), "/apis/projectcalico.org/v3/tiers?limit=1");
    }

    #[test]
    fn scopes_are_paths_and_selectors() {
        let name = |namespace: &str, name: &str| ReadScope::Name {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let pin = "limit=500&resourceVersion=7&resourceVersionMatch=Exact";
        let service = ReadScope::Service {
            namespace: "shop".to_owned(),
            name: "db".to_owned(),
        };
        let address = ReadScope::Address(std::net::IpAddr::from([10, 0, 0, 1]));
        for (read, path) in [
            (
                read(Kind::Pod, name("shop", "web-1")),
                format!("/api/v1/namespaces/shop/pods?{pin}&fieldSelector=metadata.name=web-1"),
            ),
            (
                read(Kind::Namespace, name("", "shop")),
                format!("/api/v1/namespaces?{pin}&fieldSelector=metadata.name=shop"),
            ),
            (
                read(Kind::Pod, ReadScope::Node("node-a".to_owned())),
                format!("/api/v1/pods?{pin}&fieldSelector=spec.nodeName=node-a"),
            ),
            (
                read(Kind::Pod, address),
                format!("/api/v1/pods?{pin}&fieldSelector=status.podIP=10.0.0.1"),
            ),
            (
                read(Kind::EndpointSlice, service),
                format!(
                    "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?{pin}&labelSelector=kubernetes.io%2Fservice-name=db"
                ),
            ),
            (
                read(Kind::NetworkPolicy, ReadScope::Namespace("shop".to_owned())),
                format!("/apis/crd.projectcalico.org/v1/namespaces/shop/networkpolicies?{pin}"),
            ),
        ] {
            assert_eq!(first(&read), path);
        }
    }

    #[test]
    fn typed_labels_are_escaped() {
        let mut all = read(Kind::Pod, ReadScope::All);
        all.labels = Some("app in (a,b)&limit=1".to_owned());
        assert!(first(&all).ends_with("&labelSelector=app%20in%20%28a%2Cb%29%26limit=1"));
    }
}
