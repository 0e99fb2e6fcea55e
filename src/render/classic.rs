//! The text of the original tool, `-o ps`, line for line as its users' scripts know it.

use std::io::{self, Write};

use super::Style;
use super::escape::escape;
use crate::answer::{
    AppliedPolicy, CriterionType, EndpointAnswer, EndpointItem, MatchEffect, RuleMatch,
};
use crate::model::{Direction, EndpointId, Side, Treatment};

/// The layout of today.
pub(super) fn ps(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let query = &answer.head.query;
    let first = match (&query.what, &query.node) {
        (_, Some(node)) => format!("Policies and profiles for each endpoint on host \"{node}\":"),
        (what, None) => {
            let what = what.as_deref().unwrap_or_default().join(" ");
            format!("Policies and profiles for endpoints matching \"{what}\":")
        }
    };
    let first = if style.options.escape {
        escape(&first)
    } else {
        first.into()
    };
    writeln!(out, "{first}")?;
    items(answer, style, out, |name| format!("Profile \"{name}\""))
}

/// The layout of an early page: no first line, profiles without quotes.
pub(super) fn ps_2017(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    items(answer, style, out, |name| format!("Profile {name}"))
}

fn items(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
    profile: impl Fn(&str) -> String,
) -> io::Result<usize> {
    let mut count = 0;
    for item in answer.items {
        let text = endpoint(&item, style, &profile);
        let text = if style.options.escape {
            super::escape::escape_lines(&text)
        } else {
            text
        };
        write!(out, "{text}")?;
        count += 1;
    }
    Ok(count)
}

fn endpoint(item: &EndpointItem, style: &Style, profile: &impl Fn(&str) -> String) -> String {
    let hide = style.options.hide_selectors;
    let kind = if matches!(item.id, EndpointId::Host { .. }) {
        "Host"
    } else {
        "Workload"
    };
    let mut text = format!(
        "\n{kind} endpoint {}\n  Policies:\n",
        item.id.without_node()
    );
    // A stable sort: within each kind of treatment the order of evaluation stays.
    let mut policies: Vec<_> = item.policies.iter().collect();
    policies.sort_by_key(|policy| treatment(policy).0);
    for policy in policies {
        text.push_str(&format!(
            "    {}{}{}\n",
            self::policy(policy, hide),
            treatment(policy).1,
            staged(policy.staged)
        ));
    }
    if !item.profiles.is_empty() {
        text.push_str("  Profiles:\n");
        for entry in &item.profiles {
            text.push_str(&format!("    {}\n", profile(&entry.name)));
        }
    }
    let matches = item.rule_matches.as_deref().unwrap_or_default();
    let lines = rule_lines(matches, hide, profile);
    if !lines.is_empty() {
        text.push_str("  Rule matches:\n");
        text.extend(lines);
    }
    text
}

/// The place of its treatment in the list, and its mark.
fn treatment(policy: &AppliedPolicy) -> (u8, &'static str) {
    match policy.treatment {
        Treatment::Untracked => (0, " [untracked]"),
        Treatment::PreDnat => (1, " [preDNAT]"),
        Treatment::Forward | Treatment::Normal => (2, ""),
    }
}

/// A line for each place in the lists that Felix runs, in the order of these places: rules that a Kubernetes
/// rule becomes lie between those of its other peers.
fn rule_lines(matches: &[RuleMatch], hide: bool, profile: &impl Fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for of_policy in matches.chunk_by(|a, b| a.policy.id == b.policy.id) {
        let mut places: Vec<(Direction, usize, Side, &RuleMatch)> = of_policy
            .iter()
            .flat_map(|rule| {
                let place = move |place: &usize| (rule.direction, *place, rule.role, rule);
                rule.felix_rules.iter().map(place)
            })
            .collect();
        places.sort_by_key(|(direction, place, side, _)| (*direction, *place, *side));
        let line = |(_, place, _, rule)| rule_line(rule, place, hide, profile);
        lines.extend(places.into_iter().filter_map(line));
    }
    lines
}

fn staged(staged: bool) -> &'static str {
    if staged { " [staged]" } else { "" }
}

pub(super) fn tier(name: &str) -> String {
    if name == "default" {
        String::new()
    } else {
        format!("Tier \"{name}\" ")
    }
}

fn policy(policy: &AppliedPolicy, hide: bool) -> String {
    let order = policy
        .order
        .map_or_else(|| "default".to_owned(), |order| order.to_string());
    let selector = match policy.effective_selector.as_deref().filter(|_| !hide) {
        Some("") => "; selector \"all()\"".to_owned(),
        Some(text) => format!("; selector \"{text}\""),
        None => String::new(),
    };
    let name = policy.id.classic_name(&policy.name);
    format!(
        "{}Policy \"{name}\" (order {order}{selector})",
        tier(&policy.tier)
    )
}

/// One match with its policy; `None` for effects that the original tool did not know.
fn rule_line(
    rule: &RuleMatch,
    place: usize,
    hide: bool,
    profile: &impl Fn(&str) -> String,
) -> Option<String> {
    let words = rule_words(rule, place, hide)?;
    let owner = match &rule.policy.tier {
        Some(name) => format!("{}Policy \"{}\"", tier(name), rule.policy.classic_name),
        None => profile(&rule.policy.name),
    };
    Some(format!(
        "    {owner} {words}{}\n",
        staged(rule.policy.staged == Some(true))
    ))
}

/// One match: `inbound rule 1 source match; selector "…"`.
pub(super) fn rule_words(rule: &RuleMatch, place: usize, hide: bool) -> Option<String> {
    let selector = |kind: CriterionType| {
        let of = rule
            .criteria
            .iter()
            .find(|criterion| criterion.kind == kind)?;
        Some((
            of.holds,
            of.effective_selector
                .as_deref()
                .cloned()
                .unwrap_or_default(),
        ))
    };
    let positive = selector(CriterionType::Selector);
    let (word, text) = match rule.effect {
        MatchEffect::Excluded => (
            "exclusion",
            selector(CriterionType::NotSelector).map(|(_, text)| text),
        ),
        MatchEffect::Applies => ("match", positive.map(|(_, text)| text)),
        MatchEffect::Partial
            if positive
                .as_ref()
                .is_some_and(|(holds, _)| *holds == Some(true)) =>
        {
            ("match", positive.map(|(_, text)| text))
        }
        _ => return None,
    };
    let text = text.filter(|text| !hide && !text.is_empty());
    let selector = text
        .map(|text| format!("; selector \"{text}\""))
        .unwrap_or_default();
    let direction = match rule.direction {
        Direction::Ingress => "inbound",
        Direction::Egress => "outbound",
    };
    let side = match rule.role {
        Side::Source => "source",
        Side::Destination => "destination",
    };
    Some(format!(
        "{direction} rule {} {side} {word}{selector}",
        place + 1
    ))
}
