//! One read to its end: pinned, else as it is; and what a 403 leads to.
//!
//! A narrow user gets 403 for kinds that are not there, too, so discovery is asked first. Then the same kind is tried in
//! Calico's aggregated API, then in the one namespace that the question is about. What is left is a gap.

use std::sync::Arc;

use super::discovery::Discovery;
use super::errors::{Failure, seconds};
use super::gaps::{self, Cause, Lack};
use super::list::{Listed, Lister};
use super::pin::Seen;
use super::resources::{At, CalicoApi, Resource, Target};
use crate::need::{Kind, Read, ReadScope};
use crate::note::{Gap, GapCode, Note};

/// How much it matters that a read succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// What it does not bring is missing.
    Needed,
    /// It only looks for more of what was read already.
    Wished,
}

/// Whether the kind was compared with the moment before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guarded {
    Already,
    NotYet,
}

/// One read to perform.
pub(super) struct Job {
    /// Its pages go through here.
    pub lister: Lister,
    /// What is served.
    pub discovery: Arc<Discovery>,
    /// What to read.
    pub read: Read,
    /// The revision to read at, if any.
    pub revision: Option<String>,
    /// Whether the present revision is known to fit.
    pub guarded: Guarded,
    /// The namespace that the question is about, when it is about one.
    pub namespace: Option<String>,
    /// How much it matters.
    pub weight: Weight,
}

/// How a read ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// As what it was read last.
    pub resource: Resource,
    /// What came of it.
    pub fate: Fate,
    /// What is missing.
    pub gap: Option<Gap>,
    /// What takes the place of a gap.
    pub note: Option<Note>,
}

/// What came of a read.
#[derive(Debug)]
pub(super) enum Fate {
    /// Objects were read, maybe none.
    Read(Seen),
    /// There is no such kind.
    Absent,
    /// It may not or cannot be read.
    Unread,
}

/// A list that was tried pinned, then as it is.
struct Tried {
    listed: Listed,
    seen: Option<Seen>,
}

// === impl Job ===

impl Job {
    /// Performs the read.
    ///
    /// # Errors
    /// As [`Lister::list`].
    pub async fn run(&self) -> Result<Ended, Failure> {
        let own = Target::of(&self.read, self.discovery.calico);
        let tried = match self.at_best(&own).await {
            Err(Failure::Silent(limit)) if own.resource.kind != Kind::Pod => {
                let message = format!("no answer within {}", seconds(limit));
                return Ok(unread(&own, GapCode::Timeout, &message));
            }
            tried => tried?,
        };
        match (tried.listed, tried.seen) {
            (Listed::Refused(403, said), _) => self.forbidden(&own, &said).await,
            (listed, seen) => Ok(ended(&own, listed, seen)),
        }
    }

    async fn forbidden(&self, own: &Target, said: &str) -> Result<Ended, Failure> {
        let api = self.lister.api();
        if !self.discovery.serves(api, &own.resource).await? {
            return Ok(ended(own, Listed::Absent, None));
        }
        let mut message = refusal(said);
        if own.resource.group == CalicoApi::Crd.group() {
            let aggregated = own.in_v3();
            if self.discovery.serves(api, &aggregated.resource).await? {
                let listed = self.lister.list(&aggregated, At::Latest).await?;
                if let Listed::Whole(revision) = listed {
                    return Ok(from_v3(own, &aggregated, revision));
                }
                message.push_str(&format!("; tried {} too", CalicoApi::V3));
            }
        }
        if self.weight == Weight::Wished {
            return Ok(Ended {
                resource: own.resource,
                fate: Fate::Unread,
                gap: None,
                note: None,
            });
        }
        if let Some(within) = self.narrower(own) {
            let tried = self.at_best(&within).await?;
            if let (Listed::Whole(_), Some(seen)) = (&tried.listed, tried.seen) {
                let scope = within.scope();
                message.push_str(&format!("; only namespace {scope} was read"));
                return Ok(within_namespace(own, &message, seen));
            }
            message.push_str(&format!("; tried namespace {} too", within.scope()));
        }
        Ok(unread(own, GapCode::Forbidden, &message))
    }

    /// The same list in the namespace that the question is about.
    fn narrower(&self, own: &Target) -> Option<Target> {
        let namespace = self.namespace.as_ref()?;
        let wide = own.resource.is_namespaced() && own.namespace.is_none();
        wide.then(|| own.within(namespace))
    }

    /// At the moment, and where the server cannot do that, as it is.
    async fn at_best(&self, target: &Target) -> Result<Tried, Failure> {
        if let Some(revision) = &self.revision {
            let (listed, present) = tokio::join!(
                self.lister.list(target, At::Revision(revision)),
                self.present(target)
            );
            match listed? {
                Listed::Elsewhere | Listed::Refused(400 | 422 | 500 | 504, _) => {}
                listed => {
                    let seen = matches!(listed, Listed::Whole(_)).then_some(Seen::Pinned(present?));
                    return Ok(Tried { listed, seen });
                }
            }
        }
        let listed = self.lister.list(target, At::Latest).await?;
        let seen = match &listed {
            Listed::Whole(revision) => Some(Seen::At(revision.clone())),
            _ => None,
        };
        Ok(Tried { listed, seen })
    }

    async fn present(&self, target: &Target) -> Result<Option<String>, Failure> {
        match self.guarded {
            Guarded::Already => Ok(None),
            Guarded::NotYet => match self.lister.guard(target).await {
                Err(Failure::Silent(_)) => Ok(None),
                present => present,
            },
        }
    }
}

fn ended(target: &Target, listed: Listed, seen: Option<Seen>) -> Ended {
    let fate = match (listed, seen) {
        (Listed::Whole(_), Some(seen)) => Fate::Read(seen),
        (Listed::Refused(status, said), _) => {
            let code = match status {
                500 if said.contains("StorageReadError") || said.contains("decode") => {
                    GapCode::Undecodable
                }
                403 => GapCode::Forbidden,
                504 => GapCode::Timeout,
                _ => GapCode::ServerError,
            };
            return unread(target, code, &format!("{status}: {said}"));
        }
        _ => Fate::Absent,
    };
    Ended {
        resource: target.resource,
        fate,
        gap: None,
        note: None,
    }
}

fn unread(target: &Target, code: GapCode, message: &str) -> Ended {
    Ended {
        resource: target.resource,
        fate: Fate::Unread,
        gap: gaps::gap(target, Lack::All, Cause { code, message }),
        note: gaps::note(target, message),
    }
}

fn within_namespace(own: &Target, message: &str, seen: Seen) -> Ended {
    let code = GapCode::Forbidden;
    Ended {
        resource: own.resource,
        fate: Fate::Read(seen),
        gap: gaps::gap(own, Lack::OtherNamespaces, Cause { code, message }),
        note: None,
    }
}

/// Calico's API server shows only policies whose tier exists and may be seen.
fn from_v3(own: &Target, aggregated: &Target, revision: String) -> Ended {
    let tiered = matches!(
        own.resource.kind,
        Kind::GlobalNetworkPolicy
            | Kind::NetworkPolicy
            | Kind::StagedGlobalNetworkPolicy
            | Kind::StagedNetworkPolicy
    );
    let code = GapCode::TiersFiltered;
    let message = "read from projectcalico.org/v3, which leaves out policies of tiers that one may not see and of \
                   tiers that do not exist";
    let gap = gaps::gap(own, Lack::All, Cause { code, message });
    Ended {
        resource: aggregated.resource,
        fate: Fate::Read(Seen::At(revision)),
        gap: gap.filter(|_| tiered),
        note: None,
    }
}

/// `User "dev" may not list it`, from what the server says.
pub(super) fn refusal(said: &str) -> String {
    let user = said
        .split_once("User \"")
        .and_then(|(_, rest)| rest.split_once("\" cannot"));
    match user {
        Some((user, _)) => format!("User \"{user}\" may not list it"),
        None => "it may not be listed".to_owned(),
    }
}

/// Whether a read only looks for further owners of an address.
pub(super) fn looks_for_owners(read: &Read) -> bool {
    read.kind == Kind::Pod && matches!(read.scope, ReadScope::Address(_))
}
