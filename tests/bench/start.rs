//! What the tool costs before it does anything: starting, and its size.

use std::time::Duration;

use crate::rows::{Row, Rows, best, milliseconds, times};
use crate::tool::tool;

/// The most that the shipped binary may weigh, in bytes.
const SIZE: f64 = 12e6;

pub fn rows(rows: &mut Rows) {
    for args in [&["--help"][..], &["version", "--client"]] {
        let work = format!("kubectl-calicoq {}", args.join(" "));
        if !rows.wants(&work) {
            continue;
        }
        let (took, output) = best(50, || tool(args).output().unwrap());
        assert!(output.status.success());
        let (floor, _) = best(50, || std::process::Command::new("true").output().unwrap());
        rows.row(&Row {
            work: &work,
            measured: milliseconds(took),
            target: "5 ms".to_owned(),
            beside: format!("{} for `true`", milliseconds(floor)),
            times: times(took, Duration::from_millis(5)),
            why: "others used the cores",
        });
    }
    let work = "the binary of the profile `dist`";
    if !rows.wants(work) {
        return;
    }
    let path = std::env::var_os("CALICOQ_DIST_BINARY").unwrap_or_default();
    let about = std::fs::metadata(path);
    let (measured, times) = match &about {
        Ok(about) => (
            format!("{:.2} MB", about.len() as f64 / 1e6),
            about.len() as f64 / SIZE,
        ),
        Err(_) => ("not built".to_owned(), f64::INFINITY),
    };
    rows.row(&Row {
        work,
        measured,
        target: "12 MB".to_owned(),
        beside: "with this machine's own linker".to_owned(),
        times,
        why: "`make bench` builds it first",
    });
}
