//! Flags that say which cluster, as kubectl spells them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

/// The flags that choose a cluster or who one is there; beside them, files make no sense.
pub(super) const CHOOSES_A_CLUSTER: [&str; 16] = [
    "config",
    "datastore",
    "kubeconfig",
    "context",
    "cluster",
    "user",
    "server",
    "token",
    "impersonate",
    "impersonate_groups",
    "impersonate_uid",
    "certificate_authority",
    "client_certificate",
    "client_key",
    "tls_server_name",
    "insecure_skip_tls_verify",
];

/// The heading of the flags that are ours, of any datastore.
const CLUSTER: &str = "Cluster";
/// The heading of kubectl's own, which whoever uses kubectl knows: short help leaves them out.
pub(super) const KUBERNETES: &str = "Kubernetes, as in kubectl";

/// Which cluster, and who one is there.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = KUBERNETES)]
pub struct Connection {
    /// Read what this file of calicoctl names
    ///
    /// A CalicoAPIConfig, for Kubernetes or etcd. It comes before the environment and /etc/calico/calicoctl.cfg, and is
    /// read whole: nothing of these is added. One that does not exist, or has an unknown field, is an error.
    #[arg(
        short,
        long,
        global = true,
        value_name = "FILE",
        help_heading = CLUSTER
    )]
    pub config: Option<PathBuf>,
    /// Which datastore: kubernetes or etcdv3
    ///
    /// Picks among what -c, the environment, /etc/calico/calicoctl.cfg and the kubeconfig name; without it, they say it
    /// themselves (`help sources`).
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "TYPE",
        hide_possible_values = true,
        help_heading = CLUSTER
    )]
    pub datastore: Option<Datastore>,
    /// Path to the kubeconfig
    ///
    /// Without it, the files of KUBECONFIG are merged as kubectl does it, else ~/.kube/config is read; inside a pod that has
    /// neither, its service account is used.
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig
    ///
    /// Without it, its current-context. The namespace of the context is the one that endpoint looks in.
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// Cluster of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub cluster: Option<String>,
    /// User of the kubeconfig
    #[arg(long, global = true, value_name = "NAME")]
    pub user: Option<String>,
    /// Address of the API server
    ///
    /// As https://HOST:PORT. There is no short form: -s is --hide-selectors.
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// Bearer token
    ///
    /// Others on this machine may see a command line. It is never shown here, not by -v either.
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<Secret>,
    /// User to act as
    #[arg(id = "impersonate", long = "as", global = true, value_name = "USER")]
    pub impersonate: Option<String>,
    /// Group to act as; may be repeated
    #[arg(
        id = "impersonate_groups",
        long = "as-group",
        global = true,
        value_name = "GROUP"
    )]
    pub impersonate_groups: Vec<String>,
    /// UID to act as
    #[arg(
        id = "impersonate_uid",
        long = "as-uid",
        global = true,
        value_name = "UID"
    )]
    pub impersonate_uid: Option<String>,
    /// Certificate authority of the API server
    ///
    /// A file in PEM form, as are --client-certificate and --client-key. Without it, the kubeconfig's, else the system's.
    #[arg(long, global = true, value_name = "FILE")]
    pub certificate_authority: Option<PathBuf>,
    /// Client certificate
    #[arg(long, global = true, value_name = "FILE")]
    pub client_certificate: Option<PathBuf>,
    /// Client key
    #[arg(long, global = true, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
    /// Name that the API server's certificate must have
    #[arg(long, global = true, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// Do not check the API server's certificate
    ///
    /// Whoever stands between could then read the credentials and answer whatever they like.
    #[arg(
        long,
        global = true,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub insecure_skip_tls_verify: Option<bool>,
    /// Ask for answers that are not compressed
    #[arg(
        long,
        global = true,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub disable_compression: Option<bool>,
    /// How long one request may take [default: 30s]
    ///
    /// Whole seconds, or numbers with the units h, m, s and ms, such as 1m30s. 0 takes the limit away. It does not lengthen
    /// the two other limits: 5 s to connect, and 120 s for everything that is read.
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        value_parser = duration,
        help_heading = CLUSTER
    )]
    pub request_timeout: Option<Duration>,
    /// Read each kind as it is now
    ///
    /// Without it, all kinds are read as of one moment; with it, the parts of an answer may be some moments apart. It is
    /// the way to an answer where a server forgets revisions before everything is read.
    #[arg(long, global = true, help_heading = CLUSTER)]
    pub latest: bool,
}

/// A datastore that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Datastore {
    /// The Kubernetes API
    Kubernetes,
    /// etcd v3
    Etcdv3,
}

/// A credential, which is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

// === impl Connection ===

impl Connection {
    /// The flags typed that choose a Kubernetes cluster or who one is there, as they are spelled.
    #[must_use]
    pub fn choosing(&self) -> Vec<&'static str> {
        let typed = [
            ("--kubeconfig", self.kubeconfig.is_some()),
            ("--context", self.context.is_some()),
            ("--cluster", self.cluster.is_some()),
            ("--user", self.user.is_some()),
            ("--server", self.server.is_some()),
            ("--token", self.token.is_some()),
            ("--as", self.impersonate.is_some()),
            ("--as-group", !self.impersonate_groups.is_empty()),
            ("--as-uid", self.impersonate_uid.is_some()),
            (
                "--certificate-authority",
                self.certificate_authority.is_some(),
            ),
            ("--client-certificate", self.client_certificate.is_some()),
            ("--client-key", self.client_key.is_some()),
            ("--tls-server-name", self.tls_server_name.is_some()),
            (
                "--insecure-skip-tls-verify",
                self.insecure_skip_tls_verify.is_some(),
            ),
        ];
        let flags = typed.into_iter().filter(|(_, typed)| *typed);
        flags.map(|(flag, _)| flag).collect()
    }
}

// === impl Secret ===

impl Secret {
    /// The credential.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A duration as kubectl reads it: whole seconds, or numbers with the units h, m, s and ms.
fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Duration::from_secs(seconds));
    }
    let fault = || "expected a duration such as 30s, 1m30s or 0".to_owned();
    let seconds = seconds(text).filter(|seconds| *seconds <= LONGEST);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(fault)
}

/// The most seconds that Go's durations hold.
const LONGEST: f64 = 9_223_372_036.0;

fn seconds(text: &str) -> Option<f64> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let (mut total, mut rest) = (0.0, text);
    loop {
        let (number, behind) = rest.split_at(rest.find(|c| !is_number(c))?);
        let (unit, behind) = behind.split_at(behind.find(is_number).unwrap_or(behind.len()));
        let unit = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * unit;
        rest = behind;
        if rest.is_empty() {
            return Some(total);
        }
    }
}
