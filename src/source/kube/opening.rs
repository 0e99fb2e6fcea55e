//! The first requests: what the server serves, where Calico's objects are, and the list that gives the moment.

use std::sync::Arc;

use super::connection::{Api, Reply};
use super::discovery::{Discovery, Groups};
use super::errors::Failure;
use super::list::{LIMIT, Page};
use super::resources::{At, CalicoApi, Resource, Target};
use crate::error::Error;
use crate::need::Kind;
use crate::note::{Note, codes};
use crate::raw::{self, Object};

/// What the first requests give.
pub(super) struct Opened {
    /// What is served.
    pub discovery: Arc<Discovery>,
    /// The list of ClusterInformation.
    pub information: Information,
    /// What is to be said of the two groups.
    pub notes: Vec<Note>,
}

/// The answer to the list of ClusterInformation.
pub(super) enum Information {
    /// Its objects.
    Listed(Page),
    /// 403, or the server cannot read it.
    Refused,
    /// There is no such kind.
    Absent,
}

/// Why there is no beginning.
pub(super) enum NoStart {
    /// The connection fails.
    Failure(Failure),
    /// There is no Calico, or not the one that was asked for.
    Error(Error),
}

impl From<Failure> for NoStart {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The list of ClusterInformation in one of the groups.
pub(super) fn information(calico: CalicoApi) -> Target {
    Target::all(Resource::of(Kind::ClusterInformation, calico))
}

/// Asks what is served and for ClusterInformation, both at once.
///
/// # Errors
/// The connection fails, or Calico is not there.
pub(super) async fn open(
    api: &Api,
    setting: Option<&str>,
    endpoint: &str,
) -> Result<Opened, NoStart> {
    let likely = match setting {
        Some(group) if is_v3(group) => CalicoApi::V3,
        _ => CalicoApi::Crd,
    };
    let (groups, first) = tokio::join!(api.get("/apis", None), list(api, likely));
    let (mut discovery, first) = (served(&groups?)?, first?);
    let mut notes = Vec::new();
    let fixed = setting.filter(|group| !group.is_empty());
    discovery.calico = match (discovery.groups(), fixed) {
        (Groups::Neither, _) => return Err(no_calico(&discovery, endpoint)),
        (_, Some(_)) if discovery.has(likely.group()) == Some(false) => {
            return Err(not_that_group(likely, endpoint));
        }
        (_, Some(_)) => likely,
        (Groups::Only(calico), None) => calico,
        (Groups::Both, None) => of_both(api, &discovery, &first, &mut notes).await?,
        (Groups::Unknown, None) if first.status == 404 => CalicoApi::V3,
        (Groups::Unknown, None) => CalicoApi::Crd,
    };
    let information = match discovery.calico == likely {
        true => first,
        false => list(api, discovery.calico).await?,
    };
    Ok(Opened {
        information: understand(information)?,
        discovery: Arc::new(discovery),
        notes,
    })
}

/// The same where it is known what is served.
///
/// # Errors
/// The connection fails.
pub(super) async fn reopen(api: &Api, calico: CalicoApi) -> Result<Information, Failure> {
    understand(list(api, calico).await?)
}

async fn list(api: &Api, calico: CalicoApi) -> Result<Reply, Failure> {
    let path = information(calico).first(At::Latest, LIMIT);
    api.get(&path, Some(Kind::ClusterInformation)).await
}

fn is_v3(group: &str) -> bool {
    group.eq_ignore_ascii_case("projectcalico.org/v3")
}

fn served(reply: &Reply) -> Result<Discovery, Failure> {
    match reply.status {
        200 => Discovery::read(&reply.body),
        403 if reply.message().contains("system:anonymous") => {
            let said =
                "it takes us for system:anonymous, since the kubeconfig gives no credentials";
            Err(Failure::Unauthorized(said.to_owned()))
        }
        403 => Ok(Discovery::hidden()),
        404 => Err(Failure::Garbage("there is no /apis (404)".to_owned())),
        status => Err(Failure::Status(status, reply.message())),
    }
}

fn understand(reply: Reply) -> Result<Information, Failure> {
    match reply.status {
        200 => Page::of(reply.body).map(Information::Listed),
        404 => Ok(Information::Absent),
        403 | 500 | 504 => Ok(Information::Refused),
        status => Err(Failure::Status(status, reply.message())),
    }
}

/// Both groups: the first, but for a migration that has locked it and made the second ready.
async fn of_both(
    api: &Api,
    discovery: &Discovery,
    first: &Reply,
    notes: &mut Vec<Note>,
) -> Result<CalicoApi, Failure> {
    if !discovery.v3_is_stored(api).await? {
        return Ok(CalicoApi::Crd);
    }
    let mut calico = CalicoApi::Crd;
    if ready(first, CalicoApi::Crd) == Some(false) {
        let second = list(api, CalicoApi::V3).await?;
        if ready(&second, CalicoApi::V3) == Some(true) {
            calico = CalicoApi::V3;
        }
    }
    let why = match calico {
        CalicoApi::Crd => "",
        CalicoApi::V3 => ", since a migration has locked crd.projectcalico.org/v1",
    };
    let message = format!("two copies of Calico's objects exist and nodes read only {calico}{why}");
    notes.push(Note::about_cluster(codes::BOTH_CRD_GROUPS, message));
    Ok(calico)
}

/// Whether nodes may use what is in the group.
fn ready(reply: &Reply, calico: CalicoApi) -> Option<bool> {
    if reply.status != 200 {
        return None;
    }
    let page = raw::items(&reply.body).ok()?;
    let named = calico.to_string();
    page.items.iter().find_map(|item| {
        let decoded = raw::decode(item, Some((&named, "ClusterInformation")));
        match decoded {
            Ok(Some(Object::ClusterInformation(object))) => object.spec.datastore_ready,
            _ => None,
        }
    })
}

fn no_calico(discovery: &Discovery, endpoint: &str) -> NoStart {
    let instead = match discovery.foreign().as_slice() {
        [] => "only Kubernetes' own API groups".to_owned(),
        found => found.join(", "),
    };
    NoStart::Error(Error::Source {
        what: format!("kubernetes {endpoint}"),
        cause: format!(
            "it holds no Calico objects: neither crd.projectcalico.org nor projectcalico.org is served, but {instead}"
        ),
        hint: Some(
            "if Calico keeps its data in etcd, name it with ETCD_ENDPOINTS or -c FILE; else choose another cluster \
             with --context"
                .to_owned(),
        ),
    })
}

fn not_that_group(calico: CalicoApi, endpoint: &str) -> NoStart {
    NoStart::Error(Error::Source {
        what: format!("kubernetes {endpoint}"),
        cause: format!("calicoAPIGroup says {calico}, which is not served"),
        hint: Some("correct calicoAPIGroup or CALICO_API_GROUP, or leave it out".to_owned()),
    })
}
