//! One file per command: a snapshot becomes the head, the lazy items and the tail of an answer.
//!
//! How an answer looks is not known here; who matches whom is the matcher's.

pub mod endpoint;
mod find;
mod head;
mod host_notes;
mod item;
mod near;
mod notes;
pub mod policy;
mod rule_match;
pub mod selected;
mod stage;
mod unreadable;

pub use near::near;
pub use unreadable::unreadable;
