//! What a server writes as protobuf is what it writes as JSON.

use bytes::Bytes;
use calicoq::raw;

use super::Verdict;
use super::support::Outcome;
use super::support::client::Client;
use super::support::kinds::Mode;
use super::support::lab::Lab;
use super::support::world::World;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// The pods of a list, each as it was read, and what the list says of itself.
fn pods(client: &Client, path: &str, accept: &str) -> Outcome<(Vec<String>, raw::PageHead)> {
    let body = Bytes::from(client.get_as(path, accept)?.body);
    let head = raw::head(&body).ok_or("no head")?;
    let mut pods = Vec::new();
    let mut take = |pod: raw::core::Pod<'_>| pods.push(format!("{pod:?}"));
    match raw::is_protobuf(&body) {
        true => raw::protobuf_pods(&body, &mut take)?,
        false => raw::pods(&body, &mut take).1?,
    }
    assert_eq!(raw::is_protobuf(&body), accept == PROTOBUF);
    Ok((pods, head))
}

pub fn pods_are_the_same_in_both(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let mut seen = 0;
    for name in World::names(Mode::V1)? {
        let _world = cluster.world(&name)?;
        let path = "/api/v1/pods?limit=500";
        let json = pods(&cluster.admin, path, "application/json")?;
        let protobuf = pods(&cluster.admin, path, PROTOBUF)?;
        assert_eq!(json, protobuf, "{name}");
        seen += json.0.len();
    }
    assert!(seen > 100, "{seen}");
    Ok(())
}

pub fn a_page_tells_its_token_first(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let page = cluster.admin.get_as("/api/v1/pods?limit=1", PROTOBUF)?.body;
    let head = raw::head(&page).ok_or("no head")?;
    assert!(head.next.is_some());
    let half = page.get(..page.len() / 2).ok_or("no half")?;
    assert_eq!(raw::head(half), Some(head));
    Ok(())
}

pub fn a_refusal_says_the_same_in_both(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.user(&[])?;
    let json = user.client.get("/api/v1/pods")?;
    let protobuf = user.client.get_as("/api/v1/pods", PROTOBUF)?;
    assert_eq!((json.code, protobuf.code), (403, 403));
    let said = raw::status_message(&protobuf.body);
    assert_eq!(said.as_deref(), json.json()["message"].as_str());
    Ok(())
}
