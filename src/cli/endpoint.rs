//! `endpoint`: what it takes beside the flags that stand everywhere.

use clap::Args;

/// Arguments of `endpoint`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = AFTER_HELP)]
pub struct EndpointArgs {
    /// pod/NAME, NAMESPACE/NAME, hep/NAME, node/NAME, an address, ...
    ///
    /// Which endpoints; several may be given, and none means all in scope. It is read by its shape, never by what happens to
    /// exist: pod/NAME, pod/NAMESPACE/NAME or NAMESPACE/NAME, a pod; hep/NAME, a host endpoint; node/NAME, every endpoint of
    /// a node; NODE/ORCHESTRATOR/WORKLOAD/ENDPOINT, an id, with or without its node; an IP address, whoever holds it in the
    /// whole cluster; a pattern with * and ? over names, or over NAMESPACE/NAME if it has a slash. Anything else is the name
    /// of a pod or a host endpoint; where there is neither, every endpoint whose id contains it, and stderr says so.
    #[arg(value_name = "WHAT")]
    pub what: Vec<String>,
}

/// Arguments of `host`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = HOST_HELP)]
pub struct HostArgs {
    /// The name of a node
    ///
    /// As the Node object and host endpoints have it; node/NAME is the same.
    #[arg(value_name = "NODE")]
    pub node: String,
}

/// Arguments of `policy`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = POLICY_HELP)]
pub struct PolicyArgs {
    /// NAME, NAMESPACE/NAME, KIND/NAME or KIND/NAMESPACE/NAME
    ///
    /// KIND is np, gnp, knp, kcnp, kanp, kbanp, snp, sgnp, sknp or a full name. Older spellings are understood:
    /// knp.default.NAME, default.NAME, TIER.NAME, staged:NAME. Every object of that name is shown.
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// Arguments of `eval`.
#[derive(Clone, Debug, Default, Args)]
#[command(after_long_help = EVAL_HELP)]
pub struct EvalArgs {
    /// A selector in Calico's language, such as app == 'web'
    ///
    /// `kubectl calicoq help selectors` has the whole language. It is held against the labels of pods, host endpoints and
    /// network sets, inherited ones too. -l takes another one, kubectl's.
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
