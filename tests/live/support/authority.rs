//! Certificates for tests, made with openssl: an authority, and what it signs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::Outcome;

/// A certificate authority in a folder of its own.
pub struct Authority {
    folder: TempDir,
}

/// A certificate and its key, as files.
pub struct Signed {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// How a key is written.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// `BEGIN PRIVATE KEY`
    Pkcs8,
    /// `BEGIN RSA PRIVATE KEY`
    Pkcs1,
    /// `BEGIN EC PRIVATE KEY`
    Sec1,
}

impl Authority {
    /// A new one.
    pub fn new() -> Outcome<Self> {
        let folder = TempDir::with_prefix("calicoq-ca-")?;
        let authority = Self { folder };
        authority.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=test-authority",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
        ])?;
        Ok(authority)
    }

    /// Its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Any file of its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A certificate for `name` with these alternative names (`IP:127.0.0.1`; none at all where empty), valid for two
    /// days. `key` is an argument of `openssl req -newkey`: `rsa:2048`, or a curve such as `P-384`.
    pub fn sign(&self, name: &str, alternatives: &str, key: &str, form: Form) -> Outcome<Signed> {
        let [key_file, request, certificate] = ["key", "csr", "pem"]
            .map(|extension| format!("{name}-{key}.{extension}").replace(':', "-"));
        let curve = format!("ec_paramgen_curve:{key}");
        let new: Vec<&str> = match key.starts_with("rsa") {
            true => vec!["-newkey", key],
            false => vec!["-newkey", "ec", "-pkeyopt", &curve],
        };
        let subject = format!("/CN={name}");
        let mut request_args = vec![
            "req", "-nodes", "-subj", &subject, "-keyout", &key_file, "-out", &request,
        ];
        request_args.extend(new);
        self.openssl(&request_args)?;
        let extensions = match alternatives {
            "" => "extendedKeyUsage=serverAuth,clientAuth\n".to_owned(),
            names => format!("extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName={names}\n"),
        };
        fs::write(self.path("extensions"), extensions)?;
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            "extensions",
            "-out",
            &certificate,
        ])?;
        match form {
            Form::Pkcs8 => {}
            Form::Pkcs1 => {
                self.openssl(&["rsa", "-traditional", "-in", &key_file, "-out", &key_file])?
            }
            Form::Sec1 => self.openssl(&["ec", "-in", &key_file, "-out", &key_file])?,
        }
        Ok(Signed {
            certificate: self.path(&certificate),
            key: self.path(&key_file),
        })
    }

    fn openssl(&self, args: &[&str]) -> Outcome<()> {
        run(self.folder.path(), args)
    }
}

fn run(folder: &Path, args: &[&str]) -> Outcome<()> {
    let output = Command::new("openssl")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("failed to run openssl (see make setup): {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "openssl {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}
