//! The kubeconfig as `kubectl` finds it, with the typed flags put over it. Nothing here uses the network.

use std::path::{Path, PathBuf};

use ::kube::Config;
use ::kube::config::{
    AuthInfo, Cluster, Context, ExecConfig, Kubeconfig, KubeconfigError, NamedAuthInfo,
    NamedCluster, NamedContext,
};
use http::{HeaderValue, Uri};

use super::proxy;
use super::{Kubeconfigs, Settings};
use crate::error::Error;

/// Where a pod finds what its service account gives it.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// What the settings come to.
pub(super) struct Loaded {
    /// For the HTTP client; without its credential plugin.
    pub config: Config,
    /// The credential plugin that is still to be run.
    pub exec: Option<ExecConfig>,
    /// The context that was chosen.
    pub context: Option<String>,
}

/// Finds the server and the credentials.
///
/// # Errors
/// There is no kubeconfig, it cannot be used, or it lacks what was named.
pub(super) fn load(settings: &Settings) -> Result<Loaded, Error> {
    for path in [
        &settings.certificate_authority,
        &settings.client_certificate,
        &settings.client_key,
    ] {
        exists(path.as_deref())?;
    }
    let kubeconfig = read(settings)?;
    let unset = kubeconfig.contexts.is_empty() && kubeconfig.clusters.is_empty();
    let (config, context) = if unset && settings.server.is_none() {
        (in_cluster(settings)?, None)
    } else {
        from_kubeconfig(&kubeconfig, settings)?
    };
    let mut config = config;
    let exec = config.auth_info.exec.take();
    read_token(&mut config.auth_info)?;
    finish(&mut config, settings)?;
    Ok(Loaded {
        config,
        exec,
        context,
    })
}

/// A file that a flag names.
fn exists(path: Option<&Path>) -> Result<(), Error> {
    match path {
        Some(path) if !path.is_file() => Err(Error::Config {
            what: path.display().to_string(),
            cause: "no such file".to_owned(),
            hint: Some("a certificate or key is named by the path of its PEM file".to_owned()),
        }),
        _ => Ok(()),
    }
}

/// The files of a client certificate, where nothing beside them holds it.
fn files_exist(user: &AuthInfo) -> Result<(), Error> {
    let files = [
        (
            &user.client_certificate,
            user.client_certificate_data.is_some(),
        ),
        (&user.client_key, user.client_key_data.is_some()),
    ];
    let needed = files.into_iter().filter(|(_, inside)| !inside);
    let mut paths = needed.filter_map(|(path, _)| path.as_deref().filter(|path| !path.is_empty()));
    paths.try_for_each(|path| exists(Some(Path::new(path))))
}

/// A token file usually ends with a line break, which is no part of the token.
fn read_token(user: &mut AuthInfo) -> Result<(), Error> {
    let Some(path) = user.token_file.take() else {
        return Ok(());
    };
    let token = std::fs::read_to_string(&path).map_err(|error| Error::Config {
        what: path,
        cause: format!("the token cannot be read: {error}"),
        hint: None,
    })?;
    user.token = Some(token.trim().to_owned().into());
    Ok(())
}

/// Puts over `config` what does not depend on where it comes from.
fn finish(config: &mut Config, settings: &Settings) -> Result<(), Error> {
    config.connect_timeout = Some(super::connection::CONNECT);
    config.read_timeout = None;
    // Waiting is decided in one place.
    config.default_retry = false;
    if let Some(disable) = settings.disable_compression {
        config.disable_compression = disable;
    }
    if settings.as_user.is_none() && (!settings.as_group.is_empty() || settings.as_uid.is_some()) {
        return Err(Error::Usage {
            message: "--as-group and --as-uid need --as".to_owned(),
            hint: Some("add --as USER".to_owned()),
        });
    }
    let agent = HeaderValue::from_str(&settings.user_agent);
    let agent = agent.unwrap_or(HeaderValue::from_static("kubectl-calicoq"));
    config.headers.push((http::header::USER_AGENT, agent));
    Ok(())
}

/// The kubeconfig, all its files merged.
///
/// # Errors
/// One of them cannot be read.
pub(super) fn read(settings: &Settings) -> Result<Kubeconfig, Error> {
    if let Some(path) = &settings.kubeconfig {
        return Kubeconfig::read_from(path).map_err(|error| explain(&error));
    }
    match &settings.kubeconfigs {
        Kubeconfigs::AsKubectl => {
            let listed = std::env::var_os("KUBECONFIG").unwrap_or_default();
            let listed = std::env::split_paths(&listed);
            let listed: Vec<PathBuf> = listed.filter(|path| !path.as_os_str().is_empty()).collect();
            merged(if listed.is_empty() { home() } else { listed })
        }
        Kubeconfigs::Home => merged(home()),
        Kubeconfigs::Listed(paths) => match paths.as_slice() {
            [one] => Kubeconfig::read_from(one).map_err(|error| explain(&error)),
            several => merged(several.to_vec()),
        },
        Kubeconfigs::Inline(text) => Kubeconfig::from_yaml(text).map_err(|error| explain(&error)),
        Kubeconfigs::None => Ok(Kubeconfig::default()),
    }
}

fn home() -> Vec<PathBuf> {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    home.map(|home| home.join(".kube/config"))
        .into_iter()
        .collect()
}

/// The first that says something wins; files that do not exist say nothing.
fn merged(paths: Vec<PathBuf>) -> Result<Kubeconfig, Error> {
    let mut merged = Kubeconfig::default();
    for path in paths {
        let one = match Kubeconfig::read_from(&path) {
            Err(KubeconfigError::ReadConfig(error, _))
                if error.kind() == std::io::ErrorKind::NotFound =>
            {
                continue;
            }
            one => one.map_err(|error| explain(&error))?,
        };
        merged = merged.merge(one).map_err(|error| explain(&error))?;
    }
    Ok(merged)
}

fn in_cluster(settings: &Settings) -> Result<Config, Error> {
    let inside = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    if settings.kubeconfig.is_some() || settings.context.is_some() || !inside {
        return Err(Error::Config {
            what: "kubeconfig".to_owned(),
            cause: "none names a cluster".to_owned(),
            hint: Some(
                match &settings.kubeconfigs {
                    Kubeconfigs::AsKubectl => {
                        "set KUBECONFIG or --kubeconfig, or read files with -f"
                    }
                    _ => {
                        "calicoctl's configuration names none either: set kubeconfig (KUBECONFIG) or k8sAPIEndpoint (K8S_API_ENDPOINT)"
                    }
                }
                .to_owned(),
            ),
        });
    }
    let mut config = Config::incluster().map_err(|error| Error::Config {
        what: "service account of this pod".to_owned(),
        cause: error.to_string(),
        hint: None,
    })?;
    override_user(&mut config.auth_info, settings);
    // As kubectl, before what the service account's files say.
    if let Some(namespace) = std::env::var("POD_NAMESPACE")
        .ok()
        .filter(|it| !it.is_empty())
    {
        config.default_namespace = namespace;
    }
    Ok(config)
}

/// The namespace of the pod that we run in, if we do: `POD_NAMESPACE`, or what its service account's files say.
fn namespace_of_pod() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("KUBERNETES_SERVICE_HOST")?;
    set("KUBERNETES_SERVICE_PORT")?;
    let files = Path::new(SERVICE_ACCOUNT);
    files.join("token").is_file().then_some(())?;
    let file = || std::fs::read_to_string(files.join("namespace")).ok();
    let named = set("POD_NAMESPACE").or_else(file)?.trim().to_owned();
    (!named.is_empty()).then_some(named)
}

fn from_kubeconfig(
    kubeconfig: &Kubeconfig,
    settings: &Settings,
) -> Result<(Config, Option<String>), Error> {
    let (name, mut context) = context(kubeconfig, settings)?;
    context.namespace = context.namespace.filter(|named| !named.is_empty());
    if settings.kubeconfigs == Kubeconfigs::AsKubectl {
        // As kubectl, which takes that of its own pod, whatever cluster the kubeconfig names.
        context.namespace = context.namespace.or_else(namespace_of_pod);
    }
    let mut cluster = cluster(kubeconfig, settings, &context)?;
    let mut user = user(kubeconfig, settings, &context)?;
    override_cluster(&mut cluster, settings);
    override_user(&mut user, settings);
    let server = cluster.server.clone().unwrap_or_default();
    let server = with_scheme(&server, &cluster, &user);
    if server.to_ascii_lowercase().starts_with("http://") {
        user = without_login(user);
    }
    cluster.server = Some(server.clone());
    files_exist(&user)?;
    let proxy = cluster.proxy_url.take();
    let mut config = Config::try_from(alone(context, cluster, user)).map_err(|e| explain(&e))?;
    if let Some(told) = config
        .auth_info
        .exec
        .as_mut()
        .and_then(|exec| exec.cluster.as_mut())
    {
        told.proxy_url.clone_from(&proxy);
    }
    config.cluster_url = without_password(config.cluster_url);
    let uri: Uri = config.cluster_url.clone();
    if uri.host().is_none_or(str::is_empty) {
        return Err(Error::Config {
            what: "kubeconfig".to_owned(),
            cause: format!("the server's address {server:?} is no URL"),
            hint: Some("write it as https://host:port".to_owned()),
        });
    }
    config.proxy_url = proxy::choose(proxy.as_deref(), &uri, |name| std::env::var(name).ok())?;
    Ok((config, name))
}

/// A kubeconfig with one of each.
fn alone(mut context: Context, cluster: Cluster, user: AuthInfo) -> Kubeconfig {
    let name = || "chosen".to_owned();
    context.cluster = name();
    context.user = Some(name());
    Kubeconfig {
        clusters: vec![NamedCluster {
            name: name(),
            cluster: Some(cluster),
            ..NamedCluster::default()
        }],
        auth_infos: vec![NamedAuthInfo {
            name: name(),
            auth_info: Some(user),
            ..NamedAuthInfo::default()
        }],
        contexts: vec![NamedContext {
            name: name(),
            context: Some(context),
            ..NamedContext::default()
        }],
        current_context: Some(name()),
        ..Kubeconfig::default()
    }
}

fn context(
    kubeconfig: &Kubeconfig,
    settings: &Settings,
) -> Result<(Option<String>, Context), Error> {
    let named = settings
        .context
        .as_ref()
        .or(kubeconfig.current_context.as_ref());
    let Some(name) = named.filter(|name| !name.is_empty()) else {
        if settings.server.is_some() || settings.cluster.is_some() {
            return Ok((None, Context::default()));
        }
        return Err(missing(
            settings,
            "current context",
            None,
            names(kubeconfig),
        ));
    };
    let found = kubeconfig.contexts.iter().find(|known| known.name == *name);
    let context = found.and_then(|found| found.context.clone());
    let context =
        context.ok_or_else(|| missing(settings, "context", Some(name), names(kubeconfig)))?;
    Ok((Some(name.clone()), context))
}

fn names(kubeconfig: &Kubeconfig) -> Vec<&str> {
    let names = kubeconfig.contexts.iter();
    names.map(|context| &*context.name).collect()
}

fn cluster(
    kubeconfig: &Kubeconfig,
    settings: &Settings,
    context: &Context,
) -> Result<Cluster, Error> {
    let name = settings.cluster.as_ref().unwrap_or(&context.cluster);
    let found = kubeconfig.clusters.iter().find(|known| known.name == *name);
    match found.and_then(|found| found.cluster.clone()) {
        Some(cluster) => Ok(cluster),
        None if settings.server.is_some() && settings.cluster.is_none() => Ok(Cluster::default()),
        None => {
            let known = kubeconfig.clusters.iter();
            let known = known.map(|cluster| &*cluster.name).collect();
            Err(missing(settings, "cluster", Some(name), known))
        }
    }
}

fn user(
    kubeconfig: &Kubeconfig,
    settings: &Settings,
    context: &Context,
) -> Result<AuthInfo, Error> {
    let name = settings.user.as_ref().or(context.user.as_ref());
    let users = &kubeconfig.auth_infos;
    let found = users.iter().find(|known| Some(&known.name) == name);
    match found.and_then(|found| found.auth_info.clone()) {
        Some(user) => Ok(user),
        // Like kubectl: only a user that was typed must exist.
        None if settings.user.is_none() => Ok(AuthInfo::default()),
        None => {
            let known = users.iter().map(|user| &*user.name).collect();
            Err(missing(settings, "user", name, known))
        }
    }
}

fn missing(settings: &Settings, what: &str, name: Option<&String>, known: Vec<&str>) -> Error {
    let cause = match name {
        Some(name) => format!("it has no {what} {name:?}"),
        None => format!("it names no {what}"),
    };
    let what = what.rsplit(' ').next().unwrap_or(what);
    let hint = match known.as_slice() {
        [] => format!("it has no {what} at all"),
        // A flag would choose another source.
        known if settings.kubeconfigs != Kubeconfigs::AsKubectl => {
            format!("it has {}", known.join(", "))
        }
        known => format!("choose one with --{what}: {}", known.join(", ")),
    };
    Error::Config {
        what: "kubeconfig".to_owned(),
        cause,
        hint: Some(hint),
    }
}

/// As client-go: another server clears the server name, other trust replaces trust as a whole.
fn override_cluster(cluster: &mut Cluster, settings: &Settings) {
    if let Some(server) = &settings.server {
        cluster.server = Some(server.clone());
        cluster.tls_server_name = None;
    }
    if let Some(name) = &settings.tls_server_name {
        cluster.tls_server_name = Some(name.clone());
    }
    let authority = settings.certificate_authority.as_ref();
    if authority.is_some() || settings.insecure_skip_tls_verify == Some(true) {
        cluster.insecure_skip_tls_verify = settings.insecure_skip_tls_verify;
        cluster.certificate_authority = authority.map(|path| path.to_string_lossy().into_owned());
        cluster.certificate_authority_data = None;
    } else if settings.insecure_skip_tls_verify == Some(false) {
        cluster.insecure_skip_tls_verify = None;
    }
}

/// A typed token replaces every other way of logging in.
fn override_user(user: &mut AuthInfo, settings: &Settings) {
    if let Some(path) = &settings.client_certificate {
        user.client_certificate = Some(path.to_string_lossy().into_owned());
        user.client_certificate_data = None;
    }
    if let Some(path) = &settings.client_key {
        user.client_key = Some(path.to_string_lossy().into_owned());
        user.client_key_data = None;
    }
    if let Some(token) = &settings.token {
        user.token = Some(token.clone().into());
        user.token_file = None;
        user.username = None;
        user.password = None;
        user.auth_provider = None;
        user.exec = None;
    }
    if let Some(name) = &settings.as_user {
        user.impersonate = Some(name.clone());
    }
    if !settings.as_group.is_empty() {
        user.impersonate_groups = Some(settings.as_group.clone());
    }
    if let Some(uid) = &settings.as_uid {
        user.impersonate_uid = Some(uid.clone());
    }
}

/// An address without a scheme is HTTPS where anything of TLS is configured.
fn with_scheme(server: &str, cluster: &Cluster, user: &AuthInfo) -> String {
    if server.is_empty() || server.contains("://") {
        return server.to_owned();
    }
    let tls = cluster.certificate_authority.is_some()
        || cluster.certificate_authority_data.is_some()
        || cluster.insecure_skip_tls_verify == Some(true)
        || user.client_certificate.is_some()
        || user.client_certificate_data.is_some();
    format!("{}://{server}", if tls { "https" } else { "http" })
}

/// As kubectl: no credential goes where everybody on the way can read it.
fn without_login(user: AuthInfo) -> AuthInfo {
    AuthInfo {
        impersonate: user.impersonate,
        impersonate_groups: user.impersonate_groups,
        impersonate_uid: user.impersonate_uid,
        ..AuthInfo::default()
    }
}

/// The server's address as requests are logged: a name and password in it would be logged with them, and are no
/// way to log in.
fn without_password(server: Uri) -> Uri {
    let mut parts = server.clone().into_parts();
    let host = parts.authority.as_ref().map(|authority| authority.as_str());
    let host = host.and_then(|authority| authority.rsplit_once('@'));
    let Some(Ok(host)) = host.map(|(_, host)| host.parse()) else {
        return server;
    };
    parts.authority = Some(host);
    Uri::from_parts(parts).unwrap_or(server)
}

/// A parser's own text could show a line with a credential, so only the place is told.
fn explain(error: &KubeconfigError) -> Error {
    let (what, cause) = match error {
        KubeconfigError::ReadConfig(error, path) => {
            let cause = match error.kind() {
                std::io::ErrorKind::NotFound => "no such file".to_owned(),
                _ => error.to_string(),
            };
            (path.display().to_string(), cause)
        }
        KubeconfigError::Parse(error) => {
            let at = error
                .location()
                .map(|at| format!(" (line {}, column {})", at.line(), at.column()));
            let cause = format!("it is no kubeconfig{}", at.unwrap_or_default());
            ("kubeconfig".to_owned(), cause)
        }
        KubeconfigError::MissingClusterUrl | KubeconfigError::ParseClusterUrl(_) => {
            let cause = "the cluster has no usable server address".to_owned();
            ("kubeconfig".to_owned(), cause)
        }
        KubeconfigError::LoadClientKey(_) => (
            "kubeconfig".to_owned(),
            "the client key cannot be loaded".to_owned(),
        ),
        other => ("kubeconfig".to_owned(), other.to_string()),
    };
    Error::Config {
        what,
        cause,
        hint: None,
    }
}
