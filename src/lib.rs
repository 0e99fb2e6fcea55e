//! `kubectl calicoq`: which Calico policies and profiles police an endpoint, in which order, and which
//! rules of any policy name it, exactly as Calico's agent Felix would act.
//!
//! The road that data takes:
//!
//! ```text
//!  cli ─▶ question ─▶ need ─▶ source ─▶ raw ─▶ convert ─▶ snapshot ─▶ matcher ─▶ query ─▶ answer ─▶ render
//!  typed   asked     to read  adapters  as read  Calico's    the       who        one per   what is   how it
//!                      ▲                          meaning    world     matches    command   said      looks
//!                      └───────── what is known so far ────────┘
//!  leaves: intern   selector   model   behaviour   note   yaml   error
//!  beside: manual = cli's help, as a page for man
//!  joints: load = source's pages ─▶ convert ─▶ snapshot      export = source's pages ─▶ a file      complete = names for TAB      run = all of it, once
//! ```
//!
//! Each room uses only what the table in `tests/layers.rs` allows it.

pub mod answer;
pub mod behaviour;
pub mod cli;
pub mod complete;
pub mod convert;
pub mod error;
pub mod export;
pub mod intern;
pub mod load;
pub mod manual;
pub mod matcher;
pub mod model;
pub mod need;
pub mod note;
pub mod query;
pub mod question;
pub mod raw;
pub mod render;
pub mod run;
pub mod selector;
pub mod snapshot;
pub mod source;
pub mod yaml;
