//! The answer of `version`.

use std::io::{self, Write};

use super::structured::{json_of, shown};
use super::{Format, Style, field};
use crate::answer::{ClusterVersion, VersionAnswer};
use crate::error::Error;
use crate::note::Datastore;

/// Prints the answer of `version`.
///
/// # Errors
/// The output cannot be written.
pub fn version(answer: &VersionAnswer, style: &Style, out: &mut dyn Write) -> Result<(), Error> {
    let escaped = style.options.escape;
    match style.format {
        Some(Format::Json) => writeln!(out, "{}", json_of(answer, escaped)?)?,
        Some(Format::Yaml) => write!(out, "{}", shown(answer, escaped)?)?,
        _ => lines(answer, style, out)?,
    }
    Ok(out.flush()?)
}

fn lines(answer: &VersionAnswer, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |name, text: &str| field::print((name, text), 11, None, style, out);
    line("Client:", &format!("v{}", answer.client.version))?;
    if let Some(found) = &answer.snapshot {
        line("Cluster:", &cluster(found))?;
    }
    if let Some(error) = &answer.error {
        line("Cluster:", &format!("not reached ({error})"))?;
    }
    Ok(())
}

/// `Calico v3.32.1, kubernetes (crd.projectcalico.org/v1), context prod`
fn cluster(found: &ClusterVersion) -> String {
    let version = match &found.calico_version {
        Some(version) => format!("Calico {version}"),
        None => "Calico of unknown version".to_owned(),
    };
    let datastore = match found.datastore {
        Datastore::Kubernetes => "kubernetes",
        Datastore::Etcdv3 => "etcdv3",
        Datastore::Files => "files",
    };
    let api = found.calico_api.as_ref();
    let api = api.map_or_else(String::new, |api| format!(" ({api})"));
    format!("{version}, {datastore}{api}, {}", found.source)
}
