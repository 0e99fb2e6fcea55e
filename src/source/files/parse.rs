//! From a file's text to single objects: JSON and YAML, lists, streams.

use std::fmt;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::find::File;
use super::kinds;
use super::object::{self, About, Head, Origin, Read};
use super::taken::{self, Taken};
use crate::raw::{self, documents};

/// A document that cannot be read.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) origin: Origin,
    pub(super) cause: String,
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
    /// How many of them are snapshots.
    pub(super) snapshots: usize,
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
    match taken::snapshot(file, text) {
        Some(Ok((taken, objects))) => {
            if let Some(cause) = taken.is_cut() {
                found.problem(file, (1, 1), cause);
            }
            found.taken = Some(taken);
            found.snapshots += 1;
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
            Ok(value) => found.take(file, document.first_line(), &value.to_string().into(), None),
            Err(problem) => found.problem(file, (problem.line, problem.column), problem.cause),
        }
    }
}

/// Takes a stream of JSON values. `false`: it is not JSON to its end, so it may be YAML; a file that calls
/// itself JSON is none.
fn json(file: &File, text: &str, found: &mut Found) -> bool {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut taken = Vec::new();
    let (mut line, mut counted) = (1, 0);
    while let Some(value) = values.next() {
        match value {
            Ok(value) => {
                let begin = values.byte_offset().saturating_sub(value.get().len());
                line += lines(text.get(counted..begin).unwrap_or_default());
                counted = begin;
                taken.push((line, value));
            }
            Err(_) if !file.name.ends_with(".json") => return false,
            Err(error) => {
                found.json_problem(file, &error);
                break;
            }
        }
    }
    for (line, value) in taken {
        found.take(file, line, &object::part_of(&file.text, value), None);
    }
    true
}

fn lines(text: &str) -> u64 {
    u64::try_from(text.matches('\n').count()).unwrap_or(u64::MAX)
}

/// Line and column of what follows a text.
fn place_behind(text: &str) -> (u64, u64) {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let column = u64::try_from(last.chars().count()).unwrap_or(u64::MAX);
    (lines(text).saturating_add(1), column.saturating_add(1))
}

impl Found {
    fn problem(&mut self, file: &File, (line, column): (u64, u64), cause: String) {
        let origin = file.origin(line, column);
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
    fn take(&mut self, file: &File, line: u64, json: &Bytes, inherited: Option<(&str, &str)>) {
        if let Ok(items) = serde_json::from_slice::<Vec<&RawValue>>(json) {
            for item in items {
                self.take(file, line, &object::part_of(json, item), None);
            }
            return;
        }
        if &**json == b"null" {
            return;
        }
        let (again, whole);
        let mut json = json;
        let mut head: Head<'_> = match serde_json::from_slice(json) {
            Ok(head) => head,
            // Fields of its own may stand twice.
            Err(_) => {
                again = raw::as_go_reads(json).map(Bytes::from).unwrap_or_default();
                json = &again;
                match serde_json::from_slice(json) {
                    Ok(head) => head,
                    Err(_) => return self.doubtful(file, line, inherited.is_some()),
                }
            }
        };
        if let Some(names) = inherited.filter(|(_, kind)| !kind.is_empty()) {
            whole = object::inheriting(json, &head, names);
            json = &whole;
            head = serde_json::from_slice(json).unwrap_or_default();
        }
        let (api_version, kind) = (object::text(head.api_version), object::text(head.kind));
        if let Some(item_kind) = kind.strip_suffix("List")
            && let Some(items) = object::elements(head.items)
        {
            for item in items {
                let item = object::part_of(json, item);
                self.take(file, line, &item, Some((&api_version, item_kind)));
            }
            // An empty list is something that was read.
            self.foreign += 1;
            return;
        }
        self.take_object(
            file,
            line,
            json,
            &head,
            (&api_version, &kind),
            inherited.is_some(),
        );
    }

    fn take_object(
        &mut self,
        file: &File,
        line: u64,
        json: &Bytes,
        head: &Head<'_>,
        (api_version, kind): (&str, &str),
        is_item: bool,
    ) {
        match kinds::of(api_version, kind) {
            Some(known) => {
                let about = About::of(head, known);
                if about.name.is_empty() {
                    let cause = format!("{kind} has no metadata.name");
                    return self.problem(file, (line, 1), cause);
                }
                self.objects.push(Read {
                    origin: file.origin(line, 1),
                    kind: known,
                    first: api_version != "projectcalico.org/v3",
                    about,
                    json: json.clone(),
                    fault: None,
                });
            }
            None if kind.is_empty() => {
                let object = [head.api_version, head.metadata, head.spec];
                let object = object.iter().any(Option::is_some);
                self.doubtful(file, line, object || is_item);
            }
            None => match kinds::doubt(api_version, kind) {
                Some(cause) => self.problem(file, (line, 1), cause),
                None => self.foreign += 1,
            },
        }
    }

    /// Folders hold other texts too; what looks like an object, or stands among them, is meant as one.
    fn doubtful(&mut self, file: &File, line: u64, is_meant: bool) {
        if is_meant {
            self.problem(file, (line, 1), "an object has no kind".to_owned());
        }
    }
}
