//! A blocking HTTPS client of one user: the code and the body, as the server sent them.

use std::path::Path;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use http::{Method, Request};
use http_body_util::BodyExt;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::Outcome;

/// How long an answer may stay "in a moment" (429, 5xx, a 404 of a definition just made).
const PATIENCE: Duration = Duration::from_secs(30);

const JSON: &str = "application/json";

/// What the server answered.
pub struct Response {
    /// HTTP status code.
    pub code: u16,
    /// The body, undecoded.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as JSON; `null` if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A client with one user's credentials.
pub struct Client {
    inner: kube::Client,
}

impl Client {
    /// A client as the kubeconfig file says.
    pub fn from_kubeconfig(path: &Path) -> Outcome<Self> {
        let kubeconfig = Kubeconfig::read_from(path)?;
        let inner = runtime().block_on(async {
            let mut config =
                kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                    .await?;
            config.default_retry = false;
            Outcome::Ok(kube::Client::try_from(config)?)
        })?;
        Ok(Self { inner })
    }

    /// GET, whatever the answer.
    pub fn get(&self, path: &str) -> Outcome<Response> {
        self.get_as(path, JSON)
    }

    /// GET of an answer in a media type.
    pub fn get_as(&self, path: &str, accept: &str) -> Outcome<Response> {
        self.send(Method::GET, path, accept, Vec::new())
    }

    /// POST of an object; any code but 200 and 201 is an error.
    pub fn create(&self, path: &str, object: &Value) -> Outcome<Value> {
        let response = self.send(Method::POST, path, JSON, serde_json::to_vec(object)?)?;
        match response.code {
            200 | 201 => Ok(response.json()),
            code => Err(format!(
                "POST {path}: {code} {}",
                String::from_utf8_lossy(&response.body)
            )
            .into()),
        }
    }

    /// GET until the answer is 200: a new definition is served some moments after it is established, and a
    /// cache that met a value it cannot decode needs some to recover.
    pub fn get_when_served(&self, path: &str) -> Outcome<Value> {
        let start = Instant::now();
        loop {
            let response = self.get(path)?;
            match response.code {
                200 => return Ok(response.json()),
                404 | 429 | 500..=599 if start.elapsed() < PATIENCE => {
                    sleep(Duration::from_millis(20))
                }
                code => {
                    return Err(format!(
                        "GET {path}: {code} {}",
                        String::from_utf8_lossy(&response.body)
                    )
                    .into());
                }
            }
        }
    }

    fn send(&self, method: Method, path: &str, accept: &str, body: Vec<u8>) -> Outcome<Response> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", JSON)
            .header("accept", accept)
            .body(Body::from(body))?;
        runtime().block_on(async {
            let response = self.inner.send(request).await?;
            let code = response.status().as_u16();
            let body = response.into_body().collect().await?.to_bytes().to_vec();
            Ok(Response { code, body })
        })
    }
}

/// One for all clients: kube's client has a task of its own that must go on between calls.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime")
    })
}
