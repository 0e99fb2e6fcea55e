//! `__man`: the manual page, for `make man` and for `man -l -`.

use std::io::{self, Write as _};

use crate::error::{Error, Exit};
use crate::manual;

/// Hidden: who wants to read has `help`.
pub(super) const COMMAND: &str = "__man";

/// Prints the page.
pub(super) fn manual() -> Result<Exit, Error> {
    io::stdout().lock().write_all(manual::page().as_bytes())?;
    Ok(Exit::Answered)
}
