//! `__complete`: what may stand next on a line. It is run while somebody types, so that nothing of what may go wrong is
//! said, and nobody waits long.

mod cache;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use super::{asked, reach, reached};
use crate::cli::Cli;
use crate::complete::{self, Entry, Named, Names, Reach, Wanted};
use crate::error::{Error, Exit};
use crate::load::RESTARTS;
use crate::need::Kind;
use crate::note::{Gap, Note};
use crate::question::{About, Hide, Question};
use crate::raw::{Broken, Object, Undecodable};
use crate::source::{ReadError, Sink, Source, kube};
use cache::Cache;

/// As shells and kubectl call it.
pub(super) const COMMAND: &str = "__complete";

/// How long names may take to come.
const PATIENCE: Duration = Duration::from_secs(2);

/// Prints what may stand in the place of the last of these words.
pub(super) fn complete(words: &[OsString]) -> Exit {
    let end = Instant::now() + PATIENCE;
    let words: Vec<String> = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let offer = complete::offer(&words);
    let mut found = Vec::new();
    if let Some(names) = &offer.names {
        found.extend(names.known().iter().map(ToString::to_string));
        found.extend(in_time(names.clone(), offer.flags.clone(), end));
    }
    // A shell that has gone away wants no answer.
    let _ = io::stdout().write_all(offer.answer(found).as_bytes());
    Exit::Answered
}

/// What comes until then. Who reads is another thread, which ends with the process: what cannot be interrupted, such as
/// a name that is being resolved, holds up nobody.
fn in_time(names: Names, flags: Vec<String>, end: Instant) -> Vec<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || look_up(&names, flags, &sender));
    let mut found = Vec::new();
    while let Ok(some) = receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
        found.extend(some);
    }
    found
}

/// Looks names up, and hands over what it has as it goes. What fails gives none.
fn look_up(names: &Names, flags: Vec<String>, sender: &Sender<Vec<String>>) -> Option<()> {
    let cli = command_line(flags.clone())?;
    if let Names::Kubeconfig(entry) = names {
        let entries = kube::Entries::read(&reach::typed(&cli.connection)).ok()?;
        let names = match entry {
            Entry::Contexts => entries.contexts,
            Entry::Clusters => entries.clusters,
            Entry::Users => entries.users,
        };
        return sender.send(names).ok();
    }
    let mut question = question(&cli);
    let mut source = reached(&cli, Some(&mut question)).ok()?.source;
    let reach = Reach {
        namespace: question.scope.namespace,
        typed: cli.filter.namespace.is_some(),
        at_hand: !cli.files.filename.is_empty(),
    };
    let stages = names.wanted(&reach);
    // Files are read anew each time. Whom a token is for does not stand in it, and it is to be kept nowhere.
    let kept = !reach.at_hand && cli.connection.token.is_none();
    let cache = if kept { Cache::of_user() } else { None };
    let key = cache::key(&source.provenance().source, &flags, &stages);
    if let Some(known) = cache.as_ref().and_then(|cache| cache.get(&key)) {
        return sender.send(known).ok();
    }
    let mut all = Vec::new();
    for wanted in &stages {
        let found = read(source.as_mut(), wanted).ok()?;
        all.extend(found.iter().cloned());
        sender.send(found).ok()?;
    }
    cache?.put(&key, &all)
}

/// The source's flags as a whole line. `version` takes no arguments of its own and, as here, nobody waits for a login.
fn command_line(flags: Vec<String>) -> Option<Cli> {
    let words = ["kubectl-calicoq", "version"].map(str::to_owned);
    let words = words.into_iter().chain(flags).map(OsString::from);
    let mut cli = Cli::parse_from_arguments(words).ok()?;
    cli.output.quiet = true;
    cli.output.verbosity = None;
    cli.output.debug = false;
    // Names need not be of one moment.
    cli.connection.latest = true;
    // What can be read only once is left to the command that is being typed.
    let again =
        |path: &Path| fs::metadata(path).is_ok_and(|about| about.is_file() || about.is_dir());
    cli.files
        .filename
        .iter()
        .all(|path| again(path))
        .then_some(cli)
}

/// A question whose scope is that of endpoints.
fn question(cli: &Cli) -> Question {
    Question {
        about: About::Endpoints,
        what: Vec::new(),
        scope: asked::without_context(cli),
        labels: None,
        hide: Hide::default(),
    }
}

/// The candidates of one stage.
fn read(source: &mut dyn Source, wanted: &[Wanted]) -> Result<Vec<String>, Error> {
    let reads: Vec<_> = wanted.iter().map(Wanted::read).collect();
    for _ in 0..=RESTARTS {
        let mut found = Found {
            wanted,
            names: Vec::new(),
        };
        match source.read(&reads, &mut found) {
            Ok(()) => return Ok(found.names),
            Err(ReadError::Restart) => {}
            Err(ReadError::Failed(error)) => return Err(error),
        }
    }
    Err(crate::load::moment_gone(source))
}

/// Takes names.
struct Found<'a> {
    wanted: &'a [Wanted],
    names: Vec<String>,
}

impl Found<'_> {
    fn take(&mut self, object: Option<Named>) {
        let Some(object) = object else {
            return;
        };
        for wanted in self.wanted {
            self.names.extend(wanted.candidates(&object));
        }
    }
}

impl Sink for Found<'_> {
    fn object(&mut self, object: Object<'_>, _: &[u8]) {
        self.take(Named::of(&object));
    }

    fn broken(&mut self, broken: Broken, _: &[u8]) {
        self.take(Named::of_broken(&broken));
    }

    fn undecodable(&mut self, _: Undecodable, _: &[u8]) {}

    fn gap(&mut self, _: Kind, _: Gap) {}

    fn note(&mut self, _: Note) {}

    fn progress(&mut self, _: Kind, _: u64, _: Option<&str>) {}
}
