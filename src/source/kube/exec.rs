//! Credential plugins: the command of the kubeconfig that prints a token or a client certificate.
//!
//! It is run once, before any time-out begins. What it prints is a credential and is never shown; its stderr goes
//! to the terminal.

use std::io::{self, IsTerminal, Read as _};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use ::kube::config::{AuthInfo, ExecConfig, ExecInteractiveMode};
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;

#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs the plugin and puts what it prints into `auth`. One that has taken longer than `limit` is ended.
///
/// # Errors
/// It does not start, fails, is ended, or prints something else.
pub(super) fn log_in(
    plugin: &ExecConfig,
    limit: Option<Duration>,
    auth: &mut AuthInfo,
) -> Result<(), Error> {
    let name = plugin.command.as_deref().unwrap_or_default();
    let failed = |cause: String| Error::Source {
        what: format!("credential plugin {name}"),
        cause: format!("{cause} (authentication)"),
        hint: plugin.install_hint.clone(),
    };
    let mut command = command(plugin, name).map_err(failed)?;
    let output = output(&mut command, limit)
        .map_err(|error| failed(format!("it cannot be run: {error}")))?
        .ok_or_else(|| failed("it was not done in time".to_owned()))?;
    if !output.status.success() {
        return Err(failed(format!("it failed: {}", output.status)));
    }
    // The parser's error could repeat a part of the credential.
    let credential: Credential = serde_json::from_slice(&output.stdout)
        .map_err(|_| failed("it printed no ExecCredential".to_owned()))?;
    let status = credential
        .status
        .ok_or_else(|| failed("it printed no status".to_owned()))?;
    apply(status, auth);
    Ok(())
}

/// What it prints; `None` if it had to be ended.
fn output(command: &mut Command, limit: Option<Duration>) -> io::Result<Option<Output>> {
    let child = command.stdout(Stdio::piped()).spawn()?;
    let Some(limit) = limit else {
        return child.wait_with_output().map(Some);
    };
    let (done, waiting) = mpsc::channel::<()>();
    let child = Arc::new(Mutex::new(child));
    let stdout = lock(&child).stdout.take();
    let watched = Arc::clone(&child);
    let watch = std::thread::spawn(move || {
        let late = waiting.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout);
        // One that ended by itself meanwhile needs no end.
        late && lock(&watched).kill().is_ok()
    });
    let mut text = Vec::new();
    if let Some(mut stdout) = stdout {
        stdout.read_to_end(&mut text)?;
    }
    drop(done);
    let killed = watch.join().unwrap_or(true);
    let status = lock(&child).wait()?;
    Ok((!killed).then_some(Output {
        status,
        stdout: text,
        stderr: Vec::new(),
    }))
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

fn command(plugin: &ExecConfig, name: &str) -> Result<Command, String> {
    if name.is_empty() {
        return Err("the kubeconfig names no command".to_owned());
    }
    let terminal = std::io::stdin().is_terminal();
    let interactive = match plugin.interactive_mode {
        Some(ExecInteractiveMode::Never) => false,
        Some(ExecInteractiveMode::Always) if !terminal => {
            return Err("it wants a terminal and there is none".to_owned());
        }
        _ => terminal,
    };
    let mut spec = json!({"interactive": interactive});
    if let (true, Some(cluster), Some(spec)) = (
        plugin.provide_cluster_info,
        &plugin.cluster,
        spec.as_object_mut(),
    ) {
        spec.insert("cluster".to_owned(), json!(cluster));
    }
    let info = json!({"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec});
    let mut command = Command::new(name);
    command
        .args(plugin.args.iter().flatten())
        .envs(plugin.env.iter().flatten().filter_map(|pair| {
            let value = pair.get("value").cloned().unwrap_or_default();
            Some((pair.get("name")?, value))
        }))
        .env("KUBERNETES_EXEC_INFO", info.to_string())
        .stdin(if interactive {
            Stdio::inherit()
        } else {
            Stdio::null()
        })
        .stderr(Stdio::inherit());
    for name in plugin.drop_env.iter().flatten() {
        command.env_remove(name);
    }
    Ok(command)
}

fn apply(status: Status, auth: &mut AuthInfo) {
    if let Some(token) = status.token {
        auth.token = Some(token.into());
    }
    if let (Some(certificate), Some(key)) = (status.client_certificate_data, status.client_key_data)
    {
        let base64 = |pem: String| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(pem)
        };
        auth.client_certificate = None;
        auth.client_certificate_data = Some(base64(certificate));
        auth.client_key = None;
        auth.client_key_data = Some(base64(key).into());
    }
}
