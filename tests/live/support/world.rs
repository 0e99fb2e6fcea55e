//! The contents of a cluster: written straight into etcd, as a server of any age may have stored them, and read back.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::MutexGuard;

use serde_json::{Value, json};

use super::Outcome;
use super::cluster::Cluster;
use super::etcd::Entry;
use super::kinds::{Kind, Mode, documents};
use super::readback::difference;

/// A cluster's contents, its alone until dropped.
pub struct World<'a> {
    cluster: &'a Cluster,
    _turn: MutexGuard<'a, ()>,
}

impl<'a> World<'a> {
    /// The stored objects of `tests/worlds/NAME/objects.yaml`, Calico's kinds in `crd.projectcalico.org/v1`.
    pub fn objects_of(name: &str) -> Outcome<Vec<Value>> {
        documents(&worlds().join(name).join("objects.yaml"))
    }

    /// The worlds of a mode of the cluster.
    pub fn names(mode: Mode) -> Outcome<Vec<String>> {
        Self::named_in(mode.name())
    }

    /// The worlds whose `world.yaml` names this mode among its `modes` (none named: all of them).
    pub fn named_in(mode: &str) -> Outcome<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(worlds()).into_iter().flatten() {
            let folder = entry?.path();
            let holds = ["objects.yaml", "etcd.yaml"];
            if !holds.iter().any(|file| folder.join(file).is_file()) {
                continue;
            }
            let about = folder.join("world.yaml");
            let about = if about.is_file() {
                documents(&about)?.into_iter().next()
            } else {
                None
            }
            .unwrap_or_default();
            let modes = about["modes"].as_array();
            if modes.is_none_or(|modes| modes.iter().any(|known| known == mode)) {
                names.extend(
                    folder
                        .file_name()
                        .map(|name| name.to_string_lossy().into_owned()),
                );
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Wipes the cluster but for what the server keeps for itself.
    pub(super) fn empty(cluster: &'a Cluster, turn: MutexGuard<'a, ()>) -> Outcome<Self> {
        cluster.etcd.delete_prefixes(&cluster.key_prefixes())?;
        cluster.etcd.put_all(&cluster.pristine)?;
        Ok(Self {
            cluster,
            _turn: turn,
        })
    }

    /// Adds objects and proves that the server returns them as written, and nothing else.
    ///
    /// Calico's kinds may be written in either group: they are stored in the one of the cluster's mode.
    pub fn store(&self, objects: &[Value]) -> Outcome<()> {
        let objects = self.in_mode(objects);
        self.cluster.etcd.put_all(&self.entries(&objects)?)?;
        self.read_back(&objects)
    }

    /// Adds or replaces objects together, without a look at what the server makes of them; returns a revision at which
    /// all of them are there. While others read, at most one object of each kind (see `Etcd::put_together`).
    pub fn store_together(&self, objects: &[Value]) -> Outcome<i64> {
        self.cluster
            .etcd
            .put_together(&self.entries(&self.in_mode(objects))?)
    }

    /// Puts bytes that need not be an object at the key of `object`.
    pub fn store_bytes(&self, object: &Value, bytes: &[u8]) -> Outcome<i64> {
        let key = self
            .cluster
            .key(&in_mode(object.clone(), self.cluster.mode))?;
        self.cluster.etcd.put(&key, bytes)
    }

    /// Removes an object at once, finalizers and graceful deletion or not; returns the revision.
    pub fn remove(&self, object: &Value) -> Outcome<i64> {
        let key = self
            .cluster
            .key(&in_mode(object.clone(), self.cluster.mode))?;
        self.cluster.etcd.delete(&key)
    }

    /// The list of a kind as the server gives it now.
    pub fn list(&self, api_version: &str, kind: &str) -> Outcome<Value> {
        let kind = self.cluster.kind_of(&in_mode(
            json!({"apiVersion": api_version, "kind": kind}),
            self.cluster.mode,
        ))?;
        self.cluster.admin.get_when_served(&kind.list_path())
    }

    fn in_mode(&self, objects: &[Value]) -> Vec<Value> {
        objects
            .iter()
            .map(|object| in_mode(object.clone(), self.cluster.mode))
            .collect()
    }

    fn entries(&self, objects: &[Value]) -> Outcome<Vec<Entry>> {
        objects
            .iter()
            .map(|object| {
                Ok((
                    self.cluster.key(object)?,
                    serde_json::to_vec(&stored(object))?,
                ))
            })
            .collect()
    }

    fn read_back(&self, objects: &[Value]) -> Outcome<()> {
        let mut by_key: HashMap<String, &Value> = HashMap::new();
        for object in objects {
            let key = self.cluster.key(object)?;
            if by_key.insert(key.clone(), object).is_some() {
                return Err(format!("{key} is written twice").into());
            }
        }
        let own: HashSet<&str> = self
            .cluster
            .pristine
            .iter()
            .map(|(key, _)| key.as_str())
            .collect();
        let kinds = &self.cluster.kinds;
        kinds
            .iter()
            .try_for_each(|kind| self.read_back_kind(kind, &mut by_key, &own))?;
        match by_key.into_keys().min() {
            None => Ok(()),
            Some(key) => Err(format!("{key} is written, but the server does not list it").into()),
        }
    }

    /// Takes what the server lists of one kind out of `written`.
    fn read_back_kind(
        &self,
        kind: &Kind,
        written: &mut HashMap<String, &Value>,
        own: &HashSet<&str>,
    ) -> Outcome<()> {
        let list = self.cluster.admin.get_when_served(&kind.list_path())?;
        for read in list["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        {
            // Items of a built-in list leave both out.
            let mut read = read.clone();
            read["apiVersion"] = json!(kind.api_version);
            read["kind"] = json!(kind.kind);
            let key = self.cluster.key(&read)?;
            match written.remove(&key) {
                None if own.contains(&*key) => {}
                None => {
                    return Err(
                        format!("the server lists {key}, which the world does not hold").into(),
                    );
                }
                Some(written) => {
                    if let Some(difference) = difference(written, &read, kind.source) {
                        return Err(
                            format!("{key} does not come back as written: {difference}").into()
                        );
                    }
                }
            }
        }
        Ok(())
    }
}

fn worlds() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/worlds")
}

/// Calico's kinds in the group of the mode; others as they are.
fn in_mode(mut object: Value, mode: Mode) -> Value {
    let written = object["apiVersion"].as_str().unwrap_or_default();
    if Mode::ALL.iter().any(|mode| mode.api_version() == written) {
        object["apiVersion"] = json!(mode.api_version());
    }
    object
}

/// As a server stores it: the version of an object is the revision of its key, never part of the value.
fn stored(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("resourceVersion");
    }
    object
}
