//! Where the servers' binaries stand. Building them is `make servers`.

use std::env;
use std::path::PathBuf;

/// What the environment says about real servers.
pub enum Servers {
    /// A folder with `kube-apiserver` and `etcd`.
    Found(PathBuf),
    /// No variable names a folder: the live tests are skipped.
    Unset,
    /// A folder is named but a binary is missing there.
    Incomplete(String),
}

/// `KUBEBUILDER_ASSETS` (envtest's convention) first, then `CALICOQ_TEST_SERVERS` (set by `make test`).
pub fn locate() -> Servers {
    let named = ["KUBEBUILDER_ASSETS", "CALICOQ_TEST_SERVERS"]
        .into_iter()
        .find_map(|name| Some((name, env::var(name).ok().filter(|value| !value.is_empty())?)));
    let Some((variable, folder)) = named else {
        return Servers::Unset;
    };
    let folder = PathBuf::from(folder);
    match ["kube-apiserver", "etcd"]
        .into_iter()
        .find(|name| !folder.join(name).is_file())
    {
        None => Servers::Found(folder),
        Some(name) => Servers::Incomplete(format!(
            "{variable} is {}, which has no {name}",
            folder.display()
        )),
    }
}

/// Whether krew and its validation stand beside the servers: envtest's folders do not have them.
pub fn has_krew() -> bool {
    ["krew", "validate-krew-manifest"]
        .into_iter()
        .all(|name| path(name).is_file())
}

/// The path of one binary; its absence shows when it is started.
pub fn path(name: &str) -> PathBuf {
    match locate() {
        Servers::Found(folder) => folder.join(name),
        Servers::Unset | Servers::Incomplete(_) => PathBuf::from(name),
    }
}
