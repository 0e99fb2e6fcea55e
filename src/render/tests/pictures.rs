//! Blocks and lines, to the letter.

use super::fixtures::*;
use super::{printed_answer, style};
use crate::answer::*;
use crate::error::Error;
use crate::render::{Format, Options, Shape, Style, error_report, gap_warnings, incomplete_line};

fn blocks(width: Option<usize>) -> Style {
    Style {
        shape: Shape::Blocks,
        ..style(width, Options::default())
    }
}

const WEB_1: &str = "\
Name:      pod/shop/web-1
Node:      node-a, interface eth0 (calia1b2c3d4e5f)
IPs:       10.65.0.12, fd00:10::12
Ingress:   denied unless a rule allows it (end of tier default)
Egress:    allowed unless a rule denies it (profile kns.shop)

POLICIES
TIER       ORDER   POLICY                       TYPES            SELECTOR
platform   10      gnp/baseline                 Ingress,Egress   all()
platform   end     -                            Ingress,Egress   no rule matched: Pass
default    500     snp/shop/lockdown [staged]   Egress           app == 'web'
default    1000    knp/shop/web                 Ingress          app=web
default    end     -                            Ingress          no rule matched: Deny

PROFILES
kns.shop       ingress: Allow all   egress: Allow all
ksa.shop.web   no rules

RULE MATCHES
POLICY           RULE                 ACTION   AS            BECAUSE
np/pay/no-shop   ingress[0]           Deny     source        namespaceSelector team == 'shop'
np/shop/db-in    ingress[2]           Allow    source        app == 'web', nets 10.65.0.0/16
knp/shop/api     ingress[1].from[0]   Allow    source        app in (web,edge)
gnp/partners     egress[0]            Allow    destination   EXCLUDED by notSelector app == 'web'
gnp/feeds        ingress[0]           Deny     source        list == 'lab' through gns/lab
";

const NODE_A_ETH0: &str = "\
Name:      hep/node-a-eth0
Node:      node-a, interface eth0 only
IPs:       192.0.2.11
Ports:     ssh TCP/22
Ingress:   denied unless a rule allows it (end of tier default), but for failsafes
Egress:    denied unless a rule allows it (end of tier default), but for failsafes
Failsafe:  in tcp 22,179,2379,2380,5473,6443,6666,6667 udp 68
           out tcp 179,2379,2380,5473,6443,6666,6667 udp 53,67

POLICIES
STAGE     TIER      ORDER   POLICY      TYPES            SELECTOR
preDNAT   default   1       gnp/edge    Ingress          role == 'worker'
preDNAT   default   end     -           Ingress          no rule matched: goes on
forward   default   20      gnp/nodes   Ingress,Egress   role == 'worker'
forward   default   end     -           Ingress,Egress   no rule matched: Deny
normal    default   20      gnp/nodes   Ingress,Egress   role == 'worker'
normal    default   end     -           Ingress,Egress   no rule matched: Deny

PROFILES
missing   NOT FOUND: denies all
";

#[test]
fn a_pod_in_a_block() {
    let notes_at_100 = "
NOTES
np/shop/web-out   dropped by Calico: spec.egress[0].destination.selector: expected an operator
                  after label \"app\". It would select this endpoint (Egress).
";
    let at_100 = printed_answer(answer(vec![web_1()], vec![]), &blocks(Some(100)));
    assert_eq!(at_100, format!("{WEB_1}{notes_at_100}"));
    let in_a_pipe = printed_answer(answer(vec![web_1()], vec![]), &blocks(None));
    assert!(in_a_pipe.starts_with(WEB_1));
    assert!(
        in_a_pipe.ends_with(
            "an operator after label \"app\". It would select this endpoint (Egress).\n"
        )
    );
}

#[test]
fn a_pod_on_80_columns() {
    let text = printed_answer(answer(vec![web_1()], vec![]), &blocks(Some(80)));
    let notes = "
NOTES
np/shop/web-out   dropped by Calico: spec.egress[0].destination.selector:
                  expected an operator after label \"app\". It would select this
                  endpoint (Egress).
";
    assert!(text.ends_with(notes), "{text}");
    assert!(
        text.contains("source       namespaceSelector te...\n"),
        "{text}"
    );
    assert!(text.contains("Ingress,Egress   Pass\n"), "{text}");
    let names = text.lines().all(|line| {
        !line.starts_with("np/") || line.contains("np/pay/no-shop") || line.contains("np/shop/")
    });
    assert!(names);
}

#[test]
fn a_host_endpoint_in_a_block() {
    for width in [None, Some(100)] {
        assert_eq!(
            printed_answer(answer(vec![node_a_eth0()], vec![]), &blocks(width)),
            NODE_A_ETH0
        );
    }
    let two = printed_answer(answer(vec![node_a_eth0(), web_1()], vec![]), &blocks(None));
    assert!(
        two.starts_with(&format!("{NODE_A_ETH0}\nName:      pod/shop/web-1\n")),
        "{two}"
    );
    let detail = Style {
        format: Some(Format::Detail),
        ..style(None, Options::default())
    };
    let text = printed_answer(answer(vec![node_a_eth0()], vec![]), &detail);
    assert!(text.ends_with("\nNOTES\npro/missing   denies: no such profile; its rules are deny. Correct the list of profiles.\n"), "{text}");
}

#[test]
fn hidden_selectors_take_their_columns_along() {
    let mut style = blocks(None);
    style.options.hide_selectors = true;
    let text = printed_answer(answer(vec![web_1()], vec![]), &style);
    assert!(
        !text.contains("SELECTOR") && !text.contains("BECAUSE"),
        "{text}"
    );
    assert!(text.contains("Ingress: Deny"), "{text}");
}

#[test]
fn what_is_not_on_the_node_is_said() {
    let mut item = node_a_eth0();
    if let Some(stage) = &mut item.ingress.pre_dnat {
        stage.programmed = Some(false);
        stage.reason = Some("interfaceName is *".to_owned());
    }
    let mut idle = (*item.policies[0]).clone();
    idle.stages.clear();
    item.policies.push(idle.into());
    item.covers = Some(Covers::AllInterfaces);
    let text = printed_answer(answer(vec![item], vec![]), &blocks(None));
    assert!(
        text.contains("Ingress          not programmed: interfaceName is *\n"),
        "{text}"
    );
    assert!(
        text.contains("\n-         default   1       gnp/edge [no effect]   Ingress"),
        "{text}"
    );
    let mut item = web_1();
    let mut nowhere = (*item.policies[0]).clone();
    nowhere.stages.clear();
    item.policies[0] = nowhere.into();
    let text = printed_answer(answer(vec![item], vec![]), &blocks(None));
    assert!(text.contains("gnp/baseline [no effect on pods]"), "{text}");
}

#[test]
fn a_tier_of_staged_policies_alone_does_nothing() {
    let mut item = web_1();
    item.policies.remove(2);
    item.ingress = only_normal(stage(&[], UnmatchedAction::Allow, Some("pro/kns.shop")));
    let text = printed_answer(answer(vec![item], vec![]), &blocks(None));
    assert!(text.contains("default    end     -                            Egress           no effect: only staged policies\n"), "{text}");
}

#[test]
fn every_fate_of_an_unmatched_packet() {
    use UnmatchedAction::*;
    let mut item = web_1();
    item.profiles.push(ProfileItem {
        found: None,
        ..profile("other", ["", ""])
    });
    for (action, by, sentence, cell) in [
        (
            Deny,
            Some("pro/kns.shop"),
            "denied unless a rule allows it (profile kns.shop)",
            "Deny (kns.shop)",
        ),
        (
            Deny,
            None,
            "denied unless a rule allows it (no profile)",
            "Deny (no profile)",
        ),
        (
            Depends,
            Some("pro/kns.shop"),
            "depends on the rules of profile kns.shop",
            "Depends (kns.shop)",
        ),
        (
            Unknown,
            Some("pro/kns.shop"),
            "unknown (profile kns.shop allows, if no global policy decides first)",
            "Unknown (kns.shop)",
        ),
        (
            Unknown,
            Some("pro/ksa.shop.web"),
            "unknown (profile ksa.shop.web decides, if no global policy decides first)",
            "Unknown (ksa.shop.web)",
        ),
        (
            Unknown,
            Some("pro/other"),
            "unknown (profile other could not be read)",
            "Unknown (other)",
        ),
        (
            Unknown,
            None,
            "unknown (not everything that decides could be read)",
            "Unknown",
        ),
    ] {
        item.egress = only_normal(stage(&[], action, by));
        let text = printed_answer(answer(vec![item.clone()], vec![forbidden()]), &blocks(None));
        assert!(
            text.contains(&format!("\nEgress:    {sentence}\n")),
            "{text}"
        );
        let text = printed_answer(
            answer(vec![item.clone()], vec![]),
            &style(None, Options::default()),
        );
        assert!(text.contains(&format!("   {cell}   ")), "{text}");
    }
}

#[test]
fn failsafes_are_named_where_there_are_some() {
    let mut item = node_a_eth0();
    if let Some(failsafes) = &mut item.failsafes {
        failsafes.ingress.clear();
        failsafes.from = "felixconfiguration/default".to_owned();
    }
    let text = printed_answer(answer(vec![item], vec![]), &blocks(None));
    assert!(
        text.contains("Ingress:   denied unless a rule allows it (end of tier default)\n"),
        "{text}"
    );
    assert!(
        text.contains("Failsafe:  in none (felixconfiguration/default)\n"),
        "{text}"
    );
}

#[test]
fn pods_of_a_namespace_in_lines() {
    let mut second = web_1();
    second.id = pod("node-b", "shop", "web-2").id;
    second.node = Some("node-b".to_owned());
    second.notes.clear();
    let text = printed_answer(
        answer(vec![web_1(), second], vec![]),
        &style(None, Options::default()),
    );
    assert_eq!(
        text,
        "\
NAME    NODE     POLICIES   STAGED   INGRESS          EGRESS             RULES   NOTES
web-1   node-a   2          1        Deny (default)   Allow (kns.shop)   5       1
web-2   node-b   2          1        Deny (default)   Allow (kns.shop)   5       -
"
    );
}

#[test]
fn a_node_in_lines() {
    let text = printed_answer(
        answer(vec![node_a_eth0(), web_1()], vec![]),
        &style(None, Options::default()),
    );
    assert_eq!(
        text,
        "\
NAME              NODE     POLICIES   STAGED   INGRESS          EGRESS             RULES   NOTES
hep/node-a-eth0   node-a   2          0        Deny (default)   Deny (default)     0       1
pod/shop/web-1    node-a   2          1        Deny (default)   Allow (kns.shop)   5       1
"
    );
    let several = vec![pod("n", "a", "x"), pod("n", "b", "x")];
    let text = printed_answer(answer(several, vec![]), &style(None, Options::default()));
    assert!(
        text.contains("\npod/a/x ") && text.contains("\npod/b/x "),
        "{text}"
    );
}

#[test]
fn wide_lines_with_namespaces_and_labels() {
    let mut item = web_1();
    item.rule_matches = None;
    let wide = Style {
        format: Some(Format::Wide),
        ..style(
            Some(40),
            Options {
                show_labels: true,
                namespaces: true,
                ..Options::default()
            },
        )
    };
    assert_eq!(
        printed_answer(answer(vec![item], vec![]), &wide),
        "\
NAMESPACE   NAME    NODE     POLICIES   STAGED   INGRESS          EGRESS             NOTES   IPS                      POLICY-IDS                                     LABELS
shop        web-1   node-a   2          1        Deny (default)   Allow (kns.shop)   1       10.65.0.12,fd00:10::12   gnp/baseline,snp/shop/lockdown,knp/shop/web   app=web
"
        .replace("POLICY-IDS                                     LABELS", "POLICY-IDS                                    LABELS")
    );
}

#[test]
fn many_lines_keep_the_columns_of_the_first() {
    let items: Vec<_> = (0..2500)
        .map(|n| {
            pod(
                "node-a",
                if n < 1500 { "shop" } else { "zoo" },
                &format!("web-{n:04}"),
            )
        })
        .collect();
    let text = printed_answer(answer(items, vec![]), &style(None, Options::default()));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2501);
    assert!(
        lines[..1001]
            .iter()
            .all(|line| line.find("node-a").or(line.find("NODE")) == Some(11))
    );
    assert!(
        lines[2500].starts_with("pod/zoo/web-2499   node-a   "),
        "{}",
        lines[2500]
    );
}

#[test]
fn gaps_stand_above_and_beside() {
    let text = printed_answer(answer(vec![web_1()], vec![forbidden()]), &blocks(None));
    assert!(text.starts_with("INCOMPLETE: GlobalNetworkPolicies could not be read (forbidden); Allow below is not certain\nName:      pod/shop/web-1\n"), "{text}");
    assert_eq!(
        gap_warnings(&[forbidden()]),
        "warning: User \"dev\" may not list globalnetworkpolicies.crd.projectcalico.org; missing rule:\n  {apiGroups: [crd.projectcalico.org], resources: [globalnetworkpolicies], verbs: [list]}\n"
    );
    let mut sets = forbidden();
    sets.resource = "globalnetworksets.crd.projectcalico.org".to_owned();
    sets.missing_from = vec![crate::note::Part::RuleMatches];
    assert_eq!(
        incomplete_line(&[sets]).unwrap(),
        "INCOMPLETE: GlobalNetworkSets could not be read (forbidden); rule matches may be missing below"
    );
    assert_eq!(incomplete_line(&[]), None);
}

#[test]
fn a_selector_with_a_caret() {
    let error = crate::selector::ParseError {
        at: 4,
        message: "expected ==".to_owned(),
    };
    let error = Error::Selector {
        text: "app = 'web'".to_owned(),
        error,
    };
    assert_eq!(
        error_report(&error),
        "error: the selector does not parse: expected ==\n  app = 'web'\n      ^\n"
    );
}

#[test]
fn colour_adds_nothing_but_colour() {
    let mut coloured = blocks(Some(100));
    coloured.options.color = true;
    let text = printed_answer(answer(vec![node_a_eth0(), web_1()], vec![]), &coloured);
    let plain = printed_answer(
        answer(vec![node_a_eth0(), web_1()], vec![]),
        &blocks(Some(100)),
    );
    assert_eq!(anstream::adapter::strip_str(&text).to_string(), plain);
    assert!(text.contains("\u{1b}[1mPOLICIES\u{1b}[0m"), "{text:?}");
}
