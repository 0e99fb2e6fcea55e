//! From what was typed to what is asked: the question, and where its data is.

use super::report;
use crate::behaviour::Version;
use crate::cli::{self, Cli, EndpointArgs};
use crate::convert::ManifestMode;
use crate::error::Error;
use crate::load;
use crate::question::{Hide, LabelSelector, Question, Scope, What};
use crate::render;
use crate::source::{Source, kube};

/// A source, with what is known of it.
pub(super) struct Reached {
    /// Whether objects of the v3 group may have folded metadata.
    pub(super) unfold_v3: bool,
    /// The source.
    pub(super) source: Box<dyn Source>,
}

/// The question that a command line asks.
pub(super) fn question(
    cli: &Cli,
    arguments: &EndpointArgs,
    scope: Scope,
) -> Result<Question, Error> {
    let what: Result<Vec<What>, Error> = arguments
        .what
        .iter()
        .map(|text| What::parse(text))
        .collect();
    let labels = cli
        .filter
        .selector
        .as_deref()
        .map(LabelSelector::parse)
        .transpose()?;
    Ok(Question {
        what: what?,
        scope,
        labels,
        hide: Hide {
            rule_matches: arguments.hide_rule_matches,
            selectors: arguments.hide_selectors,
        },
    })
}

/// The scope where there is no context: everything, unless a namespace was typed.
pub(super) fn without_context(cli: &Cli) -> Scope {
    let namespace = cli.filter.namespace.clone();
    Scope {
        typed: namespace.is_some(),
        hosts: namespace.is_none(),
        namespace,
    }
}

/// The API server that the flags and the kubeconfig name; nothing is asked of it yet. The question's scope is
/// then the context's. A server that flags chose is named, for it may not be the one that kubectl would ask.
pub(super) fn cluster(cli: &Cli, question: &mut Question) -> Result<Reached, Error> {
    let typed = &cli.connection;
    let path = |path: &Option<std::path::PathBuf>| path.clone();
    let settings = kube::Settings {
        kubeconfig: path(&typed.kubeconfig),
        context: typed.context.clone(),
        cluster: typed.cluster.clone(),
        user: typed.user.clone(),
        server: typed.server.clone(),
        token: typed.token.as_ref().map(|token| token.reveal().to_owned()),
        as_user: typed.impersonate.clone(),
        as_group: typed.impersonate_groups.clone(),
        as_uid: typed.impersonate_uid.clone(),
        certificate_authority: path(&typed.certificate_authority),
        client_certificate: path(&typed.client_certificate),
        client_key: path(&typed.client_key),
        tls_server_name: typed.tls_server_name.clone(),
        insecure_skip_tls_verify: typed.insecure_skip_tls_verify,
        disable_compression: typed.disable_compression,
        request_timeout: typed.request_timeout,
        moment: if typed.latest {
            kube::WhenRead::Latest
        } else {
            kube::WhenRead::OneMoment
        },
        user_agent: concat!("kubectl-calicoq/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..kube::Settings::default()
    };
    let mut connection = kube::Connection::configure(&settings)?;
    let flags = typed.choosing();
    if !flags.is_empty() && !cli.output.quiet {
        super::say(&report::reading(
            "kubernetes",
            &connection.address,
            &flags.join(", "),
        ));
    }
    question.scope = scope(cli, &connection.namespace);
    connection.fallback_namespace = question.only_namespace().map(str::to_owned);
    Ok(Reached {
        unfold_v3: false,
        source: Box::new(connection.connect()),
    })
}

fn scope(cli: &Cli, of_context: &str) -> Scope {
    if cli.filter.all_namespaces {
        return Scope {
            namespace: None,
            typed: false,
            hosts: true,
        };
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
