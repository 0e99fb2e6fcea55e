//! A block for each endpoint.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::table::Table;
use super::{Format, Style, because, block_policies, field, notes, words};
use crate::answer::{Covers, EndpointAnswer, EndpointItem, Failsafes, ProfileItem, RuleMatch};
use crate::model::{Direction, ProtoPort};
use crate::note::{Gap, codes};

/// Where the values of fields begin.
const COLUMN: usize = 11;

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
    for (field, value) in head(item, gaps, style) {
        let colour = colour(field, &value);
        field::print((field, &value), COLUMN, colour, style, out)?;
    }
    title("POLICIES", style, out)?;
    block_policies::policies(item, style, out)?;
    title("PROFILES", style, out)?;
    profiles(&item.profiles, style, out)?;
    if let Some(matches) = item
        .rule_matches
        .as_deref()
        .filter(|matches| !matches.is_empty())
    {
        title("RULE MATCHES", style, out)?;
        rule_matches(matches, item, style, out)?;
    }
    let every = style.format == Some(Format::Detail);
    let shown: Vec<_> = item
        .notes
        .iter()
        // PROFILES already says which one is missing.
        .filter(|note| every || (notes::is_shown(note) && note.code != codes::PROFILE_MISSING))
        .collect();
    if !shown.is_empty() {
        title("NOTES", style, out)?;
        notes::print(&shown, style, out)?;
    }
    Ok(())
}

pub(super) fn title(text: &str, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let bold = if style.options.color {
        anstyle::Style::new().bold()
    } else {
        anstyle::Style::new()
    };
    writeln!(out, "\n{bold}{text}{bold:#}")
}

/// Colour repeats what the words say.
fn colour(field: &str, value: &str) -> Option<AnsiColor> {
    match field {
        "Ingress:" | "Egress:" if value.starts_with("denied") => Some(AnsiColor::Red),
        "Ingress:" | "Egress:" if value.starts_with("allowed") => Some(AnsiColor::Green),
        _ => None,
    }
}

fn head(item: &EndpointItem, gaps: &[Gap], style: &Style) -> Vec<(&'static str, String)> {
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
    if style.options.show_labels && !item.labels.is_empty() {
        head.push(("Labels:", words::labels(&item.labels)));
    }
    if item.assumed {
        head.push((
            "Assumed:",
            "a manifest without node or address, taken as an endpoint".to_owned(),
        ));
    }
    head.push(("Ingress:", words::sentence(item, Direction::Ingress, gaps)));
    head.push(("Egress:", words::sentence(item, Direction::Egress, gaps)));
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
    let node = item.node.as_deref().unwrap_or("-");
    format!("{node}{place}")
}

/// `in tcp 22,179 udp 68`, and the other direction below it.
fn failsafe_lines(failsafes: &Failsafes) -> [(&'static str, String); 2] {
    let ports = |ports: &[ProtoPort]| {
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
pub(super) fn place(path: &str) -> String {
    let path = path.strip_prefix("spec.").unwrap_or(path);
    let side = [".source", ".destination"]
        .iter()
        .find_map(|side| path.strip_suffix(side));
    side.unwrap_or(path).to_owned()
}
