//! A real etcd on loopback, and the few calls that tests make of it through its JSON gateway.

use std::fs;
use std::path::{Path, PathBuf};
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
    /// Of the JSON gateway; where clients have to speak TLS there is none.
    port: u16,
    url: String,
    _folder: TempDir,
}

/// What an etcd is started with.
#[derive(Clone, Default)]
pub struct EtcdOptions {
    /// The binary; that of the test servers where none is given.
    pub binary: Option<PathBuf>,
    /// `--cert-file` and so on: then clients speak TLS, and the data must be there already.
    pub tls: Vec<String>,
    /// Data that another etcd has left.
    pub data: Option<PathBuf>,
}

impl Etcd {
    /// Starts an etcd of its own with empty data.
    pub fn start() -> Outcome<Self> {
        Self::start_with(&EtcdOptions::default())
    }

    /// Starts an etcd of its own.
    pub fn start_with(options: &EtcdOptions) -> Outcome<Self> {
        with_retry(|| Self::try_start(options))
    }

    fn try_start(options: &EtcdOptions) -> Outcome<Self> {
        let folder = TempDir::with_prefix("calicoq-etcd-")?;
        let data = folder.path().join("data");
        if let Some(left) = &options.data {
            copy(left, &data)?;
        }
        let [port, peer, metrics] = free_ports()?;
        let scheme = if options.tls.is_empty() {
            "http"
        } else {
            "https"
        };
        let [url, peer, metrics_url] = [
            format!("{scheme}://127.0.0.1:{port}"),
            format!("http://127.0.0.1:{peer}"),
            format!("http://127.0.0.1:{metrics}"),
        ];
        let binary = options
            .binary
            .clone()
            .unwrap_or_else(|| binaries::path("etcd"));
        let mut command = Command::new(binary);
        command.arg("--data-dir").arg(&data).args(&options.tls);
        for (flag, value) in [
            ("--listen-client-urls", &*url),
            ("--advertise-client-urls", &*url),
            ("--listen-peer-urls", &*peer),
            // What identifies the cluster is made of these.
            ("--initial-advertise-peer-urls", &*peer),
            ("--initial-cluster", &*format!("default={peer}")),
            ("--listen-metrics-urls", &*metrics_url),
            ("--log-level", "warn"),
        ] {
            command.args([flag, value]);
        }
        // 3.4 does not know the flag.
        if options.binary.is_none() {
            command.arg("--unsafe-no-fsync");
        }
        let mut process = Process::start("etcd", &mut command, folder.path())?;
        let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        process.wait_until(|| http::is_healthy(metrics) && listens())?;
        Ok(Self {
            process,
            port,
            url,
            _folder: folder,
        })
    }

    /// Ends it and gives its data to another.
    pub fn into_data(mut self) -> Outcome<TempDir> {
        let kept = TempDir::with_prefix("calicoq-etcd-data-")?;
        self.process.end();
        copy(&self._folder.path().join("data"), &kept.path().join("data"))?;
        Ok(kept)
    }

    /// The client URL.
    pub fn url(&self) -> String {
        self.url.clone()
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

    /// Writes all entries in one transaction and nothing else.
    pub fn put_in_one(&self, entries: &[Entry]) -> Outcome<()> {
        let puts: Vec<Value> = entries
            .iter()
            .map(|(key, value)| json!({"request_put": {"key": encode(key.as_bytes()), "value": encode(value)}}))
            .collect();
        self.call("txn", &json!({ "success": puts })).map(drop)
    }

    /// A member more, which never comes to vote.
    pub fn start_learner(&self) -> Outcome<Self> {
        let folder = TempDir::with_prefix("calicoq-etcd-")?;
        let [port, peer, metrics] = free_ports()?;
        let [url, peer, metrics_url] =
            [port, peer, metrics].map(|port| format!("http://127.0.0.1:{port}"));
        let added = self.gateway(
            "cluster/member/add",
            &json!({"peerURLs": [peer], "isLearner": true}),
        )?;
        let peers = added["members"].as_array().into_iter().flatten();
        let mut peers = peers.filter_map(|member| member["peerURLs"][0].as_str());
        let first = peers.find(|url| *url != peer).unwrap_or_default();
        let mut command = Command::new(binaries::path("etcd"));
        command.arg("--data-dir").arg(folder.path().join("data"));
        for (flag, value) in [
            ("--name", "learner"),
            (
                "--initial-cluster",
                &*format!("default={first},learner={peer}"),
            ),
            ("--initial-cluster-state", "existing"),
            ("--initial-advertise-peer-urls", &*peer),
            ("--listen-peer-urls", &*peer),
            ("--listen-client-urls", &*url),
            ("--advertise-client-urls", &*url),
            ("--listen-metrics-urls", &*metrics_url),
            ("--log-level", "warn"),
        ] {
            command.args([flag, value]);
        }
        let mut process = Process::start("etcd", &mut command, folder.path())?;
        // A learner is never healthy: it takes connections.
        process.wait_until(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok())?;
        Ok(Self {
            process,
            port,
            url,
            _folder: folder,
        })
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

    /// Any other call of the JSON gateway, such as `auth/enable`.
    pub fn gateway(&self, path: &str, body: &Value) -> Outcome<Value> {
        http::post(self.port, &format!("/v3/{path}"), body)
    }

    /// Lets users in only, and makes one for each name, with the password `pw-NAME` and READ on the prefixes.
    pub fn enable_users(&self, users: &[(&str, &[&str])]) -> Outcome<()> {
        let all = [("root", &[][..])];
        for (name, prefixes) in all.iter().chain(users) {
            self.gateway(
                "auth/user/add",
                &json!({"name": name, "password": format!("pw-{name}")}),
            )?;
            self.gateway("auth/role/add", &json!({"name": name}))?;
            for prefix in *prefixes {
                let mut end = prefix.as_bytes().to_vec();
                if let Some(last) = end.last_mut() {
                    *last += 1;
                }
                let range = json!({"permType": "READ", "key": encode(prefix.as_bytes()), "range_end": encode(&end)});
                self.gateway("auth/role/grant", &json!({"name": name, "perm": range}))?;
            }
            self.gateway("auth/user/grant", &json!({"user": name, "role": name}))?;
        }
        self.gateway("auth/enable", &json!({})).map(drop)
    }
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, target) = {
            let entry = entry?;
            let target = to.join(entry.file_name());
            (entry, target)
        };
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &target)?,
            false => fs::copy(entry.path(), target).map(drop)?,
        }
    }
    Ok(())
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
