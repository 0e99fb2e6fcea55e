//! What a selector selects, a line for each.

use std::io::{self, Write};

use super::table::Table;
use super::{Style, words};
use crate::answer::EvalAnswer;
use crate::model::LabelSet;

/// How many rows decide the widths of the columns; what follows is printed as it is made.
const LOOK_AHEAD: usize = 1000;

pub(super) fn lines(
    answer: EvalAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut heads = vec!["KIND", "NAME", "NODE", "IPS"];
    if style.options.show_labels {
        heads.push("LABELS");
    }
    let labelled = |mut row: Vec<String>, labels: &LabelSet| {
        if style.options.show_labels {
            row.push(words::labels(labels));
        }
        row
    };
    let mut table = Table::new(heads, false, style);
    let endpoints = answer.items.map(|item| {
        let row = vec![
            item.who.kind.to_owned(),
            item.who.short_ref,
            item.who.node.unwrap_or_default(),
            item.ips.join(","),
        ];
        (labelled(row, &item.labels), true)
    });
    let sets = answer.tail.network_sets.iter().map(|set| {
        let nets = if set.nets == 1 {
            "1 net".to_owned()
        } else {
            format!("{} nets", set.nets)
        };
        let row = vec![set.kind.to_owned(), set.id.to_string(), String::new(), nets];
        (labelled(row, &set.labels), false)
    });
    let (mut count, mut rows) = (0, 0);
    for (row, endpoint) in endpoints.chain(sets) {
        if rows == 0
            && let Some(line) = super::messages::incomplete_line_of_selection(&answer.head.gaps)
        {
            writeln!(out, "{line}")?;
        }
        rows += 1;
        count += usize::from(endpoint);
        table.row(row);
        if table.len() == LOOK_AHEAD {
            table.print(out)?;
        }
    }
    if rows > 0 {
        table.print(out)?;
    }
    Ok(count)
}
