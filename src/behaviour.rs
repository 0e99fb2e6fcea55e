//! The named switches between Calico versions; the only place that compares versions.
//!
//! Tested from v3.29 to v3.33. An unknown version behaves as the newest.

use std::fmt;

/// A Calico version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 3.
    pub major: u32,
    /// For example 32.
    pub minor: u32,
    /// For example 1.
    pub patch: u32,
}

/// What one version does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behaviour {
    version: Version,
}

/// Which cluster-scoped Kubernetes policies Felix reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterPolicies {
    /// None.
    None,
    /// AdminNetworkPolicy.
    Admin,
    /// AdminNetworkPolicy and BaselineAdminNetworkPolicy.
    AdminAndBaseline,
    /// ClusterNetworkPolicy.
    Cluster,
}

/// What breaks a tie of policy orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieBreak {
    /// Felix's name with its prefixes, namespace first.
    LegacyName,
    /// `name/namespace/Kind`.
    NameNamespaceKind,
}

/// Where a policy's tier comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TierSource {
    /// The text before the first dot of the stored name.
    StoredName,
    /// `spec.tier`.
    SpecTier,
}

/// What becomes of a stored `default.` prefix when a policy's name is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownName {
    /// What stands behind the first dot, but for copies and security groups.
    BehindFirstDot,
    /// The stored name is shown.
    Stored,
    /// The name in the metadata annotation, else the stored name.
    Annotation,
    /// The name in the metadata annotation, else the stored name without `default.`.
    AnnotationOrTrimmed,
}

/// What a rule of a Kubernetes policy that cannot be converted takes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedRule {
    /// The whole policy.
    DropsPolicy,
    /// Itself.
    DropsRule,
}

impl Version {
    /// The newest version that is known here.
    pub const NEWEST: Self = Self {
        major: 3,
        minor: 33,
        patch: 0,
    };

    /// Reads `v3.32.1`, `3.32`, `v3.33.0-0.dev-12-gabc`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let numbers = text.split(['-', '+']).next()?;
        let mut parts = numbers.split('.').map(|part| part.parse().ok());
        let version = Self {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next().unwrap_or(Some(0))?,
        };
        parts.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Behaviour {
    /// The behaviour of a version; of the newest when it is unknown.
    #[must_use]
    pub fn of(version: Option<Version>) -> Self {
        Self {
            version: version.unwrap_or(Version::NEWEST),
        }
    }

    fn since(self, minor: u32, patch: u32) -> bool {
        self.version
            >= Version {
                major: 3,
                minor,
                patch,
            }
    }

    /// Tie break of equal orders (`PolKVLess`), changed in v3.32.
    #[must_use]
    pub fn tie_break(self) -> TieBreak {
        if self.since(32, 0) {
            TieBreak::NameNamespaceKind
        } else {
            TieBreak::LegacyName
        }
    }

    /// Where a policy's tier comes from (`tierOrDefault`), changed in v3.32.
    #[must_use]
    pub fn tier_source(self) -> TierSource {
        if self.since(32, 0) {
            TierSource::SpecTier
        } else {
            TierSource::StoredName
        }
    }

    /// How names are shown (`determinePolicyName`).
    #[must_use]
    pub fn shown_name(self) -> ShownName {
        if (self.since(29, 4) && !self.since(30, 0)) || self.since(30, 1) {
            ShownName::AnnotationOrTrimmed
        } else if self.since(30, 0) {
            ShownName::Annotation
        } else if self.since(29, 0) {
            ShownName::Stored
        } else {
            ShownName::BehindFirstDot
        }
    }

    /// Felix's default `bpfDataIfacePattern`; before v3.31 tunnels were among them.
    #[must_use]
    pub fn bpf_data_iface_pattern(self) -> &'static str {
        if self.since(31, 0) {
            "^((en|wl|ww|sl|ib)[Popsx].*|(eth|wlan|wwan|bond).*)"
        } else {
            "^((en|wl|ww|sl|ib)[Popsx].*|(eth|wlan|wwan|bond).*|tunl0$|vxlan.calico$|wireguard.cali$)"
        }
    }

    /// Whether there are tiers at all.
    #[must_use]
    pub fn has_tiers(self) -> bool {
        self.since(29, 0)
    }

    /// The cluster-scoped Kubernetes policies that are read.
    #[must_use]
    pub fn cluster_policies(self) -> ClusterPolicies {
        if self.since(32, 0) {
            ClusterPolicies::Cluster
        } else if self.since(30, 0) {
            ClusterPolicies::AdminAndBaseline
        } else if self.since(29, 0) {
            ClusterPolicies::Admin
        } else {
            ClusterPolicies::None
        }
    }

    /// Whether Felix reads the kind at all; one that it does not read cannot hurt it.
    #[must_use]
    pub fn reads(self, kind: &str) -> bool {
        match kind {
            staged if staged.starts_with("Staged") => self.reads_staged(),
            "ClusterNetworkPolicy" => self.cluster_policies() == ClusterPolicies::Cluster,
            "AdminNetworkPolicy" => matches!(
                self.cluster_policies(),
                ClusterPolicies::Admin | ClusterPolicies::AdminAndBaseline
            ),
            "BaselineAdminNetworkPolicy" => {
                self.cluster_policies() == ClusterPolicies::AdminAndBaseline
            }
            _ => true,
        }
    }

    /// Whether the staged kinds are read.
    #[must_use]
    pub fn reads_staged(self) -> bool {
        self.since(30, 0)
    }

    /// Whether ports of init containers are endpoint ports.
    #[must_use]
    pub fn init_container_ports(self) -> bool {
        self.since(30, 0)
    }

    /// Whether named ports may stand without a protocol; before, they drop the policy.
    #[must_use]
    pub fn named_port_without_protocol(self) -> bool {
        self.since(32, 0)
    }

    /// What a Kubernetes rule that fails to convert takes with it.
    #[must_use]
    pub fn failed_kubernetes_rule(self) -> FailedRule {
        if self.since(32, 0) {
            FailedRule::DropsRule
        } else {
            FailedRule::DropsPolicy
        }
    }

    /// Whether label values of host endpoints and network sets are validated.
    #[must_use]
    pub fn validates_labels(self) -> bool {
        !self.since(31, 0)
    }

    /// Whether a FelixConfiguration of any name may select nodes.
    #[must_use]
    pub fn felix_configurations_select_nodes(self) -> bool {
        self.since(32, 0)
    }

    /// Whether an AdminNetworkPolicy governs the directions of its written rules rather than of its
    /// converted ones.
    #[must_use]
    pub fn admin_types_from_written_rules(self) -> bool {
        !self.since(30, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Behaviour {
        Behaviour::of(Version::parse(text))
    }

    #[test]
    fn versions_are_read_as_calico_writes_them() {
        let v = |major, minor, patch| {
            Some(Version {
                major,
                minor,
                patch,
            })
        };
        for (text, want) in [
            ("v3.32.1", v(3, 32, 1)),
            ("3.29", v(3, 29, 0)),
            ("v3.34.0-0.dev-12-gabc", v(3, 34, 0)),
            ("master", None),
            ("", None),
            ("v3", None),
            ("v3.32.1.4", None),
        ] {
            assert_eq!(Version::parse(text), want, "{text}");
        }
    }

    #[test]
    fn switches_turn_at_their_versions() {
        assert_eq!(of("v3.31.9").tie_break(), TieBreak::LegacyName);
        assert_eq!(of("v3.32.0").tie_break(), TieBreak::NameNamespaceKind);
        assert_eq!(of("v3.31.9").tier_source(), TierSource::StoredName);
        assert_eq!(of("v3.29.0").cluster_policies(), ClusterPolicies::Admin);
        assert_eq!(
            of("v3.30.0").cluster_policies(),
            ClusterPolicies::AdminAndBaseline
        );
        assert_eq!(of("v3.32.0").cluster_policies(), ClusterPolicies::Cluster);
        assert!(!of("v3.29.7").reads_staged() && of("v3.30.0").reads_staged());
        assert!(!of("v3.29.7").init_container_ports() && of("v3.30.0").init_container_ports());
        assert!(!of("v3.31.9").named_port_without_protocol());
        assert_eq!(
            of("v3.31.9").failed_kubernetes_rule(),
            FailedRule::DropsPolicy
        );
        assert!(of("v3.30.9").validates_labels() && !of("v3.31.0").validates_labels());
        assert!(of("v3.29.1").admin_types_from_written_rules());
        assert_eq!(Behaviour::of(None), of("v3.33.0"));
    }

    #[test]
    fn shown_names_follow_the_patch_releases() {
        for (version, want) in [
            ("v3.26.4", ShownName::BehindFirstDot),
            ("v3.29.0", ShownName::Stored),
            ("v3.29.3", ShownName::Stored),
            ("v3.29.4", ShownName::AnnotationOrTrimmed),
            ("v3.30.0", ShownName::Annotation),
            ("v3.30.1", ShownName::AnnotationOrTrimmed),
            ("v3.32.1", ShownName::AnnotationOrTrimmed),
        ] {
            assert_eq!(of(version).shown_name(), want, "{version}");
        }
    }
}
