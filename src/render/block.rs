//! A block for each endpoint.

use std::io::{self, Write};

use super::table::Table;
use super::{Format, Style, because, notes, words};
use crate::answer::{
    AppliedPolicy, Covers, DirectionStages, EndOfTier, EndpointAnswer, EndpointItem, Failsafes,
    PolicyType, ProfileItem, RuleMatch, Stage, StageName,
};
use crate::note::Gap;

pub(super) fn blocks(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut count = 0;
    for item in answer.items {
        if count > 0 {
            writeln!(out)?;
        } else if let Some(line) = super::incomplete_line(&answer.head.gaps) {
            writeln!(out, "{line}")?;
        }
        block(&item, &answer.head.gaps, style, out)?;
        count += 1;
    }
    Ok(count)
}

fn block(item: &EndpointItem, gaps: &[Gap], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for (field, value) in head(item, gaps) {
        let value = if style.options.escape {
            super::escape(&value).into_owned()
        } else {
            value
        };
        writeln!(out, "{field:<10} {}", painted(field, &value, style))?;
    }
    writeln!(out, "\nPOLICIES")?;
    policies(item, style, out)?;
    writeln!(out, "\nPROFILES")?;
    profiles(&item.profiles, style, out)?;
    if let Some(matches) = item
        .rule_matches
        .as_deref()
        .filter(|matches| !matches.is_empty())
    {
        writeln!(out, "\nRULE MATCHES")?;
        rule_matches(matches, item, style, out)?;
    }
    let every = style.format == Some(Format::Detail);
    let shown: Vec<_> = item
        .notes
        .iter()
        .filter(|note| every || notes::is_shown(note))
        .collect();
    if !shown.is_empty() {
        writeln!(out, "\nNOTES")?;
        notes::print(&shown, style, out)?;
    }
    Ok(())
}

fn painted(field: &str, value: &str, style: &Style) -> String {
    use anstyle::AnsiColor::{Green, Red};
    let colour = match field {
        "Ingress:" | "Egress:" if value.starts_with("denied") => Red,
        "Ingress:" | "Egress:" if value.starts_with("allowed") => Green,
        _ => return value.to_owned(),
    };
    if !style.options.color {
        return value.to_owned();
    }
    let colour = anstyle::Style::new().fg_color(Some(colour.into()));
    format!("{colour}{value}{colour:#}")
}

fn head(item: &EndpointItem, gaps: &[Gap]) -> Vec<(&'static str, String)> {
    let mut head = vec![("Name:", item.short_ref.clone()), ("Node:", node(item))];
    head.push((
        "IPs:",
        if item.ips.is_empty() {
            "-".to_owned()
        } else {
            item.ips.join(", ")
        },
    ));
    if !item.ports.is_empty() {
        let ports = item
            .ports
            .iter()
            .map(|port| format!("{} {}/{}", port.name, port.protocol, port.port));
        let ports = ports.collect::<Vec<_>>().join(", ");
        // A pod's ports matter to rules by name only; those of a host endpoint were written for that.
        if item.failsafes.is_some() {
            head.push(("Ports:", ports));
        }
    }
    if item.assumed {
        head.push((
            "Assumed:",
            "a manifest without node or address, taken as an endpoint".to_owned(),
        ));
    }
    head.push((
        "Ingress:",
        words::sentence(&item.ingress.normal.unmatched, item, gaps),
    ));
    head.push((
        "Egress:",
        words::sentence(&item.egress.normal.unmatched, item, gaps),
    ));
    if let Some(failsafes) = &item.failsafes {
        head.extend(failsafe_lines(failsafes));
    }
    head
}

fn node(item: &EndpointItem) -> String {
    let name = item.interface_name.as_deref().unwrap_or_default();
    let place = match (item.covers, &item.endpoint) {
        (Some(Covers::Interface), _) => format!(", interface {name} only"),
        (Some(Covers::AllInterfaces), _) => {
            ", all interfaces that no other host endpoint covers".to_owned()
        }
        (Some(Covers::ByExpectedIps), _) => ", interfaces with its addresses".to_owned(),
        (None, Some(endpoint)) if name.is_empty() => format!(", interface {endpoint}"),
        (None, Some(endpoint)) => format!(", interface {endpoint} ({name})"),
        (None, None) => String::new(),
    };
    let node = if item.node.is_empty() {
        "-"
    } else {
        &item.node
    };
    format!("{node}{place}")
}

/// `in tcp 22,179 udp 68`, and the other direction below it.
fn failsafe_lines(failsafes: &Failsafes) -> [(&'static str, String); 2] {
    let ports = |ports: &[crate::model::ProtoPort]| {
        let mut shown = Vec::new();
        for protocol in ["tcp", "udp"] {
            let mut of: Vec<_> = ports
                .iter()
                .filter(|port| port.protocol == protocol)
                .collect();
            of.sort_by_key(|port| port.port);
            let of = of.iter().map(|port| {
                let text = port.to_string();
                text.split_once('/')
                    .map_or(text.clone(), |(_, rest)| rest.to_owned())
            });
            let of = of.collect::<Vec<_>>().join(",");
            if !of.is_empty() {
                shown.push(format!("{protocol} {of}"));
            }
        }
        if shown.is_empty() {
            "none".to_owned()
        } else {
            shown.join(" ")
        }
    };
    let from = match failsafes.from.as_str() {
        "default" => String::new(),
        from => format!(" ({from})"),
    };
    [
        (
            "Failsafe:",
            format!("in {}{from}", ports(&failsafes.ingress)),
        ),
        ("", format!("out {}", ports(&failsafes.egress))),
    ]
}

fn policies(item: &EndpointItem, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if item.policies.is_empty() {
        return writeln!(out, "none");
    }
    let host = item.failsafes.is_some();
    let hidden = style.options.hide_selectors;
    let columns = [
        (host, "STAGE"),
        (true, "TIER"),
        (true, "ORDER"),
        (true, "POLICY"),
        (true, "TYPES"),
        (!hidden, "SELECTOR"),
    ];
    let heads = columns
        .iter()
        .filter_map(|(shown, head)| shown.then_some(*head))
        .collect();
    let mut table = Table::new(heads, !hidden, style);
    let mut push = |stage: &str, cells: [String; 5]| {
        let [tier, order, policy, types, selector] = cells;
        let cells = [
            (host, stage.to_owned()),
            (true, tier),
            (true, order),
            (true, policy),
            (true, types),
            (!hidden, selector),
        ];
        table.row(
            cells
                .into_iter()
                .filter_map(|(shown, cell)| shown.then_some(cell))
                .collect(),
        );
    };
    for (name, word) in STAGES {
        for rows in stage_rows(item, name, hidden) {
            push(word, rows);
        }
    }
    for policy in item
        .policies
        .iter()
        .filter(|policy| policy.stages.is_empty())
    {
        let [tier, order, id, types, selector] = policy_row(policy);
        push(
            "",
            [
                tier,
                order,
                format!("{id} [no effect on pods]"),
                types,
                selector,
            ],
        );
    }
    table.print(out)
}

const STAGES: [(StageName, &str); 4] = [
    (StageName::Untracked, "untracked"),
    (StageName::PreDnat, "preDNAT"),
    (StageName::Forward, "forward"),
    (StageName::Normal, "normal"),
];

fn stage_of(stages: &DirectionStages, name: StageName) -> Option<&Stage> {
    match name {
        StageName::Untracked => stages.untracked.as_ref(),
        StageName::PreDnat => stages.pre_dnat.as_ref(),
        StageName::Forward => stages.forward.as_ref(),
        StageName::Normal => Some(&stages.normal),
    }
}

/// The policies of one stage, and after each tier's what its end does.
fn stage_rows(item: &EndpointItem, name: StageName, hidden: bool) -> Vec<[String; 5]> {
    let here: Vec<&AppliedPolicy> = item
        .policies
        .iter()
        .filter(|policy| policy.stages.contains(&name))
        .collect();
    let mut rows = Vec::new();
    for tier in here.chunk_by(|a, b| a.tier == b.tier) {
        rows.extend(tier.iter().map(|policy| policy_row(policy)));
        let Some(first) = tier.first() else { continue };
        for (types, text) in ends(item, name, &first.tier) {
            // Without the column of selectors there is no place for the words; the types stay.
            let types = if hidden {
                format!("{types}: {text}")
            } else {
                types
            };
            rows.push([
                first.tier.clone(),
                "end".to_owned(),
                String::new(),
                types,
                text,
            ]);
        }
    }
    rows
}

fn policy_row(policy: &AppliedPolicy) -> [String; 5] {
    let staged = if policy.staged { " [staged]" } else { "" };
    [
        policy.tier.clone(),
        policy
            .order
            .map(|order| order.to_string())
            .unwrap_or_default(),
        format!("{}{staged}", policy.id),
        types(&policy.types),
        selector(policy),
    ]
}

fn types(types: &[PolicyType]) -> String {
    let word = |policy_type: &PolicyType| match policy_type {
        PolicyType::Ingress => "Ingress",
        PolicyType::Egress => "Egress",
    };
    types.iter().map(word).collect::<Vec<_>>().join(",")
}

/// What the user wrote, `all()` where nothing was.
fn selector(policy: &AppliedPolicy) -> String {
    let parts = [
        policy.selector.clone(),
        policy
            .namespace_selector
            .as_ref()
            .map(|text| format!("namespaceSelector {text}")),
        policy
            .service_account_selector
            .as_ref()
            .map(|text| format!("serviceAccountSelector {text}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        "all()".to_owned()
    } else {
        parts.join(", ")
    }
}

/// The ends of a tier in both directions, as one row where they are alike.
fn ends(item: &EndpointItem, name: StageName, tier: &str) -> Vec<(String, String)> {
    let mut ends: Vec<(String, String)> = Vec::new();
    for (direction, stages) in [("Ingress", &item.ingress), ("Egress", &item.egress)] {
        let Some(stage) = stage_of(stages, name) else {
            continue;
        };
        let Some(list) = stage.tiers.iter().find(|list| list.tier == tier) else {
            continue;
        };
        let text = end(list.end_of_tier, name, stage);
        match ends.last_mut() {
            Some((types, known)) if *known == text => {
                types.push(',');
                types.push_str(direction);
            }
            _ => ends.push((direction.to_owned(), text)),
        }
    }
    ends
}

fn end(end: EndOfTier, name: StageName, stage: &Stage) -> String {
    if stage.programmed == Some(false) {
        return format!(
            "not programmed: {}",
            stage.reason.as_deref().unwrap_or_default()
        );
    }
    match (end, name) {
        (EndOfTier::None, _) => "no effect: only staged policies".to_owned(),
        (_, StageName::Untracked | StageName::PreDnat) => "no rule matched: goes on".to_owned(),
        (EndOfTier::Pass, _) => "no rule matched: Pass".to_owned(),
        (EndOfTier::Deny, _) => "no rule matched: Deny".to_owned(),
    }
}

fn profiles(profiles: &[ProfileItem], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if profiles.is_empty() {
        return writeln!(out, "none");
    }
    let bare = Style {
        options: super::Options {
            no_headers: true,
            ..style.options
        },
        ..*style
    };
    let mut table = Table::new(vec!["NAME", "RULES"], false, &bare);
    for profile in profiles {
        table.row(vec![profile.name.clone(), profile_rules(profile)]);
    }
    table.print(out)
}

fn profile_rules(profile: &ProfileItem) -> String {
    match (profile.found, &profile.summary) {
        (None, _) => "could not be read".to_owned(),
        (Some(false), _) => "NOT FOUND: denies all".to_owned(),
        (Some(true), [ingress, egress]) if ingress.is_empty() && egress.is_empty() => {
            "no rules".to_owned()
        }
        (Some(true), [ingress, egress]) => {
            let or_none = |text: &str| if text.is_empty() { "no rules" } else { text }.to_owned();
            format!(
                "ingress: {}   egress: {}",
                or_none(ingress),
                or_none(egress)
            )
        }
    }
}

fn rule_matches(
    matches: &[RuleMatch],
    item: &EndpointItem,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let hidden = style.options.hide_selectors;
    let mut heads = vec!["POLICY", "RULE", "ACTION", "AS"];
    if !hidden {
        heads.push("BECAUSE");
    }
    let own_id = item.id.to_string();
    let mut table = Table::new(heads, !hidden, style);
    for rule in matches {
        let staged = if rule.policy.staged == Some(true) {
            " [staged]"
        } else {
            ""
        };
        let mut cells = vec![
            format!("{}{staged}", rule.policy.id),
            place(&rule.path),
            rule.action.to_string(),
            rule.role.field().to_owned(),
        ];
        if !hidden {
            cells.push(because::because(rule, &own_id));
        }
        table.row(cells);
    }
    table.print(out)
}

/// `ingress[2]`, `ingress[1].from[0]`.
fn place(path: &str) -> String {
    let path = path.strip_prefix("spec.").unwrap_or(path);
    let side = [".source", ".destination"]
        .iter()
        .find_map(|side| path.strip_suffix(side));
    side.unwrap_or(path).to_owned()
}
