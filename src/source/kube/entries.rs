//! What a kubeconfig names, for whoever is to choose.

use super::{Settings, config};
use crate::error::Error;

/// The names in a kubeconfig, in its own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Contexts.
    pub contexts: Vec<String>,
    /// Clusters.
    pub clusters: Vec<String>,
    /// Users.
    pub users: Vec<String>,
}

impl Entries {
    /// Reads the kubeconfigs that the settings mean.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn read(settings: &Settings) -> Result<Self, Error> {
        let kubeconfig = config::read(settings)?;
        let (contexts, clusters) = (kubeconfig.contexts.into_iter(), kubeconfig.clusters);
        Ok(Self {
            contexts: contexts.map(|context| context.name).collect(),
            clusters: clusters.into_iter().map(|cluster| cluster.name).collect(),
            users: kubeconfig
                .auth_infos
                .into_iter()
                .map(|user| user.name)
                .collect(),
        })
    }
}
