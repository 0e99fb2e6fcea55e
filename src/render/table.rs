//! Tables in kubectl's manner: upper-case heads, three blanks between columns, `-` for nothing.
//!
//! A terminal that is too narrow for that gets fewer blanks; a column that may be cut is, and where nothing would be left
//! of it stands below its row, as do the last cells of a row that does not fit otherwise. So no line is wider than the
//! terminal, unless one word is.

use std::collections::BTreeSet;
use std::io::{self, Write};

use tabled::builder::Builder;
use tabled::settings::object::Cell;
use tabled::settings::{Color, Padding, Style as Borders};
use unicode_width::UnicodeWidthStr;

use super::notes::wrapped;
use super::{Format, Style, escape};

/// Blanks between columns: as many as fit.
const GAPS: [usize; 3] = [3, 2, 1];
/// What stands below a row is indented so.
const INDENT: usize = 2;
/// The least that is left of a text that may be cut.
const LEAST: usize = 12;

/// Words in front of what the end of a tier does.
pub(super) const EXPLAINS: &str = "no rule matched: ";

/// How the columns stand.
#[derive(Clone, Copy)]
struct Layout {
    /// Blanks between them.
    gap: usize,
    /// How many stand beside each other; the others below.
    beside: usize,
}

/// A table in the making. Of its columns only the last may be cut.
pub(super) struct Table<'a> {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// Rows whose last cell holds our own words, which are never cut.
    own_words: BTreeSet<usize>,
    /// Widths that earlier rows already took.
    least: Vec<usize>,
    /// As the first rows decide.
    layout: Option<Layout>,
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
            layout: None,
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
        let layout = match self.layout {
            Some(layout) => layout,
            None => self.layout(&rows),
        };
        self.layout = Some(layout);
        self.cut(&mut rows, layout);
        if self.with_heads {
            rows.insert(0, heads);
        }
        let below = self.taken_off(&mut rows, layout.beside);
        if let Some(first) = rows.first_mut() {
            let last = first.len().saturating_sub(1);
            for (cell, least) in first.iter_mut().zip(&self.least).take(last) {
                let missing = least.saturating_sub(cell.width());
                cell.push_str(&" ".repeat(missing));
            }
        }
        let text = self.laid_out(rows, layout);
        for (line, below) in text.lines().zip(below) {
            writeln!(out, "{}", line.trim_end())?;
            for line in below {
                writeln!(out, "{}{line}", " ".repeat(INDENT))?;
            }
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

    /// As many columns beside each other as fit, as far apart as they fit.
    fn layout(&self, rows: &[Vec<String>]) -> Layout {
        let (style, all) = (self.style, self.least.len());
        let [wide, narrow, _] = GAPS;
        let width = style.width.filter(|_| style.format != Some(Format::Wide));
        let Some(width) = width else {
            return Layout {
                gap: wide,
                beside: all,
            };
        };
        let (others, last) = (all.saturating_sub(1), self.width_of_last(rows));
        let takes = |columns: usize, gap: usize| {
            let widths = self.least.iter().take(columns);
            widths.map(|width| width + gap).sum::<usize>()
        };
        let tried = match self.cuts {
            true => vec![(wide, last), (narrow, last.min(LEAST))],
            false => GAPS.map(|gap| (gap, last)).to_vec(),
        };
        if let Some((gap, _)) = tried
            .into_iter()
            .find(|(gap, last)| takes(others, *gap) + last <= width)
        {
            return Layout { gap, beside: all };
        }
        // Behind the last of them no gap is needed.
        let fits = |beside: &usize, gap: usize| takes(*beside, gap) <= width + gap;
        let beside = (1..all).rev().find(|beside| fits(beside, 1)).unwrap_or(1);
        let gap = GAPS
            .into_iter()
            .find(|gap| fits(&beside, *gap))
            .unwrap_or(1);
        Layout { gap, beside }
    }

    /// The width of the last column, where words of our own can be fewer.
    fn width_of_last(&self, rows: &[Vec<String>]) -> usize {
        let head = self.heads.last().filter(|_| self.with_heads);
        let widths = rows.iter().enumerate().filter_map(|(at, row)| {
            let cell = row.last()?;
            let fewer = cell.strip_prefix(EXPLAINS);
            let fewer = fewer.filter(|_| self.own_words.contains(&at));
            Some(fewer.unwrap_or(cell).width())
        });
        let widths = widths.chain(head.map(|head| head.width()));
        widths.max().unwrap_or_default()
    }

    /// Cuts the last column to what is left for it.
    fn cut(&self, rows: &mut [Vec<String>], layout: Layout) {
        let (Some(width), true) = (self.style.width, self.cuts) else {
            return;
        };
        let below = layout.beside < self.heads.len();
        let left = width.saturating_sub(before_last(&self.least, layout.gap));
        for (at, row) in rows.iter_mut().enumerate() {
            let Some(cell) = row.last_mut() else { continue };
            if self.own_words.contains(&at) && (below || cell.width() > left) {
                // What is said before the colon explains the rest, which matters more.
                *cell = cell.strip_prefix(EXPLAINS).unwrap_or(cell).to_owned();
            } else if !below {
                *cell = cut(cell, left);
            }
        }
    }

    /// Takes the columns behind those that stand beside each other off the rows, as lines to stand below each.
    fn taken_off(&self, rows: &mut [Vec<String>], beside: usize) -> Vec<Vec<String>> {
        let heads = usize::from(self.with_heads);
        let rows = rows.iter_mut().enumerate();
        rows.map(|(at, row)| {
            let cells = row.split_off(beside.min(row.len()));
            self.below(cells, at < heads)
        })
        .collect()
    }

    /// Cells one behind another, on as many lines as they need.
    fn below(&self, cells: Vec<String>, heads: bool) -> Vec<String> {
        let room = self.style.width.map(|width| width.saturating_sub(INDENT));
        let (mut lines, mut taken) = (Vec::<String>::new(), 0);
        for cell in cells {
            let colour = if heads {
                Some(Color::BOLD)
            } else {
                colour_of(&cell)
            };
            let colour = colour.filter(|_| self.style.options.color);
            for part in wrapped(&cell, room) {
                let width = part.width();
                let part = match &colour {
                    Some(colour) => colour.colorize(part),
                    None => part,
                };
                match lines.last_mut() {
                    Some(line) if room.is_none_or(|room| taken + INDENT + width <= room) => {
                        line.push_str(&" ".repeat(INDENT));
                        line.push_str(&part);
                        taken += INDENT + width;
                    }
                    _ => {
                        lines.push(part);
                        taken = width;
                    }
                }
            }
        }
        lines
    }

    fn laid_out(&self, rows: Vec<Vec<String>>, layout: Layout) -> String {
        let colours = self.colours(&rows);
        let mut builder = Builder::with_capacity(rows.len(), layout.beside);
        rows.into_iter().for_each(|row| builder.push_record(row));
        let mut table = builder.build();
        table
            .with(Borders::empty())
            .with(Padding::new(0, layout.gap, 0, 0));
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

/// What the columns before the last take, with what follows each.
fn before_last(widths: &[usize], gap: usize) -> usize {
    let others = widths.iter().take(widths.len().saturating_sub(1));
    others.map(|width| width + gap).sum()
}

/// Whether columns of these widths fit on the terminal, close together.
pub(super) fn fits(widths: &[usize], width: usize) -> bool {
    let [_, narrow, _] = GAPS;
    before_last(widths, narrow) + widths.last().copied().unwrap_or_default() <= width
}

fn colour_of(cell: &str) -> Option<Color> {
    let starts = |words: &[&str]| words.iter().any(|word| cell.starts_with(word));
    if starts(&["Deny", "no rule matched: Deny", "NOT FOUND", "EXCLUDED"]) {
        Some(Color::FG_RED)
    } else if starts(&["Allow"]) {
        Some(Color::FG_GREEN)
    } else if cell.ends_with("[staged]") || starts(&["Unknown", "UNKNOWN", "PARTIAL", "INERT"]) {
        // Yellow is not seen on a light background.
        Some(Color::FG_MAGENTA)
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
