//! A real etcd on loopback, and the few calls that tests make of it through its JSON gateway.

use std::process::Command;

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::{Process, free_ports, with_retry};
use super::{Outcome, binaries, http};

/// A key with its value, as stored.
pub type Entry = (String, Vec<u8>);

/// Operations in one transaction; etcd's own bound is 128.
const BATCH: usize = 100;

/// A key that no server reads.
const SETTLED: &str = "/settled";

/// A running etcd. Dropping it ends it and removes its data.
pub struct Etcd {
    // INVARIANT: before `_folder`, so that the server ends before its data goes.
    process: Process,
    port: u16,
    _folder: TempDir,
}

impl Etcd {
    /// Starts an etcd of its own with empty data.
    pub fn start() -> Outcome<Self> {
        with_retry(Self::try_start)
    }

    fn try_start() -> Outcome<Self> {
        let folder = TempDir::with_prefix("calicoq-etcd-")?;
        let [port, peer] = free_ports()?;
        let (url, peer) = (
            format!("http://127.0.0.1:{port}"),
            format!("http://127.0.0.1:{peer}"),
        );
        let mut command = Command::new(binaries::path("etcd"));
        command
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .args([
                "--listen-client-urls",
                &url,
                "--advertise-client-urls",
                &url,
                "--listen-peer-urls",
                &peer,
                "--unsafe-no-fsync",
                "--log-level",
                "warn",
            ]);
        let process = Process::start("etcd", &mut command, folder.path())?;
        let mut etcd = Self {
            process,
            port,
            _folder: folder,
        };
        etcd.process.wait_until(|| {
            http::post(port, "/v3/kv/range", &json!({"key": encode(b"\0")})).is_ok()
        })?;
        Ok(etcd)
    }

    /// The client URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Writes one key; returns the revision of the write.
    pub fn put(&self, key: &str, value: &[u8]) -> Outcome<i64> {
        revision_of(&self.call(
            "put",
            &json!({"key": encode(key.as_bytes()), "value": encode(value)}),
        )?)
    }

    /// Writes all entries, at most 127, at one revision; returns the next one, of an empty write that follows.
    ///
    /// kube-apiserver's cache takes itself for fresh at a revision after the *first* event that bears it, since a server
    /// never writes two objects of a kind at once. Read at the returned revision it has seen them all. Who writes while others
    /// read puts at most one object of each kind into one call.
    pub fn put_together(&self, entries: &[Entry]) -> Outcome<i64> {
        let puts: Vec<Value> = entries
            .iter()
            .map(|(key, value)| json!({"request_put": {"key": encode(key.as_bytes()), "value": encode(value)}}))
            .collect();
        self.call("txn", &json!({ "success": puts }))?;
        self.put(SETTLED, b"")
    }

    /// Writes any number of entries, batch by batch: the quick way to thousands of objects.
    pub fn put_all(&self, entries: &[Entry]) -> Outcome<()> {
        entries
            .chunks(BATCH)
            .try_for_each(|batch| self.put_together(batch).map(drop))
    }

    /// Deletes one key.
    pub fn delete(&self, key: &str) -> Outcome<i64> {
        revision_of(&self.call("deleterange", &json!({"key": encode(key.as_bytes())}))?)
    }

    /// Deletes every key that begins with one of `prefixes`.
    pub fn delete_prefixes(&self, prefixes: &[String]) -> Outcome<()> {
        for batch in prefixes.chunks(BATCH) {
            let deletes: Vec<Value> = batch
                .iter()
                .map(|prefix| json!({"request_delete_range": span(prefix)}))
                .collect();
            self.call("txn", &json!({ "success": deletes }))?;
        }
        Ok(())
    }

    /// Every entry whose key begins with `prefix`, in the order of keys.
    pub fn range(&self, prefix: &str) -> Outcome<Vec<Entry>> {
        let answer = self.call("range", &span(prefix))?;
        let entries = answer["kvs"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        entries
            .iter()
            .map(|kv| {
                Ok((
                    String::from_utf8(decode(&kv["key"])?)?,
                    decode(&kv["value"])?,
                ))
            })
            .collect()
    }

    /// Forgets what was before `revision`.
    pub fn compact(&self, revision: i64) -> Outcome<()> {
        self.call(
            "compaction",
            &json!({"revision": revision.to_string(), "physical": true}),
        )
        .map(drop)
    }

    /// The revision of the last write.
    pub fn revision(&self) -> Outcome<i64> {
        revision_of(&self.call("range", &json!({"key": encode(b"\0")}))?)
    }

    fn call(&self, method: &str, body: &Value) -> Outcome<Value> {
        http::post(self.port, &format!("/v3/kv/{method}"), body)
    }
}

/// The gateway writes 64-bit numbers as strings.
fn revision_of(answer: &Value) -> Outcome<i64> {
    let revision = answer["header"]["revision"]
        .as_str()
        .ok_or_else(|| format!("no revision in {answer}"))?;
    Ok(revision.parse()?)
}

/// Key and range end of a prefix; no key holds a byte 0xff.
fn span(prefix: &str) -> Value {
    let end = [prefix.as_bytes(), b"\xff"].concat();
    json!({"key": encode(prefix.as_bytes()), "range_end": encode(&end)})
}

fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// A missing field is an empty value: the gateway leaves empty ones out.
fn decode(value: &Value) -> Outcome<Vec<u8>> {
    Ok(BASE64.decode(value.as_str().unwrap_or_default())?)
}
