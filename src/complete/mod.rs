//! The joint of completion: the words of a command line become what may stand next, as `kubectl` takes it from a plugin.
//!
//! What clap defines (commands, flags, the values of flags) is offered from its own definition, so that nothing is
//! listed twice. Of names only what to read is known here, and how each is spelled; nothing here reads. Who asks the
//! datastore, and for how long, stands in `run`.

mod line;
mod names;
mod protocol;

#[cfg(test)]
mod tests;

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, Command};

use crate::cli;
use line::{Line, Word};

pub use names::{Entry, Named, Names, Part, Reach, Spelling, Wanted};

/// The shim by which kubectl completes the plugin.
pub const SHIM: &str = include_str!("../../plugin-manifest/kubectl_complete-calicoq");
/// For bash.
pub const BASH: &str = include_str!("scripts/kubectl-calicoq.bash");
/// For zsh.
pub const ZSH: &str = include_str!("scripts/kubectl-calicoq.zsh");
/// For fish.
pub const FISH: &str = include_str!("scripts/kubectl-calicoq.fish");
/// For PowerShell.
pub const POWERSHELL: &str = include_str!("scripts/kubectl-calicoq.ps1");

/// One thing that may stand next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// As it is typed.
    pub text: String,
    /// What it is, for shells that show it.
    pub about: Option<String>,
}

/// Whether the shell itself offers files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Files {
    /// No.
    #[default]
    None,
    /// Files and folders.
    All,
    /// Folders alone.
    Folders,
}

/// What may stand next on a line.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// What clap defines.
    pub defined: Vec<Candidate>,
    /// Names that have to be looked up.
    pub names: Option<Names>,
    /// Whether files may stand there.
    pub files: Files,
    /// The flags typed that stand everywhere, as they were typed: they say where names come from.
    pub flags: Vec<String>,
    /// What the candidates begin with.
    typed: String,
    /// What stands before each of them in the same word.
    front: String,
    /// Arguments that stand on the line already.
    taken: Vec<String>,
}

/// What may stand in the place of the last of these words.
#[must_use]
pub fn offer(words: &[String]) -> Offer {
    let root = cli::definition(cli::AS_PLUGIN);
    let (last, before) = match words.split_last() {
        Some((last, before)) => (last.as_str(), before),
        None => ("", [].as_slice()),
    };
    let line = Line::read(&root, before);
    let mut offer = match line.word(last) {
        Word::Flag => Offer {
            defined: flags(&line),
            typed: last.to_owned(),
            ..Offer::default()
        },
        Word::Value { flag, front, typed } => Offer {
            typed: typed.to_owned(),
            front: front.to_owned(),
            ..value(flag, names::of_flag(flag.get_id().as_str()))
        },
        Word::Argument if line.command.get_name() == "help" => helped(&root, &line, last),
        Word::Argument => argument(&line, last),
    };
    offer.flags = line.flags;
    offer
}

/// A command, or an argument of one.
fn argument(line: &Line<'_>, typed: &str) -> Offer {
    let arguments: Vec<&Arg> = line.command.get_positionals().collect();
    let several = |arg: &&&Arg| matches!(arg.get_action(), ArgAction::Append);
    let next = arguments.get(line.arguments.len());
    let next = next.or_else(|| arguments.last().filter(several));
    let mut offer = match next {
        Some(arg) => value(arg, names::of_argument(line.command.get_name(), typed)),
        None if line.may_name_a_command() => Offer {
            defined: commands(line.command, typed),
            ..Offer::default()
        },
        None => Offer::default(),
    };
    typed.clone_into(&mut offer.typed);
    offer.taken.clone_from(&line.arguments);
    offer
}

/// What there is help of behind these words: commands, and in the first place topics too.
fn helped(root: &Command, line: &Line<'_>, typed: &str) -> Offer {
    let mut words = line.arguments.iter();
    let behind = words.try_fold(root, |command, word| command.find_subcommand(word));
    let mut defined = behind.map_or_else(Vec::new, |command| commands(command, typed));
    if line.arguments.is_empty() {
        defined.extend(cli::TOPICS.map(|topic| Candidate {
            text: topic.name.to_owned(),
            about: Some(topic.about.to_owned()),
        }));
    }
    Offer {
        defined,
        typed: typed.to_owned(),
        ..Offer::default()
    }
}

/// The values that an argument or a flag can have.
fn value(arg: &Arg, names: Option<Names>) -> Offer {
    let possible = arg.get_possible_values().into_iter();
    let possible = possible.filter(|value| !value.is_hide_set());
    Offer {
        defined: possible
            .map(|value| Candidate {
                text: value.get_name().to_owned(),
                about: value.get_help().map(ToString::to_string),
            })
            .collect(),
        names,
        files: match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath => Files::All,
            ValueHint::DirPath => Files::Folders,
            _ => Files::None,
        },
        ..Offer::default()
    }
}

/// The commands; their other names only where no name fits.
fn commands(command: &Command, typed: &str) -> Vec<Candidate> {
    let shown = || command.get_subcommands().filter(|sub| !sub.is_hide_set());
    let about = |sub: &Command| sub.get_about().map(ToString::to_string);
    let named: Vec<Candidate> = shown()
        .map(|sub| Candidate {
            text: sub.get_name().to_owned(),
            about: about(sub),
        })
        .collect();
    if named.iter().any(|one| one.text.starts_with(typed)) {
        return named;
    }
    let aliases = shown().flat_map(|sub| {
        sub.get_visible_aliases().map(move |alias| Candidate {
            text: alias.to_owned(),
            about: about(sub),
        })
    });
    aliases.collect()
}

/// The flags that may still be typed, long and short.
fn flags(line: &Line<'_>) -> Vec<Candidate> {
    let open = line.command.get_arguments().filter(|arg| {
        let again = matches!(arg.get_action(), ArgAction::Append);
        !arg.is_positional() && !arg.is_hide_set() && (again || !line.typed.contains(&arg.get_id()))
    });
    open.flat_map(|arg| {
        let long = arg.get_long().map(|long| format!("--{long}"));
        let short = arg.get_short().map(|short| format!("-{short}"));
        let about = arg.get_help().map(ToString::to_string);
        long.into_iter().chain(short).map(move |text| Candidate {
            text,
            about: about.clone(),
        })
    })
    .collect()
}
