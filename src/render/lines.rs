//! A line for each endpoint.

use std::io::{self, Write};

use super::table::Table;
use super::{Format, Style, words};
use crate::answer::{EndpointAnswer, EndpointItem};
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
}

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
    // Host endpoints come first: what the first rows hold tells what all do.
    let hosts = first.iter().any(|item| item.failsafes.is_some());
    let home = first.first().and_then(|item| item.namespace.clone());
    let several = first.iter().any(|item| item.namespace != home);
    let plan = Plan {
        namespaces: style.options.namespaces,
        refs: hosts || (several && !style.options.namespaces),
        home,
        rules: first.iter().any(|item| item.rule_matches.is_some()),
        labels: style.options.show_labels,
        wide: style.format == Some(Format::Wide),
    };
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
    fn heads(&self) -> Vec<&'static str> {
        let columns = [
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
        ];
        columns
            .into_iter()
            .filter_map(|(shown, head)| shown.then_some(head))
            .collect()
    }

    fn row(&self, item: &EndpointItem) -> Vec<String> {
        let enforced = item
            .policies
            .iter()
            .filter(|p| !p.staged && !p.stages.is_empty());
        let staged = item.policies.iter().filter(|policy| policy.staged).count();
        let notes = item
            .notes
            .iter()
            .filter(|note| super::notes::is_shown(note))
            .count();
        let ids = item.policies.iter().map(|policy| policy.id.to_string());
        let columns = [
            (self.namespaces, item.namespace.clone().unwrap_or_default()),
            (true, self.name(item)),
            (true, item.node.clone().unwrap_or_else(|| "-".to_owned())),
            (true, enforced.count().to_string()),
            (true, staged.to_string()),
            (true, words::short(&item.ingress.normal.unmatched)),
            (true, words::short(&item.egress.normal.unmatched)),
            (
                self.rules,
                item.rule_matches.as_ref().map_or(0, Vec::len).to_string(),
            ),
            (
                true,
                if notes == 0 {
                    String::new()
                } else {
                    notes.to_string()
                },
            ),
            (self.wide, item.ips.join(",")),
            (self.wide, ids.collect::<Vec<_>>().join(",")),
            (self.labels, words::labels(&item.labels)),
        ];
        columns
            .into_iter()
            .filter_map(|(shown, cell)| shown.then_some(cell))
            .collect()
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
