//! `version`: of this tool, and of the cluster's Calico if it answers in time.

use std::io::{self, BufWriter};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::terminal::Terminal;
use super::{asked, reached};
use crate::answer::{ClusterVersion, VersionAnswer};
use crate::cli::{Cli, Format, VersionArgs};
use crate::error::{Error, Exit};
use crate::need::{Kind, Read, ReadScope};
use crate::note::{Gap, Note};
use crate::raw::{Broken, Object, Undecodable};
use crate::render::{self, Options, Shape, Style};
use crate::source::{ReadError, Sink, Source};

/// How long a credential plugin has: it is ended before the process ends without it.
pub(super) const LOGIN: Duration = Duration::from_millis(1900);

/// Tells the versions; a cluster that does not answer is no failure.
pub(super) fn version(cli: &Cli, arguments: VersionArgs) -> Result<Exit, Error> {
    let forms = [Format::Table, Format::Json, Format::Yaml];
    if cli
        .output
        .format
        .is_some_and(|format| !forms.contains(&format))
    {
        return Err(Error::usage("version prints text, or -o json or yaml"));
    }
    asked::check(cli)?;
    let mut answer = VersionAnswer::of_client();
    if !arguments.client {
        match in_time(cli.clone()) {
            Ok(found) => answer.snapshot = Some(found),
            Err(error @ Error::Usage { .. }) => return Err(error),
            Err(error) => answer.error = Some(error.to_string()),
        }
    }
    let out = &mut BufWriter::new(io::stdout().lock());
    render::version(&answer, &style(cli), out)?;
    Ok(Exit::Answered)
}

/// How long the cluster has.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known while the cluster is asked.
enum Progress {
    /// What is asked.
    Reached(String),
    /// What it says.
    Done(Result<ClusterVersion, Error>),
}

/// Asks from another thread, which nobody waits for when time is up: a name that is still being resolved, a pipe that
/// nobody writes, or a handshake without an answer ends with the process.
fn in_time(cli: Cli) -> Result<ClusterVersion, Error> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let done = reached(&cli, None).and_then(|mut reached| {
            // Nobody listens any more when time is up.
            let _ = sender.send(Progress::Reached(reached.source.provenance().source));
            found(reached.source.as_mut())
        });
        sender.send(Progress::Done(done))
    });
    let end = Instant::now() + PATIENCE;
    let mut what = "the cluster".to_owned();
    loop {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Progress::Reached(source)) => what = source,
            Ok(Progress::Done(done)) => return done,
            Err(_) => {
                return Err(Error::Source {
                    what,
                    cause: format!("no answer within {} seconds", PATIENCE.as_secs()),
                    hint: None,
                });
            }
        }
    }
}

fn found(source: &mut dyn Source) -> Result<ClusterVersion, Error> {
    let read = Read {
        kind: Kind::ClusterInformation,
        scope: ReadScope::All,
        labels: None,
    };
    let mut information = Information::default();
    loop {
        match source.read(std::slice::from_ref(&read), &mut information) {
            Ok(()) => break,
            // As often as there is time for.
            Err(ReadError::Restart) => {}
            Err(ReadError::Failed(error)) => return Err(error),
        }
    }
    Ok(ClusterVersion::new(
        source.provenance(),
        information.version,
    ))
}

fn style(cli: &Cli) -> Style {
    let terminal = Terminal::of(&cli.output);
    Style {
        format: cli.output.format.map(asked::format),
        shape: Shape::Lines,
        width: terminal.width,
        options: Options {
            escape: terminal.is_terminal,
            ..Options::default()
        },
    }
}

/// Takes what ClusterInformation says of the version.
#[derive(Default)]
struct Information {
    version: Option<String>,
}

impl Sink for Information {
    fn object(&mut self, object: Object<'_>, _: &[u8]) {
        if let Object::ClusterInformation(information) = object
            && &*information.metadata.name == "default"
        {
            let version = information.spec.calico_version.0;
            self.version = Some(version).filter(|version| !version.is_empty());
        }
    }

    fn broken(&mut self, _: Broken, _: &[u8]) {}

    fn undecodable(&mut self, _: Undecodable, _: &[u8]) {}

    fn gap(&mut self, _: Kind, _: Gap) {}

    fn note(&mut self, _: Note) {}

    fn progress(&mut self, _: Kind, _: u64, _: Option<&str>) {}
}
