//! From what was typed to what is asked.

use super::reach::Reached;
use crate::behaviour::Version;
use crate::cli::{self, Cli, Command};
use crate::convert::ManifestMode;
use crate::error::Error;
use crate::load;
use crate::question::{About, Form, Hide, LabelSelector, PolicyName, Question, Scope, What};
use crate::render;
use crate::selector::Selector;

/// The question that a command line asks, if it asks about endpoints. Its scope is that without a context.
pub(super) fn question(cli: &Cli) -> Result<Option<Question>, Error> {
    let (about, what) = match &cli.command {
        Command::Endpoint(arguments) => {
            let what: Result<Vec<What>, Error> = arguments
                .what
                .iter()
                .map(|text| What::parse(text))
                .collect();
            (About::Endpoints, what?)
        }
        Command::Host(arguments) => {
            let typed = What::parse(&arguments.node).map(|what| what.form);
            let name = match typed {
                Ok(Form::Node { name }) => name,
                _ => arguments.node.clone(),
            };
            if name.is_empty() {
                return Err(Error::usage("NODE is the name of a node"));
            }
            let node = What {
                text: name.clone(),
                form: Form::Node { name: name.clone() },
            };
            (About::Host(name), vec![node])
        }
        Command::Policy(arguments) => {
            let name = PolicyName::parse(&arguments.name)?;
            (About::Policy(name), Vec::new())
        }
        Command::Eval(arguments) => {
            let text = arguments.text.clone();
            let selector = Selector::parse(&text).map_err(|error| Error::Selector {
                text: text.clone(),
                error,
            })?;
            (About::Selected { text, selector }, Vec::new())
        }
        Command::Snapshot(_) | Command::Completion(_) | Command::Version(_) | Command::Help(_) => {
            return Ok(None);
        }
    };
    let labels = cli.filter.selector.as_deref();
    Ok(Some(Question {
        about,
        what,
        scope: without_context(cli),
        labels: labels.map(LabelSelector::parse).transpose()?,
        hide: Hide {
            rule_matches: cli.output.hide_rule_matches,
            selectors: cli.output.hide_selectors,
            details: cli.output.format == Some(cli::Format::Name),
        },
    }))
}

/// What was typed is said to be wrong also where nothing hangs on it.
///
/// # Errors
/// A usage error.
pub(super) fn check(cli: &Cli) -> Result<(), Error> {
    if let Some(text) = &cli.filter.selector {
        LabelSelector::parse(text)?;
    }
    let version = cli.filter.calico_version.as_deref();
    version.map(version_of).transpose().map(|_| ())
}

/// The scope where there is no context: everything, unless a namespace was typed. As in kubectl `-A` comes before `-n`.
pub(super) fn without_context(cli: &Cli) -> Scope {
    let typed = cli.filter.namespace.clone();
    let namespace = typed.filter(|_| !cli.filter.all_namespaces);
    Scope {
        typed: namespace.is_some(),
        hosts: namespace.is_none(),
        namespace,
    }
}

/// The scope where there is a context with this namespace.
pub(super) fn scope(cli: &Cli, of_context: &str) -> Scope {
    if cli.filter.all_namespaces {
        return without_context(cli);
    }
    let typed = cli.filter.namespace.clone();
    let namespace = typed.clone().unwrap_or_else(|| of_context.to_owned());
    Scope {
        namespace: Some(namespace),
        typed: typed.is_some(),
        hosts: false,
    }
}

/// The namespace of manifests that name none.
pub(super) fn default_namespace(cli: &Cli) -> String {
    let typed = cli.filter.namespace.clone();
    typed.unwrap_or_else(|| "default".to_owned())
}

/// How what is read is converted.
pub(super) fn load_settings(cli: &Cli, reached: &Reached) -> Result<load::Settings, Error> {
    let version = cli.filter.calico_version.as_deref();
    let calico_version = version.map(version_of).transpose()?;
    Ok(load::Settings {
        calico_version,
        manifests: match cli.files.manifests {
            cli::Manifests::Auto if reached.as_stored => ManifestMode::Never,
            cli::Manifests::Auto => ManifestMode::Auto,
            cli::Manifests::Never => ManifestMode::Never,
            cli::Manifests::Always => ManifestMode::Always,
        },
        default_namespace: default_namespace(cli),
        unfold_v3: reached.unfold_v3,
    })
}

fn version_of(text: &str) -> Result<Version, Error> {
    Version::parse(text).ok_or_else(|| Error::Usage {
        message: format!("--calico-version {text:?} is no version"),
        hint: Some("write it as v3.32 or v3.32.1".to_owned()),
    })
}

/// The form of output that was typed.
pub(super) fn format(format: cli::Format) -> render::Format {
    match format {
        cli::Format::Table => render::Format::Table,
        cli::Format::Wide => render::Format::Wide,
        cli::Format::Detail => render::Format::Detail,
        cli::Format::Ps => render::Format::Ps,
        cli::Format::Ps2017 => render::Format::Ps2017,
        cli::Format::Json => render::Format::Json,
        cli::Format::Yaml => render::Format::Yaml,
        cli::Format::Name => render::Format::Name,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn all_namespaces_come_before_one() {
        let line = ["kubectl-calicoq", "endpoint", "-n", "shop", "-A"].map(Into::into);
        let cli = Cli::parse_from_arguments(line).unwrap();
        for scope in [without_context(&cli), scope(&cli, "default")] {
            assert_eq!(
                (scope.namespace, scope.typed, scope.hosts),
                (None, false, true)
            );
        }
    }
}
