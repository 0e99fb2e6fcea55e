//! Writing YAML.

use serde::Serialize;

/// A value as block YAML, with a final line break.
///
/// # Errors
/// The value cannot be written as YAML.
pub fn to_string<T: Serialize>(value: &T) -> std::io::Result<String> {
    let options = serde_saphyr::ser_options! { compact_list_indent: true };
    serde_saphyr::to_string_with_options(value, options).map_err(std::io::Error::other)
}
