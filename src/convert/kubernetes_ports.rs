//! Ports of Kubernetes' rules: grouped by protocol and merged (`k8sRuleToCalico`, `SimplifyPorts`).

use std::collections::BTreeMap;

use crate::raw::kubernetes_policy::KubernetesPort;
use crate::raw::number_or_string::Port;

/// Ports by protocol, sorted by the protocol's name; the empty name is no protocol.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PortGroups(BTreeMap<String, Ports>);

/// Ports of one protocol.
#[derive(Debug, PartialEq)]
enum Ports {
    All,
    Some(Vec<Port>),
}

/// A port that does not convert.
#[derive(Debug, PartialEq)]
pub(super) struct BadPort {
    /// Its place in the list.
    pub(super) index: usize,
    /// The cause.
    pub(super) cause: String,
}

impl PortGroups {
    /// Any protocol and port.
    pub(super) fn any() -> Self {
        Self([(String::new(), Ports::All)].into())
    }

    /// The groups of a NetworkPolicy's rule.
    pub(super) fn of_rule(ports: &[KubernetesPort]) -> Result<Self, BadPort> {
        if ports.is_empty() {
            return Ok(Self::any());
        }
        let mut groups = Self::default();
        for (index, entry) in ports.iter().enumerate() {
            let protocol = if entry.protocol.is_empty() {
                "TCP"
            } else {
                &entry.protocol
            };
            match port_of(entry).map_err(|cause| BadPort { index, cause })? {
                Some(port) => groups.add(protocol, port),
                None => groups.add_all(protocol),
            }
        }
        Ok(groups)
    }

    /// One port of a protocol, unless all of them are there.
    pub(super) fn add(&mut self, protocol: &str, port: Port) {
        let group = self.0.entry(protocol.to_owned());
        if let Ports::Some(ports) = group.or_insert_with(|| Ports::Some(Vec::new())) {
            ports.push(port);
        }
    }

    /// All ports of a protocol.
    pub(super) fn add_all(&mut self, protocol: &str) {
        self.0.insert(protocol.to_owned(), Ports::All);
    }

    /// Protocols in order, each with its ports; none is all.
    pub(super) fn into_simplified(self) -> impl Iterator<Item = (String, Vec<Port>)> {
        self.0.into_iter().map(|(protocol, ports)| match ports {
            Ports::All => (protocol, Vec::new()),
            Ports::Some(ports) => (protocol, simplified(ports)),
        })
    }
}

fn port_of(entry: &KubernetesPort) -> Result<Option<Port>, String> {
    let Some(port) = &entry.port else {
        return Ok(None);
    };
    let text = match entry.end_port {
        Some(end) => format!("{port}:{end}"),
        None => port.to_string(),
    };
    Port::parse(&text).map(Some)
}

/// Merges numbers and ranges behind the names; a list without anything to merge stays as it is.
fn simplified(ports: Vec<Port>) -> Vec<Port> {
    let mut ranges: Vec<(u16, u16)> = ports.iter().filter_map(ends).collect();
    let numbers: usize = ranges
        .iter()
        .map(|(min, max)| usize::from(max.saturating_sub(*min)) + 1)
        .sum();
    if ports.len() <= 1 || numbers <= 1 {
        return ports;
    }
    ranges.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::new();
    for (min, max) in ranges {
        match merged.last_mut() {
            Some((_, last)) if min <= last.saturating_add(1) => *last = max.max(*last),
            _ => merged.push((min, max)),
        }
    }
    let names = ports.into_iter().filter(|port| ends(port).is_none());
    names.chain(merged.into_iter().map(port_from)).collect()
}

fn ends(port: &Port) -> Option<(u16, u16)> {
    match port {
        Port::Number(number) => Some((*number, *number)),
        Port::Range(min, max) => Some((*min, *max)),
        Port::Name(_) => None,
    }
}

fn port_from((min, max): (u16, u16)) -> Port {
    if min == max {
        Port::Number(min)
    } else {
        Port::Range(min, max)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn groups(json: &str) -> Result<String, BadPort> {
        let ports: Vec<KubernetesPort> = serde_json::from_str(json).unwrap();
        let groups = PortGroups::of_rule(&ports)?.into_simplified();
        let text = |port: &Port| serde_json::to_string(port).unwrap().replace('"', "");
        Ok(groups
            .map(|(protocol, ports)| {
                let ports: Vec<_> = ports.iter().map(text).collect();
                format!("{protocol} {}", ports.join(","))
            })
            .collect::<Vec<_>>()
            .join("; "))
    }

    #[test]
    fn ports_are_grouped_and_merged() {
        for (json, want) in [
            ("[]", " "),
            (
                r#"[{"port":80},{"port":81},{"port":"http"},{"port":8000,"endPort":8010},{"port":8005,"endPort":8020}]"#,
                "TCP http,80:81,8000:8020",
            ),
            (r#"[{"port":80},{"port":"web"}]"#, "TCP 80,web"),
            (r#"[{"port":80},{"protocol":"TCP"}]"#, "TCP "),
            (r#"[{"protocol":"TCP"},{"port":80}]"#, "TCP "),
            (
                r#"[{"protocol":"SCTP","port":132},{"protocol":"UDP","port":53},{"port":53}]"#,
                "SCTP 132; TCP 53; UDP 53",
            ),
            (
                r#"[{"port":5432},{"protocol":"UDP","port":"dns"},{"port":5433}]"#,
                "TCP 5432:5433; UDP dns",
            ),
            (r#"[{}]"#, "TCP "),
            (r#"[{"port":80},{"port":80}]"#, "TCP 80"),
            (r#"[{"port":"80"}]"#, "TCP 80"),
            (r#"[{"port":-1}]"#, "TCP -1"),
            (
                r#"[{"port":1,"endPort":65535},{"port":65535}]"#,
                "TCP 1:65535",
            ),
        ] {
            assert_eq!(groups(json).as_deref(), Ok(want), "{json}");
        }
    }

    #[test]
    fn some_ports_do_not_convert() {
        for (json, index) in [
            (r#"[{"port":90,"endPort":80}]"#, 0),
            (r#"[{"port":1},{"port":"http","endPort":80}]"#, 1),
            (r#"[{"port":70000}]"#, 0),
            (r#"[{"protocol":"TCP"},{"port":"a:b"}]"#, 1),
        ] {
            assert_eq!(groups(json).unwrap_err().index, index, "{json}");
        }
    }
}
