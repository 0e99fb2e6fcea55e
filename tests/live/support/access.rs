//! Users and what RBAC lets them read.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Outcome;
use super::client::Client;
use super::kinds::{Kind, Mode};

/// A right: these verbs on these kinds of one group, everywhere or in one namespace.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `None`: in the whole cluster.
    pub namespace: Option<String>,
    /// Empty for the core group.
    pub group: String,
    /// Plurals.
    pub resources: Vec<String>,
    /// `list` is all that the tool needs.
    pub verbs: Vec<String>,
}

impl Rule {
    /// `list` of some kinds in the whole cluster.
    pub fn list(group: &str, resources: &[&str]) -> Self {
        Self {
            namespace: None,
            group: group.to_owned(),
            resources: resources.iter().map(|&plural| plural.to_owned()).collect(),
            verbs: vec!["list".to_owned()],
        }
    }

    /// The same in one namespace only.
    pub fn within(self, namespace: &str) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            ..self
        }
    }

    /// `list` of everything that the tool may want to read in a cluster of this mode.
    pub fn list_all(mode: Mode) -> Outcome<Vec<Self>> {
        let kinds = Kind::all(mode)?;
        Ok(kinds
            .iter()
            .map(|kind| Self::list(kind.group(), &[&kind.plural]))
            .collect())
    }
}

/// A user of the server, fresh for one test.
pub struct User {
    /// As the audit log names it.
    pub name: String,
    kubeconfig: PathBuf,
    /// A client with its credentials.
    pub client: Client,
}

impl User {
    pub(super) fn new(name: String, kubeconfig: PathBuf) -> Outcome<Self> {
        let client = Client::from_kubeconfig(&kubeconfig)?;
        Ok(Self {
            name,
            kubeconfig,
            client,
        })
    }

    /// The file for `KUBECONFIG`; its context names no namespace.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }
}

/// Gives `user` the rights; returns when the server acts on them.
pub fn grant(admin: &Client, user: &str, rules: &[Rule]) -> Outcome<()> {
    let mut namespaces: Vec<Option<&str>> =
        rules.iter().map(|rule| rule.namespace.as_deref()).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    for namespace in namespaces {
        let here: Vec<&Rule> = rules
            .iter()
            .filter(|rule| rule.namespace.as_deref() == namespace)
            .collect();
        bind(admin, user, namespace, &here)?;
    }
    rules
        .iter()
        .try_for_each(|rule| wait_until_allowed(admin, user, rule))
}

/// One role and its binding, for all rights within one scope.
fn bind(admin: &Client, user: &str, namespace: Option<&str>, rules: &[&Rule]) -> Outcome<()> {
    let (prefix, path) = match namespace {
        None => (
            "Cluster",
            "/apis/rbac.authorization.k8s.io/v1/cluster".to_owned(),
        ),
        Some(namespace) => (
            "",
            format!("/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/"),
        ),
    };
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| json!({"apiGroups": [rule.group], "resources": rule.resources, "verbs": rule.verbs}))
        .collect();
    admin.create(
        &format!("{path}roles"),
        &json!({"metadata": {"name": user}, "rules": rules}),
    )?;
    let binding = json!({
        "metadata": {"name": user},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": format!("{prefix}Role"), "name": user},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    });
    admin
        .create(&format!("{path}rolebindings"), &binding)
        .map(drop)
}

/// The authorizer follows the store with a delay of some milliseconds.
fn wait_until_allowed(admin: &Client, user: &str, rule: &Rule) -> Outcome<()> {
    let mut attributes = json!({
        "group": rule.group,
        "resource": rule.resources.last(),
        "verb": rule.verbs.last(),
    });
    if let Some(namespace) = &rule.namespace {
        attributes["namespace"] = json!(namespace);
    }
    let review = json!({"spec": {"user": user, "resourceAttributes": attributes}});
    super::apiserver::eventually("a granted right", || {
        let answer = admin.create(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            &review,
        )?;
        Ok((answer["status"]["allowed"] == true).then_some(()))
    })
}
