//! What can go wrong between us and the server, in words that say where and what to try.
//!
//! The HTTP client's own errors never reach a reader: they print bodies, debug forms and URLs with their
//! passwords. Credentials stand in none of these texts.

use std::error::Error as StdError;
use std::io::ErrorKind;
use std::time::Duration;

use crate::error::Error;
use crate::need::Kind;

/// How far a connection came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Finding the server's address.
    Dns,
    /// Reaching it.
    Tcp,
    /// Agreeing on encryption.
    Tls,
    /// Reaching it through a proxy.
    Proxy,
    /// Being let in.
    Authentication,
    /// Reading answers.
    Read,
}

/// Why reading ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The connection fails.
    Connection(Stage, String),
    /// A request took longer than it may.
    Silent(Duration),
    /// All requests together took longer than they may.
    Late(Duration),
    /// The answer is none of a Kubernetes API server.
    Garbage(String),
    /// 401, with what the server says.
    Unauthorized(String),
    /// A status that nothing is known to do about.
    Status(u16, String),
    /// The server asks to come back later than we may.
    Busy(u16, Option<Duration>),
    /// 410: the moment is gone.
    Gone,
    /// The kind cannot be read to its end at the moment chosen.
    Moved(Kind),
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Proxy => "proxy",
            Self::Authentication => "authentication",
            Self::Read => "read",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Dns => "check the server's name in the kubeconfig, and this machine's DNS or VPN",
            Self::Tcp => {
                "check the server's address in the kubeconfig, that it runs, and that a VPN or firewall lets it through"
            }
            Self::Tls => {
                "check --certificate-authority, --tls-server-name and whether the address really speaks TLS"
            }
            Self::Proxy => "check proxy-url of the kubeconfig, HTTPS_PROXY and NO_PROXY",
            Self::Authentication => {
                "log in again, or choose other credentials with --context, --user or --token"
            }
            Self::Read => {
                "try again; if it stays so, look at what stands between here and the server"
            }
        }
    }
}

impl Failure {
    /// Reads the stage and the cause from a client's error.
    pub fn from_client(error: &::kube::Error) -> Self {
        Self::from_chain(error)
    }

    /// The same for any error with its causes.
    pub fn from_chain(error: &(dyn StdError + 'static)) -> Self {
        let causes = std::iter::successors(Some(error), |error| StdError::source(*error));
        let chain: Vec<&(dyn StdError + 'static)> = causes.collect();
        // Its own text may hold a part of a token.
        if chain.iter().any(|error| is_about_credentials(*error)) {
            let cause = "the credentials cannot be loaded or renewed".to_owned();
            return Self::Connection(Stage::Authentication, cause);
        }
        let texts: Vec<String> = chain.iter().map(ToString::to_string).collect();
        let has = |part: &str| texts.iter().any(|text| text.contains(part));
        let kind = chain
            .iter()
            .rev()
            .find_map(|error| error.downcast_ref::<std::io::Error>())
            .map(std::io::Error::kind);
        let last = texts.last().map(String::as_str).unwrap_or_default();
        let stage = if has("tunnel error") || has("SOCKS error") || has("socks") {
            Stage::Proxy
        } else if has("dns error") {
            Stage::Dns
        } else if has("tcp connect error") || has("deadline has elapsed") {
            Stage::Tcp
        } else if has("(Connect)") {
            match kind {
                Some(ErrorKind::TimedOut | ErrorKind::ConnectionRefused) => Stage::Tcp,
                _ => Stage::Tls,
            }
        } else if is_tls_alert(last) {
            Stage::Tls
        } else {
            Stage::Read
        };
        Self::Connection(stage, cause(stage, kind, last))
    }

    /// What the user is told.
    pub fn explain(self, endpoint: &str) -> Error {
        let (cause, hint) = match self {
            Self::Connection(Stage::Tcp, _) | Self::Silent(_)
                if endpoint.starts_with("https") && accepts(endpoint) && self.is_silence() =>
            {
                (
                    "the server takes the connection and does not answer the handshake (TLS)"
                        .to_owned(),
                    Some(
                        "check that the address and port are those of a Kubernetes API server"
                            .to_owned(),
                    ),
                )
            }
            Self::Status(400, said) if said.contains("HTTP request to an HTTPS server") => (
                "the server speaks TLS only (TLS)".to_owned(),
                Some("write its address with https://".to_owned()),
            ),
            Self::Connection(stage, cause) => (
                format!("{cause} ({})", stage.name()),
                Some(stage.hint().to_owned()),
            ),
            Self::Silent(limit) => (
                format!("no answer within {} (read)", seconds(limit)),
                Some("try again, or give it more time with --request-timeout".to_owned()),
            ),
            Self::Late(limit) => (
                format!("reading took longer than {} (read)", seconds(limit)),
                Some("ask for less, for example one pod or one namespace".to_owned()),
            ),
            Self::Garbage(what) => (
                format!("{what} (read)"),
                Some("check that the address is that of a Kubernetes API server".to_owned()),
            ),
            Self::Unauthorized(said) => (
                format!("the server does not accept the credentials: {said} (authentication)"),
                Some(Stage::Authentication.hint().to_owned()),
            ),
            Self::Status(status, said) => (format!("{status}: {said} (read)"), None),
            Self::Busy(status, after) => (busy(status, after), Some("try again later".to_owned())),
            Self::Gone | Self::Moved(_) => (
                "the server forgets each moment before it is read (read)".to_owned(),
                Some(
                    "try --latest, which reads every kind as it is when it is asked for".to_owned(),
                ),
            ),
        };
        Error::Source {
            what: format!("kubernetes {endpoint}"),
            cause,
            hint,
        }
    }
}

impl Failure {
    /// Whether nothing came at all before the time was over.
    fn is_silence(&self) -> bool {
        match self {
            Self::Connection(_, cause) => cause.starts_with("no connection within"),
            Self::Silent(limit) => *limit < super::connection::CONNECT,
            _ => false,
        }
    }
}

/// Whether something takes a bare connection there: then it is the handshake that hangs.
fn accepts(endpoint: &str) -> bool {
    use std::net::{TcpStream, ToSocketAddrs};
    let place = endpoint
        .trim_start_matches("https://")
        .split('/')
        .next()
        .unwrap_or_default();
    let place = if place.contains(':') {
        place.to_owned()
    } else {
        format!("{place}:443")
    };
    let mut addresses = place.to_socket_addrs().into_iter().flatten();
    addresses.any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}

fn busy(status: u16, after: Option<Duration>) -> String {
    match after {
        Some(after) => format!(
            "the server is busy ({status}) and asks to come back in {} (read)",
            seconds(after)
        ),
        None => format!("the server stays busy ({status}) (read)"),
    }
}

/// The cause in a few words.
fn cause(stage: Stage, kind: Option<ErrorKind>, last: &str) -> String {
    let known = match (stage, kind) {
        (Stage::Dns, _) => Some("the server's name does not resolve"),
        (Stage::Tls | Stage::Tcp, Some(ErrorKind::TimedOut)) => Some("no connection within 5 s"),
        (_, Some(ErrorKind::ConnectionRefused)) => Some("connection refused"),
        (_, Some(ErrorKind::ConnectionReset)) => Some("connection reset"),
        (Stage::Read, Some(ErrorKind::UnexpectedEof)) => Some("the answer ended early"),
        (_, Some(ErrorKind::UnexpectedEof)) => Some("the connection ended early"),
        (_, Some(ErrorKind::HostUnreachable)) => Some("no route to the host"),
        (_, Some(ErrorKind::NetworkUnreachable)) => Some("the network is unreachable"),
        (Stage::Tls, _) if last.contains("InvalidContentType") => {
            Some("the server does not speak TLS")
        }
        (Stage::Tls, _) if last.contains("UnknownIssuer") => {
            Some("the server's certificate is signed by an unknown authority")
        }
        (Stage::Tls, _) if last.contains("not valid for name") => {
            Some("the server's certificate is for another name")
        }
        (Stage::Tls, _) if last.contains("Expired") || last.contains("expired") => {
            Some("a certificate has expired")
        }
        (Stage::Read, _) if last.contains("end of file before message length reached") => {
            Some("the answer ended early")
        }
        (Stage::Read, _) if last.contains("connection closed before message completed") => {
            Some("the connection ended before an answer came")
        }
        _ => None,
    };
    known.map_or_else(|| last.to_owned(), str::to_owned)
}

fn is_about_credentials(error: &(dyn StdError + 'static)) -> bool {
    error.is::<::kube::client::AuthError>()
        || matches!(error.downcast_ref(), Some(::kube::Error::Auth(_)))
}

/// Whether the peer ended the handshake, which TLS 1.3 tells only with the first read.
fn is_tls_alert(text: &str) -> bool {
    text.contains("received fatal alert")
}

/// A duration as one says it.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_millis() {
        ms if ms % 1000 == 0 => format!("{} s", ms / 1000),
        ms => format!("{ms} ms"),
    }
}
