//! The joint of all: a command line becomes a question, a source is read, an answer printed, an exit code chosen.

mod asked;
mod chosen;
mod complete;
mod completion;
mod help;
mod manual;
mod reach;
mod report;
mod snapshot;
mod terminal;
mod version;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::answer::Matched;
use crate::cli::{self, Cli, Command};
use crate::error::{Error, Exit};
use crate::load::{self, Loaded};
use crate::matcher::Matcher;
use crate::query;
use crate::question::{About, PolicyName, Question};
use crate::render::{self, Options, Shape, Style};
use crate::selector::Selector;
use crate::source::Source;
use reach::Reached;
use terminal::Terminal;

/// Runs a command line, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Its words are a line that is still being typed, so that clap has no say in them.
    if let [_, command, words @ ..] = arguments.as_slice()
        && command == complete::COMMAND
    {
        return complete::complete(words);
    }
    if let [_, command] = arguments.as_slice()
        && command == manual::COMMAND
    {
        return ended(manual::manual());
    }
    let cli = match Cli::parse_from_arguments(arguments.iter().cloned()) {
        Ok(cli) => cli,
        Err(error) => {
            let refused = error.use_stderr();
            let help = refused.then(|| help::instead(&arguments)).flatten();
            return help.map_or_else(|| told(&error), ended);
        }
    };
    if let cli::Command::Help(typed) = &cli.command {
        let called = cli::called(arguments.first());
        return ended(help::help(&called, &typed.words));
    }
    let exit = ended(answered(&cli));
    if exit != Exit::Answered
        && let Some(hint) = help::hint(&cli)
    {
        say(&format!("hint: {hint}\n"));
    }
    exit
}

/// How a command ends; why it fails is said.
fn ended(done: Result<Exit, Error>) -> Exit {
    match done {
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
        Command::Completion(arguments) => return completion::completion(cli, &arguments.wanted),
        Command::Version(arguments) => return version::version(cli, *arguments),
        Command::Endpoint(_)
        | Command::Host(_)
        | Command::Policy(_)
        | Command::Eval(_)
        | Command::Help(_) => {}
    }
    // What was typed is understood before anything is read.
    let Some(mut question) = asked::question(cli)? else {
        return Ok(Exit::Answered);
    };
    let reached = reached(cli, Some(&mut question))?;
    read(cli, &question, reached)
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

/// Reads what the question needs, and answers it.
fn read(cli: &Cli, question: &Question, reached: Reached) -> Result<Exit, Error> {
    let terminal = Terminal::of(&cli.output);
    let settings = asked::load_settings(cli, &reached)?;
    let mut source: Box<dyn Source> = reached.source;
    let mut watcher = terminal.watcher();
    let loaded = load::load(question, source.as_mut(), &settings, &mut watcher)?;
    watcher.clear();
    if !cli.output.quiet {
        say(&report::warnings(&source.warnings()));
    }
    report::filled_in(&loaded, cli.output.level());
    let asking = Asking {
        cli,
        question,
        terminal: &terminal,
        loaded: &loaded,
    };
    let exit = match &question.about {
        About::Endpoints | About::Host(_) => asking.endpoints(),
        About::Policy(name) => asking.policy(name),
        About::Selected { text, selector } => asking.selected(text, selector),
    };
    // The process ends: its memory is not given back piece by piece.
    std::mem::forget(loaded);
    exit
}

/// A question, and all that is known.
struct Asking<'a> {
    cli: &'a Cli,
    question: &'a Question,
    terminal: &'a Terminal,
    loaded: &'a Loaded,
}

impl Asking<'_> {
    fn matcher(&self) -> Matcher<'_> {
        Matcher::new(&self.loaded.snapshot, self.loaded.behaviour)
    }

    fn endpoints(&self) -> Result<Exit, Error> {
        let (snapshot, provenance) = (&self.loaded.snapshot, self.loaded.provenance.clone());
        let answer = query::endpoint::answer(snapshot, self.matcher(), self.question, provenance);
        let (head, tail) = (answer.head.clone(), answer.tail.clone());
        if !self.terminal.quiet {
            say(&report::widened(&answer.widened));
        }
        let style = self.style(head.query.matched);
        let mut out = BufWriter::new(io::stdout().lock());
        let count = render::endpoint(answer, &style, &mut out)?;
        out.flush()?;
        report::after(
            self.question,
            &head,
            &tail,
            count,
            &style,
            self.terminal.quiet,
        );
        Ok(exit(
            head.complete,
            tail.not_found.is_empty() && tail.not_endpoints.is_empty(),
        ))
    }

    fn policy(&self, name: &PolicyName) -> Result<Exit, Error> {
        let (snapshot, provenance) = (&self.loaded.snapshot, self.loaded.provenance.clone());
        let answer =
            query::policy::answer(snapshot, self.matcher(), self.question, name, provenance);
        let (head, missing) = (answer.head.clone(), answer.tail.not_found.clone());
        if !missing.is_empty()
            && let Some(gap) = query::unreadable(name, &head.gaps)
        {
            return Err(Error::Unreadable {
                what: gap.resource.clone(),
                cause: gap.message.clone(),
                hint: None,
            });
        }
        let style = self.style(None);
        let mut out = BufWriter::new(io::stdout().lock());
        render::policy(answer, &style, &mut out)?;
        out.flush()?;
        say(&report::no_policy(&missing, &head, self.question));
        report::notes_and_gaps(&head, &style, self.terminal.quiet);
        Ok(exit(head.complete, missing.is_empty()))
    }

    fn selected(&self, text: &str, selector: &Selector) -> Result<Exit, Error> {
        let (snapshot, provenance) = (&self.loaded.snapshot, self.loaded.provenance.clone());
        let answer = query::selected::answer(
            snapshot,
            self.matcher(),
            self.question,
            (text, selector),
            provenance,
        );
        let (head, warnings) = (answer.head.clone(), answer.tail.warnings.clone());
        let style = self.style(None);
        let mut out = BufWriter::new(io::stdout().lock());
        let count = render::selected(answer, &style, &mut out)?;
        out.flush()?;
        if !self.terminal.quiet {
            say(&report::of_selector(&head, &warnings, count, &style));
        }
        report::notes_and_gaps(&head, &style, self.terminal.quiet);
        Ok(exit(head.complete, true))
    }

    fn style(&self, matched: Option<Matched>) -> Style {
        style(self.cli, self.question, self.terminal, matched)
    }
}

/// The first that applies.
fn exit(complete: bool, all_found: bool) -> Exit {
    match (complete, all_found) {
        (false, _) => Exit::Incomplete,
        (true, false) => Exit::NotFound,
        (true, true) => Exit::Answered,
    }
}

fn style(cli: &Cli, question: &Question, terminal: &Terminal, matched: Option<Matched>) -> Style {
    let exact = matched == Some(Matched::Exact);
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
