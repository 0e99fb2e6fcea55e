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
        text.contains("never-cut-whatever-happens   app =="),
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

proptest! {
    #[test]
    fn no_width_panics(width in 0_usize..220, text in ".{0,80}", cuts: bool) {
        let narrow = style(Some(width), Options { escape: true, ..Options::default() });
        printed(&narrow, vec!["NAME", "SELECTOR"], &[&["a", &text]], cuts);
        prop_assert!(!wrapped(&text, Some(width)).is_empty());
        prop_assert!(unicode_width::UnicodeWidthStr::width(&*cut(&text, width)) <= width.max(3).max(unicode_width::UnicodeWidthStr::width(&*text).min(width)));
    }

    #[test]
    fn no_width_breaks_an_answer(width in 0_usize..220, blocks: bool, escape: bool, color: bool, hide_selectors: bool) {
        let style = Style {
            shape: if blocks { Shape::Blocks } else { Shape::Lines },
            ..style(Some(width), Options { escape, color, hide_selectors, ..Options::default() })
        };
        let items = vec![fixtures::node_a_eth0(), fixtures::web_1()];
        let text = printed_answer(fixtures::answer(items, vec![]), &style);
        prop_assert!(text.contains("hep/node-a-eth0") && text.contains("pod/shop/web-1"));
        prop_assert!(text.lines().all(|line| line.trim_end() == line));
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
