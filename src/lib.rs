//! x

pub mod selector;
