//! The table that a bench prints.

use std::time::{Duration, Instant};

use crate::tool::peak_of;

/// Rows, printed as they come.
pub struct Rows {
    wanted: Vec<String>,
    missed: Vec<String>,
}

impl Rows {
    /// Rows whose names have one of these parts.
    pub fn new(wanted: Vec<String>) -> Self {
        println!(
            "{:<58} {:>22} {:>26} {:>26}",
            "WORK", "MEASURED", "TARGET", "FLOOR"
        );
        Self {
            wanted,
            missed: Vec::new(),
        }
    }

    /// Whether a row is wanted.
    pub fn wants(&self, work: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|part| work.contains(&**part))
    }

    /// Prints one.
    pub fn row(&mut self, work: &str, measured: &str, target: &str, floor: &str, met: bool) {
        let verdict = if met { "" } else { "  MISSED" };
        println!("{work:<58} {measured:>22} {target:>26} {floor:>26}{verdict}");
        if !met {
            self.missed
                .push(format!("{work}: {measured}, target {target}"));
        }
    }

    /// Says what was missed.
    pub fn finish(self) {
        println!(
            "\npeak of resident memory, the generated clusters included: {:.0} MB",
            peak_of(std::process::id())
        );
        match self.missed.as_slice() {
            [] => println!("every target is met"),
            missed => missed.iter().for_each(|row| println!("missed: {row}")),
        }
    }
}

/// The shortest of several runs, and what the last one made.
pub fn best<T>(runs: usize, mut run: impl FnMut() -> T) -> (Duration, T) {
    let timed = |run: &mut dyn FnMut() -> T| {
        let began = Instant::now();
        let made = run();
        (began.elapsed(), made)
    };
    let (mut shortest, mut made) = timed(&mut run);
    for _ in 1..runs {
        let (took, again) = timed(&mut run);
        shortest = shortest.min(took);
        made = again;
    }
    (shortest, made)
}

/// `12.3 ms`
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// `1.27 GB/s`
pub fn rate(bytes: usize, duration: Duration) -> String {
    format!("{:.2} GB/s", bytes as f64 / 1e9 / duration.as_secs_f64())
}
