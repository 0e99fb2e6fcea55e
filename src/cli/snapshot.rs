//! `snapshot` and `version`: what they take beside the flags that stand everywhere.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `snapshot`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = SNAPSHOT_HELP)]
pub struct SnapshotArgs {
    /// The file to write, or - for stdout
    ///
    /// It appears when it is whole, and only its owner may read it. One that exists is left alone without --force.
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// Arguments of `version`.
#[derive(Clone, Copy, Debug, Default, Args)]
#[command(after_long_help = VERSION_HELP)]
pub struct VersionArgs {
    /// Ask no cluster
    ///
    /// Without it, the cluster's Calico has two seconds to say its version.
    #[arg(long)]
    pub client: bool,
}

const SNAPSHOT_HELP: &str = "\
Examples:
  kubectl calicoq snapshot cluster.json                  a cluster in a file
  kubectl calicoq snapshot | jq -r '.items[0].complete'  whether it is whole

It is always of the whole cluster, so that -n and -l are refused, as JSON or with -o yaml, and read back with -f: \
the answers are the same. \
Environment variables, arguments, images and annotations that Calico does not read are left out; only its owner may read \
the file.";

const VERSION_HELP: &str = "\
Examples:
  kubectl calicoq version            of this tool and the cluster's Calico
  kubectl calicoq version --client   of this tool alone

The cluster has two seconds to answer. Without an answer the exit code is still 0.";
