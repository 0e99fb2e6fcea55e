//! The language as a whole: tables made with Calico's own parser, properties, limits.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod limits;
mod properties;
mod tables;

use super::Selector;

fn parsed(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| unreachable!("{text:?}: {error}"))
}
