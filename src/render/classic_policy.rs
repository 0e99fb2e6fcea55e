//! The classic text of `policy` and `eval`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Style;
use super::classic::{rule_words, tier};
use crate::answer::{EvalAnswer, PolicyAnswer, PolicyItem, PolicyState};
use crate::model::{Direction, EndpointId, Side};

/// A rule's place in the lists that Felix runs, by which lines are sorted, and the line.
type Line = ((Direction, usize, Side), String);

pub(super) fn policy(
    answer: PolicyAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let typed = answer.head.query.name.clone().unwrap_or_default();
    let mut items = answer.items.peekable();
    let (mut count, mut several) = (0, false);
    while let Some(item) = items.next() {
        several |= items.peek().is_some();
        // One name of several objects would not say which is meant.
        let named = match several {
            true => item.id.to_string(),
            false => typed.clone(),
        };
        let text = one(&item, &named, style);
        let between = if count > 0 { "\n" } else { "" };
        write!(out, "{between}{}", safe(text, style))?;
        count += 1;
    }
    Ok(count)
}

/// A mark for what no node enforces, and the verb.
fn state(state: PolicyState) -> (&'static str, &'static str) {
    match state {
        PolicyState::Active => ("", "applies"),
        PolicyState::Staged => (" [staged]", "applies"),
        PolicyState::StagedDelete => (" [staged deletion]", "would apply"),
        PolicyState::Dropped => (" [dropped]", "would apply"),
    }
}

fn one(item: &PolicyItem, typed: &str, style: &Style) -> String {
    let hide = style.options.hide_selectors;
    let named = format!("Policy \"{typed}\"");
    let (mark, verb) = state(item.state);
    let these = match item.unreadable_selector && item.state == PolicyState::Dropped {
        true => "to what cannot be told: its selector cannot be read",
        false => "to these endpoints:",
    };
    let mut text = format!("{}{named}{mark} {verb} {these}\n", tier(&item.tier));
    let selector = match item.effective_selector.as_deref().filter(|_| !hide) {
        Some(selector) => format!("; selector \"{selector}\""),
        None => String::new(),
    };
    for endpoint in &item.endpoints {
        text.push_str(&format!(
            "  {}{selector}\n",
            endpoint_words(&endpoint.who.id)
        ));
    }
    let Some(sides) = &item.rule_endpoints else {
        return text;
    };
    text.push_str(&format!("\nEndpoints matching {named} rules:\n"));
    let mut lines: BTreeMap<&EndpointId, Vec<Line>> = BTreeMap::new();
    for side in sides {
        for endpoint in &side.endpoints {
            for place in &side.felix_rules {
                if let Some(words) = rule_words(&endpoint.rule_match, *place, hide) {
                    let of = lines.entry(&endpoint.who.id).or_default();
                    of.push((
                        (side.direction, *place, side.role),
                        format!("    {words}\n"),
                    ));
                }
            }
        }
    }
    for (id, mut of) in lines {
        of.sort();
        text.push_str(&format!("  {}\n", endpoint_words(id)));
        text.extend(of.into_iter().map(|(_, line)| line));
    }
    text
}

pub(super) fn selected(
    answer: EvalAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let typed = answer.head.query.selector.clone().unwrap_or_default();
    write!(
        out,
        "{}",
        safe(format!("Endpoints matching selector {typed}:\n"), style)
    )?;
    let mut count = 0;
    for item in answer.items {
        write!(
            out,
            "{}",
            safe(format!("  {}\n", endpoint_words(&item.who.id)), style)
        )?;
        count += 1;
    }
    Ok(count)
}

/// With the node in front.
fn endpoint_words(id: &EndpointId) -> String {
    match id {
        EndpointId::Host { .. } => format!("Host endpoint {}", id.searchable()),
        EndpointId::Workload { .. } => format!("Workload endpoint {}", id.searchable()),
    }
}

fn safe(text: String, style: &Style) -> String {
    match style.options.escape {
        true => super::escape::escape_lines(&text),
        false => text,
    }
}
