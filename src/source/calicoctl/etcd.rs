//! The settings of an etcd, with the checks that need no network.

use super::{Configuration, Field, endpoints};
use crate::error::Error;
use crate::source::etcd::{Pem, Settings, overruled, plain_first};

/// A part of what TLS needs: as text, and as a file.
const PARTS: [(Field, Field); 3] = [
    (Field::EtcdCaCert, Field::EtcdCaCertFile),
    (Field::EtcdCert, Field::EtcdCertFile),
    (Field::EtcdKey, Field::EtcdKeyFile),
];

impl Configuration {
    /// How to reach the etcd that it names; how long a request may take is for the caller to say.
    ///
    /// # Errors
    /// No endpoint is named, or two ways of saying something exclude each other.
    pub fn etcd(&self) -> Result<Settings, Error> {
        let endpoints = self.endpoints()?;
        let [ca, certificate, key] = self.pems()?;
        let text = |field| self.text(field).to_owned();
        Ok(Settings {
            endpoints: endpoints.join(","),
            discovery_srv: self.text(Field::EtcdDiscoverySrv).trim().to_owned(),
            username: text(Field::EtcdUsername),
            password: text(Field::EtcdPassword),
            ca,
            certificate,
            key,
            ..Settings::default()
        })
    }

    /// One of user name and password without the other, which both Calico and we then ignore.
    #[must_use]
    pub fn half_a_login(&self) -> Option<&str> {
        let set = |field| self.get(field).map(|_| self.spelled(field));
        match (set(Field::EtcdUsername), set(Field::EtcdPassword)) {
            (Some(alone), None) | (None, Some(alone)) => Some(alone),
            _ => None,
        }
    }

    /// TLS settings that count for nothing, because the first endpoint says that TLS is not spoken.
    #[must_use]
    pub fn tls_in_vain(&self) -> Vec<&str> {
        let fields = PARTS.iter().flat_map(|(text, file)| [*text, *file]);
        let plain = plain_first(self.text(Field::EtcdEndpoints));
        let set = fields.filter(|field| plain && self.get(*field).is_some());
        set.map(|field| self.spelled(field)).collect()
    }

    /// Endpoints that are read with another scheme than is written: the scheme of the first.
    #[must_use]
    pub fn overruled_schemes(&self) -> Vec<String> {
        overruled(self.text(Field::EtcdEndpoints))
    }

    fn endpoints(&self) -> Result<Vec<String>, Error> {
        let (list, domain) = (Field::EtcdEndpoints, Field::EtcdDiscoverySrv);
        let endpoints = endpoints::read(self.text(list)).map_err(|fault| {
            let item = fault.item.map(|item| format!(" {item:?}"));
            let (position, item) = (fault.position, item.unwrap_or_default());
            Error::Config {
                what: self
                    .get(list)
                    .map_or_else(String::new, |it| self.name_of(it)),
                cause: format!("endpoint {position}{item} cannot be used: {}", fault.cause),
                hint: Some(
                    "the list looks like https://10.0.0.5:2379,https://10.0.0.6:2379".to_owned(),
                ),
            }
        })?;
        let (list, domain_set) = (self.spelled(list), self.get(domain).is_some());
        let domain = self.spelled(domain);
        match (endpoints.is_empty(), domain_set) {
            (false, true) => Err(self.error(
                format!("{list} and {domain} both say where etcd is"),
                "leave one of them out",
            )),
            (true, false) => Err(self.error(
                "no etcd endpoints specified".to_owned(),
                &format!("set {list} or {domain}, or choose the other datastore with --datastore kubernetes"),
            )),
            _ => Ok(endpoints),
        }
    }

    /// CA, certificate and key: all as text, or all as files.
    fn pems(&self) -> Result<[Option<Pem>; 3], Error> {
        let mut inline = PARTS.iter().filter_map(|(text, _)| self.get(*text));
        let mut files = PARTS.iter().filter_map(|(_, file)| self.get(*file));
        match (inline.next(), files.next()) {
            (Some(text), Some(file)) => {
                let (text, file) = (text.field.name(), file.field.name());
                Err(self.error(
                    format!("{text} holds a text and {file} names a file: they cannot be mixed"),
                    "write certificate, key and CA all in one way",
                ))
            }
            (Some(_), None) => {
                self.together(Field::EtcdCert, Field::EtcdKey, false)?;
                Ok(PARTS.map(|(text, _)| self.get(text).map(|it| Pem::Inline(it.text.clone()))))
            }
            (None, _) => {
                self.together(Field::EtcdCertFile, Field::EtcdKeyFile, true)?;
                Ok(PARTS.map(|(_, file)| self.path(file).map(Pem::File)))
            }
        }
    }

    /// A certificate and its key: one without the other is no use.
    fn together(&self, certificate: Field, key: Field, may_lack_both: bool) -> Result<(), Error> {
        let (has_certificate, has_key) = (self.get(certificate).is_some(), self.get(key).is_some());
        let (certificate, key) = (self.spelled(certificate), self.spelled(key));
        let (missing, cause) = match (has_certificate, has_key) {
            (true, true) => return Ok(()),
            (false, false) if may_lack_both => return Ok(()),
            (false, false) => {
                return Err(self.error(
                    format!("a CA as text needs {certificate} and {key} as well"),
                    "without a client certificate, write the CA into a file that etcdCACertFile names",
                ));
            }
            (true, false) => (key, format!("{certificate} is set and {key} is not")),
            (false, true) => (
                certificate,
                format!("{key} is set and {certificate} is not"),
            ),
        };
        Err(self.error(cause, &format!("set {missing} too, or neither")))
    }
}
