//! Protobuf beside the JSON of the same pods. Against a real server: `tests/live/encodings.rs`.

use serde::Deserialize as _;

use super::*;
use crate::raw;

fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

fn entry((key, value): (&str, &str)) -> Entry {
    Entry {
        key: bytes(key),
        value: bytes(value),
    }
}

fn pod() -> PodMessage {
    PodMessage {
        metadata: Some(ObjectMeta {
            name: bytes("web-1"),
            namespace: bytes("shop"),
            uid: bytes("u"),
            resource_version: bytes("7"),
            deletion_timestamp: Some(Time {
                seconds: 1_767_225_600,
            }),
            labels: [("app", "web"), ("tier", "")].map(entry).into(),
            annotations: [
                ("cni.projectcalico.org/podIP", "10.0.0.1/32"),
                ("other", "x"),
            ]
            .map(entry)
            .into(),
        }),
        spec: Some(PodSpec {
            containers: vec![Container {
                ports: vec![ContainerPort {
                    name: bytes("http"),
                    container_port: 80,
                    protocol: bytes("TCP"),
                }],
            }],
            service_account_name: bytes("web"),
            node_name: bytes("node-a"),
            host_network: false,
            init_containers: Vec::new(),
        }),
        status: Some(PodStatus {
            phase: bytes("Running"),
            pod_ip: bytes("10.0.0.1"),
            pod_ips: vec![PodIp {
                ip: bytes("10.0.0.1"),
            }],
        }),
    }
}

const JSON: &str = r#"{"metadata":{"name":"web-1","namespace":"shop","uid":"u","resourceVersion":"7",
    "deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"web","tier":""},
    "annotations":{"cni.projectcalico.org/podIP":"10.0.0.1/32","other":"x"}},
    "spec":{"containers":[{"ports":[{"name":"http","containerPort":80,"protocol":"TCP"}]}],
    "serviceAccountName":"web","nodeName":"node-a"},
    "status":{"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}]}}"#;

/// A message of a server: a kind, and what is in it.
fn answer(kind: &str, raw: Vec<u8>) -> Bytes {
    let type_meta = TypeMeta {
        api_version: bytes("v1"),
        kind: bytes(kind),
    };
    let message = Unknown {
        type_meta: Some(type_meta),
        raw: raw.into(),
    };
    [MAGIC, &message.encode_to_vec()].concat().into()
}

/// A list as a server writes it: metadata first.
fn list(pods: &[PodMessage], next: &str) -> Bytes {
    let metadata = ListMeta {
        resource_version: bytes("9"),
        next: bytes(next),
    };
    let mut raw = vec![0x0a];
    metadata.encode_length_delimited(&mut raw).unwrap();
    let items = pods.iter().map(|pod| pod.encode_to_vec().into()).collect();
    raw.extend(PodList { items }.encode_to_vec());
    answer("PodList", raw)
}

#[test]
fn both_encodings_give_the_same_pod() {
    let mut deserializer = serde_json::Deserializer::from_str(JSON);
    let json = Pod::deserialize(&mut deserializer).unwrap();
    let mut read = 0;
    pods(&list(&[pod(), pod()], ""), &mut |pod| {
        assert_eq!(pod, json);
        read += 1;
    })
    .unwrap();
    assert_eq!(read, 2);
}

#[test]
fn what_go_leaves_out_of_json_is_absent_here_too() {
    let bare = PodMessage {
        metadata: Some(ObjectMeta::default()),
        spec: Some(PodSpec {
            host_network: true,
            ..PodSpec::default()
        }),
        status: Some(PodStatus::default()),
    };
    let json = r#"{"metadata":{},"spec":{"containers":null,"hostNetwork":true},"status":{}}"#;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    assert_eq!(bare.as_read(), Pod::deserialize(&mut deserializer).unwrap());
}

#[test]
fn the_head_is_told_as_soon_as_it_is_there() {
    let page = list(&[pod()], "more");
    let head = raw::head(&page).unwrap();
    assert_eq!(
        (&*head.kind, &*head.resource_version, head.next.as_deref()),
        ("PodList", "9", Some("more"))
    );
    let from = (0..page.len())
        .find(|end| raw::head(&page[..*end]).is_some())
        .unwrap();
    assert!(from < page.len() - pod().encoded_len(), "{from}");
    assert!((from..page.len()).all(|end| raw::head(&page[..end]) == Some(head.clone())));
    assert_eq!(raw::head(&list(&[], "")).unwrap().next, None);
}

#[test]
fn what_is_cut_off_or_garbled_is_an_error() {
    let page = list(&[pod()], "");
    for end in 0..page.len() {
        assert!(pods(&page.slice(..end), &mut |_| {}).is_err(), "{end}");
    }
    assert!(pods(&bytes("{}"), &mut |_| {}).is_err());
}

#[test]
fn a_status_says_what_is_wrong() {
    let status = Status {
        message: bytes("pods is forbidden"),
    };
    let said = |kind| status_message(&answer(kind, status.encode_to_vec()));
    assert_eq!(said("Status").as_deref(), Some("pods is forbidden"));
    assert_eq!(said("PodList"), None);
    assert_eq!(status_message(br#"{"kind":"Status","message":"x"}"#), None);
}
