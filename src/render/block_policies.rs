//! The policies of a block: stage by stage, tier by tier, and what the end of each tier does.

use std::io::{self, Write};

use super::Style;
use super::table::{EXPLAINS, Table};
use crate::answer::{
    AppliedPolicy, DirectionStages, EndOfTier, EndpointItem, PolicyType, Stage, StageName,
};

/// One line of the table.
struct Line {
    stage: &'static str,
    tier: String,
    order: String,
    policy: String,
    types: String,
    last: Last,
}

/// The last cell of a line.
enum Last {
    /// What the user wrote.
    Selector(String),
    /// What the end of a tier does, in words of ours.
    Words(String),
}

/// The section POLICIES without its title.
pub(super) fn policies(item: &EndpointItem, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if item.policies.is_empty() {
        return writeln!(out, "none");
    }
    let stages = item.failsafes.is_some();
    let selectors = !style.options.hide_selectors;
    let heads = [
        (stages, "STAGE"),
        (true, "TIER"),
        (true, "ORDER"),
        (true, "POLICY"),
        (true, "TYPES"),
        (selectors, "SELECTOR"),
    ];
    let mut table = Table::new(shown(heads), selectors, style);
    for line in lines(item) {
        let (last, own_words) = match line.last {
            Last::Selector(text) => (text, false),
            Last::Words(text) => (text, true),
        };
        // Without the column of selectors the end stands behind the types.
        let types = if own_words && !selectors {
            format!(
                "{}: {}",
                line.types,
                last.strip_prefix(EXPLAINS).unwrap_or(&last)
            )
        } else {
            line.types
        };
        let cells = shown([
            (stages, line.stage.to_owned()),
            (true, line.tier),
            (true, line.order),
            (true, line.policy),
            (true, types),
            (selectors, last),
        ]);
        if own_words {
            table.row_of_words(cells);
        } else {
            table.row(cells);
        }
    }
    table.print(out)
}

fn shown<T>(columns: [(bool, T); 6]) -> Vec<T> {
    let shown = columns.into_iter().filter(|(shown, _)| *shown);
    shown.map(|(_, column)| column).collect()
}

/// Stage by stage, then what selects the endpoint and stands in no stage.
fn lines(item: &EndpointItem) -> Vec<Line> {
    let mut lines: Vec<Line> = STAGES
        .into_iter()
        .flat_map(|(name, word)| stage_lines(item, name, word))
        .collect();
    let mark = if item.failsafes.is_some() {
        " [no effect]"
    } else {
        " [no effect on pods]"
    };
    let idle = item
        .policies
        .iter()
        .filter(|policy| policy.stages.is_empty());
    lines.extend(idle.map(|policy| {
        let mut line = policy_line(policy, "");
        line.policy.push_str(mark);
        line
    }));
    lines
}

const STAGES: [(StageName, &str); 4] = [
    (StageName::Untracked, "untracked"),
    (StageName::PreDnat, "preDNAT"),
    (StageName::Forward, "forward"),
    (StageName::Normal, "normal"),
];

/// As the column of stages writes it.
pub(super) fn word(stage: StageName) -> &'static str {
    let known = STAGES.iter().find(|(name, _)| *name == stage);
    known.map_or("", |(_, word)| *word)
}

fn stage_of(stages: &DirectionStages, name: StageName) -> Option<&Stage> {
    match name {
        StageName::Untracked => stages.untracked.as_ref(),
        StageName::PreDnat => stages.pre_dnat.as_ref(),
        StageName::Forward => stages.forward.as_ref(),
        StageName::Normal => Some(&stages.normal),
    }
}

/// The policies of one stage, and after each tier's what its end does.
fn stage_lines(item: &EndpointItem, name: StageName, word: &'static str) -> Vec<Line> {
    let here: Vec<&AppliedPolicy> = item
        .policies
        .iter()
        .map(|policy| &**policy)
        .filter(|policy| policy.stages.contains(&name))
        .collect();
    let mut lines = Vec::new();
    for tier in here.chunk_by(|a, b| a.tier == b.tier) {
        lines.extend(tier.iter().map(|policy| policy_line(policy, word)));
        let Some(first) = tier.first() else { continue };
        let ends = ends(item, name, &first.tier).into_iter();
        lines.extend(ends.map(|(types, text)| Line {
            stage: word,
            tier: first.tier.clone(),
            order: "end".to_owned(),
            policy: String::new(),
            types,
            last: Last::Words(text),
        }));
    }
    lines
}

fn policy_line(policy: &AppliedPolicy, stage: &'static str) -> Line {
    let staged = if policy.staged { " [staged]" } else { "" };
    let order = policy.order.map(|order| order.to_string());
    Line {
        stage,
        tier: policy.tier.clone(),
        order: order.unwrap_or_default(),
        policy: format!("{}{staged}", policy.id),
        types: types(&policy.types),
        last: Last::Selector(selector(policy)),
    }
}

pub(super) fn types(types: &[PolicyType]) -> String {
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

/// The ends of a tier in both directions, as one row where they are alike. A direction with only staged
/// policies is said where no other end is: its rows already carry the mark.
fn ends(item: &EndpointItem, name: StageName, tier: &str) -> Vec<(String, String)> {
    let found: Vec<(&str, &Stage, EndOfTier)> =
        [("Ingress", &item.ingress), ("Egress", &item.egress)]
            .into_iter()
            .filter_map(|(direction, stages)| {
                let stage = stage_of(stages, name)?;
                let list = stage.tiers.iter().find(|list| list.tier == tier)?;
                Some((direction, stage, list.end_of_tier))
            })
            .collect();
    let acts = found.iter().any(|(_, _, end)| *end != EndOfTier::None);
    let mut ends: Vec<(String, String)> = Vec::new();
    for (direction, stage, end_of_tier) in found {
        if acts && end_of_tier == EndOfTier::None {
            continue;
        }
        let text = end(end_of_tier, name, stage);
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
        (EndOfTier::Unknown, _) => "no rule matched: unknown".to_owned(),
        (EndOfTier::Deny, _) => "no rule matched: Deny".to_owned(),
    }
}
