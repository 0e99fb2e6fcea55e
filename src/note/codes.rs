//! The table of note codes: severity, effect and advice, one row per code.
//!
//! A code's id is stable: scripts and suppressions name it.

use serde::{Deserialize, Serialize};

use super::Effect::{
    Allows, Denies, Dropped, Inert, Isolates, Narrowed, None, NotProgrammed, PartDropped,
    Reinterpreted, Widened,
};
use super::Severity::{Closes, Either, Info, Opens};
use super::{Effect, Severity};

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code(&'static Row);

#[derive(PartialEq, Eq)]
struct Row {
    id: &'static str,
    severity: Severity,
    effect: Effect,
    advice: &'static str,
}

impl Code {
    /// The stable id, for example `policy-invalid-dropped`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// What Calico does.
    #[must_use]
    pub fn effect(self) -> Effect {
        self.0.effect
    }

    /// What to do about it, when nothing more special is known.
    #[must_use]
    pub fn advice(self) -> &'static str {
        self.0.advice
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id)
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.id)
    }
}

/// By its id; one of another version of this tool is unknown.
impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        let known = ALL.iter().find(|code| code.id() == id);
        known
            .copied()
            .ok_or_else(|| serde::de::Error::custom(format!("no note has the code {id}")))
    }
}

macro_rules! table {
    ($($name:ident = $id:literal, $severity:ident, $effect:ident, $advice:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`")]
            pub const $name: Code = Code(&Row { id: $id, severity: $severity, effect: $effect, advice: $advice });
        )*

        /// Every code, in the order of the table.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

table! {
    DATASTORE_NOT_READY = "datastore-not-ready", Closes, Isolates,
        "finish or abort the migration, or check that this is the datastore the nodes really use";
    BOTH_CRD_GROUPS = "both-crd-groups", Either, Reinterpreted,
        "change objects in the group that nodes read, or finish the migration";
    LIST_POISONED = "list-poisoned", Either, Isolates,
        "correct or delete this object first";
    CR_METADATA_ANNOTATION_BAD = "cr-metadata-annotation-bad", Either, Dropped,
        "remove the annotation or write the object again through the Calico API";
    UNKNOWN_FIELD_IGNORED = "unknown-field-ignored", Either, PartDropped,
        "remove the field, or express it with nets or a NetworkSet";
    NAME_SHOWN_DIFFERS = "name-shown-differs", Info, Reinterpreted,
        "logs and ordering use the stored name";
    VERSION_UNKNOWN = "version-unknown", Info, None,
        "name the version with --calico-version";
    CONFIGURATION_UNKNOWN = "configuration-unknown", Info, None,
        "allow the list of felixconfigurations";
    DUPLICATE_AFTER_NAME_MIGRATION = "duplicate-after-name-migration", Either, Reinterpreted,
        "delete the one under the old name once the migration is done";
    TIER_MISSING = "tier-missing", Either, Denies,
        "create the tier or correct the name";
    TIER_FROM_NAME_PREFIX = "tier-from-name-prefix", Either, Reinterpreted,
        "give the policy a name with the tier in front, and set spec.tier alike";
    TIER_ORDER_ABSENT = "tier-order-absent", Either, Reinterpreted,
        "set spec.order";
    TIER_DEFAULT_ACTION_OTHER = "tier-default-action-other", Closes, Denies,
        "use Pass or Deny";
    TYPES_EMPTY_RAW = "types-empty-raw", Closes, Widened,
        "set spec.types";
    TYPES_UNKNOWN_WORD = "types-unknown-word", Opens, PartDropped,
        "use Ingress and Egress";
    POLICY_INVALID_DROPPED = "policy-invalid-dropped", Either, Dropped,
        "correct it; until then the endpoints behave as if it did not exist";
    HINTS_INVALID = "hints-invalid", Either, Dropped,
        "remove the performance hint";
    ACTION_EMPTY_ALLOWS = "action-empty-allows", Opens, Allows,
        "state the action";
    ACTION_UNKNOWN_CRASH = "action-unknown-crash", Closes, Isolates,
        "use Deny";
    SELECTOR_UNPARSABLE = "selector-unparsable", Either, Dropped,
        "correct the selector";
    SELECTOR_UNBALANCED_ESCAPE = "selector-unbalanced-escape", Opens, Widened,
        "treat it as hostile or broken; delete or correct it";
    SELECTOR_TRAILING_NEWLINE = "selector-trailing-newline", Either, Dropped,
        "use a plain or folded (`>-`) scalar";
    SELECTOR_BLANK = "selector-blank", Either, Dropped,
        "leave it empty or use all()";
    SELECTOR_LABEL_TOO_LONG = "selector-label-too-long", Either, Dropped,
        "shorten the label";
    POLICY_NSSELECTOR_UNPARSABLE = "policy-nsselector-unparsable", Opens, Widened,
        "correct the namespaceSelector";
    POLICY_SASELECTOR_UNPARSABLE = "policy-saselector-unparsable", Opens, Widened,
        "correct the serviceAccountSelector";
    UNTRACKED_PREDNAT_ON_PODS = "untracked-prednat-on-pods", Opens, Inert,
        "write a normal policy for pods";
    PREDNAT_EGRESS = "prednat-egress", Opens, PartDropped,
        "move egress to another policy";
    UNTRACKED_AND_PREDNAT = "untracked-and-prednat", Opens, Reinterpreted,
        "choose one";
    UNTRACKED_WILDCARD_HEP = "untracked-wildcard-hep", Opens, NotProgrammed,
        "create a host endpoint for the named interface";
    UNTRACKED_SEVERAL_TIERS_BPF = "untracked-several-tiers-bpf", Opens, NotProgrammed,
        "put the untracked policies in one tier";
    AOF_MISSING = "aof-missing", Opens, Narrowed,
        "set applyOnForward: true if it is meant for forwarded traffic too";
    RULE_SELECTOR_UNPARSABLE = "rule-selector-unparsable", Either, Dropped,
        "correct the rule's selector";
    RULE_NOTSELECTOR_BLANK_CRASH = "rule-notselector-blank-crash", Closes, Isolates,
        "remove the field at once";
    SA_NAMES_UNPARSABLE = "sa-names-unparsable", Opens, Widened,
        "correct the name";
    SERVICES_NAMESPACE_EMPTY = "services-namespace-empty", Closes, Inert,
        "set services.namespace";
    NETS_ALL_BAD = "nets-all-bad", Either, Widened,
        "correct the networks";
    NETS_SOME_BAD = "nets-some-bad", Either, PartDropped,
        "correct the entry";
    NETS_HOST_BITS = "nets-host-bits", Opens, Widened,
        "write the mask you mean";
    NETS_EMPTY_LIST = "nets-empty-list", Opens, Widened,
        "remove the rule if it should match nothing";
    NETS_EMPTY_STRING_CRASH = "nets-empty-string-crash", Closes, Isolates,
        "remove the empty entry at once";
    NETS_COVER_PODS = "nets-cover-pods", Opens, Widened,
        "exclude the pods' range with except or notNets if it is meant to be outside";
    UNTRACKED_ONE_WAY = "untracked-one-way", Closes, Narrowed,
        "add the mirrored rule with source ports";
    UNTRACKED_TO_PODS = "untracked-to-pods", Closes, Denies,
        "limit untracked allow rules to ports of the host";
    HEP_BPF_DATA_IFACE = "hep-bpf-data-iface", Opens, Inert,
        "extend bpfDataIfacePattern";
    HEP_NAME_AND_IPS = "hep-name-and-ips", Info, Reinterpreted,
        "the interface is chosen by its name alone";
    NETS_MIXED_FAMILIES = "nets-mixed-families", Either, Narrowed,
        "split the rule by family";
    NETS_IPVERSION_CONFLICT = "nets-ipversion-conflict", Either, Inert,
        "make ipVersion and the networks agree";
    NOTNETS_CATCH_ALL = "notnets-catch-all", Either, Inert,
        "remove the catch-all";
    PORTS_NUMERIC_WITHOUT_PROTOCOL = "ports-numeric-without-protocol", Either, Dropped,
        "set protocol";
    PORTS_PROTOCOL_WITHOUT_PORTS = "ports-protocol-without-ports", Either, Dropped,
        "use TCP, UDP or SCTP";
    PORTS_ZERO = "ports-zero", Either, Dropped,
        "use a port from 1 to 65535";
    PORTS_DASH_RANGE = "ports-dash-range", Either, Dropped,
        "write ranges as 80:90";
    PORTS_NAME_NO_PROTOCOL = "ports-name-no-protocol", Either, Dropped,
        "state the protocol";
    PROTOCOL_UNKNOWN = "protocol-unknown", Either, Dropped,
        "use the protocol number";
    ICMP_OUT_OF_RANGE = "icmp-out-of-range", Either, Dropped,
        "use a type from 0 to 254 and a code from 0 to 255";
    IPVERSION_INVALID = "ipversion-invalid", Either, Dropped,
        "use 4 or 6";
    STAGED_NEVER_ENFORCED = "staged-never-enforced", Info, Inert,
        "create the enforced kind to make it effective";
    STAGED_ACTION_DELETE = "staged-action-delete", Info, Dropped,
        "the enforced policy stays; delete it to remove it";
    STAGED_ACTION_OTHER = "staged-action-other", Info, Reinterpreted,
        "it is treated like Set";
    STAGED_ONLY_TIER = "staged-only-tier", Info, Inert,
        "only staged policies apply, so the tier denies nothing";
    STAGED_KUBERNETES_TYPES = "staged-kubernetes-types", Either, Narrowed,
        "set policyTypes";
    STAGED_KUBERNETES_BAD_RULE = "staged-kubernetes-bad-rule", Info, Dropped,
        "correct the rule";
    KNP_RULE_FAILS = "knp-rule-fails", Closes, PartDropped,
        "correct the port";
    KNP_IPBLOCK_BAD_CIDR = "knp-ipblock-bad-cidr", Opens, Widened,
        "correct the CIDR";
    KNP_IPBLOCK_BAD_EXCEPT = "knp-ipblock-bad-except", Opens, Widened,
        "correct the entry";
    KNP_SELECTOR_VALUE_QUOTE = "knp-selector-value-quote", Either, Dropped,
        "use another value";
    ANP_IGNORED = "anp-ignored", Either, Dropped,
        "rewrite it as ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2)";
    CNP_OLD_CALICO = "cnp-old-calico", Either, Dropped,
        "this Calico version ignores ClusterNetworkPolicy";
    ANP_ANY_RULE_FAILS = "anp-any-rule-fails", Either, Dropped,
        "remove the unsupported rule";
    ANP_NAMED_PORT = "anp-named-port", Either, Widened,
        "use port numbers";
    CNP_DENY_PASS_FAILS = "cnp-deny-pass-fails", Closes, Denies,
        "remove the unsupported peer";
    CNP_ACCEPT_FAILS = "cnp-accept-fails", Closes, PartDropped,
        "remove the unsupported peer";
    CNP_TIER_OR_SUBJECT_INVALID = "cnp-tier-or-subject-invalid", Opens, Dropped,
        "use tier Admin or Baseline and a subject";
    POD_HOST_NETWORK = "pod-host-network", Opens, Inert,
        "use host endpoints";
    POD_NO_IP = "pod-no-ip", Info, Inert,
        "wait for an address";
    POD_FINISHED = "pod-finished", Info, Inert,
        "the pod has finished";
    POD_ANNOTATION_BAD = "pod-annotation-bad", Either, Dropped,
        "correct the annotation";
    POD_SPOOFING_DISABLED = "pod-spoofing-disabled", Either, Dropped,
        "remove the annotation or set workloadSourceSpoofing: Any";
    POD_LABELS_STRIPPED = "pod-labels-stripped", Info, PartDropped,
        "Calico ignores this label";
    NS_LONG_LABEL = "ns-long-label", Either, PartDropped,
        "shorten the key";
    POD_NODE_LOST = "pod-node-lost", Info, NotProgrammed,
        "policy is enforced only where calico-node runs";
    ENCAP_EGRESS_DROPPED = "encap-egress-dropped", Closes, Inert,
        "allow it in the FelixConfiguration: allowVXLANPacketsFromWorkloads, allowIPIPPacketsFromWorkloads";
    PROFILE_MISSING = "profile-missing", Closes, Denies,
        "correct the list of profiles";
    PROFILE_DEFAULT_ALLOW_OVERRIDDEN = "profile-default-allow-overridden", Info, Inert,
        "delete the stored copy";
    UNDECODABLE_ETCD_VALUE = "undecodable-etcd-value", Either, Dropped,
        "delete the key or write it again with calicoctl";
    ETCD_KUBERNETES_KINDS_NOT_READ = "etcd-kubernetes-kinds-not-read", Either, Inert,
        "use selectors or nets";
    HEP_INVALID_DROPPED = "hep-invalid-dropped", Either, Dropped,
        "correct the field";
    HEP_NO_NODE = "hep-no-node", Opens, Dropped,
        "set spec.node";
    HEP_UNKNOWN_NODE = "hep-unknown-node", Opens, Inert,
        "correct spec.node";
    HEP_NO_INTERFACE_NO_IPS = "hep-no-interface-no-ips", Opens, Inert,
        "set interfaceName or expectedIPs";
    HEP_EXPECTED_IPS_INVALID = "hep-expected-ips-invalid", Either, PartDropped,
        "use single addresses";
    HEP_NO_EXPECTED_IPS = "hep-no-expected-ips", Closes, Narrowed,
        "add expectedIPs";
    HEP_SEVERAL_PER_INTERFACE = "hep-several-per-interface", Opens, Inert,
        "merge the host endpoints";
    HEP_SEVERAL_WILDCARDS = "hep-several-wildcards", Opens, Inert,
        "keep one host endpoint for all interfaces";
    HEP_WILDCARD_SHADOWED = "hep-wildcard-shadowed", Opens, Narrowed,
        "add the policies' labels to the named host endpoint";
    HEP_WORKLOAD_INTERFACE = "hep-workload-interface", Opens, Inert,
        "name an interface of the host";
    HEP_FORGED_LABELS = "hep-forged-labels", Either, Reinterpreted,
        "remove the label if it is not intended";
    HEP_DEFAULT_DENY = "hep-default-deny", Closes, Denies,
        "add profile projectcalico-default-allow";
    POD_OWN_LABEL_HIDES_INHERITED = "pod-own-label-hides-inherited", Info, Reinterpreted,
        "remove the label if the profile's is meant";
    HEP_AUTO_MANAGED = "hep-auto-managed", Info, Reinterpreted,
        "use templates or your own host endpoint";
    NETWORKSET_FORGED_LABELS = "networkset-forged-labels", Opens, Widened,
        "remove these labels";
    NETWORKSET_BAD_NET = "networkset-bad-net", Either, PartDropped,
        "correct the entry";
    NETWORKSET_LABEL_VALUE_LE330 = "networkset-label-value-le330", Either, Dropped,
        "correct the label value";
    FAILSAFE_LIST_NULL_VS_EMPTY = "failsafe-list-null-vs-empty", Either, Denies,
        "make sure host policies allow what the node needs";
    FELIXCONFIG_NAME = "felixconfig-name", Info, Dropped,
        "name it default or node.<name of a node>";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique() {
        let ids: std::collections::BTreeSet<_> = ALL.iter().map(|code| code.id()).collect();
        assert_eq!(ids.len(), ALL.len());
    }
}
