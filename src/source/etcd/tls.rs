//! Certificates and keys: PEM text or files, checked when they are loaded.

use std::fs;

use etcd_client::{Certificate, Identity, TlsOptions};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};

use super::connection::Limits;
use super::{Pem, Settings};
use crate::error::Error;

/// What TLS needs; `identified`: a client certificate is among it.
pub(super) struct Tls {
    pub options: TlsOptions,
    pub identified: bool,
}

/// Loads what the settings name, and checks that it can be used: the client blames the server for what it cannot use. As
/// in Calico, an inline CA counts with its first certificate alone.
///
/// # Errors
/// [`Error::Config`] that names the file or setting.
pub(super) fn load(settings: &Settings, limits: Limits) -> Result<Tls, Error> {
    let mut options = TlsOptions::new().timeout(limits.handshake());
    options = match &settings.ca {
        Some(ca) => {
            let mut part = Part::load(ca, "the CA certificate")?;
            if matches!(ca, Pem::Inline(_)) {
                part.text = first_block(&part.text);
            }
            check_authority(&part)?;
            options.ca_certificate(Certificate::from_pem(part.text))
        }
        None => options.with_native_roots(),
    };
    let identified = match (&settings.certificate, &settings.key) {
        (Some(certificate), Some(key)) => {
            let certificate = Part::load(certificate, "the client certificate")?;
            let key = Part::load(key, "the client key")?;
            check_identity(&certificate, &key)?;
            options = options.identity(Identity::from_pem(certificate.text, key.text));
            true
        }
        _ => false,
    };
    Ok(Tls {
        options,
        identified,
    })
}

/// PEM text, and how errors call it.
struct Part {
    named: String,
    text: String,
}

impl Part {
    fn load(pem: &Pem, what: &str) -> Result<Self, Error> {
        let (named, text) = match pem {
            Pem::Inline(text) => (format!("{what} (inline)"), Ok(text.clone())),
            Pem::File(path) => (
                format!("{what} {}", path.display()),
                fs::read_to_string(path),
            ),
        };
        match text {
            Ok(text) => Ok(Self { named, text }),
            Err(error) => Err(Error::Config {
                what: named,
                cause: cause(&error),
                hint: hint(&error),
            }),
        }
    }

    fn error(&self, cause: &str) -> Error {
        Error::Config {
            what: self.named.clone(),
            cause: cause.to_owned(),
            hint: None,
        }
    }

    /// Its certificates, one at least.
    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Error> {
        let parsed: Result<Vec<_>, _> =
            CertificateDer::pem_slice_iter(self.text.as_bytes()).collect();
        match parsed {
            Ok(found) if found.is_empty() => Err(self.error("it holds no PEM block CERTIFICATE")),
            Ok(found) => Ok(found),
            Err(_) => Err(self.error("its PEM text is damaged")),
        }
    }
}

fn check_authority(part: &Part) -> Result<(), Error> {
    for certificate in part.certificates()? {
        let added = RootCertStore::empty().add(certificate);
        added.map_err(|_| part.error("it holds no certificate that can be read"))?;
    }
    Ok(())
}

/// Whether the key can be used, and is that of the certificate.
fn check_identity(certificate: &Part, key: &Part) -> Result<(), Error> {
    let chain = certificate.certificates()?;
    let found = PrivateKeyDer::from_pem_slice(key.text.as_bytes());
    let found = found.map_err(|error| match error {
        pem::Error::NoItemsFound if key.text.contains("ENCRYPTED") => {
            key.error("it is encrypted, which is not supported")
        }
        pem::Error::NoItemsFound => key.error("it holds no PEM block that ends with PRIVATE KEY"),
        _ => key.error("its PEM text is damaged"),
    })?;
    let found = any_supported_type(&found)
        .map_err(|_| key.error("it holds no RSA, ECDSA or Ed25519 key that can be used"))?;
    match CertifiedKey::new(chain, found).keys_match() {
        Ok(()) => Ok(()),
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(key.error(&format!("it is not the key of {}", certificate.named)))
        }
        // It is not known.
        Err(rustls::Error::InconsistentKeys(_)) => Ok(()),
        Err(_) => Err(certificate.error("it holds no certificate that can be read")),
    }
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
