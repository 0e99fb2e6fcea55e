//! From an answer to what is printed. Items are printed as they are made; only the columns of a table need a
//! look ahead.
//!
//! What an answer means is not known here. On a terminal nothing of the cluster may move the cursor: every text
//! passes [`escape()`].

mod because;
mod block;
mod block_policies;
mod classic;
mod escape;
mod lines;
mod messages;
mod notes;
mod structured;
mod table;
mod version;
mod words;

use std::io::Write;

pub use escape::{escape, is_unsafe};
pub use messages::{cluster_notes, error_report, gap_warnings, incomplete_line};
pub use version::version;

use crate::answer::EndpointAnswer;
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
    let count = match (style.format, style.shape) {
        (Some(Format::Json), _) => structured::json(answer, style.options.escape, out)?,
        (Some(Format::Yaml), _) => structured::yaml(answer, style.options.escape, out)?,
        (Some(Format::Name), _) => names(answer, style, out)?,
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

fn names(answer: EndpointAnswer<'_>, style: &Style, out: &mut dyn Write) -> std::io::Result<usize> {
    let mut count = 0;
    for item in answer.items {
        if style.options.escape {
            writeln!(out, "{}", escape(&item.short_ref))?;
        } else {
            writeln!(out, "{}", item.short_ref)?;
        }
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests;
