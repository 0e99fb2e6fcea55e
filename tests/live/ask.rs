//! Asking the tool as a user does, and a proxy that may change what the server answers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;

use super::support::Outcome;
use super::support::client::Response;

/// What the tool said.
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// What a run of the tool has said.
    pub fn of(output: Output) -> Outcome<Self> {
        Ok(Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    /// The answer, parsed; the tool's words when there is none.
    pub fn json(&self) -> Outcome<Value> {
        serde_json::from_str(&self.stdout).map_err(|error| {
            format!(
                "{error}: exit {}: {}{}",
                self.code, self.stdout, self.stderr
            )
            .into()
        })
    }
}

/// Runs the tool with a kubeconfig, a closed stdin and nothing else of the caller's settings.
pub fn ask(kubeconfig: &Path, args: &[&str]) -> Outcome<Said> {
    let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(args)
        .env_clear()
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null())
        .output()?;
    Said::of(output)
}

/// What the tool says of the pod web-1 in the namespace shop, and the answer in it.
pub fn ask_about_web_1(kubeconfig: &Path) -> Outcome<(Said, Value)> {
    let said = ask(kubeconfig, &["endpoint", "pod/shop/web-1", "-o", "json"])?;
    let answer = said.json()?;
    Ok((said, answer))
}

/// Fails with all that differs, if anything does.
pub fn nothing_differs(wrong: &[String]) {
    let all = wrong.join("\n");
    assert!(wrong.is_empty(), "{} differences:\n{all}", wrong.len());
}

/// Answers one request: method and path with query.
pub type Answer = dyn Fn(&str) -> Outcome<Response> + Send + Sync;

/// A loopback HTTP server that answers GETs through a function, which may ask the real server.
pub struct Proxy {
    pub kubeconfig: PathBuf,
    _folder: tempfile::TempDir,
}

impl Proxy {
    /// Serves until the process ends; each connection has a thread of its own.
    pub fn start(answer: Arc<Answer>) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || serve(stream, &*answer));
            }
        });
        let folder = tempfile::tempdir()?;
        let kubeconfig = folder.path().join("config");
        std::fs::write(
            &kubeconfig,
            format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: proxy\n\
                 clusters: [{{name: proxy, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n\
                 users: [{{name: proxy, user: {{}}}}]\n\
                 contexts: [{{name: proxy, context: {{cluster: proxy, user: proxy}}}}]\n"
            ),
        )?;
        Ok(Self {
            kubeconfig,
            _folder: folder,
        })
    }
}

fn serve(mut stream: TcpStream, answer: &Answer) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let path = line.split(' ').nth(1)?.to_owned();
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if header.trim().is_empty() {
                break;
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).ok()?;
        let response = answer(&path).ok()?;
        write!(
            stream,
            "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            response.code,
            response.body.len()
        )
        .ok()?;
        stream.write_all(&response.body).ok()?;
    }
}
