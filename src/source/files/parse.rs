//! From a file's text to single objects: JSON and YAML, lists, streams.

use std::fmt;

use serde_json::Value;

use super::find::File;
use super::kinds;
use super::taken::{self, Fault, Taken};
use crate::need::Kind;
use crate::raw::documents;

/// Where a text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's name.
    pub file: String,
    /// From 1.
    pub line: u64,
    /// From 1.
    pub column: u64,
}

/// A document that cannot be read.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) origin: Origin,
    pub(super) cause: String,
}

/// One object of a kind that matters.
pub(super) struct Read {
    /// Its document.
    pub(super) origin: Origin,
    pub(super) kind: Kind,
    /// Whether it stands before what Calico's API made of it: all but `projectcalico.org/v3`.
    pub(super) first: bool,
    pub(super) value: Value,
    /// Its own text, where that is kept.
    pub(super) json: Option<Vec<u8>>,
    /// Why it does not decode, where that is known.
    pub(super) fault: Option<Fault>,
}

/// What all files hold.
#[derive(Default)]
pub(super) struct Found {
    pub(super) objects: Vec<Read>,
    pub(super) problems: Vec<Problem>,
    /// How many objects of other kinds there are.
    pub(super) foreign: usize,
    /// What a snapshot among the files says of itself.
    pub(super) taken: Option<Taken>,
}

/// `file.yaml:3:7`
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column } = self;
        write!(f, "{file}:{line}:{column}")
    }
}

/// `file.yaml:3:7: cause`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.cause)
    }
}

/// Takes a file's objects.
pub(super) fn file(file: &File, found: &mut Found) {
    let text = match std::str::from_utf8(&file.text) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let valid = file.text.get(..error.valid_up_to()).unwrap_or_default();
            let place = place_behind(&String::from_utf8_lossy(valid));
            return found.problem(file, place, "the text is not UTF-8".to_owned());
        }
    };
    match taken::snapshot(&file.name, text) {
        Some(Ok((taken, objects))) => {
            found.taken = Some(taken);
            found.objects.extend(objects);
            return;
        }
        Some(Err(cause)) => return found.problem(file, (1, 1), cause),
        None => {}
    }
    if text.trim_start().starts_with(['{', '[']) && json(file, text, found) {
        return;
    }
    for document in documents(text) {
        match document.parse() {
            Ok(value) => found.take(file, document.first_line(), value, None),
            Err(problem) => found.problem(file, (problem.line, problem.column), problem.cause),
        }
    }
}

/// Takes a stream of JSON values. `false`: it is not JSON to its end, so it may be YAML; a file that calls
/// itself JSON is none.
fn json(file: &File, text: &str, found: &mut Found) -> bool {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut taken = Vec::new();
    loop {
        let before = text.get(..values.byte_offset()).unwrap_or_default();
        let Some(value) = values.next() else { break };
        match value {
            Ok(value) => taken.push((place_behind(before.trim_end()).0, value)),
            Err(_) if !file.name.ends_with(".json") => return false,
            Err(error) => {
                found.json_problem(file, &error);
                break;
            }
        }
    }
    for (line, value) in taken {
        found.take(file, line, value, None);
    }
    true
}

/// Line and column of what follows a text.
fn place_behind(text: &str) -> (u64, u64) {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX).saturating_add(1);
    let last = text.rsplit('\n').next().unwrap_or_default();
    (
        number(text.matches('\n').count()),
        number(last.chars().count()),
    )
}

impl Found {
    fn problem(&mut self, file: &File, (line, column): (u64, u64), cause: String) {
        let origin = Origin {
            file: file.name.clone(),
            line,
            column,
        };
        self.problems.push(Problem { origin, cause });
    }

    fn json_problem(&mut self, file: &File, error: &serde_json::Error) {
        let place = |n: usize| u64::try_from(n).unwrap_or(u64::MAX).max(1);
        let text = error.to_string();
        let cause = text
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        self.problem(file, (place(error.line()), place(error.column())), cause);
    }

    /// Takes an object, or each of a list's; items of a typed list have the list's group and kind. `line` is where the
    /// document begins.
    fn take(&mut self, file: &File, line: u64, mut value: Value, inherited: Option<(&str, &str)>) {
        if let Value::Array(items) = value {
            items
                .into_iter()
                .for_each(|item| self.take(file, line, item, None));
            return;
        }
        if value.is_null() {
            return;
        }
        if let Some((api_version, kind)) = inherited
            && !kind.is_empty()
            && let Some(object) = value.as_object_mut()
        {
            object
                .entry("apiVersion")
                .or_insert_with(|| api_version.into());
            object.entry("kind").or_insert_with(|| kind.into());
        }
        let text = |value: &Value, field: &str| {
            value
                .get(field)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let (api_version, kind) = (text(&value, "apiVersion"), text(&value, "kind"));
        if let Some(item_kind) = kind.strip_suffix("List")
            && let Some(Value::Array(items)) = value.get_mut("items").map(Value::take)
        {
            let inherited = Some((&*api_version, item_kind));
            for item in items {
                self.take(file, line, item, inherited);
            }
            // An empty list is something that was read.
            self.foreign += 1;
            return;
        }
        let name = value
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match kinds::of(&api_version, &kind) {
            Some(known) if !name.is_empty() => {
                let origin = Origin {
                    file: file.name.clone(),
                    line,
                    column: 1,
                };
                let first = api_version != "projectcalico.org/v3";
                self.objects.push(Read {
                    origin,
                    kind: known,
                    first,
                    value,
                    json: None,
                    fault: None,
                });
            }
            Some(_) => self.problem(file, (line, 1), format!("{kind} has no metadata.name")),
            // Folders hold other texts too; what looks like an object, or stands among them, is meant as one.
            None if kind.is_empty() => {
                let object = ["apiVersion", "metadata", "spec"]
                    .iter()
                    .any(|field| value.get(field).is_some());
                if object || inherited.is_some() {
                    self.problem(file, (line, 1), "an object has no kind".to_owned());
                }
            }
            None => match kinds::doubt(&api_version, &kind) {
                Some(cause) => self.problem(file, (line, 1), cause),
                None => self.foreign += 1,
            },
        }
    }
}
