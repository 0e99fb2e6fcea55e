//! One item of a snapshot, as text.

use std::io;

use serde::Serialize;

use super::Form;
use crate::raw;
use crate::yaml;

/// An item in its place in the list; JSON without the comma.
pub(super) fn text<T: Serialize>(item: &T, form: Form) -> io::Result<String> {
    if form == Form::Json {
        return Ok(serde_json::to_string(item)?);
    }
    let value = match serde_json::to_value(item) {
        Ok(value) if !raw::is_deep(&value) => value,
        // What is kept to the letter may hold what YAML cannot.
        _ => raw::tamed(&serde_json::to_string(item)?),
    };
    yaml::write::to_string(&[value])
}
