//! The joint of all: a command line becomes a question, a source is read, an answer printed, an exit code chosen.

mod asked;
mod chosen;
mod reach;
mod report;
mod snapshot;
mod terminal;
mod version;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::cli::{Cli, Command};
use crate::error::{Error, Exit};
use crate::load::{self, Loaded};
use crate::matcher::Matcher;
use crate::query;
use crate::question::Question;
use crate::render::{self, Options, Shape, Style};
use crate::source::Source;
use reach::Reached;
use terminal::Terminal;

/// Runs a command line, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::parse_from_arguments(arguments) {
        Ok(cli) => cli,
        Err(error) => return told(&error),
    };
    match answered(&cli) {
        Ok(exit) => exit,
        Err(error) if error.is_broken_pipe() => Exit::Answered,
        Err(error) => {
            say(&render::error_report(&error));
            Exit::NoAnswer
        }
    }
}

/// Writes to stderr; one that is closed or full takes nothing away from the answer.
fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Help and version are answers; anything else that clap says is a usage error.
fn told(error: &clap::Error) -> Exit {
    // A closed pipe is no fault.
    let _ = error.print();
    if error.use_stderr() {
        Exit::NoAnswer
    } else {
        Exit::Answered
    }
}

fn answered(cli: &Cli) -> Result<Exit, Error> {
    terminal::log(cli.output.level());
    match &cli.command {
        Command::Snapshot(arguments) => return snapshot::snapshot(cli, arguments),
        Command::Version(arguments) => return version::version(cli, *arguments),
        Command::Endpoint(_) | Command::Host(_) => {}
    }
    // What was typed is understood before anything is read.
    let Some(mut question) = asked::question(cli)? else {
        return Ok(Exit::Answered);
    };
    let reached = reached(cli, Some(&mut question))?;
    endpoint(cli, &question, reached)
}

/// Reaches the source that was chosen; the scope of a question becomes that of its context.
fn reached(cli: &Cli, question: Option<&mut Question>) -> Result<Reached, Error> {
    let chosen = chosen::choose(
        cli,
        &chosen::Surroundings {
            variable: &|name| std::env::var_os(name),
            calicoctl_cfg: Path::new(chosen::CALICOCTL_CFG),
        },
    )?;
    let mut said = String::new();
    let reached = reach::reach(cli, question, &chosen, &mut said);
    if !cli.output.quiet {
        say(&said);
    }
    reached
}

fn endpoint(cli: &Cli, question: &Question, reached: Reached) -> Result<Exit, Error> {
    let terminal = Terminal::of(&cli.output);
    let settings = asked::load_settings(cli, &reached)?;
    let mut source: Box<dyn Source> = reached.source;
    let mut watcher = terminal.watcher();
    let loaded = load::load(question, source.as_mut(), &settings, &mut watcher)?;
    watcher.clear();
    report::filled_in(&loaded, cli.output.level());
    let Loaded {
        snapshot,
        behaviour,
        provenance,
        ..
    } = &loaded;
    let matcher = Matcher::new(snapshot, *behaviour);
    let answer = query::endpoint::answer(snapshot, matcher, question, provenance.clone());
    let (head, tail) = (answer.head.clone(), answer.tail.clone());
    if !terminal.quiet {
        say(&report::widened(&answer.widened));
    }
    let style = style(cli, question, &terminal, head.query.matched);
    let mut out = BufWriter::new(io::stdout().lock());
    let count = render::endpoint(answer, &style, &mut out)?;
    out.flush()?;
    report::after(question, &head, &tail, count, &style, terminal.quiet);
    Ok(exit(
        head.complete,
        tail.not_found.is_empty() && tail.not_endpoints.is_empty(),
    ))
}

/// The first that applies.
fn exit(complete: bool, all_found: bool) -> Exit {
    match (complete, all_found) {
        (false, _) => Exit::Incomplete,
        (true, false) => Exit::NotFound,
        (true, true) => Exit::Answered,
    }
}

fn style(
    cli: &Cli,
    question: &Question,
    terminal: &Terminal,
    matched: Option<crate::answer::Matched>,
) -> Style {
    let exact = matched == Some(crate::answer::Matched::Exact);
    Style {
        format: cli.output.format.map(asked::format),
        shape: if exact { Shape::Blocks } else { Shape::Lines },
        width: terminal
            .width
            .filter(|_| cli.output.format != Some(crate::cli::Format::Wide)),
        options: Options {
            color: terminal.color,
            escape: terminal.is_terminal,
            no_headers: cli.output.no_headers,
            show_labels: cli.output.show_labels,
            namespaces: question.about.heeds_context() && question.scope.namespace.is_none(),
            hide_selectors: question.hide.selectors,
        },
    }
}
