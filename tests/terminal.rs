//! The tool on a terminal: how wide it writes, when it colours, what it says while it reads; and how its lines go
//! through `xargs`.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

#[path = "bench/cluster.rs"]
mod cluster;
#[path = "bench/feed.rs"]
#[expect(dead_code, reason = "benches use the rest")]
mod feed;
#[path = "bench/server.rs"]
#[expect(dead_code, reason = "benches use the rest")]
mod server;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use cluster::{Cluster, Size};
use feed::Feed;
use unicode_width::UnicodeWidthStr;

/// Variables and their values.
type Environment<'a> = &'a [(&'a str, &'a str)];

const TOOL: &str = env!("CARGO_BIN_EXE_kubectl-calicoq");

/// What a line of a shell writes, and what ends up on its terminal, whose kind and environment are given.
fn on_a_terminal(line: &str, width: usize, env: Environment) -> String {
    let line = format!("stty cols {width} rows 50; {line}");
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]);
    let output = with(script, env).output().unwrap();
    String::from_utf8(output.stdout)
        .unwrap()
        .replace("\r\n", "\n")
}

fn in_a_pipe(line: &str, env: Environment) -> (String, String) {
    let mut bash = Command::new("bash");
    bash.args(["-c", line]);
    let output = with(bash, env).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

/// With nothing of the caller's environment.
fn with(mut command: Command, env: Environment) -> Command {
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap());
    command.env("SHELL", "/bin/bash");
    command.env("HOME", "/nowhere").envs(env.iter().copied());
    command.stdin(Stdio::null());
    command
}

const XTERM: (&str, &str) = ("TERM", "xterm");
const SHOP: &str = "-f tests/worlds/shop";

/// A line that is wider holds one word alone, behind the name of its field at most.
#[test]
fn no_screen_is_wider_than_its_terminal() {
    let screens = [
        "endpoint -A",
        "endpoint -n shop --show-labels",
        "endpoint -n shop -r",
        "endpoint shop/web-1 shop/web-2",
        "endpoint hep/node-a-eth0 -o detail",
        "endpoint shop/web-1 -s --show-labels",
        "host node-a",
        "policy np/shop/db-in",
        "policy np/shop/web-out",
        "policy gnp/baseline --show-labels",
        "eval 'all()' --show-labels",
        "version --client",
        "version",
    ];
    for screen in screens {
        for width in [40, 60, 79, 80, 100, 120, 160, 200] {
            let line = format!("'{TOOL}' {screen} {SHOP} --color never 2> /dev/null");
            let line = match screen {
                "version --client" => format!("'{TOOL}' {screen}"),
                _ => line,
            };
            let text = on_a_terminal(&line, width, &[XTERM]);
            assert!(!text.is_empty(), "{screen}");
            for line in text.lines() {
                // Behind the widest name of a field, and a blank.
                let long = |word: &str| word.width() + 12 > width;
                let words = line.split_whitespace();
                let alone = words.clone().count() <= 2 && words.clone().any(long);
                let fits = line.width() <= width || alone;
                assert!(fits, "{screen} on {width} columns: {line}");
            }
        }
    }
    for help in [
        "--help",
        "endpoint --help",
        "-h",
        "policy -h",
        "completion --help",
    ] {
        let text = on_a_terminal(&format!("'{TOOL}' {help}"), 80, &[XTERM]);
        assert!(
            text.lines()
                .all(|line| line.width() <= 80 || line.contains('\u{1b}'))
        );
    }
}

/// Topics are texts for 80 columns: on fewer their lines flow, and no word is lost.
#[test]
fn topics_fit_narrower_terminals() {
    for topic in [
        "answers",
        "selectors",
        "sources",
        "exit-codes",
        "environment",
        "files",
    ] {
        let ask = format!("'{TOOL}' help {topic}");
        let (whole, _) = in_a_pipe(&ask, &[XTERM]);
        assert_eq!(on_a_terminal(&ask, 80, &[XTERM]), whole);
        for width in [40, 60, 79] {
            let text = on_a_terminal(&ask, width, &[XTERM]);
            for line in text.lines() {
                let alone = line.split_whitespace().count() == 1;
                assert!(line.width() <= width || alone, "{topic} on {width}: {line}");
            }
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let (mut some, mut all) = (words(&text.replace(",\n", ", \n")), words(&whole));
            some.sort_unstable();
            all.sort_unstable();
            assert_eq!(
                some.concat().len(),
                all.concat().len(),
                "{topic} on {width}"
            );
        }
    }
}

/// Some report their columns, and no rows.
#[test]
fn a_terminal_without_rows_counts_by_its_columns() {
    let ask = format!("stty rows 0; '{TOOL}' endpoint -A {SHOP} --color never 2> /dev/null");
    let text = on_a_terminal(&ask, 40, &[XTERM]);
    assert!(text.lines().count() > 3);
    assert!(text.lines().all(|line| line.width() <= 40), "{text}");
}

/// What colours, and what does not; the words are the same.
#[test]
fn colour_is_a_matter_of_the_terminal_and_the_environment() {
    let ask = |flags: &str| format!("'{TOOL}' endpoint shop/web-1 {SHOP} {flags} 2> /dev/null");
    let plain = on_a_terminal(&ask("--color never"), 100, &[XTERM]);
    assert!(plain.contains("\nEgress:    allowed") && !plain.contains('\u{1b}'));
    let cases: &[(&str, Environment, bool, bool)] = &[
        // Flags, environment; whether a terminal gets colour, and whether a pipe does.
        ("", &[XTERM], true, false),
        ("", &[("TERM", "xterm-256color")], true, false),
        ("", &[("TERM", "dumb")], false, false),
        ("", &[], false, false),
        ("", &[XTERM, ("NO_COLOR", "1")], false, false),
        ("", &[XTERM, ("NO_COLOR", "")], true, false),
        ("", &[XTERM, ("CLICOLOR", "0")], false, false),
        ("", &[XTERM, ("CLICOLOR", "1")], true, false),
        ("", &[XTERM, ("CLICOLOR_FORCE", "1")], true, true),
        ("", &[XTERM, ("CLICOLOR_FORCE", "0")], true, false),
        (
            "",
            &[XTERM, ("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
            false,
            false,
        ),
        ("", &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true, true),
        (
            "",
            &[XTERM, ("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")],
            true,
            true,
        ),
        ("--color always", &[XTERM, ("NO_COLOR", "1")], true, true),
        ("--color=always", &[("TERM", "dumb")], true, true),
        ("--color auto", &[XTERM], true, false),
        (
            "--color never",
            &[XTERM, ("CLICOLOR_FORCE", "1")],
            false,
            false,
        ),
    ];
    for (flags, env, terminal, pipe) in cases {
        let text = on_a_terminal(&ask(flags), 100, env);
        assert_eq!(text.contains("\u{1b}["), *terminal, "{flags} {env:?}");
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            plain,
            "{flags} {env:?}"
        );
        let (text, _) = in_a_pipe(&ask(flags), env);
        assert_eq!(text.contains("\u{1b}["), *pipe, "{flags} {env:?} in a pipe");
    }
    // What clap says keeps to the same.
    for said in ["endpoint --help", "endpoint --nonsense"] {
        for (flags, coloured) in [
            ("", true),
            ("--color never", false),
            ("--color=never", false),
        ] {
            let text = on_a_terminal(&format!("'{TOOL}' {said} {flags}"), 80, &[XTERM]);
            assert_eq!(text.contains('\u{1b}'), coloured, "{said} {flags}");
        }
        for env in [("TERM", "dumb"), ("NO_COLOR", "1")] {
            let text = on_a_terminal(&format!("'{TOOL}' {said}"), 80, &[env]);
            assert!(!text.contains('\u{1b}'), "{said} {env:?}");
        }
    }
}

/// Only colours that are read on light and on dark: red, green, magenta, and bold.
#[test]
fn no_colour_is_lost_on_a_background() {
    for screen in [
        "endpoint -A",
        "endpoint shop/web-1",
        "endpoint hep/node-a-eth0",
        "policy np/shop/db-in",
    ] {
        let (text, _) = in_a_pipe(&format!("'{TOOL}' {screen} {SHOP} --color always"), &[]);
        let codes = text
            .split("\u{1b}[")
            .skip(1)
            .filter_map(|rest| rest.split('m').next());
        let mut codes: Vec<&str> = codes.collect();
        codes.sort_unstable();
        codes.dedup();
        let known = ["0", "1", "22", "31", "32", "35", "39"];
        assert!(
            codes.iter().all(|code| known.contains(code)),
            "{screen}: {codes:?}"
        );
    }
}

/// A server that takes its time for each page of pods.
fn slow_server() -> server::Server {
    let size = Size {
        pods: 2_500,
        policies: 10,
        full: false,
        seed: 1,
    };
    server::Server::start(
        Arc::new(Feed::of(&Cluster(size))),
        Duration::from_millis(600),
    )
}

#[test]
fn a_long_read_tells_how_far_it_is_on_a_terminal_alone() {
    let server = slow_server();
    let ask = |more: &str| {
        let url = server.url();
        format!("'{TOOL}' endpoint -A -o name --kubeconfig /dev/null --server {url} {more}")
    };
    let pattern = regex_lite::Regex::new(r"\r\x1b\[Kreading Pod: \d+ at \d+").unwrap();

    let shown = on_a_terminal(&ask("> /dev/null"), 80, &[XTERM]);
    assert!(pattern.is_match(&shown), "{shown:?}");
    assert!(shown.ends_with("\r\u{1b}[K"), "it is taken away: {shown:?}");

    let narrow = on_a_terminal(&ask("> /dev/null"), 14, &[XTERM]);
    assert!(narrow.contains("\r\u{1b}[Kreading Pod: \r"), "{narrow:?}");

    let dumb = on_a_terminal(&ask("> /dev/null"), 80, &[("TERM", "dumb")]);
    assert!(!dumb.contains(['\u{1b}', '\r']), "{dumb:?}");
    assert_eq!(dumb.matches("\nreading Pod: ").count(), 1, "{dumb:?}");

    let quiet = on_a_terminal(&ask("-q > /dev/null"), 80, &[XTERM]);
    assert!(!quiet.contains("reading Pod"), "{quiet:?}");

    let (answer, said) = in_a_pipe(&ask(""), &[XTERM]);
    assert_eq!(answer.lines().count(), 2_500);
    assert!(
        !said.contains("reading Pod") && !said.contains('\u{1b}'),
        "{said:?}"
    );
}

/// The refs of each world, fed back a few at a time, name the same endpoints.
#[test]
fn names_go_through_xargs() {
    let mut tried = 0;
    for world in std::fs::read_dir("tests/worlds").unwrap() {
        let file = world.unwrap().path().join("objects.yaml");
        if !file.is_file() {
            continue;
        }
        let file = file.display();
        let all = format!("'{TOOL}' endpoint -A -o name -q -f {file}");
        let (once, _) = in_a_pipe(&all, &[]);
        let again = format!("{all} | xargs -n 3 '{TOOL}' endpoint -o name -q -f {file}");
        let (again, said) = in_a_pipe(&again, &[]);
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        assert_eq!(sorted(&again), sorted(&once), "{file}: {said}");
        tried += once.lines().count();
    }
    assert!(tried > 100, "only {tried} names");
}
