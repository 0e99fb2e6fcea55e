//! The environment, as calicoctl looks variables up.

use std::ffi::OsString;

use super::field::Type;
use super::{Configuration, Field, Origin, Setting, Shadowed};
use crate::error::Error;

impl Configuration {
    /// What the environment sets. `CALICO_` forms come first, and a variable that is set to nothing is set.
    #[must_use]
    pub fn from_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let (mut settings, mut shadowed) = (Vec::new(), Vec::new());
        for field in Field::ALL {
            let mut set = field.variables().iter().filter_map(|name| {
                let text = variable(name)?.to_string_lossy().into_owned();
                Some((*name, text))
            });
            let Some((by, text)) = set.next() else {
                continue;
            };
            let behind = set.filter(|(_, hidden)| !hidden.is_empty());
            shadowed.extend(behind.map(|(variable, _)| Shadowed {
                variable,
                by,
                by_nothing: text.is_empty(),
            }));
            settings.push(Setting {
                field,
                from: by.to_owned(),
                text,
            });
        }
        Self {
            origin: Origin::Environment,
            settings,
            shadowed,
        }
    }

    /// Checks that variables hold what they must. A file is checked as it is read.
    ///
    /// # Errors
    /// One does not; an empty one neither.
    pub fn sound(&self) -> Result<(), Error> {
        let variables = match self.origin {
            Origin::Environment => &*self.settings,
            Origin::File(_) => &[],
        };
        variables.iter().try_for_each(check)
    }
}

fn check(setting: &Setting) -> Result<(), Error> {
    let text = &*setting.text;
    let (holds, expected) = match setting.field.type_of() {
        Type::Text => return Ok(()),
        Type::Bool => (boolean(text).is_some(), "true or false"),
        Type::Float => (text.parse::<f32>().is_ok(), "a number"),
        Type::Integer => (is_integer(text), "a whole number"),
    };
    if holds {
        return Ok(());
    }
    // Calico names the form that it looks for first, whichever was typed.
    let first = setting.field.variables().first();
    let what = match first {
        Some(first) if *first != setting.from => format!("{first} (set as {})", setting.from),
        _ => setting.from.clone(),
    };
    let hint = match text.is_empty() {
        true => format!("it is set, and empty: unset it, or set it to {expected}"),
        false => format!("set it to {expected}"),
    };
    Err(Error::Config {
        what,
        cause: format!("{text:?} is not {expected}"),
        hint: Some(hint),
    })
}

/// Go's words for true and false.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// As Go reads a number whose base its prefix tells.
fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    let (digits, base) = match lower.get(..2) {
        Some("0x") => (lower.get(2..), 16),
        Some("0o") => (lower.get(2..), 8),
        Some("0b") => (lower.get(2..), 2),
        _ => (Some(&*lower), 10),
    };
    let digits = digits.unwrap_or_default();
    !digits.starts_with(['+', '-']) && i64::from_str_radix(digits, base).is_ok()
}
