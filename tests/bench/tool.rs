//! The tool as a process: how long it takes, and how much memory at most.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What ships, where `CALICOQ_DIST_BINARY` names it; else the tool as it was built for this bench.
fn program() -> PathBuf {
    let ships = std::env::var_os("CALICOQ_DIST_BINARY").map(PathBuf::from);
    let ships = ships.filter(|path| path.is_file());
    ships.unwrap_or_else(|| env!("CARGO_BIN_EXE_kubectl-calicoq").into())
}

/// One run.
pub struct Ran {
    pub took: Duration,
    /// Resident at most, in MB; 0 where the system does not tell.
    pub peak: f64,
    /// What came out, in bytes.
    pub output: usize,
    /// What was said on stderr.
    pub said: String,
}

/// The tool with these arguments and nothing of the caller's settings.
pub fn tool(args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command
        .args(args)
        .env_clear()
        .env("HOME", std::env::temp_dir());
    command
}

/// Runs a command to its end; it must succeed.
pub fn run(command: &mut Command) -> Ran {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let reading = std::thread::spawn(move || {
        let (mut output, mut buffer) = (0, vec![0; 1 << 20]);
        loop {
            match stdout.read(&mut buffer).unwrap() {
                0 => return output,
                read => output += read,
            }
        }
    });
    let listening = std::thread::spawn(move || {
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        said
    });
    let mut peak = 0.0_f64;
    let status = loop {
        peak = peak.max(peak_of(child.id()));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let took = began.elapsed();
    let output = reading.join().unwrap();
    let said = listening.join().unwrap();
    assert!(status.success(), "{status}: {said}");
    Ran {
        took,
        peak,
        output,
        said,
    }
}

/// The quickest of several runs, with the most memory of any.
pub fn best_run(runs: usize, mut command: impl FnMut() -> Command) -> Ran {
    let mut best = run(&mut command());
    for _ in 1..runs {
        let next = run(&mut command());
        let peak = best.peak.max(next.peak);
        if next.took < best.took {
            best = next;
        }
        best.peak = peak;
    }
    best
}

/// Peak of a process's resident memory so far, in MB; 0 where the system does not tell.
pub fn peak_of(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
