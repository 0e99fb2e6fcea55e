//! `help`: of everything, of a command, or on a topic; and whoever typed `help` where a name stands.

use std::ffi::OsString;
use std::io::{self, Write as _};

use clap::Command;
use unicode_width::UnicodeWidthStr as _;

use super::terminal;
use crate::cli::{self, Cli, TOPICS, Topic};
use crate::error::{Error, Exit};
use crate::query::near;
use crate::render::wrapped;

/// What is said to somebody who wants help.
enum Help {
    /// What there is.
    Overview(Box<Command>),
    /// A command, explained.
    Command(Box<Command>),
    /// A topic.
    Topic(Topic),
}

/// Prints the help of a command or on a topic; without words, what there is.
pub(super) fn help(called: &str, words: &[String]) -> Result<Exit, Error> {
    find(called, words)?.print()?;
    Ok(Exit::Answered)
}

/// The help that a line wants which clap refuses: `version help`, `completion install help`.
pub(super) fn instead(arguments: &[OsString]) -> Option<Result<Exit, Error>> {
    let (program, words) = arguments.split_first()?;
    let words: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    let words = words?;
    let (last, path) = words.split_last()?;
    let root = cli::definition(&cli::called(Some(program)));
    let command = below(&root, path).ok()?;
    if *last != "help" || path.is_empty() {
        return None;
    }
    let printed = Help::Command(Box::new(command.clone())).print();
    Some(printed.map(|()| Exit::Answered).map_err(Error::Write))
}

/// Where to look, for somebody whose only argument is `help`, which here is a name like any other.
pub(super) fn hint(cli: &Cli) -> Option<String> {
    let (command, argument) = match &cli.command {
        cli::Command::Endpoint(arguments) => match arguments.what.as_slice() {
            [what] => ("endpoint", what.as_str()),
            _ => return None,
        },
        cli::Command::Host(arguments) => ("host", arguments.node.as_str()),
        cli::Command::Policy(arguments) => ("policy", arguments.name.as_str()),
        cli::Command::Eval(arguments) => ("eval", arguments.text.as_str()),
        cli::Command::Snapshot(arguments) => ("snapshot", arguments.file.to_str()?),
        cli::Command::Completion(_) | cli::Command::Version(_) | cli::Command::Help(_) => {
            return None;
        }
    };
    (argument == "help").then(|| {
        format!(
            "help is a name here; for help, type {} help {command}",
            cli::AS_PLUGIN
        )
    })
}

fn find(called: &str, words: &[String]) -> Result<Help, Error> {
    let root = cli::definition(called);
    if words.is_empty() {
        return Ok(Help::Overview(Box::new(root)));
    }
    let typed: Vec<&str> = words.iter().map(String::as_str).collect();
    let (missing, known) = match below(&root, &typed) {
        Ok(command) => return Ok(Help::Command(Box::new(command.clone()))),
        Err(missing) => missing,
    };
    // Two words, as one speaks of it.
    if let Some(topic) = Topic::named(&typed.join("-")) {
        return Ok(Help::Topic(topic));
    }
    Err(unknown(called, &typed, missing, known))
}

/// The command behind these words, or the first word that is none, and the command that does not know it.
fn below<'a>(root: &'a Command, words: &[&str]) -> Result<&'a Command, (usize, &'a Command)> {
    let mut command = root;
    for (at, word) in words.iter().enumerate() {
        command = command.find_subcommand(word).ok_or((at, command))?;
    }
    Ok(command)
}

/// That there is no help, and what may have been meant.
fn unknown(called: &str, words: &[&str], missing: usize, known: &Command) -> Error {
    let of_all = missing == 0;
    let typed = match of_all {
        true => words.join("-"),
        false => words.get(missing).copied().unwrap_or_default().to_owned(),
    };
    let mut names: Vec<&str> = known.get_subcommands().map(Command::get_name).collect();
    if of_all {
        names.extend(TOPICS.map(|topic| topic.name));
    }
    let what = match of_all {
        true => "no command and no topic".to_owned(),
        false => format!("{} has no command", known.get_name()),
    };
    let near = near(&typed, names);
    let meant = match near.as_slice() {
        [] => String::new(),
        near => format!("; is it {}?", near.join(" or ")),
    };
    Error::Usage {
        message: format!("{what} {typed:?}{meant}"),
        hint: near.is_empty().then(|| format!("{called} help lists them")),
    }
}

/// A text for 80 columns on fewer: paragraphs flow, and what does not fit beside a term stands below it.
fn narrowed(text: &str, width: usize) -> String {
    let is_words = |line: &str| line.contains(char::is_lowercase) && !line.ends_with("Examples:");
    let mut pieces: Vec<Vec<&str>> = Vec::new();
    for line in text.lines() {
        let goes_on = |before: &str| match line.starts_with("  ") {
            true => before.starts_with("  ") && line.starts_with("    "),
            false => is_words(line) && is_words(before) && !before.starts_with("  "),
        };
        match pieces.last_mut() {
            Some(piece) if piece.first().is_some_and(|before| goes_on(before)) => piece.push(line),
            _ => pieces.push(vec![line]),
        }
    }
    let lines = pieces.iter().flat_map(|piece| piece_on(piece, width));
    lines.map(|line| line + "\n").collect()
}

fn piece_on(piece: &[&str], width: usize) -> Vec<String> {
    let lines = || piece.iter().map(|line| (*line).to_owned());
    let first = piece.first().copied().unwrap_or_default();
    if !first.starts_with("  ") {
        return wrapped(&piece.join(" "), Some(width));
    }
    if piece.iter().all(|line| line.width() <= width) {
        return lines().collect();
    }
    let words: Vec<&str> = piece.iter().map(|line| line.trim()).collect();
    let words = words.join(" ");
    let (term, meaning) = words.split_once("  ").unwrap_or((&words, ""));
    let below = wrapped(meaning.trim_start(), Some(width.saturating_sub(6)));
    let below = below.into_iter().filter(|line| !line.is_empty());
    let term = wrapped(term, Some(width.saturating_sub(4)));
    let term = term.into_iter().map(|line| format!("  {line}"));
    term.chain(below.map(|line| format!("      {line}")))
        .collect()
}

// === impl Help ===

impl Help {
    fn print(self) -> io::Result<()> {
        match self {
            // clap knows whether and how to colour.
            Self::Overview(mut command) => command.print_help(),
            Self::Command(mut command) => command.print_long_help(),
            Self::Topic(Topic { about, text, .. }) => {
                let text = format!("{about}.\n\n{text}");
                let narrow = terminal::width().filter(|width| *width < 80);
                let text = narrow.map_or(text.clone(), |width| narrowed(&text, width));
                write!(io::stdout().lock(), "{text}")
            }
        }
    }
}
