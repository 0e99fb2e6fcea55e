//! What a pod's workload endpoint is called in Calico and on its node, its labels and ports
//! (`libcalico-go/lib/backend/k8s/conversion/workload_endpoint_default.go`).

use sha1::{Digest, Sha1};

use super::Converter;
use super::endpoint_port::is_name;
use super::metadata::{NAMESPACE_LABEL, ORCHESTRATOR_LABEL, SERVICE_ACCOUNT_LABEL};
use crate::intern::{LabelSet, Symbol};
use crate::model::{EndpointId, NamedPort};
use crate::raw::core::{Pod, PodSpec};
use crate::raw::value::Pairs;

/// The identity of a pod's only interface.
pub(super) fn id(converter: &mut Converter, node: &str, namespace: &str, pod: &str) -> EndpointId {
    EndpointId::Workload {
        node: converter.symbol(node),
        orchestrator: converter.symbol("k8s"),
        namespace: converter.symbol(namespace),
        // A name that no other object has is not worth a place in the interner.
        workload: Symbol::from(pod),
        endpoint: converter.symbol("eth0"),
    }
}

/// The host's side of the veth pair. The prefix is that of the process that converts pods, which a
/// FelixConfiguration does not change.
pub(super) fn interface_name(namespace: &str, pod: &str) -> String {
    let mut hash = Sha1::new();
    for part in [namespace, ".", pod] {
        hash.update(part);
    }
    let mut name = String::with_capacity("cali".len() + 12);
    name.push_str("cali");
    for byte in hash.finalize().iter().take(6) {
        let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
        name.extend(digits.into_iter().flatten());
    }
    // Eleven digits.
    name.pop();
    name
}

/// The labels that selectors see: the pod's without what it could forge, then Calico's own.
pub(super) fn labels(
    converter: &mut Converter,
    own: &Pairs<'_>,
    namespace: &str,
    service_account: &str,
) -> LabelSet {
    let kept = own
        .iter()
        .filter(|(key, _)| !key.starts_with("pcns.") && !key.starts_with("pcsa."));
    let given = [
        (NAMESPACE_LABEL, namespace),
        (ORCHESTRATOR_LABEL, "k8s"),
        (SERVICE_ACCOUNT_LABEL, service_account),
    ];
    let given = given.into_iter().filter(|(_, value)| !value.is_empty());
    converter.interner.labels(kept.chain(given))
}

/// Named ports of containers, then of init containers where this version reads them.
///
/// # Errors
/// A port with which Felix's validation drops the endpoint, as a lower-case fragment.
pub(super) fn ports(converter: &mut Converter, pod: &Pod<'_>) -> Result<Vec<NamedPort>, String> {
    let mut ports = Vec::new();
    let Some(PodSpec {
        containers,
        init_containers,
        ..
    }) = &pod.spec
    else {
        return Ok(ports);
    };
    let reads_inits = converter.behaviour().init_container_ports();
    let inits = init_containers.iter().filter(|_| reads_inits);
    let containers = containers.iter().chain(inits).flat_map(|list| list.iter());
    let declared = containers.flat_map(|c| c.ports.as_deref().unwrap_or_default());
    for port in declared.filter(|port| !port.name.is_empty()) {
        let protocol = match &*port.protocol {
            "" | "TCP" => "tcp",
            "UDP" => "udp",
            "SCTP" => "sctp",
            _ => continue,
        };
        let number = port.container_port.unwrap_or_default();
        if number == 0 {
            continue;
        }
        let number = u16::try_from(number)
            .map_err(|_| format!("container port {number} is not from 1 to 65535"))?;
        if !is_name(&port.name, 128) {
            return Err(format!(
                "container port name \"{}\" is invalid",
                &*port.name
            ));
        }
        ports.push(NamedPort {
            name: converter.interner.symbol(&port.name),
            protocol: converter.interner.symbol(protocol),
            port: number,
        });
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_named_by_a_hash() {
        assert_eq!(interface_name("shop", "web-0"), "calia4fc3c48bd8");
        assert_eq!(interface_name("default", "a--b"), "cali7b6f104139a");
    }
}
