//! Answers made by hand: the pod and the host endpoint of the example cluster.

use serde_json::{Value, json};

use crate::answer::endpoint::EndpointPort;
use crate::answer::*;
use crate::model::{
    Action, DefaultAction, Direction, EndpointId, LabelSet, ObjectRef, PolicyId, PolicyKind,
    ProtoPort, Side, Treatment,
};
use crate::note::{Datastore, Gap, GapCode, Note, Part, Provenance, RbacRule, VersionFrom, codes};

const V3: &str = "projectcalico.org/v3";

pub(super) fn labels(pairs: &[(&str, &str)]) -> LabelSet {
    LabelSet::from_pairs(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())))
}

pub(super) fn answer(items: Vec<EndpointItem>, gaps: Vec<Gap>) -> EndpointAnswer<'static> {
    let tier = |name: &str, order, default_action| TierItem {
        id: format!("tier/{name}"),
        name: name.to_owned(),
        order: Some(Order(order)),
        default_action,
        exists: Some(true),
    };
    EndpointAnswer {
        head: Head {
            api_version: API_VERSION,
            kind: "EndpointAnswer",
            query: Query {
                command: "endpoint",
                what: Some(vec!["web-1".to_owned()]),
                matched: Some(Matched::Exact),
                ..Query::default()
            },
            snapshot: Provenance {
                basis: "datastore",
                datastore: Datastore::Kubernetes,
                source: "context prod".to_owned(),
                calico_api: Some("crd.projectcalico.org/v1".to_owned()),
                calico_version: Some("v3.32.1".to_owned()),
                version_from: VersionFrom::ClusterInformation,
                pinned: true,
                revision: Some("812345".to_owned()),
                revisions: Default::default(),
                read_at: "2026-11-24T03:11:09Z".to_owned(),
                shared_ips_checked: true,
            },
            complete: gaps.is_empty(),
            gaps,
            notes: Vec::new(),
            tiers: Some(vec![
                tier("platform", 50.0, Some(DefaultAction::Pass)),
                tier("default", 1_000_000.0, Some(DefaultAction::Deny)),
            ]),
        },
        items: made(items),
        tail: Tail::default(),
        widened: Vec::new(),
    }
}

pub(super) fn pod(node: &str, namespace: &str, name: &str) -> EndpointItem {
    let id = EndpointId::Workload {
        node: node.into(),
        orchestrator: "k8s".into(),
        namespace: namespace.into(),
        workload: name.into(),
        endpoint: "eth0".into(),
    };
    EndpointItem {
        kind: "WorkloadEndpoint",
        short_ref: id.short_ref(),
        id,
        node: Some(node.to_owned()),
        assumed: false,
        orchestrator: Some("k8s".to_owned()),
        namespace: Some(namespace.to_owned()),
        pod: Some(name.to_owned()),
        workload: None,
        endpoint: Some("eth0".to_owned()),
        name: None,
        covers: None,
        interface_name: Some("calia1b2c3d4e5f".to_owned()),
        service_account: None,
        expected_ips: None,
        ips: vec!["10.65.0.12".to_owned(), "fd00:10::12".to_owned()],
        ports: vec![EndpointPort {
            name: "http".to_owned(),
            protocol: "TCP".to_owned(),
            port: 8080,
        }],
        labels: labels(&[("app", "web")]),
        inherited_labels: labels(&[]),
        policies: Vec::new(),
        ingress: only_normal(stage(&[], UnmatchedAction::Deny, None)),
        egress: only_normal(stage(&[], UnmatchedAction::Deny, None)),
        failsafes: None,
        to_host: None,
        profiles: Vec::new(),
        rule_matches: Some(Vec::new()),
        notes: Vec::new(),
    }
}

pub(super) fn stage(
    tiers: &[(&str, EndOfTier)],
    action: UnmatchedAction,
    by: Option<&str>,
) -> Stage {
    Stage {
        tiers: tiers
            .iter()
            .map(|(tier, end_of_tier)| TierPolicies {
                tier: (*tier).to_owned(),
                policies: Vec::new(),
                end_of_tier: *end_of_tier,
            })
            .collect(),
        profiles: None,
        unmatched: Unmatched {
            action,
            by: by.map(str::to_owned),
        },
        programmed: None,
        reason: None,
    }
}

pub(super) fn only_normal(normal: Stage) -> DirectionStages {
    DirectionStages {
        untracked: None,
        pre_dnat: None,
        forward: None,
        normal,
    }
}

/// A policy from `(kind, namespace, name, tier, order)`.
pub(super) fn policy(
    (kind, namespace, name): (PolicyKind, &str, &str),
    tier: &str,
    order: f64,
    types: &[PolicyType],
    selector: &str,
) -> AppliedPolicy {
    let object = if kind == PolicyKind::KubernetesNetworkPolicy {
        ObjectRef::new("networking.k8s.io/v1", "NetworkPolicy", namespace, name)
    } else {
        ObjectRef::new(V3, kind.name(), namespace, name)
    };
    AppliedPolicy {
        id: PolicyId {
            kind,
            namespace: namespace.into(),
            stored: name.into(),
        },
        kind,
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        name: name.to_owned(),
        stored_name: None,
        object,
        tier: tier.to_owned(),
        order: Some(Order(order)),
        staged: kind.is_staged(),
        treatment: Treatment::Normal,
        types: types.to_vec(),
        stages: vec![StageName::Normal],
        selector: Some(selector.to_owned()),
        namespace_selector: None,
        service_account_selector: None,
        effective_selector: Some(format!("({selector})")),
        rules: RuleCounts {
            ingress: 1,
            egress: 1,
        },
    }
}

pub(super) fn profile(name: &str, summary: [&str; 2]) -> ProfileItem {
    let count = |text: &str| usize::from(!text.is_empty());
    let [ingress, egress] = summary;
    ProfileItem {
        id: format!("pro/{name}"),
        name: name.to_owned(),
        found: Some(true),
        rules: Some(RuleCounts {
            ingress: count(ingress),
            egress: count(egress),
        }),
        summary: summary.map(str::to_owned),
    }
}

pub(super) fn criterion(
    kind: CriterionType,
    written: Value,
    holds: bool,
    through: &str,
) -> Criterion {
    let effective = matches!(kind, CriterionType::Selector | CriterionType::NotSelector);
    Criterion {
        kind,
        effective_selector: effective.then(|| format!("<{written}>").into()),
        written: Some(written.into()),
        ip_set: None,
        holds: Some(holds),
        through: vec![through.to_owned()],
    }
}

pub(super) fn rule_match(
    (id, classic_name): (&str, &str),
    path: &str,
    action: Action,
    effect: MatchEffect,
    criteria: Vec<Criterion>,
) -> RuleMatch {
    let profile = id.starts_with("pro/");
    RuleMatch {
        policy: MatchedPolicy {
            id: id.to_owned(),
            kind: "NetworkPolicy",
            namespace: None,
            name: classic_name.to_owned(),
            classic_name: classic_name.to_owned(),
            tier: (!profile).then(|| "default".to_owned()),
            staged: (!profile).then_some(false),
        }
        .into(),
        direction: if path.contains("egress") {
            Direction::Egress
        } else {
            Direction::Ingress
        },
        rule_index: 0,
        path: path.to_owned().into(),
        felix_rules: vec![0],
        action,
        role: if path.ends_with("destination") {
            Side::Destination
        } else {
            Side::Source
        },
        side: MatchSide::Peer,
        effect,
        criteria,
        traffic: Traffic::default().into(),
    }
}

const OWN: &str = "node-a/k8s/shop.web-1/eth0";

fn web_1_policies() -> Vec<AppliedPolicy> {
    use PolicyType::{Egress, Ingress};
    vec![
        policy(
            (PolicyKind::GlobalNetworkPolicy, "", "baseline"),
            "platform",
            10.0,
            &[Ingress, Egress],
            "all()",
        ),
        policy(
            (PolicyKind::StagedNetworkPolicy, "shop", "lockdown"),
            "default",
            500.0,
            &[Egress],
            "app == 'web'",
        ),
        policy(
            (PolicyKind::KubernetesNetworkPolicy, "shop", "web"),
            "default",
            1000.0,
            &[Ingress],
            "app=web",
        ),
    ]
}

fn web_1_matches() -> Vec<RuleMatch> {
    use CriterionType::{Nets, NotSelector, Selector};
    use MatchEffect::{Applies, Excluded};
    vec![
        rule_match(
            ("np/pay/no-shop", "pay/no-shop"),
            "spec.ingress[0].source",
            Action::Deny,
            Applies,
            vec![criterion(
                Selector,
                json!({"namespaceSelector": "team == 'shop'"}),
                true,
                OWN,
            )],
        ),
        rule_match(
            ("np/shop/db-in", "shop/db-in"),
            "spec.ingress[2].source",
            Action::Allow,
            Applies,
            vec![
                criterion(Selector, json!({"selector": "app == 'web'"}), true, OWN),
                criterion(Nets, json!(["10.65.0.0/16"]), true, "10.65.0.12"),
            ],
        ),
        rule_match(
            ("knp/shop/api", "shop/knp.default.api"),
            "spec.ingress[1].from[0]",
            Action::Allow,
            Applies,
            vec![criterion(
                Selector,
                json!({"podSelector": "app in (web,edge)"}),
                true,
                OWN,
            )],
        ),
        rule_match(
            ("gnp/partners", "partners"),
            "spec.egress[0].destination",
            Action::Allow,
            Excluded,
            vec![criterion(
                NotSelector,
                json!({"notSelector": "app == 'web'"}),
                false,
                OWN,
            )],
        ),
        rule_match(
            ("gnp/feeds", "feeds"),
            "spec.ingress[0].source",
            Action::Deny,
            Applies,
            vec![criterion(
                Selector,
                json!({"selector": "list == 'lab'"}),
                true,
                "gns/lab",
            )],
        ),
    ]
}

/// `pod/shop/web-1`.
pub(super) fn web_1() -> EndpointItem {
    let mut item = pod("node-a", "shop", "web-1");
    item.policies = web_1_policies().into_iter().map(Into::into).collect();
    item.ingress = only_normal(stage(
        &[("platform", EndOfTier::Pass), ("default", EndOfTier::Deny)],
        UnmatchedAction::Deny,
        Some("tier/default"),
    ));
    item.egress = only_normal(stage(
        &[("platform", EndOfTier::Pass), ("default", EndOfTier::None)],
        UnmatchedAction::Allow,
        Some("pro/kns.shop"),
    ));
    item.profiles = vec![
        profile("kns.shop", ["Allow all", "Allow all"]),
        profile("ksa.shop.web", ["", ""]),
    ];
    item.rule_matches = Some(web_1_matches());
    let web_out = ObjectRef::new(V3, "NetworkPolicy", "shop", "web-out");
    item.notes = vec![Note {
        would_select: Some(true),
        governs: Some("Egress".to_owned()),
        ..Note::new(
            codes::POLICY_INVALID_DROPPED,
            &web_out,
            "expected an operator after label \"app\"",
        )
        .field("spec.egress[0].destination.selector")
    }];
    item
}

fn ports(list: &[(&str, u16)]) -> Vec<ProtoPort> {
    let port = |(protocol, port): &(&str, u16)| ProtoPort {
        protocol: (*protocol).to_owned(),
        port: *port,
        net: None,
    };
    list.iter().map(port).collect()
}

fn node_a_policies() -> Vec<AppliedPolicy> {
    use PolicyType::{Egress, Ingress};
    let mut edge = policy(
        (PolicyKind::GlobalNetworkPolicy, "", "edge"),
        "default",
        1.0,
        &[Ingress],
        "role == 'worker'",
    );
    edge.stages = vec![StageName::PreDnat];
    edge.treatment = Treatment::PreDnat;
    let mut nodes = policy(
        (PolicyKind::GlobalNetworkPolicy, "", "nodes"),
        "default",
        20.0,
        &[Ingress, Egress],
        "role == 'worker'",
    );
    nodes.stages = vec![StageName::Forward, StageName::Normal];
    nodes.treatment = Treatment::Forward;
    vec![edge, nodes]
}

/// `hep/node-a-eth0`.
pub(super) fn node_a_eth0() -> EndpointItem {
    let denies = || {
        stage(
            &[("default", EndOfTier::Deny)],
            UnmatchedAction::Deny,
            Some("tier/default"),
        )
    };
    let missing = ObjectRef::new(V3, "Profile", "", "missing");
    let common = [
        ("tcp", 179),
        ("tcp", 2379),
        ("tcp", 2380),
        ("tcp", 5473),
        ("tcp", 6443),
        ("tcp", 6666),
        ("tcp", 6667),
    ];
    let mut item = pod("node-a", "", "");
    item.kind = "HostEndpoint";
    item.id = EndpointId::Host {
        node: "node-a".into(),
        name: "node-a-eth0".into(),
    };
    item.short_ref = item.id.short_ref();
    (item.orchestrator, item.namespace, item.pod) = (None, None, None);
    item.endpoint = None;
    item.name = Some("node-a-eth0".to_owned());
    item.covers = Some(Covers::Interface);
    item.interface_name = Some("eth0".to_owned());
    item.ips = vec!["192.0.2.11".to_owned()];
    item.expected_ips = Some(item.ips.clone());
    item.ports = vec![EndpointPort {
        name: "ssh".to_owned(),
        protocol: "TCP".to_owned(),
        port: 22,
    }];
    item.policies = node_a_policies().into_iter().map(Into::into).collect();
    item.ingress = DirectionStages {
        pre_dnat: Some(stage(
            &[("default", EndOfTier::Pass)],
            UnmatchedAction::Continue,
            None,
        )),
        forward: Some(denies()),
        ..only_normal(denies())
    };
    item.egress = DirectionStages {
        forward: Some(denies()),
        ..only_normal(denies())
    };
    item.failsafes = Some(Failsafes {
        stages: vec![StageName::Untracked, StageName::PreDnat, StageName::Normal],
        ingress: ports(&[&[("tcp", 22), ("udp", 68)], &common[..]].concat()),
        egress: ports(&[&[("udp", 53), ("udp", 67)], &common[..]].concat()),
        from: "default".to_owned(),
    });
    item.profiles = vec![ProfileItem {
        found: Some(false),
        rules: None,
        ..profile("missing", ["", ""])
    }];
    item.notes = vec![Note::new(
        codes::PROFILE_MISSING,
        &missing,
        "no such profile; its rules are deny",
    )];
    item
}

/// GlobalNetworkPolicies that one may not list.
pub(super) fn forbidden() -> Gap {
    Gap {
        code: GapCode::Forbidden,
        resource: "globalnetworkpolicies.crd.projectcalico.org".to_owned(),
        verb: Some("list".to_owned()),
        scope: Some("cluster".to_owned()),
        missing_from: vec![Part::Policies, Part::RuleMatches, Part::Unmatched],
        message: "User \"dev\" may not list it; tried projectcalico.org/v3 too".to_owned(),
        rule: Some(RbacRule {
            api_groups: vec!["crd.projectcalico.org".to_owned()],
            resources: vec!["globalnetworkpolicies".to_owned()],
            verbs: vec!["list".to_owned()],
        }),
    }
}

/// Items that are there already.
pub fn made(items: Vec<EndpointItem>) -> Items<'static> {
    let places: Vec<usize> = (0..items.len()).collect();
    Items::of(&places, || {
        let items = items.clone();
        move |place: usize| items[place].clone()
    })
}
