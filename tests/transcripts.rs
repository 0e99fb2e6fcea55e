//! What a user sees: every `console` block of the README and of `tests/transcripts/` is run and compared.
//!
//! A block's info string is `console`, then settings: `world=NAME` (the folder of `tests/worlds` that is read,
//! `shop` if not said, `none` for no data), `width=N` (a terminal of N columns; without it, a pipe). A line `$ kubectl calicoq …` is run through a shell, what follows is all it prints, stderr
//! after stdout, and a last line `# exit N` where the exit code is not 0. `UPDATE_TRANSCRIPTS=1` writes what
//! was printed into the files, to be read before it is committed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PROMPT: &str = "$ kubectl calicoq";

/// How a block's commands are run.
struct Setting {
    world: String,
    width: Option<u32>,
}

fn setting(info: &str) -> Setting {
    let mut setting = Setting {
        world: "shop".to_owned(),
        width: None,
    };
    for word in info.split_whitespace().skip(1) {
        match word.split_once('=') {
            Some(("world", name)) => setting.world = name.to_owned(),
            Some(("width", width)) => setting.width = Some(width.parse().unwrap()),
            _ => panic!("unknown setting {word}"),
        }
    }
    setting
}

/// What a command line prints, as a block shows it.
fn run(typed: &str, setting: &Setting) -> String {
    let binary = env!("CARGO_BIN_EXE_kubectl-calicoq");
    let (arguments, rest) = match typed.split_once(" | ") {
        Some((arguments, rest)) => (arguments, format!(" | {rest}")),
        None => (typed, String::new()),
    };
    let source = match setting.world.as_str() {
        "none" => String::new(),
        world => format!(" -f tests/worlds/{world}"),
    };
    let line = format!("'{binary}'{arguments}{source}{rest}");
    let (code, stdout, stderr) = match setting.width {
        Some(width) => on_a_terminal(&line, width),
        None => in_a_pipe(&line),
    };
    let mut shown = stdout;
    if !stderr.is_empty() && !shown.is_empty() && !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown.push_str(&stderr);
    if code != 0 {
        shown.push_str(&format!("# exit {code}\n"));
    }
    shown
}

fn shell(line: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .args(["-c", line])
        .env_remove("COLUMNS")
        .env("NO_COLOR", "1")
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null());
    // What would choose another source than the one that is shown.
    for name in ["KUBECONFIG", "DATASTORE_TYPE", "ETCD_ENDPOINTS"] {
        command
            .env_remove(name)
            .env_remove(format!("CALICO_{name}"));
    }
    command
}

fn in_a_pipe(line: &str) -> (i32, String, String) {
    let output = shell(line).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Through a pseudo-terminal; stderr comes through it too.
fn on_a_terminal(line: &str, width: u32) -> (i32, String, String) {
    let command = format!("stty cols {width} rows 50; {line}");
    let output = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .env("SHELL", "/bin/bash")
        .env_remove("KUBECONFIG")
        .env_remove("COLUMNS")
        .env("NO_COLOR", "1")
        .env("TERM", "xterm")
        .env("HOME", std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n");
    (output.status.code().unwrap(), text, String::new())
}

/// The text with every block's output replaced by what its commands print.
fn rewritten(text: &str) -> (String, usize) {
    let mut lines = text.lines();
    let (mut out, mut commands) = (String::new(), 0);
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(info) = line.strip_prefix("```console") else {
            continue;
        };
        let setting = setting(&format!("console{info}"));
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let prompts: Vec<&&str> = block
            .iter()
            .filter(|line| line.starts_with(PROMPT))
            .collect();
        for (at, prompt) in prompts.iter().enumerate() {
            commands += 1;
            if at > 0 {
                out.push('\n');
            }
            out.push_str(prompt);
            out.push('\n');
            let typed = prompt.strip_prefix(PROMPT).unwrap();
            let typed = typed
                .split_once("  #")
                .map_or(typed, |(typed, _)| typed.trim_end());
            out.push_str(&run(typed, &setting));
        }
        out.push_str("```\n");
    }
    (out, commands)
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("tests/transcripts")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.push(Path::new("README.md").to_owned());
    files.sort();
    files
}

#[test]
fn every_block_shows_what_the_tool_prints() {
    let (mut wrong, mut commands) = (Vec::new(), 0);
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let (now, count) = rewritten(&text);
        commands += count;
        if now == text {
            continue;
        }
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            fs::write(&path, now).unwrap();
            continue;
        }
        let differing = text.lines().zip(now.lines()).position(|(a, b)| a != b);
        let at = differing.unwrap_or(text.lines().count().min(now.lines().count()));
        let line = |text: &str| text.lines().nth(at).unwrap_or("(end)").to_owned();
        wrong.push(format!(
            "{} line {}:\n  shown   {}\n  printed {}",
            path.display(),
            at + 1,
            line(&text),
            line(&now)
        ));
    }
    assert!(commands >= 20, "only {commands} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
