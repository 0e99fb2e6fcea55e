//! Flags that say what is looked at: scope, labels, files, version.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What is in scope.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Scope")]
pub struct Filter {
    /// Look for pods in this namespace
    ///
    /// Without it, endpoint looks in the namespace of the kubeconfig's context (default, if it names none), or everywhere
    /// in files and etcd, which have no context; host, policy and eval look everywhere. Host endpoints have no namespace:
    /// with -n they are shown only where they are named. It does not narrow which policies are looked at: a rule of
    /// another namespace that names the endpoint is shown too.
    #[arg(short, long, global = true, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Look in all namespaces, and at host endpoints
    #[arg(short = 'A', long, global = true)]
    pub all_namespaces: bool,
    /// Only endpoints with these labels of their own
    ///
    /// As with kubectl: app=web, app!=web, 'app in (web,api)', 'app notin (db)', app, '!app', joined by commas. It is a
    /// Kubernetes label selector over the labels in an endpoint's metadata, and not one of Calico's language, which eval
    /// takes; inherited labels do not count.
    #[arg(
        short = 'l',
        long,
        global = true,
        value_name = "SELECTOR",
        allow_hyphen_values = true
    )]
    pub selector: Option<String>,
    /// Behave as this version, not as the cluster's
    ///
    /// Such as v3.31 or v3.31.2. Without it, it is the version that the cluster's ClusterInformation names; where there is
    /// none, the newest that is known here. Versions from v3.29 to v3.33 are told apart.
    #[arg(long, global = true, value_name = "vX.Y")]
    pub calico_version: Option<String>,
}

/// Files instead of a cluster.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Files")]
pub struct Files {
    /// Read this file, folder or stdin (-); may be repeated
    ///
    /// JSON and YAML, lists and streams, as kubectl get -o yaml, calicoctl get -o yaml and snapshot write them. Of a
    /// folder, the files that end in .json, .yaml and .yml. No cluster is asked then, and flags that choose one are refused
    /// beside it.
    #[arg(
        short = 'f',
        long = "filename",
        global = true,
        value_name = "FILE",
        conflicts_with_all = super::connection::CHOOSES_A_CLUSTER
    )]
    pub filename: Vec<PathBuf>,
    /// Read the folders in a folder too
    ///
    /// Links to folders are not followed.
    #[arg(short = 'R', long, global = true)]
    pub recursive: bool,
    /// Which objects are manifests: auto, never or always
    ///
    /// A manifest gets what a server would fill in: types, tier, namespace and so on; -v counts what was filled in. auto,
    /// the default: objects with neither a uid nor a resourceVersion. never: all are taken as stored. always: all are
    /// manifests.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub manifests: Manifests,
}

/// Which objects are manifests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Manifests {
    /// Those without uid and resourceVersion
    #[default]
    Auto,
    /// None: all are taken as stored
    Never,
    /// All
    Always,
}
