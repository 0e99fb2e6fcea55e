//! `make bench`, second part: how time and memory grow from a thousand endpoints to a quarter of a million.
//!
//! A binary of its own, since it counts every allocation. Arguments are sizes; none means those of the README.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench may panic: that is how it fails"
)]

mod cluster;
mod feed;
mod streamed;

use std::alloc::System;
use std::time::{Duration, Instant};

use calicoq::matcher::Matcher;
use cluster::{Cluster, Size};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use streamed::Streamed;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 250_000];
const POLICIES: usize = 10_000;

/// What one size costs.
struct Cost {
    endpoints: usize,
    /// Bytes of JSON.
    read: usize,
    reading: Duration,
    /// Bytes that are held when all is read.
    held: usize,
    matching: Duration,
    shapes: usize,
}

fn main() {
    let arguments = std::env::args().skip(1);
    let mut sizes: Vec<usize> = arguments.filter_map(|size| size.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.extend(SIZES);
    }
    println!(
        "ENDPOINTS       JSON    READING       RATE       HELD  FOR EACH    MATCHING   SHAPES"
    );
    let costs: Vec<Cost> = sizes.into_iter().map(cost).collect();
    if let (Some(first), Some(last)) = (costs.first(), costs.last()) {
        let times = |of: fn(&Cost) -> f64| of(last) / of(first);
        println!(
            "from first to last: endpoints x {:.0}, JSON x {:.0}, reading x {:.0}, held x {:.0}, matching x {:.1}",
            times(|cost| cost.endpoints as f64),
            times(|cost| cost.read as f64),
            times(|cost| cost.reading.as_secs_f64()),
            times(|cost| cost.held as f64),
            times(|cost| cost.matching.as_secs_f64()),
        );
    }
}

/// Measures one size, and prints its line.
fn cost(endpoints: usize) -> Cost {
    let size = Size {
        pods: endpoints,
        policies: POLICIES,
        full: true,
        seed: 1,
    };
    let mut source = Streamed::of(Cluster(size), Box::new(|| {}));
    let before = held();
    let began = Instant::now();
    let loaded = feed::loaded(&mut source);
    let reading = began.elapsed() - source.making;
    let cost = Cost {
        endpoints,
        read: source.bytes,
        reading,
        held: held() - before,
        matching: Duration::MAX,
        shapes: 0,
    };
    let cost = (0..3).fold(cost, |cost, _| {
        let began = Instant::now();
        let matcher = Matcher::new(&loaded.snapshot, loaded.behaviour).for_many();
        Cost {
            matching: cost.matching.min(began.elapsed()),
            shapes: matcher.effort().shapes,
            ..cost
        }
    });
    let seconds = cost.reading.as_secs_f64();
    println!(
        "{endpoints:>9} {:>7.0} MB {:>7.0} ms {:>5.2} GB/s {:>7.1} MB {:>7.0} B {:>8.1} ms {:>8}",
        cost.read as f64 / 1e6,
        seconds * 1e3,
        cost.read as f64 / 1e9 / seconds,
        cost.held as f64 / 1e6,
        cost.held as f64 / endpoints as f64,
        cost.matching.as_secs_f64() * 1e3,
        cost.shapes,
    );
    cost
}

fn held() -> usize {
    let stats = ALLOCATOR.stats();
    stats
        .bytes_allocated
        .checked_sub(stats.bytes_deallocated)
        .unwrap()
}
