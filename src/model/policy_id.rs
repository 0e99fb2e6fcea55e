//! The names of a policy: stored, shown, Felix's, the classic text's and what one types.
//!
//! `libcalico-go/lib/names/policy.go` and `felix/types/policy_id.go`: since v3.32 a policy is its kind,
//! namespace and stored name; before, Felix knew it by a name with tier and origin in front.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::intern::Symbol;

/// Calico's policy kinds. `AdminNetworkPolicy` and its baseline exist for v3.29 to v3.31 only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[expect(missing_docs, reason = "each variant is the kind of that name")]
pub enum PolicyKind {
    GlobalNetworkPolicy,
    KubernetesAdminNetworkPolicy,
    KubernetesBaselineAdminNetworkPolicy,
    KubernetesClusterNetworkPolicy,
    KubernetesNetworkPolicy,
    NetworkPolicy,
    StagedGlobalNetworkPolicy,
    StagedKubernetesNetworkPolicy,
    StagedNetworkPolicy,
}

/// Which policy: unique in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId {
    /// Calico's kind.
    pub kind: PolicyKind,
    /// Empty for cluster-scoped kinds.
    pub namespace: Symbol,
    /// The stored name: `metadata.name` of the custom resource, which is Felix's.
    pub stored: Symbol,
}

/// A text is no policy's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected KIND/NAME or KIND/NAMESPACE/NAME")]
pub struct NoPolicyId;

// === impl PolicyKind ===

impl PolicyKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::NetworkPolicy,
        Self::GlobalNetworkPolicy,
        Self::KubernetesNetworkPolicy,
        Self::KubernetesClusterNetworkPolicy,
        Self::StagedNetworkPolicy,
        Self::StagedGlobalNetworkPolicy,
        Self::StagedKubernetesNetworkPolicy,
        Self::KubernetesAdminNetworkPolicy,
        Self::KubernetesBaselineAdminNetworkPolicy,
    ];

    /// The kind of a short form or full name, whatever its case. `cnp` is none: Calico and Kubernetes mean
    /// different kinds by it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let named = |kind: &Self| {
            text.eq_ignore_ascii_case(kind.short()) || text.eq_ignore_ascii_case(kind.name())
        };
        Self::ALL.into_iter().find(named)
    }

    /// Felix's short form, as in `np/shop/web`.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            Self::NetworkPolicy => "np",
            Self::GlobalNetworkPolicy => "gnp",
            Self::KubernetesNetworkPolicy => "knp",
            Self::KubernetesClusterNetworkPolicy => "kcnp",
            Self::KubernetesAdminNetworkPolicy => "kanp",
            Self::KubernetesBaselineAdminNetworkPolicy => "kbanp",
            Self::StagedNetworkPolicy => "snp",
            Self::StagedGlobalNetworkPolicy => "sgnp",
            Self::StagedKubernetesNetworkPolicy => "sknp",
        }
    }

    /// The kind's full name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NetworkPolicy => "NetworkPolicy",
            Self::GlobalNetworkPolicy => "GlobalNetworkPolicy",
            Self::KubernetesNetworkPolicy => "KubernetesNetworkPolicy",
            Self::KubernetesClusterNetworkPolicy => "KubernetesClusterNetworkPolicy",
            Self::KubernetesAdminNetworkPolicy => "KubernetesAdminNetworkPolicy",
            Self::KubernetesBaselineAdminNetworkPolicy => "KubernetesBaselineAdminNetworkPolicy",
            Self::StagedNetworkPolicy => "StagedNetworkPolicy",
            Self::StagedGlobalNetworkPolicy => "StagedGlobalNetworkPolicy",
            Self::StagedKubernetesNetworkPolicy => "StagedKubernetesNetworkPolicy",
        }
    }

    /// Whether objects of the kind have a namespace.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        matches!(
            self,
            Self::NetworkPolicy
                | Self::KubernetesNetworkPolicy
                | Self::StagedNetworkPolicy
                | Self::StagedKubernetesNetworkPolicy
        )
    }

    /// Whether the kind is never enforced (`KindIsStaged`).
    #[must_use]
    pub fn is_staged(self) -> bool {
        matches!(
            self,
            Self::StagedNetworkPolicy
                | Self::StagedGlobalNetworkPolicy
                | Self::StagedKubernetesNetworkPolicy
        )
    }

    /// Whether Kubernetes itself defines the kind's objects.
    #[must_use]
    pub fn is_kubernetes(self) -> bool {
        matches!(
            self,
            Self::KubernetesNetworkPolicy
                | Self::KubernetesClusterNetworkPolicy
                | Self::KubernetesAdminNetworkPolicy
                | Self::KubernetesBaselineAdminNetworkPolicy
        )
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

// === impl PolicyId ===

impl PolicyId {
    /// Felix's name up to v3.31, which breaks ties of order there: `default.x`, `ns/default.x`,
    /// `ns/knp.default.x`, `ns/staged:default.x`, `kanp.adminnetworkpolicy.x`.
    #[must_use]
    pub fn legacy_name(&self) -> String {
        let name = match self.kind {
            PolicyKind::KubernetesNetworkPolicy => format!("knp.default.{}", self.stored),
            PolicyKind::StagedKubernetesNetworkPolicy => {
                format!("staged:knp.default.{}", self.stored)
            }
            PolicyKind::StagedNetworkPolicy | PolicyKind::StagedGlobalNetworkPolicy => {
                format!("staged:{}", self.stored)
            }
            PolicyKind::KubernetesAdminNetworkPolicy => {
                format!("kanp.adminnetworkpolicy.{}", self.stored)
            }
            PolicyKind::KubernetesBaselineAdminNetworkPolicy => {
                format!("kbanp.baselineadminnetworkpolicy.{}", self.stored)
            }
            _ => self.stored.to_string(),
        };
        if self.namespace.is_empty() {
            name
        } else {
            format!("{}/{name}", self.namespace)
        }
    }

    /// The string that breaks ties of order since v3.32 (`PolKVLess`): `name/namespace/Kind`.
    #[must_use]
    pub fn tie_break(&self) -> String {
        format!("{}/{}/{}", self.stored, self.namespace, self.kind)
    }

    /// The name in the classic text, with `shown` as the user's name: `ns/name`, `ns/knp.default.name`.
    #[must_use]
    pub fn classic_name(&self, shown: &str) -> String {
        let name = match self.kind {
            PolicyKind::KubernetesNetworkPolicy | PolicyKind::StagedKubernetesNetworkPolicy => {
                format!("knp.default.{shown}")
            }
            PolicyKind::KubernetesClusterNetworkPolicy => format!("kcnp.{shown}"),
            PolicyKind::KubernetesAdminNetworkPolicy => format!("kanp.adminnetworkpolicy.{shown}"),
            PolicyKind::KubernetesBaselineAdminNetworkPolicy => {
                format!("kbanp.baselineadminnetworkpolicy.{shown}")
            }
            _ => shown.to_owned(),
        };
        if self.namespace.is_empty() {
            name
        } else {
            format!("{}/{name}", self.namespace)
        }
    }
}

/// As Felix prints it: `np/shop/web`, `gnp/baseline`.
impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.kind.short())?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.stored)
    }
}

/// Reads what [`Display`](fmt::Display) writes, with either form of the kind: `np/shop/web`, `GlobalNetworkPolicy/baseline`.
impl FromStr for PolicyId {
    type Err = NoPolicyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once('/').ok_or(NoPolicyId)?;
        let kind = PolicyKind::parse(kind).ok_or(NoPolicyId)?;
        let (namespace, stored) = if kind.is_namespaced() {
            rest.split_once('/').ok_or(NoPolicyId)?
        } else {
            ("", rest)
        };
        let named = !stored.is_empty() && !stored.contains('/');
        if !named || kind.is_namespaced() == namespace.is_empty() {
            return Err(NoPolicyId);
        }
        Ok(Self {
            kind,
            namespace: namespace.into(),
            stored: stored.into(),
        })
    }
}

impl Serialize for PolicyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: PolicyKind, namespace: &str, name: &str) -> PolicyId {
        PolicyId {
            kind,
            namespace: namespace.into(),
            stored: name.into(),
        }
    }

    #[test]
    fn every_spelling_of_a_kubernetes_policy() {
        let id = id(PolicyKind::KubernetesNetworkPolicy, "shop", "web");
        assert_eq!(id.to_string(), "knp/shop/web");
        assert_eq!(id.legacy_name(), "shop/knp.default.web");
        assert_eq!(id.tie_break(), "web/shop/KubernetesNetworkPolicy");
        assert_eq!(id.classic_name("web"), "shop/knp.default.web");
    }

    #[test]
    fn every_spelling_of_a_global_policy() {
        let id = id(PolicyKind::GlobalNetworkPolicy, "", "default.foo");
        assert_eq!(id.to_string(), "gnp/default.foo");
        assert_eq!(id.legacy_name(), "default.foo");
        assert_eq!(id.tie_break(), "default.foo//GlobalNetworkPolicy");
        assert_eq!(id.classic_name("foo"), "foo");
    }

    #[test]
    fn staged_names_before_v3_32_carry_the_word() {
        assert_eq!(
            id(PolicyKind::StagedNetworkPolicy, "shop", "default.x").legacy_name(),
            "shop/staged:default.x"
        );
        assert_eq!(
            id(PolicyKind::StagedKubernetesNetworkPolicy, "shop", "x").legacy_name(),
            "shop/staged:knp.default.x"
        );
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for kind in PolicyKind::ALL {
            let namespace = if kind.is_namespaced() { "shop" } else { "" };
            for name in ["web", "default.web", "knp.default.web", "np"] {
                let id = id(kind, namespace, name);
                assert_eq!(id.to_string().parse(), Ok(id.clone()));
                let long = id.to_string().replacen(kind.short(), kind.name(), 1);
                assert_eq!(long.parse(), Ok(id));
            }
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "web",
            "np",
            "np/",
            "np/web",
            "np/shop/",
            "np//web",
            "np/shop/web/x",
            "gnp/",
            "gnp/shop/web",
            "cnp/web",
            "pod/shop/web",
        ] {
            assert_eq!(text.parse::<PolicyId>(), Err(NoPolicyId), "{text}");
        }
    }

    #[test]
    fn short_forms_are_distinct() {
        let shorts: std::collections::BTreeSet<_> =
            PolicyKind::ALL.iter().map(|kind| kind.short()).collect();
        assert_eq!(shorts.len(), PolicyKind::ALL.len());
    }
}
