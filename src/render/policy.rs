//! A policy as a block: what it is, what it applies to, whom its rules name.

use std::io::{self, Write};

use super::block::{place, title};
use super::table::Table;
use super::{Format, Style, because, block_policies, field, notes, words};
use crate::answer::{Head, PolicyAnswer, PolicyItem, PolicyState, RuleEndpoints, StageName};
use crate::model::{Action, Treatment};
use crate::note::{Effect, Note, codes};

/// Where the values of fields begin.
const COLUMN: usize = 12;
/// The most endpoints that a dropped policy lists on its line.
const LISTED: usize = 5;

pub(super) fn blocks(
    answer: PolicyAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut count = 0;
    for item in answer.items {
        if count > 0 {
            writeln!(out)?;
        } else if let Some(line) = super::messages::incomplete_line_of_selection(&answer.head.gaps)
        {
            writeln!(out, "{line}")?;
        }
        block(&item, &answer.head, style, out)?;
        count += 1;
    }
    Ok(count)
}

fn block(item: &PolicyItem, head: &Head, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (field, value) in fields(item, head) {
        field::print((field, &value), COLUMN, None, style, out)?;
    }
    let drops: Vec<&Note> = item.notes.iter().filter(|note| drops(note)).collect();
    for note in &drops {
        reason(note, style, out)?;
    }
    if item.state == PolicyState::Dropped {
        field::print(("", &would_apply(item)), 0, None, style, out)?;
    } else if item.state != PolicyState::StagedDelete {
        applies_to(item, style, out)?;
        let named = item.rule_endpoints.as_deref().unwrap_or_default();
        if !named.is_empty() {
            title("ITS RULES NAME", style, out)?;
            rules(named, style, out)?;
        }
    }
    let every = style.format == Some(Format::Detail);
    let shown: Vec<&Note> = item
        .notes
        .iter()
        .filter(|note| !drops.contains(note) && (every || notes::is_shown(note)))
        .collect();
    if !shown.is_empty() {
        title("NOTES", style, out)?;
        notes::print(&shown, style, out)?;
    }
    Ok(())
}

fn fields(item: &PolicyItem, head: &Head) -> Vec<(&'static str, String)> {
    let mut fields = vec![("Name:", item.id.to_string())];
    if item.stored_name.is_some() {
        fields.push(("Shown as:", item.name.clone()));
    }
    fields.push(("Tier:", tier(&item.tier, head)));
    match item.state {
        PolicyState::Dropped => {
            fields.push((
                "State:",
                "DROPPED by Calico: the whole policy has no effect".to_owned(),
            ));
            return fields;
        }
        PolicyState::StagedDelete => {
            fields.push((
                "State:",
                "a staged deletion, which nodes never see".to_owned(),
            ));
            return fields;
        }
        PolicyState::Staged => fields.push(("State:", "staged: it is never enforced".to_owned())),
        PolicyState::Active => {}
    }
    let order = item.order.map_or_else(
        || "none: after every order".to_owned(),
        |order| order.to_string(),
    );
    fields.push(("Order:", order));
    fields.push(("Types:", block_policies::types(&item.types)));
    match item.treatment {
        Treatment::Untracked => fields.push(("Applies:", "untracked, to hosts only".to_owned())),
        Treatment::PreDnat => fields.push(("Applies:", "before DNAT, to hosts only".to_owned())),
        Treatment::Forward => fields.push((
            "Applies:",
            "also to traffic forwarded through hosts".to_owned(),
        )),
        Treatment::Normal => {}
    }
    let parts = [
        ("Selector:", &item.selector),
        ("Namespaces:", &item.namespace_selector),
        ("Accounts:", &item.service_account_selector),
    ];
    let written = parts
        .into_iter()
        .filter_map(|(field, text)| Some((field, text.clone()?)));
    let written: Vec<_> = written.collect();
    match (written.is_empty(), &item.effective_selector) {
        (true, Some(_)) => fields.push(("Selector:", "all()".to_owned())),
        _ => fields.extend(written),
    }
    fields
}

/// `default (order 1000000, end of tier Deny)`
fn tier(name: &str, head: &Head) -> String {
    let known = head.tiers.iter().flatten().find(|tier| tier.name == name);
    match known {
        Some(tier) if tier.exists != Some(false) => {
            let order = tier
                .order
                .map_or_else(|| "none".to_owned(), |order| order.to_string());
            let end = tier
                .default_action
                .map_or_else(|| "unknown".to_owned(), |action| format!("{action:?}"));
            format!("{name} (order {order}, end of tier {end})")
        }
        _ => format!("{name} (there is no such tier)"),
    }
}

fn drops(note: &Note) -> bool {
    note.effect == Effect::Dropped || note.code == codes::CR_METADATA_ANNOTATION_BAD
}

/// Why it is dropped, with a caret under the place where a text stops parsing.
fn reason(note: &Note, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let field = note
        .field
        .as_ref()
        .map(|field| format!("{field}: "))
        .unwrap_or_default();
    let why = format!("{field}{}", note.message);
    field::print(("", &why), COLUMN, None, style, out)?;
    if let (Some(text), Some(at)) = (&note.text, note.at) {
        // On one line, wherever it goes: the caret points into it.
        let before = super::escape(text.get(..at).unwrap_or(text));
        let blanks = " ".repeat(unicode_width::UnicodeWidthStr::width(&*before));
        writeln!(out, "{:<COLUMN$}  {}", "", super::escape(text))?;
        writeln!(out, "{:<COLUMN$}  {blanks}^", "")?;
    }
    Ok(())
}

fn would_apply(item: &PolicyItem) -> String {
    if item.unreadable_selector {
        return "What it would apply to cannot be told: its selector cannot be read".to_owned();
    }
    let refs: Vec<&str> = item
        .endpoints
        .iter()
        .map(|endpoint| endpoint.who.short_ref.as_str())
        .collect();
    let listed = refs.get(..LISTED).unwrap_or(&refs).join(", ");
    match refs.len() {
        0 => "Would apply to no endpoint".to_owned(),
        1 => format!("Would apply to 1 endpoint: {listed}"),
        all if all > LISTED => format!(
            "Would apply to {all} endpoints: {listed} and {} more",
            all - LISTED
        ),
        all => format!("Would apply to {all} endpoints: {listed}"),
    }
}

fn applies_to(item: &PolicyItem, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    title("APPLIES TO", style, out)?;
    if item.endpoints.is_empty() {
        return writeln!(out, "none");
    }
    // Only where some endpoint is a host's is there more than one list.
    let stages = item
        .endpoints
        .iter()
        .any(|endpoint| endpoint.stages != [StageName::Normal]);
    let mut heads = vec!["ENDPOINT", "NODE"];
    if stages {
        heads.push("STAGES");
    }
    heads.push("IPS");
    if style.options.show_labels {
        heads.push("LABELS");
    }
    let mut table = Table::new(heads, false, style);
    for endpoint in &item.endpoints {
        let mut row = vec![
            endpoint.who.short_ref.clone(),
            endpoint.who.node.clone().unwrap_or_default(),
        ];
        if stages {
            let names: Vec<&str> = endpoint
                .stages
                .iter()
                .map(|stage| block_policies::word(*stage))
                .collect();
            row.push(if names.is_empty() {
                "no effect".to_owned()
            } else {
                names.join(",")
            });
        }
        row.push(endpoint.ips.join(","));
        if style.options.show_labels {
            row.push(words::labels(&endpoint.labels));
        }
        table.row(row);
    }
    table.print(out)
}

fn rules(sides: &[RuleEndpoints], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let hidden = style.options.hide_selectors;
    let mut heads = vec!["RULE", "ACTION", "AS", "ENDPOINT", "NODE"];
    if !hidden {
        heads.push("BECAUSE");
    }
    let mut table = Table::new(heads, !hidden, style);
    for side in sides {
        for endpoint in &side.endpoints {
            let mut row = of_side(side);
            row.extend([
                endpoint.who.short_ref.clone(),
                endpoint.who.node.clone().unwrap_or_default(),
            ]);
            if !hidden {
                row.push(because::because(
                    &endpoint.rule_match,
                    &endpoint.who.id.to_string(),
                ));
            }
            table.row(row);
        }
        for set in &side.network_sets {
            let mut row = of_side(side);
            row.extend([set.id.to_string(), String::new()]);
            if !hidden {
                row.push(because::of_sets(&side.criteria));
            }
            table.row(row);
        }
    }
    table.print(out)
}

fn of_side(side: &RuleEndpoints) -> Vec<String> {
    let action: &Action = &side.action;
    vec![
        place(&side.path),
        action.to_string(),
        side.role.field().to_owned(),
    ]
}
