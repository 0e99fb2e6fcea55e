//! `endpoint`: what it takes beside the flags that stand everywhere.

use clap::Args;

/// Arguments of `endpoint`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = AFTER_HELP)]
pub struct EndpointArgs {
    /// Which endpoints; none means all in scope
    ///
    /// pod/NAME, NAMESPACE/NAME, hep/NAME, node/NAME, an endpoint id, an address, a pattern with * and ?, or a
    /// name: where no pod and no host endpoint has it, every endpoint whose id contains it.
    #[arg(value_name = "WHAT")]
    pub what: Vec<String>,
}

/// Arguments of `host`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = HOST_HELP)]
pub struct HostArgs {
    /// The node
    #[arg(value_name = "NODE")]
    pub node: String,
}

/// Arguments of `policy`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = POLICY_HELP)]
pub struct PolicyArgs {
    /// The policy: NAME, NAMESPACE/NAME, KIND/NAME or KIND/NAMESPACE/NAME
    ///
    /// KIND is np, gnp, knp, kcnp, kanp, kbanp, snp, sgnp, sknp or a full name. Older spellings are understood:
    /// knp.default.NAME, default.NAME, TIER.NAME, staged:NAME. Every object of that name is shown.
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Arguments of `eval`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = EVAL_HELP)]
pub struct EvalArgs {
    /// A selector in Calico's language
    #[arg(value_name = "SELECTOR", allow_hyphen_values = true)]
    pub text: String,
}

const HOST_HELP: &str = "\
Examples:
  kubectl calicoq host node-a             one line for each of its endpoints
  kubectl calicoq host node-a -o detail   a block for each

The whole cluster is looked at unless -n is given; of its pods only those of the node are read.";

const POLICY_HELP: &str = "\
Examples:
  kubectl calicoq policy np/shop/db-in    what it applies to and names
  kubectl calicoq policy baseline -r      the first part, of all of that name

The whole cluster is looked at unless -n is given. A policy that Calico drops shows what it would select.";

const EVAL_HELP: &str = "\
Examples:
  kubectl calicoq eval \"app == 'web'\"             endpoints and network sets
  kubectl calicoq eval -n shop 'has(app)' -o name   of a namespace, as names

The whole cluster is looked at unless -n is given.";

const AFTER_HELP: &str = "\
Examples:
  kubectl calicoq endpoint -n shop web-1           a pod by its name
  kubectl calicoq endpoint web-1 hep/node-a-eth0   a pod and a host endpoint
  kubectl calicoq endpoint node/node-a             every endpoint of a node
  kubectl calicoq endpoint 10.65.0.12              whatever holds an address
  kubectl calicoq endpoint -A 'shop/web-*'         a pattern: namespace and name
  kubectl calicoq endpoint -A web                  a part of the id, anywhere
  kubectl calicoq endpoint -n shop -l app=web -rs  by label, without rules
  kubectl calicoq endpoint -A -o json | jq -r '.items[].ref'

Pods are looked for in the namespace of -n, with -A everywhere, else in that of the kubeconfig's context. \
Host endpoints are in scope when they are named, and with -A. Files and etcd have no context: there everything is in \
scope unless -n is given.";
