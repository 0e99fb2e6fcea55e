//! The table that a bench prints.

use std::time::{Duration, Instant};

use crate::cluster::Size;
use crate::tool::peak_of;

/// Rows, printed as they come.
pub struct Rows {
    wanted: Vec<String>,
    sizes: Sizes,
    missed: Vec<String>,
}

/// Sizes that were given as flags, in place of those of the rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    /// `--pods N`
    pub pods: Option<usize>,
    /// `--policies N`
    pub policies: Option<usize>,
    /// `--seed N`
    pub seed: Option<u64>,
}

/// One line.
pub struct Row<'r> {
    pub work: &'r str,
    pub measured: String,
    pub target: String,
    /// What the same costs at least, measured in the same run, or what was done.
    pub beside: String,
    /// How many times the target; up to 1 it is met.
    pub times: f64,
    /// Why it is missed, where that is known.
    pub why: &'static str,
}

impl Rows {
    /// Rows whose names have one of these parts.
    pub fn new(wanted: Vec<String>, sizes: Sizes) -> Self {
        println!(
            "{:<62} {:>22} {:>22}   FLOOR, OR WHAT WAS DONE",
            "WORK", "MEASURED", "TARGET"
        );
        Self {
            wanted,
            sizes,
            missed: Vec::new(),
        }
    }

    /// The size of a row, unless flags say otherwise.
    pub fn size(&self, pods: usize, policies: usize, full: bool) -> Size {
        Size {
            pods: self.sizes.pods.unwrap_or(pods),
            policies: self.sizes.policies.unwrap_or(policies),
            full,
            seed: self.sizes.seed.unwrap_or(1),
        }
    }

    /// Whether a row is wanted.
    pub fn wants(&self, work: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|part| work.contains(&**part))
    }

    /// Prints one.
    pub fn row(&mut self, row: &Row<'_>) {
        let Row {
            work,
            measured,
            target,
            beside,
            ..
        } = row;
        let verdict = match row.times > 1.0 {
            true => format!("  MISSED x {:.2}", row.times),
            false => String::new(),
        };
        println!("{work:<62} {measured:>22} {target:>22}   {beside}{verdict}");
        if row.times > 1.0 {
            let times = row.times;
            self.missed.push(format!(
                "{work}: {measured}, target {target}: {times:.2} times that\n    {}",
                row.why
            ));
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

/// How many times a duration is another.
pub fn times(took: Duration, most: Duration) -> f64 {
    took.as_secs_f64() / most.as_secs_f64()
}

/// How many times a peak of memory is another; what is not known is not met.
pub fn memory(peak: f64, most: f64) -> f64 {
    if peak > 0.0 {
        peak / most
    } else {
        f64::INFINITY
    }
}

/// `12.3 ms`
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// `1.27 GB/s`
pub fn rate(bytes: usize, duration: Duration) -> String {
    format!("{:.2} GB/s", bytes as f64 / 1e9 / duration.as_secs_f64())
}
