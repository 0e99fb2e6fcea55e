//! A field of a block: its name, and its value, which wraps below itself on a narrow terminal.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::notes::wrapped;
use super::{Style, escape};

/// Prints a field whose value begins behind that many columns.
pub(super) fn print(
    (name, value): (&str, &str),
    column: usize,
    colour: Option<AnsiColor>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let value = match style.options.escape {
        true => escape(value),
        false => value.into(),
    };
    let colour = match colour.filter(|_| style.options.color) {
        Some(colour) => anstyle::Style::new().fg_color(Some(colour.into())),
        None => anstyle::Style::new(),
    };
    let room = style.width.map(|width| width.saturating_sub(column));
    let lines = wrapped(&value, room);
    let names = std::iter::once(name).chain(std::iter::repeat(""));
    for (name, line) in names.zip(lines) {
        let name = format!("{name:<column$}");
        let text = match line.is_empty() {
            true => name.trim_end().to_owned(),
            false => format!("{name}{colour}{line}{colour:#}"),
        };
        writeln!(out, "{text}")?;
    }
    Ok(())
}
