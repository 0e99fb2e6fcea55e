//! What the tool costs before it does anything: starting, and its size.

use crate::rows::{Rows, best, milliseconds};
use crate::tool::tool;

/// The most that the shipped binary may weigh, in bytes.
const SIZE: u64 = 12_000_000;

pub fn rows(rows: &mut Rows) {
    for args in [&["--help"][..], &["version", "--client"]] {
        let work = format!("kubectl-calicoq {}", args.join(" "));
        if !rows.wants(&work) {
            continue;
        }
        let (took, output) = best(50, || tool(args).output().unwrap());
        assert!(output.status.success());
        let (floor, _) = best(50, || std::process::Command::new("true").output().unwrap());
        rows.row(
            &work,
            &milliseconds(took),
            "5 ms",
            &format!("{} for `true`", milliseconds(floor)),
            took.as_micros() <= 5000,
        );
    }
    let work = "the binary of the profile `dist`";
    if !rows.wants(work) {
        return;
    }
    let path = std::env::var_os("CALICOQ_DIST_BINARY").unwrap_or_default();
    let Ok(about) = std::fs::metadata(path) else {
        return rows.row(work, "not built", "12 MB", "use `make bench`", false);
    };
    rows.row(
        work,
        &format!("{:.1} MB", about.len() as f64 / 1e6),
        "12 MB",
        "",
        about.len() <= SIZE,
    );
}
