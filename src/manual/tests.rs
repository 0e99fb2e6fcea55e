#![expect(clippy::unwrap_used, reason = "tests may panic")]

use super::*;

/// The page without the escapes, as its reader sees words.
fn plain(page: &str) -> String {
    let plain = page.replace("\\-", "-").replace("\\*(Aq", "'");
    plain
        .replace("\\fB", "")
        .replace("\\fI", "")
        .replace("\\fR", "")
}

fn each<'a>(command: &'a Command, found: &mut Vec<&'a Command>) {
    found.push(command);
    for below in shown(command) {
        each(below, found);
    }
}

#[test]
fn every_command_flag_and_topic_is_on_the_page() {
    let page = plain(&page());
    let root = cli::definition(cli::AS_PLUGIN);
    let mut commands = Vec::new();
    each(&root, &mut commands);
    assert!(commands.len() > 10);
    for command in commands {
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ");
        let is_root = command.get_name() == root.get_name();
        assert!(is_root || page.contains(&format!("\n{usage}\n")), "{usage}");
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let mut head = arg
                .get_short()
                .map_or_else(String::new, |short| format!("-{short}, "));
            match arg.get_long() {
                Some(long) => head += &format!("--{long}"),
                None => head += &arg.get_value_names().unwrap().join(" "),
            }
            assert!(page.contains(&format!("\n.TP\n{head}")), "{head}");
            for paragraph in help(arg).split("\n\n").filter(|_| arg.get_id() != "help") {
                assert!(page.contains(&paragraph.replace('`', "")), "{paragraph}");
            }
        }
    }
    for topic in TOPICS {
        let words = topic
            .text
            .split_whitespace()
            .rev()
            .take(4)
            .collect::<Vec<_>>();
        let last: Vec<_> = words.into_iter().rev().collect();
        let joined = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(&last.join(" ")), "{last:?}");
    }
}

#[test]
fn the_sections_are_those_that_one_looks_for() {
    let page = page();
    let sections = page.lines().filter_map(|line| line.strip_prefix(".SH "));
    let sections: Vec<&str> = sections.map(|title| title.trim_matches('"')).collect();
    assert_eq!(
        sections,
        [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "COMMANDS",
            "OPTIONS",
            "ANSWERS",
            "SELECTORS",
            "SOURCES",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "EXAMPLES",
            "SEE ALSO"
        ]
    );
}

/// No text is taken for a macro, and nothing that man does not know is called.
#[test]
fn the_page_is_sound_roff() {
    let page = page();
    let known = [
        "TH", "SH", "SS", "PP", "TP", "IP", "br", "nf", "fi", "ie", "el",
    ];
    let mut verbatim = false;
    let mut before = "";
    for line in page.lines() {
        assert!(
            !line.starts_with('\'') && !line.trim().is_empty(),
            "{line:?} behind {before:?}"
        );
        if let Some(call) = line.strip_prefix('.') {
            let name = call.split(' ').next().unwrap();
            assert!(known.contains(&name), "{line}");
            match name {
                "nf" => verbatim = true,
                "fi" => verbatim = false,
                _ => {}
            }
            let heads = [".SH", ".SS"].iter().any(|head| before.starts_with(head));
            assert!(!(heads && name == "PP"), "{line} behind {before}");
        } else if verbatim {
            // man indents by seven.
            assert!(plain(line).chars().count() <= 73, "{line}");
        }
        before = line;
    }
    assert!(!verbatim);
}

#[test]
fn text_that_looks_like_roff_stays_text() {
    let mut roff = Roff::new();
    write(
        &mut roff,
        &blocks(".SH no\n'br no\n\n  .x  'y\\fB\n  z"),
        Depth::Subsection,
    );
    let text = roff.to_roff();
    assert!(text.contains("\n\\&.SH no"), "{text}");
    assert!(text.contains("\\&.x  'y\\\\fB"), "{text}");
}

#[test]
fn text_is_cut_into_what_it_is() {
    let pair = |term: &str, meaning: &str| (term.to_owned(), meaning.to_owned());
    let text = "One line\nand another.\n\nTHE HEAD\nText.\n  a  first,\n     and on\n  b   second\n\n  x  y  z\n    w\n\nExamples:\n  run it   so\n  run it again\n";
    assert_eq!(
        blocks(text),
        [
            Block::Paragraph("One line and another.".to_owned()),
            Block::Heading("THE HEAD".to_owned()),
            Block::Paragraph("Text.".to_owned()),
            Block::Entries(vec![pair("a", "first, and on"), pair("b", "second")]),
            Block::Verbatim(vec!["x  y  z".to_owned(), "  w".to_owned()]),
            Block::Label("Examples:".to_owned()),
            Block::Entries(vec![pair("run it", "so"), pair("run it again", "")]),
        ]
    );
}
