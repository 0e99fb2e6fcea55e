//! The examples of every help text, run as they stand against the world that the README shows.

#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use calicoq::cli::{AS_PLUGIN, TOPICS, definition};

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
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let examples = lines.take_while(|line| !line.is_empty()).map(|line| {
        let line = line.trim_start();
        line.split_once("  ")
            .map_or(line, |(typed, _)| typed)
            .to_owned()
    });
    examples.collect()
}

/// What the tool prints, which has to be an answer.
fn printed(arguments: &[&str]) -> String {
    let output = Command::new(TOOL).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    assert!(output.stderr.is_empty(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Every command, by the words that call it.
fn commands(command: &clap::Command, words: &[&str], found: &mut Vec<Vec<String>>) {
    found.push(words.iter().map(ToString::to_string).collect());
    for below in command.get_subcommands() {
        commands(below, &[words, &[below.get_name()]].concat(), found);
    }
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

/// Runs what stands under `Examples:`, in a folder of its own.
fn wrong_examples(help: &str) -> Vec<String> {
    let folder = place();
    let examples = examples(help).into_iter();
    examples
        .filter_map(|example| run(&example, folder.path()).err())
        .collect()
}

#[test]
fn every_example_of_a_help_text_runs() {
    let (mut wrong, mut found) = (Vec::new(), Vec::new());
    commands(&definition(AS_PLUGIN), &[], &mut found);
    for command in found {
        let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
        words.push("--help");
        let help = printed(&words);
        // `completion zsh` and its like have nothing but a name.
        let is_script = words.len() == 3 && !words.contains(&"install");
        assert!(is_script || examples(&help).len() >= 2, "{words:?}: {help}");
        wrong.extend(wrong_examples(&help));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_of_a_topic_runs() {
    let mut wrong = Vec::new();
    for topic in TOPICS {
        let help = printed(&["help", topic.name]);
        assert!(examples(&help).len() >= 2, "{help}");
        wrong.extend(wrong_examples(&help));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `help` is a name where a name may stand, and a wish elsewhere.
#[test]
fn help_behind_a_command_is_understood() {
    for command in [
        "version",
        "completion",
        "completion install",
        "completion bash",
    ] {
        let words: Vec<&str> = command.split(' ').collect();
        let long = printed(&[&words[..], &["--help"]].concat());
        assert_eq!(
            printed(&[&words[..], &["help"]].concat()),
            long,
            "{command}"
        );
        assert_eq!(
            printed(&[&["help"], &words[..]].concat()),
            long,
            "{command}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let world = fs::canonicalize("tests/worlds/shop").unwrap();
    for (command, code) in [
        ("endpoint", 1),
        ("host", 1),
        ("policy", 1),
        ("eval", 2),
        ("snapshot", 2),
    ] {
        let output = Command::new(TOOL)
            .current_dir(folder.path())
            .args([command, "help", "-f"])
            .arg(&world)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{command}: {said}");
        let hint = format!("type kubectl calicoq help {command}\n");
        assert!(said.ends_with(&hint), "{said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{command}");
    }
}

/// The manual page, made as `make man` makes it.
#[test]
fn the_manual_page_is_printed() {
    let page = printed(&["__man"]);
    let version = format!("kubectl-calicoq {}", env!("CARGO_PKG_VERSION"));
    assert!(page.contains(".TH KUBECTL-CALICOQ 1"), "{page}");
    assert!(page.contains(&version), "{page}");
    assert_eq!(page, calicoq::manual::page());
}
