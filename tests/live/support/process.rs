//! A server as a child process that never outlives the test, however the test ends.

use std::fs::File;
use std::io::Read;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Outcome;

/// Waits until its stdin closes (on drop, or because this process is gone), then ends the server and removes its folder.
const WATCHDOG: &str = r#"
trap '' INT HUP TERM
read -r _
kill "$1" 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" 2>/dev/null || break; sleep 0.5; done
kill -9 "$1" 2>/dev/null
rm -rf "$2"
"#;

/// How long a server may take to become ready, and to end.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(10);

/// A running server.
pub struct Process {
    name: &'static str,
    child: Child,
    watchdog: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with both streams in `NAME.log` of `folder`, which is the server's alone.
    pub fn start(name: &'static str, command: &mut Command, folder: &Path) -> Outcome<Self> {
        let log = folder.join(format!("{name}.log"));
        let out = File::create(&log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out.try_clone()?)
            .stderr(out)
            .spawn()
            .map_err(|error| {
                format!(
                    "failed to start {name} ({:?}): {error}",
                    command.get_program()
                )
            })?;
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog", &child.id().to_string()])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self {
            name,
            child,
            watchdog,
            log,
        })
    }

    /// Polls until `ready` holds; an early exit or too long a wait is an error that quotes the log.
    pub fn wait_until(&mut self, ready: impl Fn() -> bool) -> Outcome<()> {
        let start = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!(
                    "{} ended at once ({status}):\n{}",
                    self.name,
                    self.log_tail()
                )
                .into());
            }
            if start.elapsed() > START {
                return Err(format!(
                    "{} is not ready after {START:?}:\n{}",
                    self.name,
                    self.log_tail()
                )
                .into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Asks the server to end and does not wait; dropping it waits.
    pub fn ask_to_end(&mut self) {
        drop(self.watchdog.stdin.take());
    }

    /// Ends the server and waits for it; its folder stays until it is dropped.
    pub fn end(&mut self) {
        let _ = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < STOP {
            sleep(Duration::from_millis(10));
        }
    }

    fn log_tail(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = File::open(&self.log) {
            let _ = file.read_to_string(&mut text);
        }
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.ask_to_end();
        }
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < STOP {
            sleep(Duration::from_millis(10));
        }
        // The watchdog first: once the server is reaped its id may belong to another process.
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `N` loopback ports that are free now. Nobody holds them: the caller tries again when one is taken meanwhile.
pub fn free_ports<const N: usize>() -> Outcome<[u16; N]> {
    let mut listeners = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        *port = listener.local_addr()?.port();
        listeners.push(listener);
    }
    Ok(ports)
}

/// Tries `start` with fresh ports up to three times: a port may be taken between its choice and its use.
pub fn with_retry<T>(start: impl Fn() -> Outcome<T>) -> Outcome<T> {
    match start() {
        Err(error) if error.to_string().contains("address already in use") => {
            start().or_else(|_| start())
        }
        other => other,
    }
}
