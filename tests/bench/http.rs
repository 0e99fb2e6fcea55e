//! The tool as a process, reading pages through HTTP: beside what taking their bytes alone costs, and its memory.

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::feed::Feed;
use crate::rows::{Row, Rows, memory, milliseconds, times};
use crate::server::Server;
use crate::tool::{best_run, tool};

/// The names of all pods: everything is read, and little is said.
pub fn reading(rows: &mut Rows) {
    let delayed = "the same through HTTP, 25 ms a page, `endpoint -A -r -o name`";
    let at_once = "the same through HTTP, no delay, `endpoint -A -r -o name`";
    if !rows.wants(delayed) && !rows.wants(at_once) {
        return;
    }
    let feed = Arc::new(Feed::of(&Cluster(rows.size(50_000, 0, true))));
    for (work, delay) in [(delayed, 25), (at_once, 0)] {
        if !rows.wants(work) {
            continue;
        }
        let server = Server::start(Arc::clone(&feed), Duration::from_millis(delay));
        let drained = (0..3).map(|_| server.drain());
        let (bytes, floor) = drained.min_by_key(|(_, took)| *took).unwrap();
        let url = server.url();
        let ran = best_run(3, || {
            tool(&["endpoint", "-A", "-r", "-o", "name", "--server", &url])
        });
        let most = floor.mul_f64(1.1);
        // Without a delay the bytes come faster than any parser takes them: that time is for comparison.
        let (target, of_time) = match delay {
            0 => ("60 MB".to_owned(), 0.0),
            _ => (
                format!("{}, 60 MB", milliseconds(most)),
                times(ran.took, most),
            ),
        };
        rows.row(&Row {
            work,
            measured: format!("{}, {:.0} MB", milliseconds(ran.took), ran.peak),
            target,
            beside: format!(
                "{} to take {} MB one page after another",
                milliseconds(floor),
                bytes / 1_000_000
            ),
            times: of_time.max(memory(ran.peak, 60.0)),
            why: "others used the cores",
        });
    }
}

/// Everything about all pods: how much memory the whole takes.
pub fn answering(rows: &mut Rows) {
    let work = "the same as a process, read through HTTP: memory";
    if !rows.wants(work) {
        return;
    }
    let feed = Arc::new(Feed::of(&Cluster(rows.size(50_000, 5_000, false))));
    let server = Server::start(feed, Duration::ZERO);
    let url = server.url();
    let ran = best_run(2, || {
        tool(&["endpoint", "-A", "-o", "json", "--server", &url])
    });
    rows.row(&Row {
        work,
        measured: format!("{}, {:.0} MB", milliseconds(ran.took), ran.peak),
        target: "200 MB".to_owned(),
        beside: format!("{} MB written, reading in", ran.output / 1_000_000),
        times: memory(ran.peak, 200.0),
        why: "memory of the cluster, of the index and of what is being written",
    });
}
