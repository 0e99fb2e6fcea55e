#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may panic"
)]

mod faults;
mod flags;
mod forbidden;
mod moment;
mod pages;
mod stub;

use std::time::Duration;

use self::stub::Stub;
use super::{Connection, KubeSource, Settings};
use crate::error::Error;
use crate::need::{Kind, Read, ReadScope};
use crate::note::{Gap, Note};
use crate::raw::{Broken, Object};
use crate::source::{ReadError, Sink, Source as _};

/// Keeps what it is given.
#[derive(Default)]
struct Kept {
    objects: Vec<String>,
    broken: Vec<Broken>,
    gaps: Vec<(Kind, Gap)>,
    notes: Vec<Note>,
    progress: Vec<(Kind, u64, Option<String>)>,
}

impl Sink for Kept {
    fn object(&mut self, object: Object<'_>, _: &[u8]) {
        self.objects.push(match object {
            Object::Pod(pod) => format!("pod {}", &*pod.metadata.name),
            Object::Tier(tier) => format!("tier {}", &*tier.metadata.name),
            Object::GlobalNetworkPolicy(policy) => {
                format!("{} {}", policy.group.api_version(), &*policy.metadata.name)
            }
            Object::ClusterInformation(_) => "information".to_owned(),
            _ => "other".to_owned(),
        });
    }

    fn broken(&mut self, broken: Broken, _: &[u8]) {
        self.broken.push(broken);
    }

    fn undecodable(&mut self, value: crate::raw::Undecodable, _: &[u8]) {
        panic!("{value:?} is in no etcd");
    }

    fn gap(&mut self, kind: Kind, gap: Gap) {
        self.gaps.push((kind, gap));
    }

    fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    fn progress(&mut self, kind: Kind, objects: u64, revision: Option<&str>) {
        self.progress
            .push((kind, objects, revision.map(str::to_owned)));
    }
}

fn settings(url: &str) -> Settings {
    Settings {
        kubeconfig: Some("/dev/null".into()),
        server: Some(url.to_owned()),
        user_agent: "kubectl-calicoq/test".to_owned(),
        request_timeout: Some(Duration::from_secs(5)),
        ..Settings::default()
    }
}

fn source(stub: &Stub) -> KubeSource {
    Connection::configure(&settings(&stub.url))
        .unwrap()
        .connect()
}

fn all(kinds: &[Kind]) -> Vec<Read> {
    let all = |kind: &Kind| Read {
        kind: *kind,
        scope: ReadScope::All,
        labels: None,
    };
    kinds.iter().map(all).collect()
}

fn one_pod(name: &str) -> Read {
    Read {
        kind: Kind::Pod,
        scope: ReadScope::Name {
            namespace: "shop".to_owned(),
            name: name.to_owned(),
        },
        labels: None,
    }
}

/// Reads the stages and checks the moment, again after each restart; how often it began.
fn whole(source: &mut KubeSource, stages: &[Vec<Read>]) -> Result<(Kept, usize), Error> {
    for attempt in 1..10 {
        let mut kept = Kept::default();
        let mut stages = stages.iter();
        let read = stages.try_for_each(|stage| source.read(stage, &mut kept));
        match read.and_then(|()| source.finish(&mut kept)) {
            Ok(()) => return Ok((kept, attempt)),
            Err(ReadError::Restart) => {}
            Err(ReadError::Failed(error)) => return Err(error),
        }
    }
    panic!("it restarts for ever");
}

fn two_stages(second: &[Kind]) -> Vec<Vec<Read>> {
    vec![
        all(&[Kind::ClusterInformation, Kind::FelixConfiguration]),
        all(second),
    ]
}
