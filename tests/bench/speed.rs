//! `make bench`: each target of the project's speed beside what is measured, and beside its floor in the same run.
//!
//! Arguments are parts of rows' names; none means all. Counters that guard the same in tests stand in
//! `tests/counters.rs`: nothing here fails.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench may panic: that is how it fails"
)]

mod cluster;
mod feed;
mod files;
mod http;
mod live;
mod matching;
mod reading;
mod rows;
mod server;
mod start;
#[path = "../live/support/mod.rs"]
#[expect(dead_code, reason = "the live tests need all of it, a bench a part")]
mod support;
mod tool;

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let mut rows = rows::Rows::new(wanted);
    reading::rows(&mut rows);
    http::rows(&mut rows);
    matching::rows(&mut rows);
    live::rows(&mut rows);
    files::rows(&mut rows);
    start::rows(&mut rows);
    rows.finish();
}
