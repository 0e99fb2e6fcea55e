//! `make bench`: each target of the project's speed beside what is measured, and beside its floor in the same run.
//!
//! Arguments are parts of rows' names; none means all. `--pods N`, `--policies N` and `--seed N` change the clusters that are
//! generated: the targets are for those of the rows' names. What is run as a process is what ships, where
//! `CALICOQ_DIST_BINARY` names it, as `make bench` does. Counters that guard the same in tests stand in
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
    let (mut wanted, mut sizes) = (Vec::new(), rows::Sizes::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap().parse::<usize>().unwrap();
        match argument.as_str() {
            "--pods" => sizes.pods = Some(number()),
            "--policies" => sizes.policies = Some(number()),
            "--seed" => sizes.seed = Some(number() as u64),
            // cargo's own.
            "--bench" => {}
            _ => wanted.push(argument),
        }
    }
    let mut rows = rows::Rows::new(wanted, sizes);
    reading::rows(&mut rows);
    http::reading(&mut rows);
    matching::rows(&mut rows);
    http::answering(&mut rows);
    live::rows(&mut rows);
    files::rows(&mut rows);
    start::rows(&mut rows);
    rows.finish();
}
