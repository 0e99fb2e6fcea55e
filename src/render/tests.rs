#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may panic"
)]

mod classic;
mod fixtures;
mod pictures;
mod structured;

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::notes::wrapped;
use super::table::{Table, cut};
use super::*;

fn style(width: Option<usize>, options: Options) -> Style {
    Style {
        format: None,
        shape: Shape::Lines,
        width,
        options,
    }
}

fn printed_answer(answer: EndpointAnswer<'_>, style: &Style) -> String {
    let mut out = Vec::new();
    endpoint(answer, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn printed(style: &Style, heads: Vec<&'static str>, rows: &[&[&str]], cuts: bool) -> String {
    let mut table = Table::new(heads, cuts, style);
    for row in rows {
        table.row(row.iter().map(|cell| (*cell).to_owned()).collect());
    }
    let mut out = Vec::new();
    table.print(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn three_blanks_between_columns_and_a_dash_for_nothing() {
    let style = style(None, Options::default());
    let rows: &[&[&str]] = &[&["web-1", ""], &["日本", "x"]];
    assert_eq!(
        printed(&style, vec!["NAME", "NODE"], rows, false),
        "NAME    NODE\nweb-1   -\n日本    x\n"
    );
    let bare = self::style(
        None,
        Options {
            no_headers: true,
            ..Options::default()
        },
    );
    assert_eq!(
        printed(&bare, vec!["NAME", "NODE"], rows, false),
        "web-1   -\n日本    x\n"
    );
}

#[test]
fn only_the_last_column_is_cut_and_only_on_a_terminal() {
    let long = "app == 'a very long value that does not fit'";
    let rows: &[&[&str]] = &[&["a-name-that-is-never-cut-whatever-happens", long]];
    let narrow = style(Some(60), Options::default());
    let text = printed(&narrow, vec!["NAME", "SELECTOR"], rows, true);
    assert!(
        text.contains("never-cut-whatever-happens  app =="),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.len() <= 60) && text.contains("..."),
        "{text}"
    );
    let pipe = style(None, Options::default());
    assert!(printed(&pipe, vec!["NAME", "SELECTOR"], rows, true).contains(long));
}

#[test]
fn colour_repeats_words() {
    let coloured = style(
        None,
        Options {
            color: true,
            ..Options::default()
        },
    );
    let rows: &[&[&str]] = &[&["Deny (default)"], &["Allow (kns.shop)"], &["other"]];
    let text = printed(&coloured, vec!["INGRESS"], rows, false);
    assert!(
        text.contains("\u{1b}[31m") && text.contains("\u{1b}[32m"),
        "{text:?}"
    );
    let plain = style(None, Options::default());
    assert!(!printed(&plain, vec!["INGRESS"], rows, false).contains('\u{1b}'));
}

#[test]
fn what_moves_the_cursor_is_written_out_in_cells() {
    let terminal = style(
        Some(80),
        Options {
            escape: true,
            ..Options::default()
        },
    );
    let text = printed(&terminal, vec!["NAME"], &[&["a\u{1b}[2J\nb"]], false);
    assert_eq!(text, "NAME\na\\u001b[2J\\u000ab\n");
}

/// Words as they stand in clusters, and those that take two columns a letter or none.
fn word() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        Just("web-7d9c5b7f6-x2k4p"),
        Just("日本語"),
        Just("한국어-web"),
        Just("🚀🦀"),
        Just("e\u{301}tage\u{300}re"),
        Just("ﾊﾝｶｸ"),
        Just("app"),
        Just("=="),
        Just("10.65.0.12,fd00:10::12,10.65.0.13"),
    ];
    any.prop_map(str::to_owned)
}

fn sentence() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 0..12).prop_map(|words| words.join(" "))
}

/// Whether a line fits, or holds one word alone, behind the name of a field at most.
fn fits(line: &str, width: usize) -> bool {
    line.width() <= width || line.split_whitespace().count() <= 2
}

proptest! {
    #[test]
    fn no_width_panics(width in 0_usize..220, text in ".{0,80}", cuts: bool) {
        let narrow = style(Some(width), Options { escape: true, ..Options::default() });
        printed(&narrow, vec!["NAME", "SELECTOR"], &[&["a", &text]], cuts);
        prop_assert!(!wrapped(&text, Some(width)).is_empty());
        prop_assert!(cut(&text, width).width() <= width.max(3).max(text.width().min(width)));
    }

    /// A table is as wide as the terminal at most, however many columns it has, unless one word is wider; and nothing
    /// but the column that may be cut loses a letter.
    #[test]
    fn a_table_fits_each_terminal(
        width in 40_usize..=200, cuts: bool, no_headers: bool,
        rows in prop::collection::vec((word(), word(), word(), word(), sentence()), 1..6),
    ) {
        let terminal = style(Some(width), Options { no_headers, escape: true, ..Options::default() });
        let rows: Vec<[&str; 5]> = rows.iter().map(|row| [&*row.0, &*row.1, &*row.2, &*row.3, &*row.4]).collect();
        let slices: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let text = printed(&terminal, vec!["NAME", "NODE", "INGRESS", "EGRESS", "SELECTOR"], &slices, cuts);
        for line in text.lines() {
            prop_assert!(line.width() <= width, "{width}: {line:?}");
            prop_assert_eq!(line.trim_end(), line);
        }
        for row in &rows {
            for cell in &row[..4] {
                prop_assert!(text.contains(cell), "{}", text);
            }
            let words = row[4].split(' ').flat_map(|word| word.split_inclusive(','));
            prop_assert!(cuts || words.into_iter().all(|word| text.contains(word)), "{}", text);
        }
    }

    /// On every line that stands in columns, the second begins where its head does.
    #[test]
    fn columns_stand_below_their_heads(rows in prop::collection::vec((word(), word()), 1..6)) {
        let rows: Vec<[&str; 2]> = rows.iter().map(|row| [&*row.0, &*row.1]).collect();
        let slices: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
        let text = printed(&style(Some(120), Options::default()), vec!["NAME", "NODE"], &slices, false);
        let begins = |line: &str, cell: &str| line.strip_suffix(cell).map(UnicodeWidthStr::width);
        let mut lines = text.lines();
        let head = begins(lines.next().unwrap(), "NODE");
        for (line, row) in lines.zip(&rows) {
            prop_assert_eq!(begins(line, row[1]), head, "{}", text);
        }
    }

    #[test]
    fn an_answer_fits_each_terminal(
        width in 40_usize..=200, blocks: bool, escape: bool, color: bool, hide_selectors: bool,
        no_headers: bool, show_labels: bool, namespaces: bool, detail: bool,
    ) {
        let style = Style {
            format: detail.then_some(Format::Detail),
            shape: if blocks { Shape::Blocks } else { Shape::Lines },
            ..style(Some(width), Options { escape, color, hide_selectors, no_headers, show_labels, namespaces })
        };
        let items = vec![fixtures::node_a_eth0(), fixtures::web_1()];
        let text = printed_answer(fixtures::answer(items, vec![]), &style);
        let plain = anstream::adapter::strip_str(&text).to_string();
        prop_assert!(plain.contains("hep/node-a-eth0") && plain.contains("web-1"));
        for line in plain.lines() {
            prop_assert!(fits(line, width), "{width}: {line:?}");
            prop_assert_eq!(line.trim_end(), line);
        }
        prop_assert_eq!(color, text.contains('\u{1b}'));
    }

    #[test]
    fn no_width_breaks_an_answer(width in 0_usize..40, blocks: bool) {
        let style = Style {
            shape: if blocks { Shape::Blocks } else { Shape::Lines },
            ..style(Some(width), Options::default())
        };
        let items = vec![fixtures::node_a_eth0(), fixtures::web_1()];
        let text = printed_answer(fixtures::answer(items, vec![]), &style);
        prop_assert!(text.contains("hep/node-a-eth0") && text.contains("pod/shop/web-1"));
    }
}

/// A pipe whose reader has gone after so many bytes.
struct Gone(usize);

impl Write for Gone {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_has_gone_is_a_broken_pipe() {
    for format in [
        Format::Table,
        Format::Detail,
        Format::Ps,
        Format::Json,
        Format::Yaml,
        Format::Name,
    ] {
        let style = Style {
            format: Some(format),
            ..style(None, Options::default())
        };
        let answer = fixtures::answer(vec![fixtures::web_1()], vec![]);
        let error = endpoint(answer, &style, &mut Gone(9)).unwrap_err();
        assert!(error.is_broken_pipe(), "{format:?}");
    }
}
