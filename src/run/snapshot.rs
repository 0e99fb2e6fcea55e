//! `snapshot`: everything that any question needs, into a file.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::reach::Reached;
use super::terminal::Terminal;
use super::{exit, reached, say};
use crate::cli::{Cli, Format, Manifests, SnapshotArgs};
use crate::error::{Error, Exit};
use crate::export::{self, Form, Target};
use crate::render;

/// Takes a snapshot.
pub(super) fn snapshot(cli: &Cli, arguments: &SnapshotArgs) -> Result<Exit, Error> {
    if arguments.file == Path::new("help") {
        return Err(Error::usage("a file of the name help is typed as ./help"));
    }
    let form = form(cli)?;
    let target = Target::open(&arguments.file, arguments.force)?;
    let terminal = Terminal::of(&cli.output);
    let Reached { mut source, .. } = reached(cli, None)?;
    let mut watcher = terminal.watcher();
    let taken = export::read(source.as_mut(), form, target.spool()?, &mut watcher);
    watcher.clear();
    let taken = taken?;
    let (complete, gaps) = (taken.info.complete, taken.gaps());
    let done = done(&target, &taken);
    let escaped = matches!(target, Target::Stdout) && io::stdout().is_terminal();
    target.write(|out| taken.write(escaped, out))?;
    if !cli.output.quiet {
        say(&done);
    }
    say(&render::gap_warnings(&gaps));
    Ok(exit(complete, true))
}

/// The form; what would narrow a snapshot, or change what it says, is refused.
fn form(cli: &Cli) -> Result<Form, Error> {
    let whole = "a snapshot is always of the whole cluster";
    let later = "type it when the snapshot is read with -f";
    for (typed, flag, why) in [
        (cli.filter.namespace.is_some(), "-n", whole),
        (cli.filter.selector.is_some(), "-l", whole),
        (
            cli.filter.calico_version.is_some(),
            "--calico-version",
            later,
        ),
        (cli.files.manifests != Manifests::Auto, "--manifests", later),
    ] {
        if typed {
            return Err(Error::Usage {
                message: format!("snapshot takes no {flag}: {why}"),
                hint: None,
            });
        }
    }
    match cli.output.format {
        None | Some(Format::Json) => Ok(Form::Json),
        Some(Format::Yaml) => Ok(Form::Yaml),
        Some(_) => Err(Error::usage("snapshot writes -o json or -o yaml")),
    }
}

/// `wrote cluster.json: 412 objects at revision 812345`; nothing of what goes to stdout.
fn done(target: &Target, taken: &export::Snapshot) -> String {
    let Target::File { path, .. } = target else {
        return String::new();
    };
    let objects = match taken.objects {
        1 => "1 object".to_owned(),
        count => format!("{count} objects"),
    };
    let revision = taken.info.revision.as_ref();
    let at = revision.map_or_else(String::new, |revision| format!(" at revision {revision}"));
    let text = format!("wrote {}: {objects}{at}", path.display());
    render::escape(&text).into_owned() + "\n"
}
