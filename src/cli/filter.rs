//! Flags that say what is looked at: scope, labels, files, version.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What is in scope.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Scope")]
pub struct Filter {
    /// Look for pods in this namespace
    #[arg(short, long, global = true, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Look everywhere
    #[arg(short = 'A', long, global = true)]
    pub all_namespaces: bool,
    /// Only endpoints whose own labels this Kubernetes label selector selects
    #[arg(
        short = 'l',
        long,
        global = true,
        value_name = "SELECTOR",
        allow_hyphen_values = true
    )]
    pub selector: Option<String>,
    /// Behave as this version of Calico, instead of the cluster's
    #[arg(long, global = true, value_name = "vX.Y")]
    pub calico_version: Option<String>,
}

/// Files instead of a cluster.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Files")]
pub struct Files {
    /// Read this file or folder, or stdin (-), instead of a cluster; may be repeated
    #[arg(
        short = 'f',
        long = "filename",
        global = true,
        value_name = "FILE",
        conflicts_with_all = super::connection::CHOOSES_A_CLUSTER
    )]
    pub filename: Vec<PathBuf>,
    /// Read the folders in a folder too
    #[arg(short = 'R', long, global = true)]
    pub recursive: bool,
    /// Whether objects are manifests, in which a server would fill in defaults
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
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
