//! JSON, YAML and names: read back, and safe on a terminal.

use serde_json::Value;

use super::fixtures::*;
use super::{printed_answer, style};
use crate::answer::*;
use crate::render::{Format, Options, Style};

fn as_format(format: Format, escape: bool) -> Style {
    Style {
        format: Some(format),
        ..style(
            None,
            Options {
                escape,
                ..Options::default()
            },
        )
    }
}

fn full() -> EndpointAnswer<'static> {
    let mut answer = answer(vec![web_1(), node_a_eth0()], vec![forbidden()]);
    answer.tail = Tail {
        not_endpoints: vec![NotEndpoint {
            what: "pod/shop/agent".to_owned(),
            code: crate::note::codes::POD_HOST_NETWORK,
            reason: NotEndpointReason::HostNetwork,
            message: "it uses the node's network; see its host endpoints".to_owned(),
            see: vec!["hep/node-b-auto-hep".to_owned()],
        }],
        not_found: vec![NotFound {
            what: "pod/shop/web-9".to_owned(),
            near: Vec::new(),
        }],
    };
    answer
}

/// A pod whose name and labels hold what a terminal would act on.
fn hostile() -> EndpointItem {
    let mut item = pod("node-a", "shop", "a\u{202e}b");
    item.pod = Some("a\u{202e}b \u{1b}[2J \u{e0041} \u{7f}\u{85}".to_owned());
    item.labels = labels(&[("k\u{200b}", "it's: \u{200b}\"x\""), ("z", "a\nb\u{feff}")]);
    item
}

#[test]
fn json_is_one_document_in_the_order_of_the_fields() {
    let text = printed_answer(full(), &as_format(Format::Json, false));
    assert!(text.starts_with("{\n  \"apiVersion\": \"calicoq/v1\",\n  \"kind\": \"EndpointAnswer\",\n  \"query\": {\n    \"command\": \"endpoint\","));
    assert!(text.ends_with("\n  ]\n}\n") && !text.contains("null"));
    let read: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(read["items"][0], serde_json::to_value(web_1()).unwrap());
    assert_eq!(read["items"][1]["ref"], "hep/node-a-eth0");
    assert_eq!(read["notFound"][0]["what"], "pod/shop/web-9");
    let whole = serde_json::to_string_pretty(&read).unwrap();
    assert_eq!(whole.len() + 1, text.len(), "indented alike");
}

#[test]
fn an_empty_answer_has_an_empty_list() {
    let text = printed_answer(answer(vec![], vec![]), &as_format(Format::Json, false));
    assert!(text.ends_with("\n  \"items\": []\n}\n"), "{text}");
    let read: Value = serde_json::from_str(&text).unwrap();
    assert!(read.get("notFound").is_none() && read.get("notEndpoints").is_none());
    let yaml = printed_answer(answer(vec![], vec![]), &as_format(Format::Yaml, false));
    assert!(yaml.ends_with("\nitems: []\n"), "{yaml}");
}

#[test]
fn yaml_says_the_same_as_json() {
    for escape in [false, true] {
        let answers = || {
            let mut answer = full();
            answer.items = made(vec![web_1(), hostile(), node_a_eth0()]);
            answer
        };
        let json = printed_answer(answers(), &as_format(Format::Json, escape));
        let yaml = printed_answer(answers(), &as_format(Format::Yaml, escape));
        let json: Value = serde_json::from_str(&json).unwrap();
        let yaml: Value = serde_saphyr::from_str(&yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"));
        assert_eq!(json, yaml);
        assert_eq!(json["items"][1], serde_json::to_value(hostile()).unwrap());
    }
    let yaml = printed_answer(full(), &as_format(Format::Yaml, false));
    assert!(yaml.starts_with("apiVersion: calicoq/v1\nkind: EndpointAnswer\nquery:\n  command: endpoint\n  what:\n  - web-1\n"), "{yaml}");
    assert!(yaml.contains("\nitems:\n- kind: WorkloadEndpoint\n  id: node-a/k8s/shop.web-1/eth0\n  ref: pod/shop/web-1\n"), "{yaml}");
    assert!(yaml.contains("\n- kind: HostEndpoint\n"), "{yaml}");
}

#[test]
fn nothing_of_the_cluster_reaches_a_terminal_raw() {
    for format in [
        Format::Json,
        Format::Yaml,
        Format::Name,
        Format::Ps,
        Format::Table,
        Format::Wide,
        Format::Detail,
    ] {
        let mut style = as_format(format, true);
        style.options.show_labels = true;
        let text = printed_answer(answer(vec![hostile()], vec![]), &style);
        let raw = text.chars().find(|c| {
            *c != '\n' && (c.is_control() || "\u{202e}\u{200b}\u{feff}\u{e0041}".contains(*c))
        });
        assert_eq!(raw, None, "{format:?}: {text}");
    }
    let raw = printed_answer(
        answer(vec![hostile()], vec![]),
        &as_format(Format::Name, false),
    );
    assert_eq!(raw, "pod/shop/a\u{202e}b\n");
}

/// So many pods, each with a number in its name.
fn many(count: usize) -> EndpointAnswer<'static> {
    let pod = web_1();
    let items = (0..count).map(|number| EndpointItem {
        short_ref: format!("pod/shop/web-{number}"),
        ..pod.clone()
    });
    let mut answer = answer(Vec::new(), Vec::new());
    answer.items = made(items.collect());
    answer
}

#[test]
fn however_many_there_are_items_keep_their_order() {
    // Chunks have sixteen; from 512 on several threads make them.
    for count in [0, 1, 15, 16, 17, 511, 512, 513, 528, 1000, 1024] {
        let want: Vec<String> = (0..count)
            .map(|number| format!("pod/shop/web-{number}"))
            .collect();
        let taken: Vec<String> = many(count).items.map(|item| item.short_ref).collect();
        assert_eq!(taken, want);
        let text = printed_answer(many(count), &as_format(Format::Json, false));
        let read: Value = serde_json::from_str(&text).unwrap();
        let items = read["items"].as_array().unwrap();
        let refs: Vec<&str> = items
            .iter()
            .filter_map(|item| item["ref"].as_str())
            .collect();
        assert_eq!(refs, want);
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_making() {
    struct Narrow(usize);

    impl std::io::Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(bytes.len())
                .ok_or(std::io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let style = as_format(Format::Json, false);
    for room in [0, 5_000, 500_000] {
        let printed = crate::render::endpoint(many(1000), &style, &mut Narrow(room));
        assert!(printed.is_err(), "{room}");
    }
}
