//! The manual page, out of the same texts as help: clap's definition of the commands, and the topics.
//!
//! It is one page for all commands, as `man kubectl-calicoq` finds it; a page for each would repeat the flags that stand
//! everywhere.

mod text;

use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

use crate::cli::{self, TOPICS};
use text::{Block, blocks};

const SEE_ALSO: &str = "\
kubectl(1), `kubectl options` for what kubectl's own flags mean, and calicoctl's documentation of its configuration file.";

/// The page, for man to format.
#[must_use]
pub fn page() -> String {
    let root = cli::definition(cli::AS_PLUGIN);
    let mut page = Roff::new();
    title(&mut page, &root);
    page.control("SH", ["COMMANDS"]);
    for command in shown(&root) {
        explain(&mut page, command, &root);
    }
    page.control("SH", ["OPTIONS"]);
    everywhere(&mut page, &root);
    for topic in TOPICS {
        page.control("SH", [topic.section]);
        write(&mut page, &blocks(topic.text), Depth::Section);
    }
    page.control("SH", ["EXAMPLES"]);
    let (examples, _) = of_all(&root);
    write(&mut page, &examples, Depth::Section);
    page.control("SH", ["SEE ALSO"]);
    page.text(inline(SEE_ALSO));
    page.render()
}

/// Where text stands: a heading in it must not end the section.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Section,
    Subsection,
}

fn title(page: &mut Roff, root: &Command) {
    let name = root.get_name();
    let version = root.get_version().unwrap_or_default();
    // No date: the same version has the same page.
    let source = format!("{name} {version}");
    let title = name.to_uppercase();
    page.control(
        "TH",
        [
            title.as_str(),
            "1",
            "\"\"",
            source.as_str(),
            "User Commands",
        ],
    );
    page.control("SH", ["NAME"]);
    let about = about(root);
    page.text([roman(format!("{name} - {}", lower(&about)))]);
    page.control("SH", ["SYNOPSIS"]);
    for (at, command) in shown(root).enumerate() {
        if at > 0 {
            page.control("br", []);
        }
        page.text(usage(command));
    }
    page.control("SH", ["DESCRIPTION"]);
    let (_, mut rest) = of_all(root);
    rest.insert(0, Block::Paragraph(format!("{about}.")));
    write(page, &rest, Depth::Section);
}

/// What stands behind the help of everything: its examples, and the rest but for the list of topics.
fn of_all(root: &Command) -> (Vec<Block>, Vec<Block>) {
    let text = after(root);
    let text = text.split("\n\nTopics").next().unwrap_or_default();
    let whole = blocks(text).into_iter();
    let whole = whole.filter(|block| !matches!(block, Block::Label(_)));
    whole.partition(|block| matches!(block, Block::Entries(_)))
}

/// A command with what is its own, and the commands below it.
fn explain(page: &mut Roff, command: &Command, root: &Command) {
    let name = command.get_bin_name().unwrap_or_default();
    let name = name.strip_prefix(cli::AS_PLUGIN).unwrap_or(name);
    page.control("SS", [name.trim_start()]);
    page.text(usage(command));
    page.control("PP", []);
    page.text([roman(format!("{}.", about(command)))]);
    for alias in command.get_visible_aliases() {
        page.text([roman("It is also called "), bold(alias), roman(".")]);
    }
    let own = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && is_own(arg, root));
    for arg in own {
        option(page, arg);
    }
    write(page, &blocks(&after(command)), Depth::Subsection);
    for below in shown(command) {
        explain(page, below, root);
    }
}

/// Whether a flag of a command is not that which every command has, or says something else there.
fn is_own(arg: &Arg, root: &Command) -> bool {
    let same = |known: &&Arg| known.get_id() == arg.get_id();
    let known = root.get_arguments().find(same);
    known.is_none_or(|known| arg.is_global_set() && help(known) != help(arg))
}

fn help(arg: &Arg) -> String {
    let help = arg.get_long_help().or(arg.get_help());
    help.map(ToString::to_string).unwrap_or_default()
}

/// The flags that every command has, under the headings of help.
fn everywhere(page: &mut Roff, root: &Command) {
    page.text([roman(
        "They may stand before and behind the arguments of a command. The help of a command leaves out those that change \
         nothing for it.",
    )]);
    let mut heading = None;
    let mut flags: Vec<&Arg> = root.get_arguments().collect();
    // A heading's flags need not stand together.
    let mut headings = Vec::new();
    for flag in &flags {
        if !headings.contains(&flag.get_help_heading()) {
            headings.push(flag.get_help_heading());
        }
    }
    flags.sort_by_key(|flag| {
        let at = headings
            .iter()
            .position(|heading| *heading == flag.get_help_heading());
        // What clap adds itself, last.
        (flag.get_help_heading().is_none(), at)
    });
    for flag in flags {
        let own = Some(flag.get_help_heading().unwrap_or("Help"));
        if own != heading {
            page.control("SS", own);
            heading = own;
        }
        option(page, flag);
    }
}

/// `-n, --namespace NAMESPACE`, and what it does.
fn option(page: &mut Roff, arg: &Arg) {
    page.control("TP", []);
    page.text(head(arg));
    for (at, paragraph) in help(arg).split("\n\n").enumerate() {
        if at > 0 {
            page.control("IP", []);
        }
        page.text(inline(&sentence(paragraph)));
    }
    let values = arg.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    if !values.is_empty() && !arg.is_hide_default_value_set() && takes_values(arg) {
        page.control("IP", []);
        page.text([roman(format!("Default: {}", values.join(", ")))]);
    }
}

fn head(arg: &Arg) -> Vec<Inline> {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let mut head = Vec::new();
    for name in short.into_iter().chain(long) {
        if !head.is_empty() {
            head.push(roman(", "));
        }
        head.push(bold(name));
    }
    if let Some(names) = arg.get_value_names().filter(|_| takes_values(arg)) {
        let names = names.join(" ");
        if arg.is_require_equals_set() {
            head.extend([roman("[="), italic(names), roman("]")]);
        } else {
            if !head.is_empty() {
                head.push(roman(" "));
            }
            head.push(italic(names));
        }
    }
    head
}

fn takes_values(arg: &Arg) -> bool {
    arg.is_positional() || arg.get_action().takes_values()
}

/// The usage line, without its title.
fn usage(command: &Command) -> Vec<Inline> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim().to_owned();
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    match usage.strip_prefix(&name) {
        Some(rest) => vec![bold(name), roman(rest)],
        None => vec![roman(usage)],
    }
}

fn write(page: &mut Roff, text: &[Block], depth: Depth) {
    // Behind a heading a paragraph begins of itself.
    let mut begun = depth == Depth::Subsection;
    for block in text {
        match block {
            Block::Heading(heading) if depth == Depth::Section => {
                page.control("SS", [heading.as_str()]);
                begun = false;
                continue;
            }
            Block::Entries(entries) => entries.iter().for_each(|entry| write_entry(page, entry)),
            Block::Paragraph(_) | Block::Heading(_) | Block::Label(_) | Block::Verbatim(_) => {
                if begun {
                    page.control("PP", []);
                }
                write_paragraph(page, block);
            }
        }
        begun = true;
    }
}

fn write_paragraph(page: &mut Roff, block: &Block) {
    match block {
        Block::Heading(text) | Block::Label(text) => page.text([bold(text.as_str())]),
        Block::Paragraph(text) => page.text(inline(text)),
        Block::Verbatim(lines) => {
            page.control("nf", []);
            for line in lines {
                page.text([roman(line.as_str())]);
            }
            page.control("fi", [])
        }
        Block::Entries(_) => page,
    };
}

fn write_entry(page: &mut Roff, (term, meaning): &(String, String)) {
    page.control("TP", []);
    page.text([bold(term.as_str())]);
    if !meaning.is_empty() {
        page.text(inline(meaning));
    }
}

/// Text in which what stands in backticks is typed.
fn inline(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate();
    let parts = parts.filter(|(_, part)| !part.is_empty());
    parts
        .map(|(at, part)| match at % 2 {
            0 => roman(part),
            _ => bold(part),
        })
        .collect()
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    let all = command.get_subcommands();
    all.filter(|command| !command.is_hide_set())
}

fn about(command: &Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn after(command: &Command) -> String {
    let text = command.get_after_long_help();
    text.map(ToString::to_string).unwrap_or_default()
}

/// As a fragment behind a name.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// clap takes the full stop away from a line.
fn sentence(text: &str) -> String {
    match text.ends_with(['.', ':', ']']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

#[cfg(test)]
mod tests;
