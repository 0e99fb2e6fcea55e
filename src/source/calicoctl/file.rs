//! A configuration file: YAML or JSON, in which an unknown field is an error and not a comment.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Map, Number, Value};

use super::field::Type;
use super::{Configuration, Field, Origin, Setting};
use crate::error::Error;
use crate::raw::documents;

const API_VERSION: &str = "projectcalico.org/v3";
const KIND: &str = "CalicoAPIConfig";

/// What `metadata` may hold. Nothing of it matters.
const METADATA: [&str; 16] = [
    "name",
    "generateName",
    "namespace",
    "selfLink",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "clusterName",
    "managedFields",
];

/// A file that is being read.
struct File<'a> {
    name: String,
    text: &'a str,
}

pub(super) fn read(path: &Path) -> Result<Configuration, Error> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        let (cause, hint) = match error.kind() {
            ErrorKind::NotFound => ("no such file".to_owned(), None),
            ErrorKind::IsADirectory => ("it is a folder".to_owned(), None),
            ErrorKind::PermissionDenied => (
                "permission denied".to_owned(),
                Some("try sudo, or copy the file to where you may read it and name it with -c"),
            ),
            _ => (error.to_string(), None),
        };
        Error::Config {
            what: name.clone(),
            cause,
            hint: hint.map(str::to_owned),
        }
    })?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Config {
        what: name.clone(),
        cause: "the text is not UTF-8".to_owned(),
        hint: None,
    })?;
    let file = File {
        text: text.strip_prefix('\u{feff}').unwrap_or(&text),
        name,
    };
    Ok(Configuration {
        settings: file.settings()?,
        origin: Origin::File(path.to_owned()),
        shadowed: Vec::new(),
    })
}

impl File<'_> {
    fn error(&self, cause: String, hint: Option<String>) -> Error {
        Error::Config {
            what: self.name.clone(),
            cause,
            hint,
        }
    }

    fn settings(&self) -> Result<Vec<Setting>, Error> {
        let head = self.document()?;
        let known = ["apiVersion", "kind", "metadata", "spec"];
        self.only("", &head, &known)?;
        if let Some(metadata) = self.object("metadata", &head)? {
            self.only("metadata.", metadata, &METADATA)?;
        }
        let mut settings = Vec::new();
        if let Some(spec) = self.object("spec", &head)? {
            let known = Field::ALL.map(Field::name);
            self.only("spec.", spec, &known)?;
            for (name, value) in spec {
                settings.extend(self.setting(name, value)?);
            }
        }
        self.is("apiVersion", &head, API_VERSION)?;
        self.is("kind", &head, KIND)?;
        let place = |setting: &Setting| Field::ALL.iter().position(|one| *one == setting.field);
        settings.sort_by_key(place);
        Ok(settings)
    }

    /// The first document, as Calico's parser takes no other. Nothing of a text that does not parse is shown: it may be
    /// a credential.
    fn document(&self) -> Result<Map<String, Value>, Error> {
        let Some(document) = documents(self.text).into_iter().next() else {
            return Ok(Map::new());
        };
        match document.parse() {
            Ok(Value::Object(head)) => Ok(head),
            Ok(Value::Null) => Ok(Map::new()),
            Ok(_) => Err(self.error(
                "it is no configuration of calicoctl, but a list or a single value".to_owned(),
                Some(format!(
                    "it holds apiVersion: {API_VERSION}, kind: {KIND} and a spec"
                )),
            )),
            Err(problem) => {
                let (line, column) = (problem.line, problem.column);
                let twice = problem.cause.contains("duplicate");
                let key = twice.then(|| self.key(line, column)).flatten();
                let (cause, hint) = match (twice, key) {
                    (true, Some(key)) => (format!("the field {key} stands twice"), None),
                    (true, None) => ("a field stands twice".to_owned(), None),
                    (false, _) => (
                        "syntax error".to_owned(),
                        Some(
                            "a value that begins with one of * & ! % @ or holds ': ' or ' #' needs quotes",
                        ),
                    ),
                };
                let cause = format!("{cause} (line {line}, column {column})");
                Err(self.error(cause, hint.map(str::to_owned)))
            }
        }
    }

    /// The field that stands at a place, if it is one that we know.
    fn key(&self, line: u64, column: u64) -> Option<&'static str> {
        let from_zero = |place: u64| usize::try_from(place).ok()?.checked_sub(1);
        let line = self.text.lines().nth(from_zero(line)?)?;
        let rest: String = line.chars().skip(from_zero(column)?).collect();
        let key = rest.trim_start_matches(['"', '\'']);
        let key = key.split(['"', '\'', ':', ' ']).next()?;
        let known = ["apiVersion", "kind", "metadata", "spec"].into_iter();
        let mut known = known.chain(Field::ALL.map(Field::name));
        known.find(|known| known.eq_ignore_ascii_case(key))
    }

    /// Refuses fields that are not known, and those that stand twice in different cases.
    fn only(&self, under: &str, object: &Map<String, Value>, known: &[&str]) -> Result<(), Error> {
        let mut met: Vec<&str> = Vec::new();
        for name in object.keys() {
            let Some(known) = known.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
                return Err(self.unknown(under, name));
            };
            if met.contains(known) {
                let place = self.place(name);
                return Err(self.error(
                    format!("the field {under}{known} stands twice{place}"),
                    None,
                ));
            }
            met.push(known);
        }
        Ok(())
    }

    fn unknown(&self, under: &str, name: &str) -> Error {
        let place = self.place(name);
        let hint = match Field::named(name) {
            Some(field) => Some(format!("{} belongs directly under spec", field.name())),
            None if name.eq_ignore_ascii_case("k8sToken") => Some(
                "calicoctl's name for it is k8sAPIToken, whatever its documentation says"
                    .to_owned(),
            ),
            None => Some(
                "see calicoctl's documentation for its fields; each stands directly under spec"
                    .to_owned(),
            ),
        };
        self.error(format!("unknown field {under}{name}{place}"), hint)
    }

    /// ` (line 7)`, as far as it can be told.
    fn place(&self, name: &str) -> String {
        let sets = |line: &str| {
            let line = line.trim_start().trim_start_matches(['"', '\'']);
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| {
                rest.trim_start_matches(['"', '\''])
                    .trim_start()
                    .starts_with(':')
            })
        };
        let line = self.text.lines().position(sets);
        line.map_or_else(String::new, |line| format!(" (line {})", line + 1))
    }

    fn object<'a>(
        &self,
        name: &str,
        head: &'a Map<String, Value>,
    ) -> Result<Option<&'a Map<String, Value>>, Error> {
        match field(head, name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(_) => Err(self.error(format!("{name} holds no fields{}", self.place(name)), None)),
        }
    }

    /// Checks what kind of file this is.
    fn is(&self, name: &str, head: &Map<String, Value>, wanted: &str) -> Result<(), Error> {
        let found = field(head, name).map(text).unwrap_or_default();
        let found = found.unwrap_or_default();
        if found == wanted {
            return Ok(());
        }
        Err(self.error(
            format!("unknown {name} {found:?}"),
            Some(format!("write {name}: {wanted}")),
        ))
    }

    /// A field of `spec`; null is absent.
    fn setting(&self, name: &str, value: &Value) -> Result<Option<Setting>, Error> {
        let Some(field) = Field::named(name).filter(|_| !value.is_null()) else {
            return Ok(None);
        };
        let (text, expected) = match field.type_of() {
            Type::Text => (text(value), "a text"),
            Type::Bool => (
                value.as_bool().map(|it| it.to_string()),
                "true or false, without quotes",
            ),
            Type::Float => (
                value.as_f64().map(|it| it.to_string()),
                "a number, without quotes",
            ),
            Type::Integer => (integer(value), "a whole number, without quotes"),
        };
        let Some(text) = text else {
            let (name, place) = (field.name(), self.place(name));
            return Err(self.error(format!("spec.{name} must be {expected}{place}"), None));
        };
        Ok(Some(Setting {
            field,
            from: self.name.clone(),
            text,
        }))
    }
}

/// A field whatever its case.
fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut fields = object.iter();
    let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value)
}

/// A value where a text is expected: numbers and booleans are taken as Calico prints them.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(printed(number)),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number in Go's shortest form, which has an exponent from a million on.
fn printed(number: &Number) -> String {
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn integer(value: &Value) -> Option<String> {
    let whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    whole.then(|| value.to_string())
}
