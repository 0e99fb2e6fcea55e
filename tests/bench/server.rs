//! A generated cluster behind HTTP, as an API server hands it out: pages with tokens, one connection a thread,
//! nothing but the standard library.

use std::borrow::Cow;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use calicoq::need::Kind;

use crate::feed::{self, Feed};

/// Serves until the process ends.
pub struct Server {
    port: u16,
}

/// What it hands out.
struct Contents {
    feed: Arc<Feed>,
    /// How long the server takes for a page of pods.
    delay: Duration,
}

impl Server {
    /// Serves a cluster on a free port of loopback; each page of pods takes so long to make.
    pub fn start(feed: Arc<Feed>, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let contents = Arc::new(Contents { feed, delay });
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let contents = Arc::clone(&contents);
                std::thread::spawn(move || contents.serve(&stream));
            }
        });
        Self { port }
    }

    /// For `--server`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Takes every page of pods, one after another, and looks at nothing but the next token: what the bytes alone
    /// cost. Returns how many, and how long it took.
    pub fn drain(&self) -> (usize, Duration) {
        let began = Instant::now();
        let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", self.port)).unwrap());
        let (mut taken, mut token) = (0, String::new());
        let mut body = Vec::new();
        loop {
            let path = format!("/api/v1/pods?limit={}{token}", feed::PAGE);
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            stream.get_mut().write_all(request.as_bytes()).unwrap();
            let length = head(&mut stream).1.unwrap();
            body.resize(length, 0);
            stream.read_exact(&mut body).unwrap();
            taken += length;
            match calicoq::raw::head(&body).unwrap().next {
                Some(next) => token = format!("&continue={next}"),
                None => return (taken, began.elapsed()),
            }
        }
    }
}

/// The first line, and the length that the headers tell.
fn head(stream: &mut impl std::io::BufRead) -> (String, Option<usize>) {
    let (mut first, mut length) = (String::new(), None);
    if stream.read_line(&mut first).unwrap_or_default() == 0 {
        return (String::new(), None);
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap_or_default() <= 2 {
            return (first, length);
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        }
    }
}

impl Contents {
    fn serve(&self, stream: &TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut reader = BufReader::new(stream);
        loop {
            let (request, _) = head(&mut reader);
            let Some(target) = request.split(' ').nth(1) else {
                return;
            };
            let (status, body) = self.answer(target);
            let head = format!(
                "HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let mut stream = stream;
            if stream.write_all(head.as_bytes()).is_err() || stream.write_all(&body).is_err() {
                return;
            }
        }
    }

    fn answer(&self, target: &str) -> (u16, Cow<'_, [u8]>) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let value = |name: &str| {
            let mut pairs = query.split('&');
            pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        if let Some(discovery) = discovery(path) {
            return (200, discovery.into_bytes().into());
        }
        let (list, namespace) = listed(path);
        let kind = LISTS.iter().find(|(at, _)| *at == list);
        let kinds = self.feed.pages.iter();
        let Some((kind, version, name, pages)) =
            kind.and_then(|(_, wanted)| kinds.into_iter().find(|(kind, ..)| kind == wanted))
        else {
            return (404, b"404 page not found"[..].into());
        };
        let selector = value("fieldSelector");
        if namespace.is_some() || selector.is_some() || value("limit") == Some("1") {
            let found = match value("limit") {
                Some("1") => Vec::new(),
                _ => found(pages, namespace.as_deref(), selector),
            };
            let page = feed::pages(version, name, &found).swap_remove(0);
            return (200, page.into());
        }
        if *kind == Kind::Pod {
            std::thread::sleep(self.delay);
        }
        let at = value("continue").map_or(0, |token| token.parse().unwrap());
        (200, pages[at].as_slice().into())
    }
}

/// The lists that it has.
const LISTS: [(&str, Kind); 9] = [
    ("/api/v1/pods", Kind::Pod),
    ("/api/v1/namespaces", Kind::Namespace),
    ("/api/v1/serviceaccounts", Kind::ServiceAccount),
    (
        "/apis/crd.projectcalico.org/v1/clusterinformations",
        Kind::ClusterInformation,
    ),
    ("/apis/crd.projectcalico.org/v1/tiers", Kind::Tier),
    (
        "/apis/crd.projectcalico.org/v1/networksets",
        Kind::NetworkSet,
    ),
    (
        "/apis/crd.projectcalico.org/v1/networkpolicies",
        Kind::NetworkPolicy,
    ),
    (
        "/apis/crd.projectcalico.org/v1/globalnetworkpolicies",
        Kind::GlobalNetworkPolicy,
    ),
    (
        "/apis/networking.k8s.io/v1/networkpolicies",
        Kind::KubernetesNetworkPolicy,
    ),
];

/// What is served: groups, or the kinds of one.
fn discovery(path: &str) -> Option<String> {
    if path == "/apis" {
        return Some(
            r#"{"groups":[{"name":"crd.projectcalico.org"},{"name":"networking.k8s.io"}]}"#
                .to_owned(),
        );
    }
    let plurals = LISTS
        .iter()
        .filter_map(|(list, _)| list.strip_prefix(path)?.strip_prefix('/'));
    let plurals: Vec<String> = plurals
        .map(|name| format!(r#"{{"name":"{name}"}}"#))
        .collect();
    (!plurals.is_empty()).then(|| format!(r#"{{"resources":[{}]}}"#, plurals.join(",")))
}

/// The list that a path is a part of, and the namespace in it.
fn listed(path: &str) -> (String, Option<String>) {
    let within = path.split_once("/namespaces/");
    let within = within.and_then(|(group, rest)| Some((group, rest.split_once('/')?)));
    match within {
        Some((group, (namespace, plural))) => {
            (format!("{group}/{plural}"), Some(namespace.to_owned()))
        }
        None => (path.to_owned(), None),
    }
}

/// The objects that stand in a namespace and have what the field selector wants.
fn found(pages: &[Vec<u8>], namespace: Option<&str>, selector: Option<&str>) -> Vec<String> {
    let namespace = namespace.map(|name| format!(r#""namespace":"{name}""#));
    let field = selector.map(|selector| {
        let (field, value) = selector.split_once('=').unwrap();
        match field {
            "metadata.name" => format!(r#"{{"metadata":{{"name":"{value}""#),
            "status.podIP" => format!(r#""podIP":"{value}""#),
            "spec.nodeName" => format!(r#""nodeName":"{value}""#),
            _ => panic!("the field {field}"),
        }
    });
    let items = pages
        .iter()
        .flat_map(|page| calicoq::raw::items(page).unwrap().items);
    let objects = items.map(|item| String::from_utf8(item.to_vec()).unwrap());
    let has = |object: &str, part: &Option<String>| {
        part.as_ref().is_none_or(|part| object.contains(&**part))
    };
    objects
        .filter(|object| has(object, &namespace) && has(object, &field))
        .collect()
}
