//! What was typed: commands, arguments and flags, as data.
//!
//! Nothing here acts, reads a file or knows a default that depends on the world; what the text of a WHAT or
//! a selector means is read elsewhere.

mod completion;
mod connection;
mod endpoint;
mod filter;
mod help;
mod jq;
mod output;
mod snapshot;
mod spelling;
mod topics;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue};
use clap::{ColorChoice, FromArgMatches as _, Parser, Subcommand};

pub use completion::{Completion, CompletionArgs, InstallArgs};
pub use connection::{Connection, Datastore, Secret};
pub use endpoint::{EndpointArgs, EvalArgs, HostArgs, PolicyArgs};
pub use filter::{Files, Filter, Manifests};
pub use help::{AS_PLUGIN, HelpArgs, definition};
pub use output::{Color, Format, Output};
pub use snapshot::{SnapshotArgs, VersionArgs};
pub use topics::{TOPICS, Topic};

/// A command line.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "kubectl-calicoq",
    version,
    about = "Tells which Calico policies and profiles police an endpoint, in which order, and which rules name it",
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 80,
    infer_long_args = false,
    disable_help_subcommand = true,
    args_override_self = true,
    styles = STYLES
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What is in scope.
    #[command(flatten)]
    pub filter: Filter,
    /// How the answer looks.
    #[command(flatten)]
    pub output: Output,
    /// Files instead of a cluster.
    #[command(flatten)]
    pub files: Files,
    /// Which cluster.
    #[command(flatten)]
    pub connection: Connection,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Policies in order, profiles, rule matches of endpoints
    #[command(visible_alias = "ep", alias = "endpoints")]
    Endpoint(EndpointArgs),
    /// The same for every endpoint of a node
    Host(HostArgs),
    /// Endpoints that a policy applies to, and those that its rules name
    Policy(PolicyArgs),
    /// Endpoints and network sets that a selector selects
    Eval(EvalArgs),
    /// Write everything that was read into a file, for later use with -f
    Snapshot(SnapshotArgs),
    /// Completion of commands, flags and names in a shell
    Completion(CompletionArgs),
    /// The versions of this tool and of the cluster's Calico
    Version(VersionArgs),
    /// Help of a command, or on a topic
    Help(HelpArgs),
}

const AFTER_HELP: &str = "\
Examples:
  kubectl calicoq endpoint -n shop web-1        what polices a pod
  kubectl calicoq endpoint -n shop              a line for each of a namespace
  kubectl calicoq endpoint hep/node-a-eth0      a host endpoint
  kubectl calicoq endpoint -A -o json           everything, for a script
  kubectl calicoq endpoint -f dump/ shop/web-1  from files
  kubectl calicoq host node-a                   every endpoint of a node
  kubectl calicoq policy np/shop/db-in          what a policy applies to
  kubectl calicoq eval \"app == 'web'\"           what a selector selects
  kubectl calicoq snapshot cluster.json         a cluster in a file, for -f

kubectl takes no flags before a plugin's name: write
`kubectl calicoq endpoint -n shop`, not `kubectl -n shop calicoq endpoint`.";

/// clap's own, without the yellow that a light background swallows.
const STYLES: Styles = Styles::styled().invalid(
    anstyle::Style::new().fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Magenta))),
);

impl Cli {
    /// Reads a command line, the program's own name first.
    ///
    /// # Errors
    /// A usage error, or the text that was asked for with `--help` or `--version`.
    pub fn parse_from_arguments(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let command = definition(&called(arguments.first()));
        let arguments = spelling::of_kubectl(&command, arguments);
        let mut command = in_colour(command, coloured(&arguments));
        let mut matches = command
            .try_get_matches_from_mut(arguments)
            .map_err(nearest)?;
        let read = Self::from_arg_matches_mut(&mut matches);
        let mut cli = read.map_err(|error| error.format(&mut command))?;
        // As kubectl takes a variable that is not set.
        cli.filter
            .namespace
            .take_if(|namespace| namespace.is_empty());
        Ok(cli)
    }
}

/// The tool's name in usage: as kubectl runs it, where it would find a program of this name as a plugin.
pub(crate) fn called(program: Option<&OsString>) -> String {
    let path = program.map(Path::new);
    let name = |part: Option<&OsStr>| part.and_then(OsStr::to_str).unwrap_or(AS_PLUGIN).to_owned();
    match name(path.and_then(Path::file_stem)).as_str() {
        "kubectl-calicoq" | "kubectl_calicoq" => AS_PLUGIN.to_owned(),
        _ => name(path.and_then(Path::file_name)),
    }
}

/// How clap colours what it says itself.
fn coloured(arguments: &[OsString]) -> ColorChoice {
    let typed = |word: &str, at: usize| match word.split_once('=') {
        Some(("--color", when)) => Some(when.to_owned()),
        None if word == "--color" => arguments.get(at + 1)?.to_str().map(str::to_owned),
        _ => None,
    };
    let words = arguments.iter().enumerate();
    let mut typed = words.filter_map(|(at, word)| typed(word.to_str()?, at));
    match typed.next_back().as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// A definition that is built already, its commands too.
fn in_colour(command: clap::Command, choice: ColorChoice) -> clap::Command {
    let command = command.color(choice);
    command.mut_subcommands(|below| in_colour(below, choice))
}

/// Of several commands that may have been meant only the nearest: clap puts it last, behind short names that are like
/// anything. Of flags one that may really have been meant; and never that a flag be typed as a value.
fn nearest(mut error: clap::Error) -> clap::Error {
    if error.kind() == clap::error::ErrorKind::UnknownArgument {
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            _ => None,
        };
        let typed = text(ContextKind::InvalidArg).unwrap_or_default();
        let meant = text(ContextKind::SuggestedArg);
        let is_far = meant.is_some_and(|meant| strsim::damerau_levenshtein(&typed, &meant) > 3);
        if is_far {
            error.remove(ContextKind::SuggestedArg);
        }
        error.remove(ContextKind::Suggested);
    }
    if let Some(ContextValue::Strings(names)) = error.get(ContextKind::SuggestedSubcommand)
        && let Some(nearest) = names.last().cloned()
    {
        let only = ContextValue::Strings(vec![nearest]);
        error.insert(ContextKind::SuggestedSubcommand, only);
    }
    error
}

#[cfg(test)]
mod tests;
