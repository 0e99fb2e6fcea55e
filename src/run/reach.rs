//! From the source that was chosen to one that can be read. Nothing is asked of it yet.

use std::path::PathBuf;

use super::asked;
use super::chosen::{Choice, Chosen, Ignored};
use super::{report, version};
use crate::cli::{Cli, Command, Connection};
use crate::error::Error;
use crate::note::Datastore;
use crate::question::Question;
use crate::source::calicoctl::{Configuration, Field, Origin};
use crate::source::etcd::EtcdSource;
use crate::source::{Source, WhenRead, files, kube};

/// A source, with what is known of it.
pub(super) struct Reached {
    /// Whether objects of the v3 group may have folded metadata.
    pub(super) unfold_v3: bool,
    /// Whether no object is a manifest.
    pub(super) as_stored: bool,
    /// The source.
    pub(super) source: Box<dyn Source>,
}

/// Reaches a source. The question's scope becomes that of its context, where it has one. What there is to say of the
/// choice is said also if it comes to nothing.
pub(super) fn reach(
    cli: &Cli,
    question: Option<&mut Question>,
    chosen: &Chosen,
    said: &mut String,
) -> Result<Reached, Error> {
    let reached = match &chosen.source {
        Choice::Files => read_files(cli),
        Choice::Flags(flags) => {
            let connection = kube::Connection::configure(&typed(&cli.connection));
            connection.map(|connection| {
                let by = flags.join(", ");
                let address = connection.address.clone();
                *said += &report::reading("kubernetes", &address, &by);
                let reached = cluster(cli, question, connection, said);
                *said += &report::ignored(&in_vain(&address, &credentials(&cli.connection)));
                reached
            })
        }
        Choice::Kubeconfig => kube::Connection::configure(&typed(&cli.connection))
            .map(|connection| cluster(cli, question, connection, said)),
        Choice::Configured(configuration, datastore) => {
            let reached = configured(cli, question, configuration, *datastore, said);
            if cli.output.level() > 0 {
                *said += &report::settings(configuration);
            }
            reached
        }
    };
    *said += &report::ignored(&chosen.ignored);
    reached
}

fn read_files(cli: &Cli) -> Result<Reached, Error> {
    let opened = files::Files::open(&files::Settings {
        paths: cli.files.filename.clone(),
        recursive: cli.files.recursive,
        default_namespace: asked::default_namespace(cli),
    })?;
    Ok(Reached {
        unfold_v3: opened.has_v1_group(),
        as_stored: opened.is_as_stored(),
        source: Box::new(opened),
    })
}

/// What a file or the environment names.
fn configured(
    cli: &Cli,
    question: Option<&mut Question>,
    configuration: &Configuration,
    datastore: Datastore,
    said: &mut String,
) -> Result<Reached, Error> {
    let by = chooser(configuration, datastore);
    if datastore == Datastore::Etcdv3 {
        let mut settings = configuration.etcd()?;
        settings.request_timeout = cli.connection.request_timeout;
        settings.moment = moment(&cli.connection);
        settings.fallback_namespace =
            question.and_then(|question| question.only_namespace().map(str::to_owned));
        let address = match settings.discovery_srv.as_str() {
            "" => settings.endpoints.clone(),
            domain => format!("SRV records of {domain}"),
        };
        *said += &report::reading("etcd", &address, &by);
        return Ok(Reached {
            unfold_v3: false,
            as_stored: false,
            source: Box::new(EtcdSource::new(settings)),
        });
    }
    let settings = with_manner(configuration.kubernetes()?, &cli.connection);
    let connection = kube::Connection::configure(&settings).map_err(|error| named(error, &by))?;
    *said += &report::reading("kubernetes", &connection.address, &by);
    let fields = [Field::K8sApiToken, Field::K8sCertFile, Field::K8sKeyFile].into_iter();
    let set = fields.filter(|field| configuration.get(*field).is_some());
    let set: Vec<&str> = set.map(|field| configuration.spelled(field)).collect();
    *said += &report::ignored(&in_vain(&connection.address, &set));
    let said = &mut String::new();
    Ok(cluster(cli, question, connection, said))
}

/// The credentials among the flags.
fn credentials(typed: &Connection) -> Vec<&'static str> {
    let flags = [
        ("--token", typed.token.is_some()),
        ("--client-certificate", typed.client_certificate.is_some()),
        ("--client-key", typed.client_key.is_some()),
    ];
    let typed = flags.into_iter().filter(|(_, is_typed)| *is_typed);
    typed.map(|(flag, _)| flag).collect()
}

/// Credentials, which are sent to nobody where no TLS is spoken.
fn in_vain(address: &str, credentials: &[&str]) -> Vec<Ignored> {
    let plain = address.to_ascii_lowercase().starts_with("http://");
    let in_vain = credentials.iter().filter(|_| plain);
    in_vain
        .map(|what| Ignored {
            what: (*what).to_owned(),
            why: Some("the server is http://, so that no credential is sent".to_owned()),
        })
        .collect()
}

/// The file, or the variable that says most of where to look.
fn chooser(configuration: &Configuration, datastore: Datastore) -> String {
    let path = match configuration.origin() {
        Origin::File(path) => return path.display().to_string(),
        Origin::Environment => "environment",
    };
    let etcd = [Field::EtcdEndpoints, Field::EtcdDiscoverySrv];
    let kubernetes = [Field::DatastoreType, Field::K8sApiEndpoint];
    let fields = match datastore {
        Datastore::Etcdv3 => etcd,
        _ => kubernetes,
    };
    let mut named = fields.iter().filter_map(|field| configuration.get(*field));
    let mut others = configuration.settings().iter();
    let others = others.find(|setting| setting.is_about(datastore));
    let setting = named.next().or(others);
    setting.map_or(path.to_owned(), |setting| setting.from.clone())
}

/// An error about a file that was not typed says what named it.
fn named(error: Error, by: &str) -> Error {
    match error {
        Error::Config {
            what,
            cause,
            hint: None,
        } => Error::Config {
            what,
            cause,
            hint: Some(format!("it is named by the configuration in {by}")),
        },
        other => other,
    }
}

/// The cluster of a connection.
fn cluster(
    cli: &Cli,
    question: Option<&mut Question>,
    mut connection: kube::Connection,
    said: &mut String,
) -> Reached {
    if let Some(question) = question {
        if question.about.heeds_context() {
            question.scope = asked::scope(cli, &connection.namespace);
        }
        connection.fallback_namespace = question.only_namespace().map(str::to_owned);
    }
    if let Command::Version(_) = cli.command {
        connection.login_limit = Some(version::LOGIN);
    }
    if cli.output.level() > 0 {
        *said += &report::cluster(&connection, &cli.connection);
    }
    Reached {
        unfold_v3: false,
        as_stored: false,
        source: Box::new(connection.connect()),
    }
}

/// The settings of the flags.
pub(super) fn typed(typed: &Connection) -> kube::Settings {
    let path = |path: &Option<PathBuf>| path.clone();
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
        ..kube::Settings::default()
    };
    with_manner(settings, typed)
}

/// The flags that say how to read, whichever cluster it is.
fn with_manner(settings: kube::Settings, typed: &Connection) -> kube::Settings {
    kube::Settings {
        disable_compression: typed.disable_compression,
        request_timeout: typed.request_timeout,
        moment: moment(typed),
        user_agent: concat!("kubectl-calicoq/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..settings
    }
}

fn moment(typed: &Connection) -> WhenRead {
    match typed.latest {
        true => WhenRead::Latest,
        false => WhenRead::OneMoment,
    }
}
