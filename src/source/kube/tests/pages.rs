//! Pages: in which encoding, how many at once, and when the next is asked for.

use std::time::Duration;

use super::stub::{Answer, How, World};
use super::*;
use crate::source::kube::list;

const PODS: &str = "/api/v1/pods";

/// A page of one pod, as servers write it: what it says of itself in front.
fn page(number: usize, next: Option<usize>) -> Answer {
    let next = next.map_or_else(String::new, |next| next.to_string());
    let body = format!(
        r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"100","continue":"{next}"}},"items":[{{"metadata":{{"name":"web-{number}","namespace":"shop","annotations":{{"long":"{}"}}}}}}]}}"#,
        "x".repeat(1000)
    );
    Answer {
        status: 200,
        headers: Vec::new(),
        body: body.into_bytes(),
        how: How::Whole,
    }
}

/// The page of pods that is asked for, out of so many.
fn asked(request: &super::stub::Request, pages: usize) -> Option<Answer> {
    if request.path() != PODS || request.is_guard() {
        return None;
    }
    let number = request
        .query("continue")
        .map_or(0, |at| at.parse().unwrap());
    let next = number + 1;
    Some(page(number, (next < pages).then_some(next)))
}

#[test]
fn the_next_page_is_asked_for_while_this_one_is_coming() {
    let stub = World::small().serve(|request| {
        let page = asked(request, 2)?;
        Some(match request.query("continue") {
            None => page.how(How::WhenTheNextIsAskedFor),
            Some(_) => page,
        })
    });
    let (kept, _) = whole(&mut source(&stub), &two_stages(&[Kind::Pod])).unwrap();
    assert_eq!(kept.objects, ["information", "pod web-0", "pod web-1"]);
}

/// Takes its time with the first pod, and looks how many pages were asked for meanwhile.
struct Slow<'s> {
    stub: &'s Stub,
    seen: Option<usize>,
    kept: Kept,
}

impl Sink for Slow<'_> {
    fn object(&mut self, object: Object<'_>, json: &[u8]) {
        if matches!(object, Object::Pod(_)) && self.seen.is_none() {
            std::thread::sleep(Duration::from_millis(300));
            self.seen = Some(self.stub.asked_for(PODS).len());
        }
        self.kept.object(object, json);
    }

    fn broken(&mut self, broken: Broken, _: &[u8]) {
        panic!("{broken:?}");
    }

    fn undecodable(&mut self, value: crate::raw::Undecodable, _: &[u8]) {
        panic!("{value:?}");
    }

    fn gap(&mut self, _: Kind, _: Gap) {}

    fn note(&mut self, _: Note) {}

    fn progress(&mut self, _: Kind, _: u64, _: Option<&str>) {}
}

#[test]
fn pages_that_nobody_takes_are_not_asked_for() {
    let stub = World::small().serve(|request| asked(request, 20));
    let mut slow = Slow {
        stub: &stub,
        seen: None,
        kept: Kept::default(),
    };
    let mut source = source(&stub);
    for stage in two_stages(&[Kind::Pod]) {
        source.read(&stage, &mut slow).unwrap();
    }
    assert_eq!(slow.seen, Some(list::PAGES));
    assert_eq!(slow.kept.objects.len(), 21);
}

#[test]
fn pods_alone_may_be_protobuf() {
    let stub = World::small().serve(|_| None);
    whole(&mut source(&stub), &two_stages(&[Kind::Pod, Kind::Tier])).unwrap();
    let asked = stub.asked();
    assert!(asked.iter().any(|one| one.path() == PODS));
    for one in asked {
        let protobuf = "application/vnd.kubernetes.protobuf,application/json";
        let wanted = match one.path() == PODS && !one.is_guard() {
            true => protobuf,
            false => "application/json",
        };
        assert_eq!(one.accept, wanted, "{}", one.uri);
    }
}
