//! `completion`: the shells, and the installation of the shim that kubectl runs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

/// Arguments of `completion`.
#[derive(Clone, Debug, Args)]
#[command(after_long_help = AFTER_HELP, arg_required_else_help = true)]
pub struct CompletionArgs {
    /// What is wanted.
    #[command(subcommand)]
    pub wanted: Completion,
}

/// What `completion` writes.
#[derive(Clone, Debug, Subcommand)]
pub enum Completion {
    /// Print the script for bash
    Bash,
    /// Print the script for zsh
    Zsh,
    /// Print the script for fish
    Fish,
    /// Print the script for PowerShell
    Powershell,
    /// Write the shim by which kubectl completes `kubectl calicoq`
    Install(InstallArgs),
}

/// Arguments of `completion install`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = INSTALL_HELP)]
pub struct InstallArgs {
    /// Write into this folder, instead of the tool's own
    ///
    /// It must be on the PATH, where kubectl looks for the shim. One that does not exist is made.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// Replace a file of that name, whatever it is
    ///
    /// A shim of this tool, of whichever version, is replaced without it.
    #[arg(long)]
    pub force: bool,
}

const AFTER_HELP: &str = "\
Examples:
  kubectl calicoq completion install --dir ~/.local/bin   for kubectl calicoq
  kubectl calicoq completion bash                         for kubectl-calicoq

`kubectl calicoq <TAB>` needs kubectl's own completion in the shell, and the shim that `completion install` writes. \
The scripts complete the name kubectl-calicoq, as one types it without kubectl; to load one:

  bash         source <(kubectl-calicoq completion bash)
  zsh          source <(kubectl-calicoq completion zsh)
  fish         kubectl-calicoq completion fish | source
  PowerShell   kubectl-calicoq completion powershell | Out-String |
               Invoke-Expression

In a shell's start-up file the line holds for every session (in zsh behind compinit). Names are read from the cluster \
within two seconds, and kept for ten.";

const INSTALL_HELP: &str = "\
Examples:
  kubectl calicoq completion install --dir ~/bin           elsewhere
  kubectl calicoq completion install --dir ~/bin --force   whatever is there

Without --dir it is written beside kubectl-calicoq, where that is found on the PATH. The file is \
kubectl_complete-calicoq; kubectl runs it for the words behind `kubectl calicoq`.";
