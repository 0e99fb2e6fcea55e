//! From an answer to what is printed. Items are printed as they are made; only the columns of a table need a
//! look ahead.
//!
//! What an answer means is not known here. On a terminal nothing of the cluster may move the cursor: every text
//! passes [`escape()`].

mod because;
mod block;
mod block_policies;
mod classic;
mod classic_policy;
mod escape;
mod field;
mod lines;
mod messages;
mod notes;
mod policy;
mod selected;
mod structured;
mod table;
mod version;
mod words;

use std::io::Write;

pub use escape::{escape, is_unsafe};
pub use messages::{cluster_notes, error_report, gap_warnings, incomplete_line};
pub(crate) use notes::wrapped;
pub use version::version;

use structured::Parts;

use crate::answer::{EndpointAnswer, EvalAnswer, PolicyAnswer};
use crate::error::Error;

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Lines.
    Table,
    /// Lines with more columns; nothing is cut.
    Wide,
    /// A block for each endpoint, with every note.
    Detail,
    /// The classic text.
    Ps,
    /// The classic text of 2017.
    Ps2017,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Refs, one a line.
    Name,
}

/// The form when none was asked for: how the question was put decides, never how many endpoints there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A block for each endpoint.
    Blocks,
    /// A line for each endpoint.
    Lines,
}

/// How an answer is to look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// As asked for.
    pub format: Option<Format>,
    /// Otherwise.
    pub shape: Shape,
    /// Columns of the terminal; `None` in a pipe, where nothing is cut.
    pub width: Option<usize>,
    /// What may be added to and left out of the output.
    pub options: Options,
}

/// What may be added to and left out of the output.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that was typed"
)]
pub struct Options {
    /// Repeat words in colour.
    pub color: bool,
    /// Write control, bidirectional and zero-width characters as `\uXXXX`.
    pub escape: bool,
    /// Leave out the heads of tables.
    pub no_headers: bool,
    /// Show labels in lines.
    pub show_labels: bool,
    /// Show namespaces in lines.
    pub namespaces: bool,
    /// Leave out selectors.
    pub hide_selectors: bool,
}

/// Prints the answer of `endpoint`; returns how many endpoints there were.
///
/// # Errors
/// The output cannot be written.
pub fn endpoint(
    answer: EndpointAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> Result<usize, Error> {
    let escaped = style.options.escape;
    let count = match (style.format, style.shape) {
        (Some(Format::Json), _) => structured::json_of_endpoints(answer, escaped, out)?,
        (Some(Format::Yaml), _) => structured::yaml(Parts::from(answer), escaped, out)?,
        (Some(Format::Name), _) => names(answer.items.map(|item| item.short_ref), style, out)?,
        (Some(Format::Ps), _) => classic::ps(answer, style, out)?,
        (Some(Format::Ps2017), _) => classic::ps_2017(answer, style, out)?,
        (Some(Format::Detail), _) | (None, Shape::Blocks) => block::blocks(answer, style, out)?,
        (Some(Format::Table | Format::Wide), _) | (None, Shape::Lines) => {
            lines::lines(answer, style, out)?
        }
    };
    out.flush()?;
    Ok(count)
}

/// Prints the answer of `policy`; returns how many policies there were.
///
/// # Errors
/// The output cannot be written.
pub fn policy(
    answer: PolicyAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> Result<usize, Error> {
    let escaped = style.options.escape;
    let count = match style.format {
        Some(Format::Json) => structured::json(Parts::from(answer), escaped, out)?,
        Some(Format::Yaml) => structured::yaml(Parts::from(answer), escaped, out)?,
        Some(Format::Name) => names(answer.items.map(|item| item.id.to_string()), style, out)?,
        Some(Format::Ps | Format::Ps2017) => classic_policy::policy(answer, style, out)?,
        Some(Format::Table | Format::Wide | Format::Detail) | None => {
            policy::blocks(answer, style, out)?
        }
    };
    out.flush()?;
    Ok(count)
}

/// Prints the answer of `eval`; returns how many endpoints and network sets there were.
///
/// # Errors
/// The output cannot be written.
pub fn selected(
    answer: EvalAnswer<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> Result<usize, Error> {
    let escaped = style.options.escape;
    let sets = answer.tail.network_sets.len();
    let count = match style.format {
        Some(Format::Json) => structured::json(Parts::from(answer), escaped, out)?,
        Some(Format::Yaml) => structured::yaml(Parts::from(answer), escaped, out)?,
        Some(Format::Name) => {
            let sets = answer
                .tail
                .network_sets
                .iter()
                .map(|set| set.id.to_string());
            let all = answer.items.map(|item| item.who.short_ref).chain(sets);
            return Ok(names(all, style, out)?);
        }
        Some(Format::Ps | Format::Ps2017) => classic_policy::selected(answer, style, out)?,
        Some(Format::Table | Format::Wide | Format::Detail) | None => {
            selected::lines(answer, style, out)?
        }
    };
    out.flush()?;
    Ok(count + sets)
}

fn names(
    names: impl Iterator<Item = String>,
    style: &Style,
    out: &mut dyn Write,
) -> std::io::Result<usize> {
    let mut count = 0;
    for name in names {
        if style.options.escape {
            writeln!(out, "{}", escape(&name))?;
        } else {
            writeln!(out, "{name}")?;
        }
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
