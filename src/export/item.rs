//! One item of a snapshot, as text.

use std::io;

use serde::Serialize;

use super::Form;
use crate::yaml;

/// An item in its place in the list; JSON without the comma.
pub(super) fn text<T: Serialize>(item: &T, form: Form) -> io::Result<String> {
    if form == Form::Json {
        return Ok(serde_json::to_string(item)?);
    }
    match serde_json::to_value(item) {
        Ok(value) => yaml::write::to_string(&[value]),
        // A number beyond every type, in what is kept to the letter: JSON is YAML too.
        Err(_) => Ok(format!("- {}\n", serde_json::to_string(item)?)),
    }
}
