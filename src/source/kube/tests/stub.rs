//! An API server that says what a test wants: HTTP/1.1 on loopback, nothing but the standard library.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// An answer, and how it is sent.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Whole,
    /// Only half of the body comes, then the connection ends.
    Truncated,
    /// Nothing comes.
    Silent,
    /// The second half comes once the page behind it is asked for.
    WhenTheNextIsAskedFor,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query.
    pub uri: String,
    pub agent: String,
    pub accept: String,
    pub method: String,
}

type Handler = dyn Fn(&Request) -> Option<Answer> + Send + Sync;

pub struct Stub {
    pub url: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

/// What the server holds: items by the path of their list, at revision 100.
#[derive(Clone, Default)]
pub struct World {
    pub groups: Vec<&'static str>,
    pub lists: BTreeMap<&'static str, Vec<Value>>,
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
            how: How::Whole,
        }
    }

    pub fn status(status: u16, message: &str) -> Self {
        let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure",
            "code": status, "message": message});
        Self::json(status, &body)
    }

    pub fn forbidden(request: &Request) -> Self {
        let message = format!(
            "x is forbidden: User \"dev\" cannot list resource at {}",
            request.uri
        );
        Self::status(403, &message)
    }

    pub fn list(revision: &str, items: &[Value]) -> Self {
        Self::page(revision, items, "")
    }

    pub fn page(revision: &str, items: &[Value], next: &str) -> Self {
        let body = json!({"kind": "List", "apiVersion": "v1", "items": items,
            "metadata": {"resourceVersion": revision, "continue": next}});
        Self::json(200, &body)
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn how(mut self, how: How) -> Self {
        self.how = how;
        self
    }
}

impl Request {
    pub fn path(&self) -> &str {
        self.uri.split('?').next().unwrap_or_default()
    }

    /// A value of the query, not decoded.
    pub fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.uri.split_once('?')?;
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    pub fn is_guard(&self) -> bool {
        self.query("limit") == Some("1")
    }

    pub fn is_pinned(&self) -> bool {
        self.query("resourceVersionMatch") == Some("Exact")
    }
}

impl World {
    /// Calico in `crd.projectcalico.org`, one tier, one pod.
    pub fn small() -> Self {
        let mut world = Self {
            groups: vec!["crd.projectcalico.org", "networking.k8s.io"],
            ..Self::default()
        };
        world.put(
            "/apis/crd.projectcalico.org/v1/clusterinformations",
            vec![json!({"metadata": {"name": "default"}, "spec": {"calicoVersion": "v3.32.1", "datastoreReady": true}})],
        );
        world.put(
            "/apis/crd.projectcalico.org/v1/tiers",
            vec![named("default")],
        );
        world.put("/api/v1/pods", vec![pod("web-1")]);
        world.put("/api/v1/namespaces/shop/pods", vec![pod("web-1")]);
        world
    }

    pub fn put(&mut self, path: &'static str, items: Vec<Value>) {
        self.lists.insert(path, items);
    }

    fn answer(&self, request: &Request) -> Answer {
        let path = request.path();
        if path == "/apis" {
            let groups = self.groups.iter().map(|name| json!({"name": name}));
            return Answer::json(
                200,
                &json!({"kind": "APIGroupList", "groups": groups.collect::<Vec<_>>()}),
            );
        }
        let inside = format!("{path}/");
        let mut below = self
            .lists
            .keys()
            .filter_map(|list| list.strip_prefix(&*inside));
        if !self.lists.contains_key(path) && path.split('/').count() == 4 {
            let plurals = below.by_ref().map(|plural| json!({"name": plural}));
            return Answer::json(
                200,
                &json!({"kind": "APIResourceList", "resources": plurals.collect::<Vec<_>>()}),
            );
        }
        match self.lists.get(path) {
            Some(items) => Answer::list(request.query("resourceVersion").unwrap_or("100"), items),
            None => Answer {
                status: 404,
                headers: Vec::new(),
                body: b"404 page not found\n".to_vec(),
                how: How::Whole,
            },
        }
    }

    /// Serves the world, but where `other` has another answer.
    pub fn serve(self, other: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) -> Stub {
        Stub::start(move |request| other(request).or_else(|| Some(self.answer(request))))
    }
}

pub fn named(name: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {}})
}

pub fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "shop"}, "spec": {}, "status": {}})
}

impl Stub {
    fn start(handler: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (handler, log): (Arc<Handler>, _) = (Arc::new(handler), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (handler, log) = (Arc::clone(&handler), Arc::clone(&log));
                std::thread::spawn(move || {
                    let _ = converse(&stream.unwrap(), &*handler, &log);
                });
            }
        });
        Self { url, asked }
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// Requests for one path that are no guards.
    pub fn asked_for(&self, path: &str) -> Vec<String> {
        let asked = self.asked();
        let lists = asked
            .iter()
            .filter(|one| one.path() == path && !one.is_guard());
        lists.map(|one| one.uri.clone()).collect()
    }
}

fn converse(
    stream: &TcpStream,
    handler: &Handler,
    log: &Mutex<Vec<Request>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while let Some(first) = lines.next().transpose()? {
        let mut words = first.split(' ').map(str::to_owned);
        let (method, uri) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let (mut agent, mut accept) = (String::new(), String::new());
        for line in lines.by_ref() {
            let line = line?;
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("user-agent: ") {
                agent = value.to_owned();
            }
            if let Some(value) = line.strip_prefix("accept: ") {
                accept = value.to_owned();
            }
        }
        let request = Request {
            uri,
            agent,
            accept,
            method,
        };
        log.lock().unwrap().push(request.clone());
        let answer = handler(&request).unwrap();
        if answer.how == How::Silent {
            std::thread::sleep(std::time::Duration::from_secs(20));
            return Ok(());
        }
        let mut out = stream;
        let mut head = format!(
            "HTTP/1.1 {} X\r\nContent-Length: {}\r\n",
            answer.status,
            answer.body.len()
        );
        for (name, value) in &answer.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        out.write_all(format!("{head}\r\n").as_bytes())?;
        match answer.how {
            How::Truncated => {
                out.write_all(&answer.body[..answer.body.len() / 2])?;
                return stream.shutdown(std::net::Shutdown::Both);
            }
            How::WhenTheNextIsAskedFor => {
                let (first, rest) = answer.body.split_at(answer.body.len() / 2);
                out.write_all(first)?;
                let next = |one: &Request| one.query("continue").is_some();
                while !log.lock().unwrap().iter().any(next) {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                out.write_all(rest)?;
            }
            How::Whole | How::Silent => out.write_all(&answer.body)?,
        }
    }
    Ok(())
}
