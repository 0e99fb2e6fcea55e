//! The policies of a block: stage by stage, tier by tier, and what the end of each tier does.

use std::io::{self, Write};

use super::Style;
use super::table::Table;
use crate::answer::{
    AppliedPolicy, DirectionStages, EndOfTier, EndpointItem, PolicyType, Stage, StageName,
};

/// The section POLICIES without its title.
pub(super) fn policies(item: &EndpointItem, style: &Style, out: &mut dyn Write) -> io::Result<()> {
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
                format!("{id} [no effect{}]", if host { "" } else { " on pods" }),
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
        (EndOfTier::None, _) => "only staged policies: no effect".to_owned(),
        (_, StageName::Untracked | StageName::PreDnat) => "no rule matched: goes on".to_owned(),
        (EndOfTier::Pass, _) => "no rule matched: Pass".to_owned(),
        (EndOfTier::Deny, _) => "no rule matched: Deny".to_owned(),
    }
}
