//! The examples of every help text, run as they stand against the world that the README shows.

#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

const TOOL: &str = env!("CARGO_BIN_EXE_kubectl-calicoq");

/// A folder with a `kubectl` that knows the plugin and reads the world, unless an example names its own source.
fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let world = fs::canonicalize("tests/worlds/shop").unwrap();
    symlink(&world, folder.path().join("dump")).unwrap();
    let kubectl = folder.path().join("kubectl");
    let script = format!(
        "#!/bin/sh\nshift\ncase \" $* \" in *' -f '*) exec {TOOL} \"$@\";; esac\nexec {TOOL} \"$@\" -f {}\n",
        world.display()
    );
    fs::write(&kubectl, script).unwrap();
    fs::set_permissions(&kubectl, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// The commands under `Examples:`, without what is said of each.
fn examples(command: &[&str]) -> Vec<String> {
    let help = Command::new(TOOL)
        .args(command)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let examples = lines.take_while(|line| !line.is_empty()).map(|line| {
        let line = line.trim_start();
        line.split_once("  ")
            .map_or(line, |(typed, _)| typed)
            .to_owned()
    });
    examples.collect()
}

fn run(example: &str, folder: &Path) -> Result<(), String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", example])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) if example.contains("snapshot cluster.json") || !output.stdout.is_empty() => Ok(()),
        code => Err(format!("{example}: exit {code:?}: {said}")),
    }
}

#[test]
fn every_example_of_a_help_text_runs() {
    let mut wrong = Vec::new();
    for command in [
        "",
        "endpoint",
        "host",
        "policy",
        "eval",
        "snapshot",
        "completion",
        "completion install",
        "version",
    ] {
        let command: Vec<&str> = command.split_whitespace().collect();
        let examples = examples(&command);
        assert!(examples.len() >= 2, "{command:?}: {examples:?}");
        let folder = place();
        for example in examples {
            wrong.extend(run(&example, folder.path()).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
