//! Pages through HTTP: beside what taking their bytes alone costs.

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::{Cluster, Size};
use crate::feed::Feed;
use crate::rows::{Rows, milliseconds};
use crate::server::Server;
use crate::tool::{best_run, tool};

pub fn rows(rows: &mut Rows) {
    let delayed = "the same through HTTP, 25 ms a page";
    let at_once = "the same through HTTP, no delay";
    if !rows.wants(delayed) && !rows.wants(at_once) {
        return;
    }
    let cluster = Cluster(Size {
        pods: 50_000,
        policies: 0,
        full: true,
        seed: 1,
    });
    let feed = Arc::new(Feed::of(&cluster));
    for (work, delay) in [(delayed, 25), (at_once, 0)] {
        if !rows.wants(work) {
            continue;
        }
        let server = Server::start(Arc::clone(&feed), Duration::from_millis(delay));
        let (bytes, floor) = (0..3)
            .map(|_| server.drain())
            .min_by_key(|(_, took)| *took)
            .unwrap();
        let url = server.url();
        let ran = best_run(3, || {
            tool(&["endpoint", "-A", "-r", "-o", "name", "--server", &url])
        });
        let most = floor.mul_f64(1.1);
        // Without a delay the bytes come faster than any parser takes them: that row is for comparison.
        let target = match delay {
            0 => "60 MB".to_owned(),
            _ => format!("{}, 60 MB", milliseconds(most)),
        };
        rows.row(
            work,
            &format!("{}, {:.0} MB", milliseconds(ran.took), ran.peak),
            &target,
            &format!("{} for {} MB", milliseconds(floor), bytes / 1_000_000),
            (delay == 0 || ran.took <= most) && ran.peak <= 60.0,
        );
    }
}
