//! How the process ends when it is not left to finish.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

/// The tool reading its stdin, with the signals that a shell would give it.
fn reading() -> Child {
    Command::new("env")
        .args([
            "--default-signal=INT",
            env!("CARGO_BIN_EXE_kubectl-calicoq"),
        ])
        .args(["endpoint", "-A", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Shells report such an end as 130.
#[test]
fn an_interrupt_ends_it_by_its_signal() {
    let mut child = reading();
    // More than a pipe holds: it is taken only by a process that reads.
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(&[b'\n'; 200_000])
        .unwrap();
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut child = reading();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(&std::fs::read("tests/worlds/shop/objects.yaml").unwrap())
        .unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
