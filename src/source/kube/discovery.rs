//! What the server serves, and in which of its two groups Calico's kinds are read.
//!
//! Calico's own rule: `projectcalico.org/v3` iff that group is served and `crd.projectcalico.org` is not, unless
//! the setting `calicoAPIGroup` says so. Both at once are usual, the one being an API server over the other; only
//! when both are definitions do they hold different objects.

use std::collections::BTreeMap;

use serde::Deserialize;
use tokio::sync::Mutex;

use super::connection::Api;
use super::errors::Failure;
use super::resources::{CalicoApi, Resource};

/// What is served.
pub(super) struct Discovery {
    /// The group that is read.
    pub calico: CalicoApi,
    /// Names of all groups; `None` when they may not be listed.
    groups: Option<Vec<String>>,
    /// Plurals by group and version; `None` when they may not be listed.
    resources: Mutex<BTreeMap<String, Option<Vec<String>>>>,
}

/// How the two groups stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Groups {
    /// Only this one is served.
    Only(CalicoApi),
    /// Both are.
    Both,
    /// Neither is.
    Neither,
    /// It is not known.
    Unknown,
}

#[derive(Deserialize)]
struct GroupList {
    groups: Vec<Named>,
}

#[derive(Deserialize)]
struct ResourceList {
    resources: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Discovery {
    /// Reads the names of the groups from the answer to `/apis`.
    ///
    /// # Errors
    /// The answer is none of a Kubernetes API server.
    pub fn read(body: &[u8]) -> Result<Self, Failure> {
        let list: GroupList = serde_json::from_slice(body)
            .map_err(|_| Failure::Garbage("/apis gives no list of API groups".to_owned()))?;
        let names = list.groups.into_iter().map(|group| group.name).collect();
        Ok(Self::new(Some(names)))
    }

    /// Nothing is known.
    pub fn hidden() -> Self {
        Self::new(None)
    }

    fn new(groups: Option<Vec<String>>) -> Self {
        Self {
            calico: CalicoApi::Crd,
            groups,
            resources: Mutex::default(),
        }
    }

    /// Which of Calico's groups are served.
    pub fn groups(&self) -> Groups {
        let has = |api: CalicoApi| self.has(api.group());
        match (has(CalicoApi::Crd), has(CalicoApi::V3)) {
            (None, _) | (_, None) => Groups::Unknown,
            (Some(true), Some(true)) => Groups::Both,
            (Some(true), Some(false)) => Groups::Only(CalicoApi::Crd),
            (Some(false), Some(true)) => Groups::Only(CalicoApi::V3),
            (Some(false), Some(false)) => Groups::Neither,
        }
    }

    /// Whether a group is served, if that is known.
    pub fn has(&self, group: &str) -> Option<bool> {
        let groups = self.groups.as_ref()?;
        Some(groups.iter().any(|name| name == group))
    }

    /// Groups that are not Kubernetes' own: what the cluster has instead of Calico.
    pub fn foreign(&self) -> Vec<&str> {
        let names = self.groups.iter().flatten().map(String::as_str);
        names
            .filter(|name| name.contains('.') && !name.ends_with(".k8s.io"))
            .take(5)
            .collect()
    }

    /// Whether a kind is served; true where that is not known.
    ///
    /// # Errors
    /// As the connection.
    pub async fn serves(&self, api: &Api, resource: &Resource) -> Result<bool, Failure> {
        if resource.is_core() {
            return Ok(true);
        }
        if self.has(resource.group) == Some(false) {
            return Ok(false);
        }
        self.lists(api, resource.group_path(), resource.plural)
            .await
    }

    /// Whether `projectcalico.org/v3` is made of definitions, as after a migration, and not Calico's API server:
    /// that one also serves profiles, which are no stored objects on Kubernetes.
    ///
    /// # Errors
    /// As the connection.
    pub async fn v3_is_stored(&self, api: &Api) -> Result<bool, Failure> {
        let path = "/apis/projectcalico.org/v3".to_owned();
        Ok(!self.lists(api, path, "profiles").await?)
    }

    async fn lists(&self, api: &Api, path: String, plural: &str) -> Result<bool, Failure> {
        let mut known = self.resources.lock().await;
        let plurals = match known.get(&path) {
            Some(plurals) => plurals,
            None => {
                let reply = api.get(&path, None).await?;
                let plurals = match reply.status {
                    200 => serde_json::from_slice(&reply.body).ok().map(names),
                    404 => Some(Vec::new()),
                    _ => None,
                };
                known.entry(path).or_insert(plurals)
            }
        };
        Ok(plurals
            .as_ref()
            .is_none_or(|plurals| plurals.iter().any(|name| name == plural)))
    }
}

fn names(list: ResourceList) -> Vec<String> {
    list.resources.into_iter().map(|one| one.name).collect()
}
