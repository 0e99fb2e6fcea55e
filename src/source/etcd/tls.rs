//! Certificates and keys: PEM text or files, checked when they are loaded.

use std::fs;
use std::time::Duration;

use etcd_client::{Certificate, Identity, TlsOptions};

use super::connection::CONNECT;
use super::{Pem, Settings};
use crate::error::Error;

/// What TLS needs; `identified`: a client certificate is among it.
pub(super) struct Tls {
    pub options: TlsOptions,
    pub identified: bool,
}

/// Loads what the settings name. As in Calico, an inline CA counts with its first certificate alone.
///
/// # Errors
/// [`Error::Config`] that names the file or setting.
pub(super) fn load(settings: &Settings, limit: Option<Duration>) -> Result<Tls, Error> {
    // Within the time of the first request, so that it is the handshake that is said to hang.
    let handshake = limit.map_or(CONNECT, |limit| CONNECT.min(limit / 2));
    let mut options = TlsOptions::new().timeout(handshake);
    options = match &settings.ca {
        Some(ca) => {
            let text = text(ca, "the CA certificate", "CERTIFICATE")?;
            let text = match ca {
                Pem::Inline(_) => first_block(&text),
                Pem::File(_) => text,
            };
            options.ca_certificate(Certificate::from_pem(text))
        }
        None => options.with_native_roots(),
    };
    let identified = match (&settings.certificate, &settings.key) {
        (Some(certificate), Some(key)) => {
            let certificate = text(certificate, "the client certificate", "CERTIFICATE")?;
            let key = text(key, "the client key", "PRIVATE KEY")?;
            options = options.identity(Identity::from_pem(certificate, key));
            true
        }
        _ => false,
    };
    Ok(Tls {
        options,
        identified,
    })
}

/// The PEM text, which has to hold a block of `label`.
fn text(pem: &Pem, what: &str, label: &str) -> Result<String, Error> {
    let (named, text) = match pem {
        Pem::Inline(text) => (format!("{what} (inline)"), text.clone()),
        Pem::File(path) => {
            let named = path.display().to_string();
            let fault = |error: std::io::Error| Error::Config {
                what: format!("{what} {named}"),
                cause: cause(&error),
                hint: hint(&error),
            };
            let text = fs::read_to_string(path).map_err(fault)?;
            (format!("{what} {named}"), text)
        }
    };
    let begins = |line: &str| {
        line.trim().starts_with("-----BEGIN ") && line.trim().ends_with(&format!("{label}-----"))
    };
    if text.lines().any(begins) {
        return Ok(text);
    }
    Err(Error::Config {
        what: named,
        cause: format!("it holds no PEM block that ends with {label}"),
        hint: None,
    })
}

fn first_block(text: &str) -> String {
    let end = "-----END CERTIFICATE-----";
    let stop = text.find(end).map_or(text.len(), |at| at + end.len());
    text.get(..stop).unwrap_or(text).to_owned()
}

fn cause(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::InvalidData => "the text is not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

fn hint(error: &std::io::Error) -> Option<String> {
    (error.kind() == std::io::ErrorKind::PermissionDenied)
        .then(|| "try as the user who may read it, or copy the credentials".to_owned())
}
