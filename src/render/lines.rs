//! A line for each endpoint.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::table::{Table, fits};
use super::{Format, Style, words};
use crate::answer::{DirectionStages, EndpointAnswer, EndpointItem};
use crate::model::EndpointId;

/// How many rows decide the widths of the columns; what follows is printed as it is made.
const LOOK_AHEAD: usize = 1000;

/// Which columns and names there are.
struct Plan {
    namespaces: bool,
    refs: bool,
    /// The namespace that goes without saying where there is no column of them.
    home: Option<String>,
    rules: bool,
    labels: bool,
    wide: bool,
    /// What there is no room for.
    left_out: &'static [&'static str],
}

/// What a narrow terminal goes without, the first first; `-o wide` shows all.
const LEFT_OUT: [&str; 6] = [REASONS, "STAGED", "RULES", "NODE", "POLICIES", "NOTES"];
/// Not a column: what decides, behind the action.
const REASONS: &str = "reasons";

pub(super) fn lines(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut items = answer.items;
    let first: Vec<EndpointItem> = items.by_ref().take(LOOK_AHEAD).collect();
    if first.is_empty() {
        return Ok(0);
    }
    if let Some(line) = super::incomplete_line(&answer.head.gaps) {
        writeln!(out, "{line}")?;
    }
    let plan = Plan::new(&first, style);
    let mut table = Table::new(plan.heads(), false, style);
    let mut count = 0;
    for item in first.into_iter().chain(items) {
        table.row(plan.row(&item));
        count += 1;
        if table.len() == LOOK_AHEAD {
            table.print(out)?;
        }
    }
    table.print(out)?;
    Ok(count)
}

impl Plan {
    /// As much as the first rows leave room for.
    fn new(first: &[EndpointItem], style: &Style) -> Self {
        // Host endpoints come first: what the first rows hold tells what all do.
        let hosts = first.iter().any(|item| item.failsafes.is_some());
        let home = first.first().and_then(|item| item.namespace.clone());
        let several = first.iter().any(|item| item.namespace != home);
        let mut plan = Self {
            namespaces: style.options.namespaces,
            refs: hosts || (several && !style.options.namespaces),
            home,
            rules: first.iter().any(|item| item.rule_matches.is_some()),
            labels: style.options.show_labels,
            wide: style.format == Some(Format::Wide),
            left_out: &[],
        };
        let width = style.width.filter(|_| !plan.wide);
        for least in 1..=LEFT_OUT.len() {
            if width.is_none_or(|width| plan.fits(first, width, style)) {
                break;
            }
            plan.left_out = LEFT_OUT.get(..least).unwrap_or_default();
        }
        plan
    }

    fn fits(&self, first: &[EndpointItem], width: usize, style: &Style) -> bool {
        let heads = self.heads();
        let mut widths: Vec<usize> = match style.options.no_headers {
            true => vec![0; heads.len()],
            false => heads.iter().map(|head| head.width()).collect(),
        };
        for item in first {
            for (width, cell) in widths.iter_mut().zip(self.row(item)) {
                *width = (*width).max(cell.width());
            }
        }
        // Labels stand below where there is no room beside.
        if self.labels {
            widths.pop();
        }
        fits(&widths, width)
    }

    fn shows(&self, column: &str) -> bool {
        !self.left_out.contains(&column)
    }

    fn heads(&self) -> Vec<&'static str> {
        let columns = self.columns(|head| head);
        columns.into_iter().flatten().collect()
    }

    /// The columns that are shown, each through `cell`.
    fn columns<T>(&self, mut cell: impl FnMut(&'static str) -> T) -> [Option<T>; 12] {
        [
            (self.namespaces, "NAMESPACE"),
            (true, "NAME"),
            (true, "NODE"),
            (true, "POLICIES"),
            (true, "STAGED"),
            (true, "INGRESS"),
            (true, "EGRESS"),
            (self.rules, "RULES"),
            (true, "NOTES"),
            (self.wide, "IPS"),
            (self.wide, "POLICY-IDS"),
            (self.labels, "LABELS"),
        ]
        .map(|(wanted, head)| (wanted && self.shows(head)).then(|| cell(head)))
    }

    fn row(&self, item: &EndpointItem) -> Vec<String> {
        let columns = self.columns(|head| self.cell(head, item));
        columns.into_iter().flatten().collect()
    }

    fn cell(&self, head: &str, item: &EndpointItem) -> String {
        let fate = |stages: &DirectionStages| match self.shows(REASONS) {
            true => words::short(&stages.normal.unmatched),
            false => words::action(stages.normal.unmatched.action).to_owned(),
        };
        match head {
            "NAMESPACE" => item.namespace.clone().unwrap_or_default(),
            "NAME" => self.name(item),
            "NODE" => item.node.clone().unwrap_or_default(),
            "POLICIES" => {
                let policies = item.policies.iter();
                let enforced = policies.filter(|p| !p.staged && !p.stages.is_empty());
                enforced.count().to_string()
            }
            "STAGED" => {
                let staged = item.policies.iter().filter(|policy| policy.staged);
                staged.count().to_string()
            }
            "INGRESS" => fate(&item.ingress),
            "EGRESS" => fate(&item.egress),
            "RULES" => {
                let matches = item.rule_matches.as_ref();
                matches.map_or(0, Vec::len).to_string()
            }
            "NOTES" => {
                let notes = item.notes.iter();
                match notes.filter(|note| super::notes::is_shown(note)).count() {
                    0 => String::new(),
                    count => count.to_string(),
                }
            }
            "IPS" => item.ips.join(","),
            "POLICY-IDS" => {
                let ids = item.policies.iter().map(|policy| policy.id.to_string());
                ids.collect::<Vec<_>>().join(",")
            }
            _ => words::labels(&item.labels),
        }
    }

    /// The pod's name where it is clear from its line; else the ref, which can be typed.
    fn name(&self, item: &EndpointItem) -> String {
        let EndpointId::Workload {
            orchestrator,
            workload,
            ..
        } = &item.id
        else {
            return item.short_ref.clone();
        };
        let at_home = self.namespaces || item.namespace == self.home;
        match (&**orchestrator, self.refs) {
            ("k8s", true) if self.namespaces => format!("pod/{workload}"),
            ("k8s", false) if at_home => workload.to_string(),
            _ => item.short_ref.clone(),
        }
    }
}
