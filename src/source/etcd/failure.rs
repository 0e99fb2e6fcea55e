//! What can go wrong between us and etcd, in words that say where and what to try. Credentials stand in none of them.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use super::address::Address;
use crate::error::Error;

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Dns,
    Tcp,
    Tls,
    Authentication,
    Read,
}

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// This member does not serve: another one may.
    Member(Stage, String, &'static str),
    /// The revision is gone.
    Compacted,
    /// The page is larger than what is accepted at once.
    TooLarge,
    /// The user may not read these keys.
    Denied,
    /// A user was named where none is needed.
    NoUsers,
    /// etcd does not accept the credentials.
    Credentials(String, &'static str),
    /// Keys were counted that did not come, or the reverse.
    Miscounted,
    /// Members of different clusters answered.
    OtherCluster,
    /// Anything else.
    Other(String),
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Authentication => "authentication",
            Self::Read => "read",
        }
    }
}

const REACH: &str =
    "check the address, that etcd runs there, and that a VPN or firewall lets it through";

impl Failure {
    /// Nothing came in time.
    pub fn silent(stage: Stage, limit: Duration) -> Self {
        let what = match stage {
            Stage::Tcp => "connection",
            _ => "answer",
        };
        let cause = format!("no {what} within {}", seconds(limit));
        let hint = match stage {
            Stage::Dns => "check this machine's DNS or VPN",
            Stage::Tcp => REACH,
            _ => "check the address, or give it more time with --request-timeout",
        };
        Self::Member(stage, cause, hint)
    }

    /// The whole read takes too long.
    pub fn endless(limit: Duration) -> Self {
        Self::Other(format!(
            "it is not read to its end within {}",
            seconds(limit)
        ))
    }

    /// No connection.
    pub fn unreached(error: &io::Error) -> Self {
        let cause = match error.kind() {
            io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
            io::ErrorKind::HostUnreachable => "there is no route to it".to_owned(),
            io::ErrorKind::NetworkUnreachable => "its network is unreachable".to_owned(),
            io::ErrorKind::ConnectionReset => "the connection is reset".to_owned(),
            _ => error.to_string(),
        };
        Self::Member(Stage::Tcp, cause, REACH)
    }

    /// Whether another member may do better.
    pub fn is_of_member(&self) -> bool {
        matches!(self, Self::Member(..))
    }

    /// Reads what the client says of a request to `address`; `identified`: a client certificate was offered.
    pub fn of(error: &etcd_client::Error, address: &Address, identified: bool) -> Self {
        let texts = chain(error);
        let text = texts.join(": ");
        let has = |part: &str| text.contains(part);
        match () {
            () if has("required revision has been compacted") => Self::Compacted,
            () if has("message length too large") => Self::TooLarge,
            () if has("permission denied") => Self::Denied,
            () if has("authentication is not enabled") => Self::NoUsers,
            () if has("user name is empty") => Self::Credentials(
                "etcd wants a user, and none was given".to_owned(),
                "set etcdUsername and etcdPassword, both, or use a client certificate whose CN is a user",
            ),
            () if has("invalid user ID or password") => Self::Credentials(
                "etcd does not accept the user name or password".to_owned(),
                "check etcdUsername and etcdPassword",
            ),
            () if has("invalid auth token") => Self::Credentials(
                "etcd does not accept the token any more".to_owned(),
                "try again",
            ),
            () => of_member(&texts, address, identified).unwrap_or(Self::Other(cause(&texts))),
        }
    }

    /// What the user is told.
    pub fn explain(&self, endpoint: &str) -> Error {
        let (cause, hint) = match self {
            Self::Member(stage, cause, hint) => {
                (format!("{cause} ({})", stage.name()), Some(*hint))
            }
            Self::Compacted => (
                "its history was compacted while it was read (read)".to_owned(),
                Some("try again, or --latest, which reads without one moment for all kinds"),
            ),
            Self::TooLarge => (
                "one value is larger than can be read (read)".to_owned(),
                None,
            ),
            Self::Denied => (
                "the user may not read Calico's keys (authentication)".to_owned(),
                Some("grant its role READ on /calico/resources/v3/projectcalico.org/ as a prefix"),
            ),
            Self::NoUsers => ("etcd has no users (authentication)".to_owned(), None),
            Self::Credentials(cause, hint) => (format!("{cause} (authentication)"), Some(*hint)),
            Self::Miscounted => (
                "keys are missing from what it answered (read)".to_owned(),
                Some("try again; look at the health of this member"),
            ),
            Self::OtherCluster => (
                "it belongs to another cluster than the endpoint that was read first (read)"
                    .to_owned(),
                Some("give endpoints of one cluster only"),
            ),
            Self::Other(cause) => (format!("{cause} (read)"), None),
        };
        Error::Source {
            what: format!("etcd {endpoint}"),
            cause,
            hint: hint.map(str::to_owned),
        }
    }

    /// Cause and stage, for a list of several endpoints.
    pub fn brief(&self) -> String {
        match self.explain("") {
            Error::Source { cause, .. } => cause,
            other => other.to_string(),
        }
    }
}

/// What a member that does not serve says, or what the way to it says.
fn of_member(texts: &[String], address: &Address, identified: bool) -> Option<Failure> {
    let text = texts.join(": ");
    let has = |part: &str| text.contains(part);
    let member = |stage, cause: &str, hint| Some(Failure::Member(stage, cause.to_owned(), hint));
    let certificate = "check the CA certificate (etcdCACertFile), and that the endpoint is named as in the server's certificate";
    if has("rpc not supported for learner") {
        return member(
            Stage::Read,
            "this member is a learner, which answers no reads",
            "name a voting member",
        );
    }
    if has("future revision") {
        return member(Stage::Read, "this member lags behind", "try again");
    }
    if has("mapped from HTTP status") || has("content-type") {
        return member(
            Stage::Read,
            "it is no etcd, though something answers there",
            "check the port",
        );
    }
    let transient = [
        "no leader",
        "leader changed",
        "request timed out",
        "unhealthy cluster",
        "server stopped",
    ];
    if let Some(known) = transient.iter().find(|part| has(part)) {
        return member(
            Stage::Read,
            known,
            "look at the health of this etcd cluster",
        );
    }
    if has("onnection refused") {
        return member(Stage::Tcp, "connection refused", REACH);
    }
    if has("tcp connect error") {
        return member(Stage::Tcp, "it cannot be connected to any more", REACH);
    }
    if has("UnknownIssuer") || has("BadSignature") {
        return member(
            Stage::Tls,
            "its certificate is signed by an unknown authority",
            certificate,
        );
    }
    if has("not valid for") {
        return Some(Failure::Member(
            Stage::Tls,
            wrong_name(texts.last().map_or("", String::as_str)),
            certificate,
        ));
    }
    if has("UnsupportedCertVersion") {
        return member(
            Stage::Tls,
            "its certificate is X.509 version 1, which is not accepted",
            "make one of version 3, with the endpoint among its names",
        );
    }
    if has("Expired") || has("certificate expired") {
        return member(
            Stage::Tls,
            "a certificate has expired",
            "renew the server's or the client's certificate",
        );
    }
    if has("handshake eof") || has("InvalidContentType") || has("corrupt message") {
        return member(
            Stage::Tls,
            "it does not speak TLS",
            "write the endpoint with http://; one without a scheme means https://",
        );
    }
    if has("CertificateRequired")
        || has("certificate required")
        || has("BadCertificate")
        || has("bad certificate")
        // The server's word about ours, which comes or is cut off as it happens.
        || ["UnknownCA", "CertificateUnknown", "DecryptError"]
            .iter()
            .any(|alert| has(&format!("fatal alert: {alert}")))
    {
        return member(
            Stage::Tls,
            "it does not accept the client certificate, or wants one",
            CLIENT,
        );
    }
    if has("invalid peer certificate") || has("received fatal alert") {
        let last = texts.last().cloned().unwrap_or_default();
        return Some(Failure::Member(Stage::Tls, last, certificate));
    }
    if has("handshake timeout") || has("imeout expired") || has("deadline") || has("timed out") {
        return match address.tls {
            true => member(
                Stage::Tls,
                "it takes the connection and does not answer the handshake",
                REACH,
            ),
            false => member(
                Stage::Read,
                "it takes the connection and does not answer",
                REACH,
            ),
        };
    }
    let broken =
        has("roken pipe") || has("transport error") || has("onnection reset") || has("http2 error");
    match (broken, address.tls, identified) {
        (true, false, _) => member(
            Stage::Tls,
            "it ends the connection, as one does that speaks TLS only",
            "write the endpoint with https://",
        ),
        (true, true, false) => member(
            Stage::Tls,
            "it ends the connection, as one does that wants a client certificate",
            CLIENT,
        ),
        (true, true, true) => member(
            Stage::Tls,
            "it ends the connection, as one does that does not accept the client certificate",
            CLIENT,
        ),
        (false, ..) => None,
    }
}

const CLIENT: &str = "give a client certificate that its CA signed: etcdCertFile and etcdKeyFile";

/// The names in a certificate, which rustls lists as `DnsName("a")` and `IpAddress(10.0.0.1)`.
fn wrong_name(text: &str) -> String {
    let Some((_, names)) = text.rsplit_once("certificate is only valid for ") else {
        return "its certificate names no host (a CN alone does not count)".to_owned();
    };
    let mut plain = names.to_owned();
    for dressing in ["DnsName(", "IpAddress(", "\"", ")"] {
        plain = plain.replace(dressing, "");
    }
    format!("its certificate is for other names: {plain}")
}

/// The messages of an error and its causes, the outermost first.
fn chain(error: &etcd_client::Error) -> Vec<String> {
    let (first, source): (String, Option<&(dyn StdError + 'static)>) = match error {
        etcd_client::Error::GRpcStatus(status) => (status.message().to_owned(), status.source()),
        etcd_client::Error::TransportError(error) => (error.to_string(), error.source()),
        other => (other.to_string(), None),
    };
    let causes = std::iter::successors(source, |error| StdError::source(*error));
    std::iter::once(first)
        .chain(causes.map(ToString::to_string))
        .collect()
}

/// The server's own words, without its prefix.
fn cause(texts: &[String]) -> String {
    let first = texts.first().map(String::as_str).unwrap_or_default();
    first
        .strip_prefix("etcdserver: ")
        .unwrap_or(first)
        .to_owned()
}

/// A duration as one says it.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_millis() {
        ms if ms % 1000 == 0 => format!("{} s", ms / 1000),
        ms => format!("{ms} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(texts: &[&str], tls: bool, identified: bool) -> String {
        let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        let address = Address {
            url: String::new(),
            tls,
        };
        of_member(&texts, &address, identified).map_or_else(String::new, |failure| failure.brief())
    }

    /// What the client says, as measured, and what the user is told.
    #[test]
    fn each_symptom_has_its_words() {
        for (texts, tls, want) in [
            (
                &["tcp connect error", "Connection refused (os error 111)"][..],
                true,
                "connection refused (TCP)",
            ),
            (
                &["tcp connect error", "No route to host"],
                true,
                "it cannot be connected to any more (TCP)",
            ),
            (
                &["transport error", "invalid peer certificate: UnknownIssuer"],
                true,
                "its certificate is signed by an unknown authority (TLS)",
            ),
            (
                &[
                    "invalid peer certificate: certificate not valid for name \"b\"; certificate is only valid for DnsName(\"a\") or IpAddress(10.0.0.1)",
                ],
                true,
                "its certificate is for other names: a or 10.0.0.1 (TLS)",
            ),
            (
                &[
                    "invalid peer certificate: certificate not valid for name \"b\"; certificate is not valid for any names (according to its subjectAltName extension)",
                ],
                true,
                "its certificate names no host (a CN alone does not count) (TLS)",
            ),
            (
                &["invalid peer certificate: Other(UnsupportedCertVersion)"],
                true,
                "its certificate is X.509 version 1, which is not accepted (TLS)",
            ),
            (
                &["invalid peer certificate: Expired"],
                true,
                "a certificate has expired (TLS)",
            ),
            (
                &["transport error", "received fatal alert: UnknownCA"],
                true,
                "it does not accept the client certificate, or wants one (TLS)",
            ),
            (&["tls handshake eof"], true, "it does not speak TLS (TLS)"),
            (
                &["TLS handshake timeout."],
                true,
                "it takes the connection and does not answer the handshake (TLS)",
            ),
            (
                &["transport error", "broken pipe"],
                false,
                "it ends the connection, as one does that speaks TLS only (TLS)",
            ),
            (
                &["transport error", "broken pipe"],
                true,
                "it ends the connection, as one does that wants a client certificate (TLS)",
            ),
            (
                &["etcdserver: rpc not supported for learner"],
                true,
                "this member is a learner, which answers no reads (read)",
            ),
            (&["etcdserver: no leader"], true, "no leader (read)"),
            (
                &["grpc-status header missing, mapped from HTTP status code 404"],
                false,
                "it is no etcd, though something answers there (read)",
            ),
            (&["etcdserver: database space exceeded"], true, ""),
        ] {
            assert_eq!(said(texts, tls, false), want, "{texts:?}");
        }
        assert!(
            said(&["transport error"], true, true)
                .contains("does not accept the client certificate")
        );
    }
}
