//! What an API server fills into manifests, by the server of their group: Kubernetes' own, Calico's
//! client for `projectcalico.org/v3`, and only the schema's defaults for `crd.projectcalico.org/v1`.

use std::borrow::Cow;

use super::{Converter, tier};
use crate::raw::calico::TierSpec;
use crate::raw::calico_policy::PolicySpec;
use crate::raw::core::{Container, Pod, PodSpec};
use crate::raw::kubernetes_policy::{KubernetesPolicySpec, KubernetesPort};
use crate::raw::value::{List, Slice, Text};
use crate::raw::{Group, Metadata, Object};

/// Counts what it fills in.
struct Filler<'c> {
    converter: &'c mut Converter,
}

/// Fills in what the manifest leaves to its server.
pub(super) fn fill_in(converter: &mut Converter, object: &mut Object<'_>) {
    let mut filler = Filler { converter };
    match object {
        Object::Pod(o) => {
            filler.namespace(&mut o.metadata);
            filler.pod(o);
        }
        Object::Namespace(o) => filler.namespace_name(&mut o.metadata),
        Object::ServiceAccount(o) => filler.namespace(&mut o.metadata),
        Object::EndpointSlice(o) => filler.namespace(&mut o.metadata),
        Object::KubernetesNetworkPolicy(o) => {
            filler.namespace(&mut o.metadata);
            filler.kubernetes_policy(&mut o.spec);
        }
        Object::NetworkPolicy(o) => {
            filler.namespace(&mut o.metadata);
            filler.calico_policy(&mut o.spec, o.group);
        }
        Object::GlobalNetworkPolicy(o) => filler.calico_policy(&mut o.spec, o.group),
        Object::StagedNetworkPolicy(o) => {
            filler.namespace(&mut o.metadata);
            filler.calico_policy(&mut o.spec, o.group);
            filler.text(&mut o.spec.staged_action, "spec.stagedAction", "Set");
        }
        Object::StagedGlobalNetworkPolicy(o) => {
            filler.calico_policy(&mut o.spec, o.group);
            filler.text(&mut o.spec.staged_action, "spec.stagedAction", "Set");
        }
        Object::StagedKubernetesNetworkPolicy(o) => {
            filler.namespace(&mut o.metadata);
            filler.text(&mut o.spec.staged_action, "spec.stagedAction", "Set");
        }
        Object::NetworkSet(o) => filler.namespace(&mut o.metadata),
        Object::Tier(o) => filler.tier(&mut o.spec, o.group),
        Object::WorkloadEndpoint(o) => filler.namespace(&mut o.metadata),
        Object::Node(_)
        | Object::ClusterNetworkPolicy(_)
        | Object::AdminNetworkPolicy(_)
        | Object::BaselineAdminNetworkPolicy(_)
        | Object::HostEndpoint(_)
        | Object::GlobalNetworkSet(_)
        | Object::ClusterInformation(_)
        | Object::FelixConfiguration(_)
        | Object::Profile(_) => {}
    }
}

impl Filler<'_> {
    fn count(&mut self, field: &'static str) {
        *self.converter.filled_in.entry(field).or_default() += 1;
    }

    fn text(&mut self, text: &mut Text, field: &'static str, default: &str) {
        if text.is_empty() {
            *text = default.into();
            self.count(field);
        }
    }

    fn slice(&mut self, text: &mut Slice<'_>, field: &'static str, default: &str) {
        if text.is_empty() {
            *text = Slice(Cow::Owned(default.to_owned()));
            self.count(field);
        }
    }

    fn namespace(&mut self, metadata: &mut Metadata<'_>) {
        let default = self.converter.settings.default_namespace.clone();
        let default = if default.is_empty() {
            "default"
        } else {
            &default
        };
        self.slice(&mut metadata.namespace, "metadata.namespace", default);
    }

    fn namespace_name(&mut self, metadata: &mut Metadata<'_>) {
        const LABEL: &str = "kubernetes.io/metadata.name";
        if metadata.labels.get(LABEL) != Some(&*metadata.name) {
            let pair = (Slice::from(LABEL), metadata.name.clone());
            metadata.labels.0.push(pair);
            self.count("metadata.labels[kubernetes.io/metadata.name]");
        }
    }

    fn pod(&mut self, pod: &mut Pod<'_>) {
        let PodSpec {
            service_account_name,
            containers,
            init_containers,
            ..
        } = pod.spec.get_or_insert_with(PodSpec::default);
        self.slice(service_account_name, "spec.serviceAccountName", "default");
        for list in [containers, init_containers].into_iter().flatten() {
            for Container { ports } in &mut list.0 {
                for port in ports.iter_mut().flat_map(|ports| &mut ports.0) {
                    self.slice(
                        &mut port.protocol,
                        "spec.containers[].ports[].protocol",
                        "TCP",
                    );
                }
            }
        }
    }

    fn kubernetes_policy(&mut self, spec: &mut KubernetesPolicySpec) {
        if spec.policy_types.as_deref().unwrap_or_default().is_empty() {
            let egress = spec.egress.as_deref().unwrap_or_default();
            let types = if egress.is_empty() {
                vec!["Ingress".into()]
            } else {
                vec!["Ingress".into(), "Egress".into()]
            };
            spec.policy_types = Some(List(types));
            self.count("spec.policyTypes");
        }
        for rule in spec.ingress.iter_mut().flat_map(|rules| &mut rules.0) {
            self.kubernetes_ports(rule.ports.as_mut());
        }
        for rule in spec.egress.iter_mut().flat_map(|rules| &mut rules.0) {
            self.kubernetes_ports(rule.ports.as_mut());
        }
    }

    fn kubernetes_ports(&mut self, ports: Option<&mut List<KubernetesPort>>) {
        for port in ports.into_iter().flat_map(|ports| &mut ports.0) {
            self.text(&mut port.protocol, "spec.ingress[].ports[].protocol", "TCP");
        }
    }

    /// Types are filled in by Calico's client alone, for which an empty list of rules is none.
    fn calico_policy(&mut self, spec: &mut PolicySpec, group: Group) {
        self.text(&mut spec.tier, "spec.tier", "default");
        let typed = !spec.types.as_deref().unwrap_or_default().is_empty();
        if group == Group::CrdV1 || typed {
            return;
        }
        let ingress = spec.ingress.as_deref().unwrap_or_default();
        let egress = spec.egress.as_deref().unwrap_or_default();
        let types = match (ingress.is_empty(), egress.is_empty()) {
            (_, true) => vec!["Ingress".into()],
            (true, false) => vec!["Egress".into()],
            (false, false) => vec!["Ingress".into(), "Egress".into()],
        };
        spec.types = Some(List(types));
        self.count("spec.types");
    }

    fn tier(&mut self, spec: &mut TierSpec, group: Group) {
        if spec.default_action.is_none() {
            spec.default_action = Some("Deny".into());
            self.count("spec.defaultAction");
        }
        if spec.order.is_none() && group == Group::V3 {
            spec.order = Some(tier::DEFAULT_ORDER);
            self.count("spec.order");
        }
    }
}
