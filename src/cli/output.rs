//! Flags that say how the answer looks and how much is said beside it.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Args, Command, ValueEnum};

/// How the answer looks.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// table, wide, detail, ps, ps-2017, json, yaml or name
    ///
    /// Without it, endpoints that were named exactly are shown in blocks, and sets of them one on a line: detail forces the
    /// one, table the other. wide is table with more columns, of which none is cut. json and yaml are the answer as data
    /// (`help answers`), name is the references alone, for xargs. ps is the text of the original calicoq, ps-2017 its older
    /// form. Templates (jsonpath, go-template) are not supported:
    /// use -o json | jq.
    #[arg(short = 'o', long = "output", global = true, value_name = "FORMAT", value_parser = FormatParser, hide_possible_values = true)]
    pub format: Option<Format>,
    /// Leave out which rules name which endpoint
    ///
    /// What is needed for them alone is not read either: network sets, and the endpoints of services.
    #[arg(short = 'r', long, global = true)]
    pub hide_rule_matches: bool,
    /// Leave out selectors
    ///
    /// The columns SELECTOR and BECAUSE; in JSON and YAML also the identifiers of IP sets. As in the original calicoq, and
    /// not kubectl's -s, which is --server here.
    #[arg(short = 's', long, global = true)]
    pub hide_selectors: bool,
    /// Leave out the heads of tables
    #[arg(long, global = true)]
    pub no_headers: bool,
    /// Show labels too
    ///
    /// As the last column of a table, and as a line of a block: the endpoint's own as Calico sees them, not those that it
    /// inherits. JSON and YAML have both in any case.
    #[arg(long, global = true)]
    pub show_labels: bool,
    /// When to colour: auto, always or never
    ///
    /// auto, the default: never if NO_COLOR is set; else always if CLICOLOR_FORCE is set; else on a terminal, unless TERM
    /// is dumb or CLICOLOR is 0. Colour only repeats what the words say.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub color: Color,
    /// Say on stderr only what went wrong
    ///
    /// Errors, and what could not be read.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on stderr; the more, the higher N
    ///
    /// -v is -v=1, and without it N is 0. From 1 on: which settings are read and what sets them, what was filled into
    /// manifests, which etcd is tried. From 6 on: each request to an API server, with its status, bytes and milliseconds.
    /// Credentials, headers and bodies are never shown.
    #[arg(
        short = 'v',
        long = "v",
        global = true,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1"
    )]
    pub verbosity: Option<u8>,
    /// The same as -v=6
    #[arg(short, long, global = true)]
    pub debug: bool,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the words that are typed")]
pub enum Format {
    Table,
    Wide,
    Detail,
    Ps,
    #[value(name = "ps-2017")]
    Ps2017,
    Json,
    Yaml,
    Name,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Output {
    /// The level of `-v` or `-d`; 0 when neither is typed.
    #[must_use]
    pub fn level(&self) -> u8 {
        let debug = if self.debug { 6 } else { 0 };
        self.verbosity.unwrap_or_default().max(debug)
    }
}

/// Reads a form, and knows them all.
#[derive(Clone)]
struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &Command,
        flag: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Format, clap::Error> {
        let example = example(command.get_name());
        let format = move |text: &str| format(text, example);
        TypedValueParser::parse_ref(&format, command, flag, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let forms = Format::value_variants().iter();
        Some(Box::new(forms.filter_map(ValueEnum::to_possible_value)))
    }
}

/// A line of jq that prints something of any answer of a command.
fn example(command: &str) -> &'static str {
    match command {
        "policy" => "jq -r '.items[].id'",
        "snapshot" => "jq -r '.items[].kind'",
        "version" => "jq -r .client.version",
        _ => "jq -r '.items[].ref'",
    }
}

/// Reads a form. kubectl's templates have none of their own here.
fn format(text: &str, example: &str) -> Result<Format, String> {
    if let Ok(format) = Format::from_str(text, false) {
        return Ok(format);
    }
    if super::jq::is_template(text) {
        let line = super::jq::line(text).unwrap_or_else(|| format!("jq, for example {example}"));
        return Err(format!("templates are not supported; use -o json | {line}"));
    }
    let forms = Format::value_variants()
        .iter()
        .filter_map(ValueEnum::to_possible_value);
    let forms: Vec<_> = forms.map(|form| form.get_name().to_owned()).collect();
    Err(format!("expected one of {}", forms.join(", ")))
}
