//! The name of a policy as people type it, with the spellings of every version.

use crate::error::Error;
use crate::model::{Policy, PolicyKind};

/// `[KIND/][NS/]NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyName {
    /// As typed.
    pub text: String,
    /// None: any.
    pub kind: Option<PolicyKind>,
    /// None: any.
    pub namespace: Option<String>,
    /// Without a `staged:` in front.
    pub name: String,
    /// Whether only staged policies are meant.
    pub staged: bool,
}

impl PolicyName {
    /// Reads what was typed. One slash: a known kind wins, else a namespace.
    ///
    /// # Errors
    /// A usage error for text that is no name, and for `cnp`, which means two kinds.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (staged_first, rest) = match text.strip_prefix("staged:") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let parts: Vec<&str> = rest.split('/').collect();
        if let [kind, _, ..] = parts.as_slice()
            && kind.eq_ignore_ascii_case("cnp")
        {
            return Err(Error::Usage {
                message: format!("{kind:?} means two kinds"),
                hint: Some(
                    "write np/ for Calico's NetworkPolicy, kcnp/ for Kubernetes' ClusterNetworkPolicy".to_owned(),
                ),
            });
        }
        let read = match parts.as_slice() {
            [name] => Some((None, None, *name)),
            [first, name] => Some(match kind(first) {
                Some(kind) => (Some(kind), None, *name),
                None => (None, Some(*first), *name),
            }),
            [first, namespace, name] => kind(first)
                .filter(|kind| kind.is_namespaced())
                .map(|kind| (Some(kind), Some(*namespace), *name)),
            _ => None,
        };
        let whole = parts.iter().all(|part| !part.is_empty());
        let Some((kind, namespace, name)) = read.filter(|_| whole) else {
            return Err(Error::Usage {
                message: format!("{text:?} names no policy"),
                hint: Some(
                    "NAME is [KIND/][NAMESPACE/]NAME, KIND one of np gnp knp kcnp kanp kbanp snp sgnp sknp; policies of \
                     the whole cluster have no namespace"
                        .to_owned(),
                ),
            });
        };
        let staged = name.strip_prefix("staged:");
        Ok(Self {
            text: text.to_owned(),
            kind,
            namespace: namespace.map(str::to_owned),
            name: staged.unwrap_or(name).to_owned(),
            staged: staged_first || staged.is_some(),
        })
    }

    /// Whether a policy is meant: by the name that users see, the stored one, or one that an older version showed.
    #[must_use]
    pub fn names(&self, policy: &Policy) -> bool {
        let id = &policy.id;
        let here = self
            .namespace
            .as_deref()
            .is_none_or(|namespace| namespace == &*id.namespace);
        let kind = self.kind.is_none_or(|kind| kind == id.kind);
        let staged = !self.staged || id.kind.is_staged();
        here && kind && staged && self.is_name_of(policy)
    }

    fn is_name_of(&self, policy: &Policy) -> bool {
        let (name, shown) = (self.name.as_str(), &*policy.name);
        let last = |text: String| text.rsplit('/').next().unwrap_or_default().to_owned();
        let legacy = last(policy.id.legacy_name());
        name == shown
            || name == &*policy.id.stored
            || name == legacy.strip_prefix("staged:").unwrap_or(&legacy)
            || name == last(policy.id.classic_name(shown))
            || name
                .strip_prefix(&*policy.tier)
                .and_then(|rest| rest.strip_prefix('.'))
                == Some(shown)
    }
}

/// A short form, Calico's full name, or Kubernetes' own; with its group, as `kubectl get -o name` prints it, too.
fn kind(text: &str) -> Option<PolicyKind> {
    if let Some((plural, group)) = text.split_once('.') {
        return match (kind(plural)?, group) {
            (PolicyKind::NetworkPolicy, "networking.k8s.io") => {
                Some(PolicyKind::KubernetesNetworkPolicy)
            }
            (
                kind @ (PolicyKind::KubernetesClusterNetworkPolicy
                | PolicyKind::KubernetesAdminNetworkPolicy
                | PolicyKind::KubernetesBaselineAdminNetworkPolicy),
                "policy.networking.k8s.io",
            ) => Some(kind),
            (kind, "crd.projectcalico.org" | "projectcalico.org") => Some(kind),
            _ => None,
        };
    }
    // In the plural too, as kubectl takes resources.
    let lower = text.to_ascii_lowercase();
    let singular = lower
        .strip_suffix("policies")
        .map(|front| format!("{front}policy"));
    let singular = singular.as_deref().unwrap_or(text);
    let own = match singular.to_ascii_lowercase().as_str() {
        "clusternetworkpolicy" => PolicyKind::KubernetesClusterNetworkPolicy,
        "adminnetworkpolicy" => PolicyKind::KubernetesAdminNetworkPolicy,
        "baselineadminnetworkpolicy" => PolicyKind::KubernetesBaselineAdminNetworkPolicy,
        _ => return PolicyKind::parse(singular),
    };
    Some(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Directions, ObjectRef, PolicyId, Treatment};

    fn policy(id: &str, shown: &str, tier: &str) -> Option<Policy> {
        let id: PolicyId = id.parse().ok()?;
        Some(Policy {
            name: shown.into(),
            object: ObjectRef::new("", "", "", ""),
            tier: tier.into(),
            order: None,
            governs: Directions {
                ingress: true,
                egress: true,
            },
            treatment: Treatment::Normal,
            selector_written: String::new(),
            namespace_selector_written: String::new(),
            service_account_selector_written: String::new(),
            effective_selector: String::new(),
            selector: None,
            ingress: Vec::new(),
            egress: Vec::new(),
            id,
        })
    }

    #[test]
    fn every_spelling_names_its_policy_and_no_other() {
        let all = [
            ("np/shop/web", "web", "default"),
            ("np/shop/default.old", "old", "default"),
            ("np/pay/web", "web", "default"),
            ("gnp/web", "web", "sec"),
            ("knp/shop/web", "web", "default"),
            ("snp/shop/web", "web", "default"),
            ("kcnp/web", "web", "kube-admin"),
        ];
        let policies: Vec<Policy> = all
            .iter()
            .filter_map(|(id, shown, tier)| policy(id, shown, tier))
            .collect();
        assert_eq!(policies.len(), all.len());
        for (typed, want) in [
            ("np/shop/web", &["np/shop/web"][..]),
            ("NetworkPolicy/shop/web", &["np/shop/web"]),
            ("shop/web", &["np/shop/web", "knp/shop/web", "snp/shop/web"]),
            ("np/web", &["np/shop/web", "np/pay/web"]),
            ("gnp/web", &["gnp/web"]),
            ("ClusterNetworkPolicy/web", &["kcnp/web"]),
            ("kcnp.web", &["kcnp/web"]),
            ("knp.default.web", &["knp/shop/web"]),
            ("shop/knp.default.web", &["knp/shop/web"]),
            ("sec.web", &["gnp/web"]),
            ("pay/default.web", &["np/pay/web"]),
            ("default.old", &["np/shop/default.old"]),
            ("old", &["np/shop/default.old"]),
            ("staged:web", &["snp/shop/web"]),
            ("staged:shop/web", &["snp/shop/web"]),
            ("shop/staged:web", &["snp/shop/web"]),
            ("globalnetworkpolicies/web", &["gnp/web"]),
            ("StagedNetworkPolicies/shop/web", &["snp/shop/web"]),
            (
                "networkpolicy.networking.k8s.io/shop/web",
                &["knp/shop/web"],
            ),
            (
                "networkpolicies.crd.projectcalico.org/shop/web",
                &["np/shop/web"],
            ),
            (
                "clusternetworkpolicy.policy.networking.k8s.io/web",
                &["kcnp/web"],
            ),
            ("other", &[]),
        ] {
            let name = PolicyName::parse(typed).ok();
            let found: Vec<String> = policies
                .iter()
                .filter(|policy| name.as_ref().is_some_and(|name| name.names(policy)))
                .map(|policy| policy.id.to_string())
                .collect();
            assert_eq!(found, want, "{typed}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for typed in [
            "",
            "/",
            "np/",
            "a/b/c",
            "gnp/shop/web",
            "np/shop/web/x",
            "cnp/web",
            "CNP/shop/web",
        ] {
            assert!(PolicyName::parse(typed).is_err(), "{typed}");
        }
    }
}
