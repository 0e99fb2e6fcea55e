//! The classic text, to the letter.

use super::fixtures::*;
use super::{printed_answer, style};
use crate::answer::*;
use crate::model::{Action, PolicyKind, Treatment};
use crate::render::{Format, Options, Style};

fn ps(format: Format) -> Style {
    Style {
        format: Some(format),
        ..style(None, Options::default())
    }
}

/// The documented examples of selectors.
fn documented() -> EndpointItem {
    let mut item = pod("node-a", "namespace1", "pod-1");
    let mut own = policy(
        (PolicyKind::NetworkPolicy, "namespace1", "policy1"),
        "default",
        500.0,
        &[PolicyType::Ingress, PolicyType::Egress],
        "",
    );
    own.effective_selector = Some("(projectcalico.org/namespace == 'namespace1') && projectcalico.org/namespace == 'namespace1'".to_owned());
    let mut untracked = policy(
        (PolicyKind::GlobalNetworkPolicy, "", "demo"),
        "default",
        1000.5,
        &[PolicyType::Ingress],
        "",
    );
    untracked.effective_selector =
        Some("projectcalico.org/namespace == 'advanced-policy-demo'".to_owned());
    untracked.stages.clear();
    untracked.treatment = Treatment::Untracked;
    item.policies = vec![own.into(), untracked.into()];
    item.profiles = vec![profile("kns.namespace1", ["Allow all", "Allow all"])];
    let selector = "(projectcalico.org/namespace == 'namespace1') && (projectcalico.org/namespace == 'namespace1')";
    let criterion = Criterion {
        effective_selector: Some(selector.to_owned().into()),
        ..criterion(CriterionType::Selector, "x".into(), true, "y")
    };
    item.rule_matches = Some(vec![rule_match(
        ("np/namespace1/policy1", "namespace1/policy1"),
        "spec.egress[0].destination",
        Action::Allow,
        MatchEffect::Applies,
        vec![criterion],
    )]);
    item
}

const BODY: &str = "
Workload endpoint k8s/namespace1.pod-1/eth0
  Policies:
    Policy \"demo\" (order 1000.5; selector \"projectcalico.org/namespace == 'advanced-policy-demo'\") [untracked]
    Policy \"namespace1/policy1\" (order 500; selector \"(projectcalico.org/namespace == 'namespace1') && projectcalico.org/namespace == 'namespace1'\")
  Profiles:
    Profile \"kns.namespace1\"
  Rule matches:
    Policy \"namespace1/policy1\" outbound rule 1 destination match; selector \"(projectcalico.org/namespace == 'namespace1') && (projectcalico.org/namespace == 'namespace1')\"
";

#[test]
fn the_documented_layout() {
    assert_eq!(
        printed_answer(answer(vec![documented()], vec![]), &ps(Format::Ps)),
        format!("Policies and profiles for endpoints matching \"web-1\":\n{BODY}")
    );
    assert_eq!(
        printed_answer(answer(vec![documented()], vec![]), &ps(Format::Ps2017)),
        BODY.replace("Profile \"kns.namespace1\"", "Profile kns.namespace1")
    );
    assert_eq!(
        printed_answer(answer(vec![], vec![forbidden()]), &ps(Format::Ps)),
        "Policies and profiles for endpoints matching \"web-1\":\n"
    );
}

#[test]
fn without_selectors() {
    let mut hidden = ps(Format::Ps);
    hidden.options.hide_selectors = true;
    assert_eq!(
        printed_answer(answer(vec![documented()], vec![]), &hidden),
        "Policies and profiles for endpoints matching \"web-1\":

Workload endpoint k8s/namespace1.pod-1/eth0
  Policies:
    Policy \"demo\" (order 1000.5) [untracked]
    Policy \"namespace1/policy1\" (order 500)
  Profiles:
    Profile \"kns.namespace1\"
  Rule matches:
    Policy \"namespace1/policy1\" outbound rule 1 destination match
"
    );
}

#[test]
fn tiers_stages_staged_and_exclusions() {
    let mut bare = pod("node-a", "shop", "bare");
    bare.policies = vec![
        AppliedPolicy {
            order: None,
            effective_selector: Some(String::new()),
            ..(*web_1().policies.remove(2)).clone()
        }
        .into(),
    ];
    let text = printed_answer(
        answer(vec![node_a_eth0(), web_1(), bare], vec![]),
        &ps(Format::Ps),
    );
    assert_eq!(
        text,
        "Policies and profiles for endpoints matching \"web-1\":

Host endpoint node-a-eth0
  Policies:
    Policy \"edge\" (order 1; selector \"(role == 'worker')\") [preDNAT]
    Policy \"nodes\" (order 20; selector \"(role == 'worker')\")
  Profiles:
    Profile \"missing\"

Workload endpoint k8s/shop.web-1/eth0
  Policies:
    Tier \"platform\" Policy \"baseline\" (order 10; selector \"(all())\")
    Policy \"shop/lockdown\" (order 500; selector \"(app == 'web')\") [staged]
    Policy \"shop/knp.default.web\" (order 1000; selector \"(app=web)\")
  Profiles:
    Profile \"kns.shop\"
    Profile \"ksa.shop.web\"
  Rule matches:
    Policy \"pay/no-shop\" inbound rule 1 source match; selector \"<{\"namespaceSelector\":\"team == 'shop'\"}>\"
    Policy \"shop/db-in\" inbound rule 1 source match; selector \"<{\"selector\":\"app == 'web'\"}>\"
    Policy \"shop/knp.default.api\" inbound rule 1 source match; selector \"<{\"podSelector\":\"app in (web,edge)\"}>\"
    Policy \"partners\" outbound rule 1 destination exclusion; selector \"<{\"notSelector\":\"app == 'web'\"}>\"
    Policy \"feeds\" inbound rule 1 source match; selector \"<{\"selector\":\"list == 'lab'\"}>\"

Workload endpoint k8s/shop.bare/eth0
  Policies:
    Policy \"shop/knp.default.web\" (order default; selector \"all()\")
"
    );
}

#[test]
fn rules_stand_in_the_order_that_felix_runs() {
    let named = |felix_rules: &[usize], path| RuleMatch {
        felix_rules: felix_rules.to_vec(),
        ..rule_match(
            ("np/a/b", "a/b"),
            path,
            Action::Allow,
            MatchEffect::Applies,
            vec![],
        )
    };
    let in_profile = rule_match(
        ("pro/p", "p"),
        "spec.ingress[0].source",
        Action::Allow,
        MatchEffect::Applies,
        vec![],
    );
    let mut item = pod("n", "a", "x");
    let hidden_effect = RuleMatch {
        effect: MatchEffect::Inert,
        ..named(&[7], "spec.ingress[3].source")
    };
    item.rule_matches = Some(vec![
        named(&[0, 9], "spec.ingress[0].from[0]"),
        named(&[1, 10], "spec.ingress[0].from[1]"),
        hidden_effect,
        named(&[0], "spec.egress[0].destination"),
        in_profile,
    ]);
    let text = printed_answer(answer(vec![item], vec![]), &ps(Format::Ps2017));
    assert_eq!(
        text,
        "
Workload endpoint k8s/a.x/eth0
  Policies:
  Rule matches:
    Policy \"a/b\" inbound rule 1 source match
    Policy \"a/b\" inbound rule 2 source match
    Policy \"a/b\" inbound rule 10 source match
    Policy \"a/b\" inbound rule 11 source match
    Policy \"a/b\" outbound rule 1 destination match
    Profile p inbound rule 1 source match
"
    );
}
