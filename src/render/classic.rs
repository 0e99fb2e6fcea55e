//! The text of the original tool, `-o ps`, line for line as its users' scripts know it.

use std::io::{self, Write};

use super::Style;
use super::escape::escape;
use crate::answer::{
    AppliedPolicy, CriterionType, EndpointAnswer, EndpointItem, MatchEffect, RuleMatch, StageName,
};
use crate::model::{Direction, EndpointId, Side};

/// The layout of today.
pub(super) fn ps(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let what = answer.head.query.what.join(" ");
    writeln!(
        out,
        "Policies and profiles for endpoints matching \"{}\":",
        escape(&what)
    )?;
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
    for (stage, mark) in [
        (StageName::Untracked, " [untracked]"),
        (StageName::PreDnat, " [preDNAT]"),
        (StageName::Normal, ""),
    ] {
        for policy in item
            .policies
            .iter()
            .filter(|policy| policy.stages.contains(&stage))
        {
            text.push_str(&format!(
                "    {}{mark}{}\n",
                self::policy(policy, hide),
                staged(policy.staged)
            ));
        }
    }
    if !item.profiles.is_empty() {
        text.push_str("  Profiles:\n");
        for entry in &item.profiles {
            text.push_str(&format!("    {}\n", profile(&entry.name)));
        }
    }
    let lines: Vec<String> = item
        .rule_matches
        .iter()
        .flatten()
        .filter_map(|rule| rule_lines(rule, hide))
        .collect();
    if !lines.is_empty() {
        text.push_str("  Rule matches:\n");
        text.extend(lines);
    }
    text
}

fn staged(staged: bool) -> &'static str {
    if staged { " [staged]" } else { "" }
}

fn tier(name: &str) -> String {
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

/// The lines of one match: one for each place in the list that Felix runs.
fn rule_lines(rule: &RuleMatch, hide: bool) -> Option<String> {
    let selector = |kind: CriterionType| {
        let of = rule
            .criteria
            .iter()
            .find(|criterion| criterion.kind == kind)?;
        Some((of.holds, of.effective_selector.clone().unwrap_or_default()))
    };
    let positive =
        selector(CriterionType::Selector).or_else(|| selector(CriterionType::NamedPorts));
    let (word, text) = match rule.effect {
        MatchEffect::Excluded => (
            "exclusion",
            selector(CriterionType::NotSelector).map(|(_, text)| text),
        ),
        MatchEffect::Applies => ("match", positive.map(|(_, text)| text)),
        MatchEffect::Partial if positive.as_ref().is_some_and(|(holds, _)| *holds) => {
            ("match", positive.map(|(_, text)| text))
        }
        _ => return None,
    };
    let text = text.filter(|text| !hide && !text.is_empty());
    let selector = text
        .map(|text| format!("; selector \"{text}\""))
        .unwrap_or_default();
    let owner = match &rule.policy.tier {
        Some(name) => format!("{}Policy", tier(name)),
        None => "Profile".to_owned(),
    };
    let direction = match rule.direction {
        Direction::Ingress => "inbound",
        Direction::Egress => "outbound",
    };
    let side = match rule.role {
        Side::Source => "source",
        Side::Destination => "destination",
    };
    let line = |place: &usize| {
        format!(
            "    {owner} \"{}\" {direction} rule {} {side} {word}{selector}{}\n",
            rule.policy.classic_name,
            place + 1,
            staged(rule.policy.staged == Some(true))
        )
    };
    Some(rule.felix_rules.iter().map(line).collect())
}
