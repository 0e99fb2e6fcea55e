//! Real servers for tests: etcd, kube-apiserver, and what a test asks of them.
//!
//! ```text
//! Lab ──▶ Cluster (v1 | v3) ──▶ ApiServer ──▶ Etcd          started when first asked for
//!            │  └─ world("shop"): a folder of tests/worlds, straight into etcd, read back
//!            └─ user(&[Rule]): a fresh user, its kubeconfig, client and audit lines
//! ```
//!
//! Knows nothing of the tool under test.

pub mod access;
pub mod apiserver;
pub mod audit;
pub mod authority;
pub mod binaries;
pub mod calico_etcd;
pub mod client;
pub mod cluster;
pub mod etcd;
pub mod files;
pub mod http;
pub mod kinds;
pub mod lab;
pub mod process;
pub mod readback;
pub mod relay;
pub mod tunnel;
pub mod world;

/// Whatever went wrong, in words: a test only passes it on.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// What a step of the support gives back.
pub type Outcome<T> = Result<T, Trouble>;
