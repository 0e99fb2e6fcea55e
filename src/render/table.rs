//! Tables in kubectl's manner: upper-case heads, three blanks between columns, `-` for nothing.

use std::collections::BTreeSet;
use std::io::{self, Write};

use tabled::builder::Builder;
use tabled::settings::object::Cell;
use tabled::settings::{Color, Padding, Style as Borders};
use unicode_width::UnicodeWidthStr;

use super::{Style, escape};

const GAP: usize = 3;
/// The least that is left of a text that may be cut.
const LEAST: usize = 12;

/// Words in front of what the end of a tier does.
pub(super) const EXPLAINS: &str = "no rule matched: ";

/// A table in the making. Of its columns only the last may be cut.
pub(super) struct Table<'a> {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// Rows whose last cell holds our own words, which are never cut.
    own_words: BTreeSet<usize>,
    /// Widths that earlier rows already took.
    least: Vec<usize>,
    /// Whether the last column may be cut on a narrow terminal.
    cuts: bool,
    style: &'a Style,
    with_heads: bool,
}

impl<'a> Table<'a> {
    pub(super) fn new(heads: Vec<&'static str>, cuts: bool, style: &'a Style) -> Self {
        let with_heads = !style.options.no_headers;
        Self {
            heads,
            rows: Vec::new(),
            own_words: BTreeSet::new(),
            least: Vec::new(),
            cuts,
            style,
            with_heads,
        }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        let escaped = self.style.options.escape;
        let shown = |cell: String| match cell {
            cell if cell.is_empty() => "-".to_owned(),
            cell if escaped => escape(&cell).into_owned(),
            // A line break would tear the row apart in a pipe too.
            cell => cell.replace(['\n', '\r'], " "),
        };
        self.rows.push(cells.into_iter().map(shown).collect());
    }

    /// A row whose last cell says in words of ours what happens.
    pub(super) fn row_of_words(&mut self, cells: Vec<String>) {
        self.own_words.insert(self.rows.len());
        self.row(cells);
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Prints the rows so far; further rows keep to the widths of these and have no heads.
    pub(super) fn print(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = std::mem::take(&mut self.rows);
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        self.widen(&rows);
        if self.with_heads {
            self.widen(std::slice::from_ref(&heads));
        }
        self.cut(&mut rows);
        if self.with_heads {
            rows.insert(0, heads);
        }
        if let Some(first) = rows.first_mut() {
            let last = first.len().saturating_sub(1);
            for (cell, least) in first.iter_mut().zip(&self.least).take(last) {
                let missing = least.saturating_sub(cell.width());
                cell.push_str(&" ".repeat(missing));
            }
        }
        let text = self.laid_out(rows);
        for line in text.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        self.with_heads = false;
        self.own_words.clear();
        Ok(())
    }

    fn widen(&mut self, rows: &[Vec<String>]) {
        self.least.resize(self.heads.len(), 0);
        for row in rows {
            for (least, cell) in self.least.iter_mut().zip(row) {
                *least = (*least).max(cell.width());
            }
        }
    }

    fn cut(&self, rows: &mut [Vec<String>]) {
        let (Some(width), true) = (self.style.width, self.cuts) else {
            return;
        };
        let others = self.least.iter().take(self.heads.len().saturating_sub(1));
        let left = width.saturating_sub(others.map(|least| least + GAP).sum());
        for (at, row) in rows.iter_mut().enumerate() {
            let Some(cell) = row.last_mut() else { continue };
            if !self.own_words.contains(&at) {
                *cell = cut(cell, left.max(LEAST));
            } else if cell.width() > left {
                // What is said before the colon explains the rest, which matters more.
                *cell = cell.strip_prefix(EXPLAINS).unwrap_or(cell).to_owned();
            }
        }
    }

    fn laid_out(&self, rows: Vec<Vec<String>>) -> String {
        let colours = self.colours(&rows);
        let mut builder = Builder::with_capacity(rows.len(), self.heads.len());
        rows.into_iter().for_each(|row| builder.push_record(row));
        let mut table = builder.build();
        table
            .with(Borders::empty())
            .with(Padding::new(0, GAP, 0, 0));
        for (row, column, colour) in colours {
            table.modify(Cell::new(row, column), colour);
        }
        table.to_string()
    }

    /// Colour repeats what the words say.
    fn colours(&self, rows: &[Vec<String>]) -> Vec<(usize, usize, Color)> {
        let mut colours = Vec::new();
        if !self.style.options.color {
            return colours;
        }
        for (at, row) in rows.iter().enumerate() {
            let head = at == 0 && self.with_heads;
            for (column, cell) in row.iter().enumerate() {
                let colour = if head {
                    Some(Color::BOLD)
                } else {
                    colour_of(cell)
                };
                colours.extend(colour.map(|colour| (at, column, colour)));
            }
        }
        colours
    }
}

fn colour_of(cell: &str) -> Option<Color> {
    let starts = |words: &[&str]| words.iter().any(|word| cell.starts_with(word));
    if starts(&["Deny", "no rule matched: Deny", "NOT FOUND", "EXCLUDED"]) {
        Some(Color::FG_RED)
    } else if starts(&["Allow"]) {
        Some(Color::FG_GREEN)
    } else if cell.ends_with("[staged]") || starts(&["Unknown", "UNKNOWN", "PARTIAL", "INERT"]) {
        Some(Color::FG_YELLOW)
    } else {
        None
    }
}

/// The text, or its start and `...` in that many columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        let mut longer = kept.clone();
        longer.push(character);
        if longer.width() + 3 > width {
            break;
        }
        kept = longer;
    }
    kept + "..."
}
