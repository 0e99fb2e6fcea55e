//! `help`, and what every help text has in common: which flags it shows, and what it points to.

use clap::{Arg, Args, Command, CommandFactory as _};

use super::connection::KUBERNETES;
use super::{AFTER_HELP, Cli, TOPICS};

/// Arguments of `help`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = HELP_HELP)]
pub struct HelpArgs {
    /// A command or a topic; without one, both are listed
    #[arg(value_name = "COMMAND|TOPIC")]
    pub words: Vec<String>,
}

/// As kubectl runs it.
pub const AS_PLUGIN: &str = "kubectl calicoq";

const HELP_HELP: &str = "\
Examples:
  kubectl calicoq help              commands and topics
  kubectl calicoq help endpoint     the same as endpoint --help
  kubectl calicoq help exit-codes   a topic";

/// The flags that shape an answer about endpoints.
pub(super) const OF_AN_ANSWER: [&str; 10] = [
    "namespace",
    "all_namespaces",
    "selector",
    "calico_version",
    "manifests",
    "hide_rule_matches",
    "hide_selectors",
    "no_headers",
    "show_labels",
    "color",
];

/// The whole definition of the command line, for a tool that is called so: what is parsed, and what help, completion and
/// the manual show.
#[must_use]
pub fn definition(called: &str) -> Command {
    let mut root = Cli::command().bin_name(called);
    // Hands the flags that stand everywhere to each command, which then has its own of each.
    root.build();
    root.after_help(overview(called))
        .after_long_help(format!("{AFTER_HELP}\n\n{}", topics(called)))
        .mut_args(|flag| {
            let everywhere = flag.is_global_set();
            flag.hide_short_help(everywhere)
        })
        .mut_subcommands(fitted)
}

/// A command whose help shows the flags that count for it.
fn fitted(command: Command) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|flag| {
        let is_idle = flag.is_global_set() && !counts(&name, flag.get_id().as_str());
        let is_hidden = flag.is_hide_set() || is_idle;
        let is_kubectls = flag.get_help_heading() == Some(KUBERNETES);
        let flag = flag.hide(is_hidden).hide_short_help(is_kubectls);
        match forms(&name).filter(|_| flag.get_id() == "format") {
            Some(forms) => flag.help(forms).long_help(forms),
            None => flag,
        }
    });
    let command = match more(&command) {
        Some(more) => command.after_help(more),
        None => command,
    };
    command.mut_subcommands(fitted)
}

/// Whether a flag that stands everywhere changes anything for a command.
fn counts(command: &str, flag: &str) -> bool {
    match command {
        "endpoint" => true,
        "host" | "policy" => flag != "all_namespaces",
        "eval" => !matches!(flag, "all_namespaces" | "hide_rule_matches"),
        "snapshot" => !OF_AN_ANSWER.contains(&flag),
        "version" => flag != "latest" && !OF_AN_ANSWER.contains(&flag),
        "install" => flag == "quiet",
        _ => false,
    }
}

/// The forms of output that a command has, where it has not all.
fn forms(command: &str) -> Option<&'static str> {
    match command {
        "snapshot" => Some("json, the default, or yaml"),
        "version" => Some("table, the default, json or yaml"),
        _ => None,
    }
}

/// What the short help of a command leaves to its long one.
fn more(command: &Command) -> Option<String> {
    command.get_after_long_help()?;
    let only_there = |flag: &Arg| flag.is_hide_short_help_set() && !flag.is_hide_set();
    let more = match command.get_arguments().any(only_there) {
        true => "Defaults, examples and kubectl's own flags",
        false => "Examples",
    };
    let called = command.get_bin_name().unwrap_or_default();
    Some(format!("{more}: {called} --help"))
}

/// What the short help of the whole tool ends with.
fn overview(called: &str) -> String {
    let topics = topics(called);
    format!("{topics}\n\n{called} COMMAND -h lists what a command takes, and --help explains it.")
}

/// The topics, one a line.
fn topics(called: &str) -> String {
    let lines = TOPICS.map(|topic| format!("\n  {:<11}  {}", topic.name, topic.about));
    format!("Topics, for {called} help TOPIC:{}", lines.concat())
}
